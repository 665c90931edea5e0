"""Where a metric will be on the due day, from its readings alone: a value, an interval, and the chance of the target.

The model is a local linear trend: a level that drifts and wanders, a drift that may change, and noise in each reading.
How much of each there is nobody knows from a dozen readings. So a small grid of answers is tried, each is weighed by
how well it foretold every reading from those before it (the likelihood that a Kalman filter gives, for whatever days
lie between two readings), and the forecast is the mixture of all. Few readings cannot tell the answers apart, and the
interval is wide for that reason. `benchmarks/forecast.py` measures how often it holds.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise, product
from math import erfc, exp, hypot, inf, isfinite, log, sqrt
from typing import NamedTuple

from align_sync.okr.model import Metric, MetricKind
from align_sync.okr.progress import ends_of, is_to_hold
from align_sync.okr.readings import Reading
from align_sync.okr.standing import Forecast

SHARE = 0.8
FEWEST_READINGS = 4
SHORTEST_DAYS = 3.0
MOST_READINGS = 120
"""Older ones are left out: what a metric did a year ago says little, and each costs as much as a new one."""

LEAST_NOISE = 0.01
"""In ways to go. A metric that has not moved, or moved along a ruler, is still not known better than this."""

_NOISES = (0.5, 0.7, 1.0, 1.4, 2.0, 2.8)
"""How large the changes between readings are, beside the drift, times what they were."""
_SHARES = ((1.0, 0.0), (0.7, 0.7), (0.1, 1.0))
"""Of that what is noise of the reading, and what is the level's own wandering between two readings."""
_DRIFTS = ((0.3, 0.0), (1.5, 0.0), (1.5, 1.5))
"""The usual drift until the due day, and by how much it changes until then; both in ways to go."""
_BREAKS, _BREAK = 0.2, 0.7
"""How many breaks come in the time until the due day, and how far one leads, in ways to go: a launch, an outage, a new
way of counting. No reading foretells them, and a forecast that leaves them out is too sure of itself."""
_NEGLIGIBLE = 1e-4
_HALVINGS = 60


class _Answer(NamedTuple):
    """Variances of a reading, of the level in a unit of time, of the drift at first and in a unit of time."""

    reading: float
    level: float
    drift: float
    change: float


class _Guess(NamedTuple):
    weight: float
    mean: float
    deviation: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """What values the metric can have at all."""

    lowest: float | None = None
    highest: float | None = None


UNBOUNDED = Bounds()


def plan_forecast(
    readings: Sequence[Reading], metric: Metric, *, due: date, bounds: Bounds = UNBOUNDED
) -> Forecast | None:
    """The forecast for the due day from readings in the order of what they are of, one a moment.

    None for fewer than four readings or three days, for a due day that the last reading is of already, without a
    target, and for the zones of an ordinal metric, which are no numbers to calculate with. `chance` is the probability
    to be at the target or beyond on the due day; for a metric to hold, to be inside its band.
    """
    samples = [(one.as_of_at, one.value) for one in readings[-MOST_READINGS:] if one.value is not None]
    goal = _find_goal(metric)
    if goal is None or len(samples) < FEWEST_READINGS:
        return None
    first = samples[0][0]
    ahead = (datetime.combine(due, time(12), UTC) - first) / timedelta(days=1)
    days = [(at - first) / timedelta(days=1) for at, _ in samples]
    if days[-1] < SHORTEST_DAYS or ahead <= days[-1]:
        return None
    if metric.kind is MetricKind.MILESTONE and bounds == UNBOUNDED:
        bounds = Bounds(lowest=0.0, highest=1.0)  # nothing is more than done
    values = [value for _, value in samples]
    scale = _measure_scale(values, metric)
    if not isfinite(scale):
        return None
    # Values count in ways to go from the first one on, and days in the time from the first reading to the due day.
    mixture = _foresee([day / ahead for day in days], [(value - values[0]) / scale for value in values])
    found = [
        _clamp(values[0] + scale * _find_quantile(mixture, share), bounds)
        for share in ((1 - SHARE) / 2, 0.5, (1 + SHARE) / 2)
    ]
    if not all(map(isfinite, found)):
        return None
    start, end = ((value - values[0]) / scale for value in _widen(goal, bounds))
    chance = min(max(_share_below(mixture, end) - _share_below(mixture, start), 0.0), 1.0)
    return Forecast(on=due, low=found[0], value=found[1], high=found[2], share=SHARE, chance=chance)


def _measure_scale(values: Sequence[float], metric: Metric) -> float:
    """The way to go, or what the metric moved already where that is more: the measure of what is a little and much."""
    if is_to_hold(metric):
        ends = (metric.low, metric.high)
        tolerance = metric.tolerance or 0.0
    else:
        ends = ends_of(metric)
        tolerance = 0.0
    way = abs(ends[1] - ends[0]) if ends[0] is not None and ends[1] is not None else 0.0
    scale = max(way, tolerance, max(values) - min(values))
    return scale or max(abs(values[0]), 1.0)


def _foresee(times: Sequence[float], values: Sequence[float]) -> list[_Guess]:
    """The mixture of normal distributions for the time 1."""
    spacing = times[-1] / (len(times) - 1)
    slope = (values[-1] - values[0]) / times[-1]
    beside = [value - slope * moment for moment, value in zip(times, values, strict=True)]
    changes = sum((after - before) ** 2 for before, after in pairwise(beside)) / (len(values) - 1)
    usual = max(sqrt(changes), LEAST_NOISE)
    weighed = [
        _filter(
            times,
            values,
            _Answer((usual * noise * read) ** 2, (usual * noise * wander) ** 2 / spacing, drift**2, change**2),
        )
        for noise, (read, wander), (drift, change) in product(_NOISES, _SHARES, _DRIFTS)
    ]
    best = max(likelihood for likelihood, _, _ in weighed)
    guesses = [_Guess(exp(likelihood - best), mean, deviation) for likelihood, mean, deviation in weighed]
    kept = [guess for guess in guesses if guess.weight > _NEGLIGIBLE]
    total = sum(guess.weight for guess in kept)
    broken = 1 - exp(-_BREAKS * (1 - times[-1]))
    return [
        part
        for weight, mean, deviation in kept
        for part in (
            _Guess(weight / total * (1 - broken), mean, deviation),
            _Guess(weight / total * broken, mean, hypot(deviation, _BREAK)),
        )
    ]


def _filter(times: Sequence[float], values: Sequence[float], answer: _Answer) -> tuple[float, float, float]:
    """The log likelihood of all readings after the first, and the mean and deviation of a reading at the time 1.

    A Kalman filter over level and drift, written out for its two states.
    """
    level, drift = values[0], 0.0
    p_level, p_both, p_drift = answer.reading, 0.0, answer.drift
    likelihood = 0.0
    now = times[0]
    for moment, value in zip((*times[1:], 1.0), (*values[1:], None), strict=True):
        step = moment - now
        now = moment
        level += drift * step
        p_level += step * (2 * p_both + step * p_drift + answer.level + answer.change * step * step / 3)
        p_both += step * (p_drift + answer.change * step / 2)
        p_drift += step * answer.change
        if value is not None:  # none on the due day, for which the rest is foretold
            spread = p_level + answer.reading
            surprise = value - level
            likelihood -= 0.5 * (log(spread) + surprise * surprise / spread)
            gain, gain_drift = p_level / spread, p_both / spread
            level += gain * surprise
            drift += gain_drift * surprise
            p_drift -= gain_drift * p_both
            p_both -= gain * p_both
            p_level -= gain * p_level
    return likelihood, level, sqrt(p_level + answer.reading)


def _share_below(mixture: Sequence[_Guess], value: float) -> float:
    return sum(guess.weight * erfc((guess.mean - value) / (guess.deviation * sqrt(2))) / 2 for guess in mixture)


def _find_quantile(mixture: Sequence[_Guess], share: float) -> float:
    low = min(guess.mean - 9 * guess.deviation for guess in mixture)
    high = max(guess.mean + 9 * guess.deviation for guess in mixture)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if _share_below(mixture, middle) < share:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _clamp(value: float, bounds: Bounds) -> float:
    if bounds.lowest is not None:
        value = max(value, bounds.lowest)
    return value if bounds.highest is None else min(value, bounds.highest)


def _find_goal(metric: Metric) -> tuple[float, float] | None:
    """From which value to which the target is reached; None where nobody knows."""
    if metric.kind is MetricKind.ORDINAL:
        return None
    if is_to_hold(metric):
        low = -inf if metric.low is None else metric.low
        high = inf if metric.high is None else metric.high
        return None if low > high or (low, high) == (-inf, inf) else (low, high)
    baseline, target = ends_of(metric)
    if target is None or baseline is None or target == baseline:
        return None
    return (target, inf) if target > baseline else (-inf, target)


def _widen(goal: tuple[float, float], bounds: Bounds) -> tuple[float, float]:
    """A goal that holds a bound holds all beyond it, since what would be there is at the bound; one outside nothing."""
    start, end = goal
    lowest = -inf if bounds.lowest is None else bounds.lowest
    highest = inf if bounds.highest is None else bounds.highest
    if start > highest or end < lowest:
        return inf, inf
    return (-inf if start <= lowest else start, inf if end >= highest else end)
