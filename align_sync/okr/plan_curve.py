"""The plan of a key result as a curve over days, read in both directions: the share planned for a day, and back."""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from datetime import date
from itertools import accumulate
from math import isfinite

from align_sync.okr.model import KeyResult, Pace
from align_sync.okr.period import Span

HALF_TIME_SHARE = 0.2
"""What a back-loaded plan asks for by half time."""

_DUST = 1e-9
"""Shares that differ by less are the same: on a flat part of a plan the dust of a division would count for weeks."""


@dataclass(frozen=True, slots=True)
class PlanCurve:
    """`points` are (days since `start`, share) in order: from (0, 0) to the due day and 1; neither of them falls."""

    start: date
    points: tuple[tuple[float, float], ...]

    @property
    def length(self) -> float:
        """The days from the first to the due day."""
        return self.points[-1][0]

    def days_at(self, day: date) -> float:
        """The days of the plan that are over; none before its start, and all of them after the due day."""
        return min(max(float((day - self.start).days), 0.0), self.length)

    def share_on(self, day: date) -> float:
        """What is planned for the day, from 0 to 1."""
        gone = self.days_at(day)
        after = bisect_right(self.points, gone, key=lambda point: point[0])
        if after == len(self.points):
            return self.points[-1][1]
        (start, low), (end, high) = self.points[after - 1], self.points[after]
        return min(low + (high - low) * ((gone - start) / (end - start)), high)

    def day_of(self, share: float, near: date) -> float:
        """The days since the start on which the plan asks for the share: on a flat part those nearest to `near`.

        Below 0 and beyond 1 the plan is drawn on with its average slope.
        """
        share = next((written for _, written in self.points if abs(written - share) <= _DUST), share)
        if not 0.0 <= share <= 1.0:
            return share * self.length
        first = bisect_left(self.points, share, key=lambda point: point[1])
        end, high = self.points[first]
        if high == share:
            last, _ = self.points[bisect_right(self.points, share, key=lambda point: point[1]) - 1]
            return min(max(self.days_at(near), end), last)
        start, low = self.points[first - 1]
        return start + (end - start) * ((share - low) / (high - low))


def build_curve(key_result: KeyResult, span: Span) -> PlanCurve | None:
    """The plan from the first day of the period to the due day, or the last of the period where none is written.

    A due day after the period makes the plan longer. None for one that is not after the first day: there is no time to
    plan. On the first day the plan is always 0 and on the due day always 1, so that of a phased plan only points
    between them count; one that asks for less than an earlier one asks for as much.
    """
    due = key_result.due or span.end
    length = float((due - span.start).days)
    if length <= 0:
        return None
    between: list[tuple[float, float]] = []
    if key_result.pace is Pace.BACK_LOADED:
        between = [(length / 2, HALF_TIME_SHARE)]
    elif key_result.pace is Pace.PHASED:
        written = {float((day - span.start).days): min(max(share, 0.0), 1.0) for day, share in key_result.phases}
        days = sorted(day for day in written if 0.0 < day < length)
        between = list(zip(days, accumulate((written[day] for day in days), max), strict=True))
    return PlanCurve(span.start, ((0.0, 0.0), *between, (length, 1.0)))


def days_behind(progress: float, curve: PlanCurve, today: date) -> float | None:
    """The days since the plan asked for so much progress; negative where it is ahead.

    Before the plan nothing is asked for yet. After the due day what is not reached grows later by the day, and what is
    reached is late no more. None for a progress beyond all numbers.
    """
    passed = curve.days_at(today)
    if progress < 1:
        passed = max(passed, float((today - curve.start).days))
    behind = passed - curve.day_of(progress, near=today)
    return behind if isfinite(behind) else None
