"""What is said of values, progress and health, the same in every output: `1.3 %`, `58 % of the way`, `at risk`."""

from math import floor, inf, log10

from align_sync.okr.model import Direction, KeyResultState, Metric, MetricKind
from align_sync.okr.standing import Forecast, Health, KeyResultStanding, ObjectiveStanding, Verdict
from align_sync.reports.words import percent

UNKNOWN = "unknown"
NO_READING = "no reading yet"
HEALTH_CLASSES = {
    Health.ON_TRACK: "on-track",
    Health.AT_RISK: "at-risk",
    Health.OFF_TRACK: "off-track",
    Health.STALE: "stale",
    Health.UNKNOWN: "unknown",
}
HEALTH_STYLES = {
    Health.ON_TRACK: "green",
    Health.AT_RISK: "yellow",
    Health.OFF_TRACK: "red",
    Health.STALE: "magenta",
    Health.UNKNOWN: "bright_black",
}
_THOUSAND = 1_000
_ROUNDING_NOISE = 1e-9
_DIGITS = 2
_LONGEST_REASON = 100
_PER_CENT = frozenset({"percent", "per cent", "percentage", "%", "percentuale", "per cento"})
_ORDINALS = ("fail", "commit", "target", "stretch")


def say_number(number: float) -> str:
    """Four digits that matter, thousands set apart: `0.0125`, `93.1`, `12,500`."""
    if abs(number) < _THOUSAND:
        return f"{number:.4g}".replace("-", "\u2212")
    return f"{number:,.2f}".rstrip("0").rstrip(".").replace("-", "\u2212")


def say_value(number: float | None, metric: Metric) -> str:
    """With its unit; a zone by its name, a milestone as the share that is done."""
    if number is None:
        return UNKNOWN
    if metric.kind is MetricKind.ORDINAL and number in range(len(_ORDINALS)):
        return _ORDINALS[int(number)]
    if metric.kind is MetricKind.MILESTONE:
        return f"{percent(number)} done"
    unit = "%" if metric.unit.casefold() in _PER_CENT else metric.unit
    return f"{say_number(number)} {unit}".rstrip()


def say_way(metric: Metric) -> str:
    """`2.4 % → 0.5 %`; `hold 99.5 % to 100 %` for a band; `?` for one end that nobody wrote down."""
    if metric.direction is Direction.HOLD:
        if metric.low is None or metric.high is None:
            return f"hold {_say_end(metric.target, metric)}"
        return f"hold {say_value(metric.low, metric)} to {say_value(metric.high, metric)}"
    if metric.kind is MetricKind.MILESTONE:
        return "done or not"
    if metric.kind is MetricKind.ORDINAL:
        return "fail → target"
    if metric.baseline is None and metric.target is None:
        return "no baseline and no target"
    return f"{_say_end(metric.baseline, metric)} → {_say_end(metric.target, metric)}"


def _say_end(number: float | None, metric: Metric) -> str:
    return "?" if number is None else say_value(number, metric)


def say_progress(progress: float | None) -> str:
    """Rounded down, raw: below 0 % where it went the wrong way, above 100 % beyond the target."""
    if progress is None:
        return UNKNOWN
    if progress >= 0:
        return percent(progress)
    return f"\u2212{-floor(progress * 100 + _ROUNDING_NOISE)} %"


def say_expected(standing: KeyResultStanding) -> str:
    return f"plan {percent(standing.expected)}" if standing.expected is not None else ""


def say_health(verdict: Verdict) -> str:
    """`at risk: 15 days behind plan (by days-behind)`: never without its reason and its policy."""
    return f"{verdict.health.value}: {verdict.because} (by {verdict.policy.value})"


def say_briefly(verdict: Verdict) -> str:
    """The reason as far as its first semicolon, and not beyond a line, for tables; pages of one thing tell all."""
    because = verdict.because.partition("; ")[0]
    return because if len(because) <= _LONGEST_REASON else f"{because[:_LONGEST_REASON].rstrip()}…"


def name_health(standing: KeyResultStanding | ObjectiveStanding, state: KeyResultState) -> str:
    """`at risk`; of what is closed or archived nobody asks any more how it is."""
    return standing.verdict.health.value if state is KeyResultState.ACTIVE else state.value


def say_last(standing: KeyResultStanding, metric: Metric) -> str:
    """`1.3 % on 2026-11-19`."""
    if standing.last is None:
        return NO_READING
    return f"{say_value(standing.last.value, metric)} on {standing.last.as_of_at.date().isoformat()}"


def say_failure(standing: KeyResultStanding) -> str:
    """What is wrong with a reading that came after the last good one; empty where nothing is."""
    failure = standing.failure
    return f"{failure.status.value} on {failure.as_of_at.date().isoformat()}: {failure.reason}" if failure else ""


def say_forecast(forecast: Forecast, metric: Metric) -> str:
    """`0.74 % on 2026-12-31 (80 % of such cases: 0.5 % to 0.98 %); the chance to reach the target is 22 %`."""
    value, low, high = (_round_to(number, forecast.high - forecast.low) for number in _numbers_of(forecast))
    between = f"{say_value(low, metric)} to {say_value(high, metric)}"
    return (
        f"{say_value(value, metric)} on {forecast.on.isoformat()}"
        f" ({percent(forecast.share)} of such cases: {between}); the chance to reach the target is"
        f" {percent(forecast.chance)}"
    )


def _numbers_of(forecast: Forecast) -> tuple[float, float, float]:
    return forecast.value, forecast.low, forecast.high


def _round_to(number: float, width: float) -> float:
    """As exact as an interval of this width allows: to a hundredth of it."""
    return round(number, _DIGITS - floor(log10(width))) if 0 < width < inf else number


def say_confidence(standing: KeyResultStanding) -> str:
    """`6/10 of Luca on 2026-11-16`; empty where nobody was asked."""
    told = standing.confidence
    return f"{round(told.share * 10)}/10 of {told.author} on {told.stated_at.date().isoformat()}" if told else ""


def say_known(standing: ObjectiveStanding) -> str:
    """How many of its parts have a value, where not all have."""
    return "" if standing.known == standing.counted else f"{standing.known} of {standing.counted} known"


def meter_width(share: float) -> str:
    """How far a bar of 100 goes."""
    return f"{100 * min(max(share, 0.0), 1.0):.1f}"


def draw_meter(progress: float | None, expected: float | None, *, width: int = 10) -> str:
    """A bar with the plan as a stroke across it; dots where nothing is known."""
    if progress is None:
        return "\u00b7" * width
    filled = floor(min(max(progress, 0.0), 1.0) * width + _ROUNDING_NOISE)
    cells = ["\u2588" if place < filled else "\u2591" for place in range(width)]
    if expected is None:
        return "".join(cells)
    mark = min(round(expected * width), width)
    return "".join([*cells[:mark], "\u2502", *cells[mark:]])
