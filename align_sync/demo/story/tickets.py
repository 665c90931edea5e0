"""What the story tells of one piece of work, in the words of a table row; both trackers are filled from such rows."""

from dataclasses import KW_ONLY, dataclass
from datetime import datetime, timedelta

SPRINT_AGE = timedelta(days=10)
"""Longer than three working days ever are: around Christmas and Easter they take a week of the calendar."""

SPRINT_LENGTH = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Ticket:
    """A Jira issue. `sprints` are numbers of sprints, `links` pairs such as ("contributes to", "GOAL-12").

    What is `new` came into its sprint within the last hours.
    """

    key: str
    title: str
    _: KW_ONLY
    kind: str = "Story"
    sprints: tuple[int, ...] = ()
    above: str | None = None
    labels: tuple[str, ...] = ()
    links: tuple[tuple[str, str], ...] = ()
    components: tuple[str, ...] = ()
    status: str = "To Do"
    points: float | None = None
    who: str | None = None
    new: bool = False


@dataclass(frozen=True, slots=True)
class Request:
    """A Linear issue. Labels are pairs of group and name, the group None where there is none; `new` as for Jira."""

    key: str
    title: str
    _: KW_ONLY
    cycle: int | None = None
    above: str | None = None
    project: str | None = None
    labels: tuple[tuple[str | None, str], ...] = ()
    urls: tuple[str, ...] = ()
    blocks: str | None = None
    state: str = "Todo"
    points: float | None = None
    who: str | None = None
    new: bool = False


def begin_sprint(now: datetime) -> datetime:
    """When the sprints that are active at `now` began: ten days before, at the full hour."""
    return (now - SPRINT_AGE).replace(minute=0, second=0, microsecond=0)


def written_at(now: datetime, place: int, *, is_new: bool = False) -> tuple[datetime, datetime]:
    """When the item at this place of its table was written and last touched: spread out, and always in the past.

    The first pull takes the last touch for the entry into the sprint, so that grace hangs on it: what is new was
    touched today or yesterday, all else before the sprint began, whatever day of the week it is told on.
    """
    if is_new:
        updated_at = now - timedelta(hours=1 + place % 6, minutes=place % 60)
        return updated_at - timedelta(hours=1 + place % 3), updated_at
    began_at = begin_sprint(now)
    created_at = began_at - timedelta(days=2 + place % 23, hours=place % 7)
    return created_at, began_at - timedelta(hours=1 + place * 5 % 40, minutes=place % 60)
