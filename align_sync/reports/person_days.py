"""How many person-days went into each item: the third lens. Persons go in and never come out."""

from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, timedelta
from math import fsum

from align_sync.okr.calendar import WorkCalendar
from align_sync.sync.spans import Span

_DAY = timedelta(days=1)


def count_days(
    spans: Iterable[Span], calendar_of: Callable[[int], WorkCalendar], since: date, until: date
) -> dict[int, float]:
    """Person-days by our id of the item, over the working days from `since` to `until`, both counted.

    A person's day is split equally over the items that the person had in progress on any part of it. `calendar_of` is
    the calendar of the item's team: it says which days are worked, and by its zone which day an instant belongs to.
    Give all spans of these persons: work outside a report takes its part of the day too. What goes on reaches to
    `until`, which is therefore never later than today.
    """
    worked: dict[tuple[str, date], set[int]] = {}
    for span in spans:
        for day in _days_of(span, calendar_of(span.item_id), since, until):
            worked.setdefault((span.person, day), set()).add(span.item_id)
    parts: dict[int, list[float]] = {}
    for item_ids in worked.values():
        for item_id in item_ids:
            parts.setdefault(item_id, []).append(1 / len(item_ids))
    return {item_id: fsum(held) for item_id, held in sorted(parts.items())}


def _days_of(span: Span, calendar: WorkCalendar, since: date, until: date) -> Iterator[date]:
    if span.ended_at is not None and span.ended_at <= span.began_at:
        return
    day = max(since, calendar.day_of(span.began_at))
    last = until if span.ended_at is None else min(until, calendar.day_of(_just_before(span.ended_at)))
    while day <= last:
        if calendar.is_working_day(day):
            yield day
        day += _DAY


def _just_before(at: datetime) -> datetime:
    """What ends at midnight has no part of the new day."""
    return at - datetime.resolution
