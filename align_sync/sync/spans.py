"""Who has an item in progress, from when to when: the base of person-days. Pure: what is known comes in."""

from dataclasses import dataclass
from datetime import datetime

from align_sync.work import ItemKind, StatusCategory, WorkItem


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A person's work on an item, by our id of the item; `ended_at` is None while it goes on."""

    item_id: int
    person: str
    began_at: datetime
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgressBefore:
    """What the store knew of an item: its category, the work that went on, and when the last work before ended."""

    category: StatusCategory
    running: Span | None = None
    last_ended_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """What becomes of the work on an item: when what goes on ends, and who begins when; None where nothing does."""

    ends_at: datetime | None = None
    person: str | None = None
    begins_at: datetime | None = None


NOTHING = Turn()
"""One for all: most items of a first pull have it."""


def plan_turn(item: WorkItem, before: ProgressBefore | None, now: datetime) -> Turn:
    """One person at a time: whoever goes on, goes on; else the running work ends, and that of another may begin.

    `before` is None for an item that was never seen. Nothing is dated later than `now`, and no work on an item before
    the end of other work on it.
    """
    running = before.running if before else None
    person = _find_person(item)
    if person == (running.person if running else None):
        return NOTHING
    ends_at = _date_end(item, running, now) if running else None
    if person is None:
        return Turn(ends_at=ends_at)
    earliest = ends_at or (before.last_ended_at if before else None)
    return Turn(ends_at=ends_at, person=person, begins_at=_date_begin(item, before, earliest, now))


def _find_person(item: WorkItem) -> str | None:
    is_worked_on = (
        item.status_category is StatusCategory.IN_PROGRESS
        and item.kind is not ItemKind.CONTAINER
        and item.archived_at is None
    )
    return (item.assignee or None) if is_worked_on else None


def _date_end(item: WorkItem, running: Span, now: datetime) -> datetime:
    """When the work ended: as the tracker tells, unless that is before it began; a new person is dated by none."""
    told = item.archived_at if item.status_category is StatusCategory.IN_PROGRESS else item.category_since
    if told is None or not running.began_at <= told <= now:
        told = now
    return max(running.began_at, told)


def _date_begin(item: WorkItem, before: ProgressBefore | None, earliest: datetime | None, now: datetime) -> datetime:
    """When the item came into progress, unless we knew it to be there: then it is the person who is new.

    Where both are new, the person counts from the start: most people take an item and start it in one go. What is told
    is not believed where it reaches into work that has ended: it may be of the first time that the item was begun.
    """
    is_known = before is not None and before.category is StatusCategory.IN_PROGRESS
    told = None if is_known else item.category_since
    if told is None or told > now or (earliest is not None and told < earliest):
        told = now
    return max(told, earliest) if earliest else told
