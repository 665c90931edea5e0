"""How far a key result has come, and how many days that is behind its plan.

The plan assumed is a straight line: the baseline on the first day of the period, the target on the last. The `pace`
that a book may name is not part of it yet, so that a back-loaded key result looks later here than its owner planned.
"""

from datetime import date
from math import isfinite

from align_sync.okr.model import Direction, Metric
from align_sync.okr.period import Span


def measure_progress(metric: Metric) -> float | None:
    """The share of the way from baseline to target that is gone; the same for both directions, and never cut.

    0 at the baseline, 1 at the target, negative where it went the wrong way. None where a value is missing, where
    baseline and target are the same, and for a metric to hold, whose band the book does not know.
    """
    baseline, target, current = metric.baseline, metric.target, metric.current
    if metric.direction is Direction.HOLD or baseline is None or target is None or current is None:
        return None
    if baseline == target:
        return None
    progress = (current - baseline) / (target - baseline)
    return progress if isfinite(progress) else None  # values at the edge of what a float holds


def days_behind(progress: float, period: Span, today: date) -> float | None:
    """The days since the plan said so much progress; negative where it is ahead. None for a period of one day.

    Before the period nothing is planned yet, and after it no more than all: the delay stops growing on the last day.
    A progress below 0 or beyond 1 is read off the same line, drawn further.
    """
    length = (period.end - period.start).days
    if not length:
        return None
    elapsed = (min(max(today, period.start), period.end) - period.start).days
    behind = elapsed - progress * length
    return behind if isfinite(behind) else None
