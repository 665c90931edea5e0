"""What earlier digests said: which one to compare with, how long it has been silent, and the coverage of each week."""

from collections.abc import Iterable
from datetime import date, timedelta
from itertools import dropwhile, takewhile

from align_sync.digests.model import Digest, DigestState, WeekPoint

WEEKS = 12
_SAID = frozenset({DigestState.NEWS, DigestState.CLEAN, DigestState.UNCHANGED})
_UNSURE = frozenset({DigestState.PARTIAL, DigestState.WITHHELD})


def sort_past(week: str, history: Iterable[Digest], before: Digest | None) -> tuple[Digest, ...]:
    """Digests of weeks before this one, the newest first, one a week."""
    by_week: dict[str, Digest] = {}
    for digest in sorted((*history, *((before,) if before else ())), key=lambda one: one.made_at):
        if digest.week < week:
            by_week[digest.week] = digest
    return tuple(by_week[week] for week in sorted(by_week, reverse=True))


def is_sure(digest: Digest) -> bool:
    """Whether its figures hold."""
    return digest.state not in _UNSURE


def is_said(digest: Digest) -> bool:
    """Whether its readers saw it, with figures that hold. A preview was seen by administrators alone."""
    return digest.state in _SAID


def find_before(week: str, history: Iterable[Digest]) -> Digest | None:
    """The newest of an earlier week that was said: what deltas and changes of this week are taken from."""
    return last_said(sort_past(week, history, None))


def last_said(past: Iterable[Digest]) -> Digest | None:
    return next(filter(is_said, past), None)


def last_sure(past: Iterable[Digest]) -> Digest | None:
    """The newest whose figures hold, whoever saw it: what shows whether anything vanished since."""
    return next(filter(is_sure, past), None)


def is_first(past: Iterable[Digest]) -> bool:
    """Notices of what is wrong do not count: nobody saw what a digest looks like."""
    return all(digest.state is DigestState.WITHHELD for digest in past)


def count_quiet(past: Iterable[Digest]) -> int:
    return sum(1 for _ in takewhile(lambda digest: digest.state is DigestState.QUIET, past))


def draw_trend(week: str, coverage: float | None, past: Iterable[Digest]) -> tuple[WeekPoint, ...]:
    """The newest weeks up to this one; a week of which nothing certain is known is a gap, and none begins the line."""
    known = {digest.week: digest.coverage for digest in past if is_sure(digest)}
    known[week] = coverage
    monday = date.fromisocalendar(int(week[:4]), int(week[-2:]), 1)
    labels = [_name_week(monday - timedelta(weeks=back)) for back in reversed(range(WEEKS))]
    points = (WeekPoint(label=label, coverage=known.get(label)) for label in labels)
    return tuple(dropwhile(lambda point: point.coverage is None, points))


def _name_week(monday: date) -> str:
    year, week, _ = monday.isocalendar()
    return f"{year}-W{week:02d}"
