"""Sentences and strokes of a trend; a stroke only repeats a figure that stands beside it."""

from collections.abc import Iterable

from align_sync.reports.trend import Trend, TrendPoint
from align_sync.reports.words import percent, percent_or_withheld

UNKNOWN = "unknown"
GAP = "?"
GAP_LEGEND = f"{GAP} is a point that is unknown or withheld, not one at zero"
_SPARKS = "▁▂▃▄▅▆▇█"
_BAR = 20
_ROUNDING_NOISE = 1e-9


def say_heading(trend: Trend) -> str:
    whose = f" of {trend.team}" if trend.team else ""
    empty = "" if trend.points else "; no point of time was asked for"
    return f"Coverage{whose} over time; the goal is {percent(trend.goal)}{empty}"


def say_coverage(point: TrendPoint) -> str:
    """`72 %`, `withheld`, or `unknown` where nothing was known then."""
    return UNKNOWN if point.tally is None else percent_or_withheld(point.coverage)


def say_reason(point: TrendPoint) -> str:
    """Why there is no figure; empty where there is one."""
    return "nothing was known then, or nothing was in scope" if point.tally is None else point.tally.withheld


def say_lens(point: TrendPoint) -> str:
    return point.tally.lens.value if point.tally else ""


def draw_spark(points: Iterable[TrendPoint]) -> str:
    """One stroke a point, from 0 to 100 %."""
    return "".join(GAP if point.coverage is None else _stroke(point.coverage) for point in points)


def _stroke(share: float) -> str:
    return _SPARKS[min(int(share * len(_SPARKS)), len(_SPARKS) - 1)]


def draw_bar(share: float | None, goal: float) -> str:
    """A bar with the goal as a stroke across it; nothing is filled where nothing is known."""
    filled = int((share or 0.0) * _BAR + _ROUNDING_NOISE)  # down, as figures are: 79.9 % is no goal of 80 %
    rest = "·" if share is None else "░"
    mark = min(round(goal * _BAR), _BAR)
    cells = ["█" if place < filled else rest for place in range(_BAR)]
    return "".join([*cells[:mark], "│", *cells[mark:]])
