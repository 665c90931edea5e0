"""Grace: work that has just come into a sprint, or whose key result has just ended, is not missed yet.

Linking knows no time; grace is judged when a report is built. The day on which an item enters is day 0, and the
working days after it are its grace: with three of them an item that came in on Friday has Monday, Tuesday and
Wednesday, and is unlinked from Thursday on. Where the last of them is a Friday, Saturday is no longer grace.
"""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from align_sync.linking.evidence import REFUSALS, Bucket, Match, Rejected, RejectReason, Waiting
from align_sync.okr.calendar import WorkCalendar, say_day
from align_sync.work import Sprint, SprintState

ENDED = frozenset({RejectReason.CLOSED, RejectReason.ARCHIVED, RejectReason.OTHER_PERIOD})
"""What was right once. A mistyped key was never right: it has no grace."""


@dataclass(frozen=True, slots=True)
class _Start:
    """Day 0, and the instant on it from which on the grace is counted."""

    day: date
    at: datetime


def judge_grace(
    match: Match,
    *,
    entered_at: datetime | None,
    sprint: Sprint | None,
    calendar: WorkCalendar,
    days: int,
    now: datetime,
) -> Match:
    """The same verdict, or `GRACE` in its place while `days` working days have not gone by.

    They are counted from the day on which the item was in its running sprint: the day it came in, but not before the
    sprint began; where nobody knows when it came in, the day the sprint began. Work for a key result that has ended
    has the days from that end as well, whichever is later. Before its sprint begins an item always has grace, without
    a sprint never. A closed sprint is judged as of its end. `days` below 1 are no grace at all.
    """
    if sprint is None or days < 1 or not _may_wait(match):
        return match
    if sprint.state is SprintState.FUTURE:
        waiting = Waiting(day=0, days=days)
        return replace(match, bucket=Bucket.GRACE, because=_say(waiting, match.because), waiting=waiting)
    starts = [start for start in (_entry(entered_at, sprint, calendar), _end_of_goal(match, calendar)) if start]
    if not starts:
        return match
    start = max(starts, key=lambda start: start.day)
    today = calendar.day_of(_moment(sprint, now))
    last = calendar.add_working_days(start.day, days)
    if today > last:
        return match
    waiting = Waiting(
        day=calendar.working_days_after(start.day, today), days=days, since_at=start.at.astimezone(UTC), ends_on=last
    )
    return replace(match, bucket=Bucket.GRACE, because=_say(waiting, match.because), waiting=waiting)


def _may_wait(match: Match) -> bool:
    if match.bucket is Bucket.UNLINKED:
        return True
    reasons = {refused.reason for refused in _refused(match)}
    return match.bucket is Bucket.INVALID and bool(reasons) and reasons <= ENDED


def _refused(match: Match) -> list[Rejected]:
    """What makes the item invalid: the names on itself, and those above it only where it names none."""
    refused = [rejected for rejected in match.rejected if rejected.reason in REFUSALS]
    return [rejected for rejected in refused if not rejected.distance] or refused


def _entry(entered_at: datetime | None, sprint: Sprint, calendar: WorkCalendar) -> _Start | None:
    known = [at for at in (entered_at, sprint.starts_at) if at is not None]
    return _Start(calendar.day_of(max(known)), max(known)) if known else None


def _end_of_goal(match: Match, calendar: WorkCalendar) -> _Start | None:
    """The day on which the last of the refused key results ended: until then the item was linked."""
    ends = [refused.since_on for refused in _refused(match) if refused.since_on is not None]
    if not ends:
        return None
    return _Start(max(ends), datetime.combine(max(ends), time(), ZoneInfo(calendar.zone)))


def _moment(sprint: Sprint, now: datetime) -> datetime:
    end = sprint.completed_at or sprint.ends_at
    return now if sprint.state is not SprintState.CLOSED or end is None else min(now, end)


def _say(waiting: Waiting, because: str) -> str:
    """The reason with the grace in front of it, so that what is missing stays readable."""
    if waiting.ends_on is None:
        return f"its sprint has not begun: {because}"
    until = f"until {say_day(waiting.ends_on)}"
    length = f"{waiting.days} working day{'' if waiting.days == 1 else 's'} of grace"
    told = f"day {waiting.day} of {length}, {until}" if waiting.day else f"{length}, {until}"
    return f"{told}: {because}"
