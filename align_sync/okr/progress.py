"""How far a key result has come: one function for one number, so that no two pages can disagree about it."""

from bisect import bisect_right
from itertools import pairwise
from math import inf, isfinite

from align_sync.okr.model import Direction, Metric, MetricKind
from align_sync.okr.zones import COMMIT_SHARE, TARGET_SHARE

ZONE_SHARES = (0.0, COMMIT_SHARE / TARGET_SHARE, 1.0, 1.0 / TARGET_SHARE)
"""The progress of the four zones of an ordinal metric: the target is all of the way, stretch lies beyond it."""

_TOO_FAR = "its value is too far from baseline and target to be measured"

_Point = tuple[float, float]


def measure_progress(metric: Metric, value: float | None) -> float | None:
    """The share of the way from baseline to target that is gone; the same for both directions, and never cut.

    0 at the baseline, 1 at the target, negative where it went the wrong way. With checkpoints the way between is drawn
    through them; before the baseline and beyond the target it goes on with the slope of the whole way. A metric to hold
    has 1 inside its band and loses 1 for each tolerance outside of it. None where nothing is known, never NaN.
    """
    return _measure(metric, value)[0]


def explain_unmeasured(metric: Metric, value: float | None) -> str:
    """Why `measure_progress` says None, in words; empty where it does not."""
    return _measure(metric, value)[1]


def clamp_progress(progress: float) -> float:
    """From 0 to 1, for display and roll-up. What is stored and judged stays as it is."""
    return min(max(progress, 0.0), 1.0)


def is_to_hold(metric: Metric) -> bool:
    """Whether it is to stay in a band: such a metric has no way to go, and its plan is the band on every day."""
    return metric.kind is MetricKind.METRIC and metric.direction is Direction.HOLD


def ends_of(metric: Metric) -> tuple[float | None, float | None]:
    """Baseline and target, with 0 and 1 for a milestone that says neither: its value is the share that is done."""
    if metric.kind is not MetricKind.MILESTONE:
        return metric.baseline, metric.target
    return (
        0.0 if metric.baseline is None else metric.baseline,
        1.0 if metric.target is None else metric.target,
    )


def _measure(metric: Metric, value: float | None) -> tuple[float | None, str]:
    if metric.kind is MetricKind.ORDINAL:
        progress, why = _measure_zone(value)
    elif is_to_hold(metric):
        progress, why = _measure_band(metric, value)
    else:
        progress, why = _measure_way(metric, value)
    if progress is not None and not isfinite(progress):  # values at the edge of what a float holds
        return None, _TOO_FAR
    return progress if progress is None else progress + 0.0, why  # a zero without a sign


def _measure_zone(value: float | None) -> tuple[float | None, str]:
    if value is None:
        return None, "no value"
    if value not in range(len(ZONE_SHARES)):
        return None, f"{value:g} is none of its zones: 0 is fail, 1 commit, 2 target, 3 stretch"
    return ZONE_SHARES[int(value)], ""


def _measure_band(metric: Metric, value: float | None) -> tuple[float | None, str]:
    if metric.low is None and metric.high is None:
        return None, "its band has no low and no high"
    low = -inf if metric.low is None else metric.low
    high = inf if metric.high is None else metric.high
    width = high - low
    if width < 0:
        return None, "the low of its band is above the high"
    if metric.tolerance is None and width == inf:
        return None, "its band is open to one side and it has no tolerance"
    tolerance = width if metric.tolerance is None else metric.tolerance
    if tolerance <= 0:
        return None, "its band has no width and it has no tolerance"
    if value is None:
        return None, "no value"
    return 1.0 - max(low - value, value - high, 0.0) / tolerance, ""


def _measure_way(metric: Metric, value: float | None) -> tuple[float | None, str]:
    baseline, target = ends_of(metric)
    if baseline is None or target is None:
        return None, "no baseline" if baseline is None else "no target"
    if baseline == target:
        return None, "its baseline is its target"
    length = target - baseline
    points = _draw_points(metric, baseline, length)
    if not points:
        return None, "its checkpoints do not rise from the baseline to the target"
    if value is None:
        return None, "no value"
    gone = (value - baseline) / length if isfinite(length) else length
    return _read_off(points, gone), ""


def _draw_points(metric: Metric, baseline: float, length: float) -> list[_Point]:
    """The (share of the way, progress) points to draw progress through; empty for checkpoints that cannot be meant."""
    between = {((value - baseline) / length, share) for value, share in metric.checkpoints}
    points = sorted(between | {(0.0, 0.0), (1.0, 1.0)})
    rises = all(one[0] < other[0] and one[1] <= other[1] for one, other in pairwise(points))
    return points if rises and points[0] == (0.0, 0.0) and points[-1] == (1.0, 1.0) else []


def _read_off(points: list[_Point], gone: float) -> float:
    if not 0.0 < gone < 1.0:
        return gone  # at both ends progress is the share of the way, and beyond them it has the slope of the whole way
    after = bisect_right(points, gone, key=lambda point: point[0])
    (start, low), (end, high) = points[after - 1], points[after]
    return min(low + (high - low) * ((gone - start) / (end - start)), high)
