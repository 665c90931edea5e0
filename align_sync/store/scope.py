"""The items of given sprints: all that a report is about, in few queries."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Select, and_, case, func, or_, select

from align_sync.store.items import GONE
from align_sync.store.past import load_items_at, stays_at
from align_sync.store.schema import item, membership, sprint
from align_sync.store.sprints import IN_ORDER, load_sprints
from align_sync.store.upsert import in_portions
from align_sync.work import Sprint, SprintRef, WorkItem

_BY_STATE = case((sprint.c.state == "active", 0), (sprint.c.state == "future", 1), else_=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScopedItem:
    """An item in a sprint, and since when it is in it."""

    item_id: int
    item: WorkItem
    sprint: Sprint
    entered_at: datetime


def load_scope(
    connection: Connection,
    sprints: Iterable[Sprint],
    *,
    within: Collection[SprintRef] | None = None,
    at: datetime | None = None,
) -> tuple[ScopedItem, ...]:
    """Every present item of these sprints once, under the first of them that it is in.

    With `within` only items are read whose first sprint is one of these: an item that two teams have in their sprints
    is the first one's, whichever of them is asked for.
    """
    chosen = {one.ref: one for one in sprints}
    ranks = {ref: rank for rank, ref in enumerate(chosen)}
    asked = chosen.keys() if within is None else chosen.keys() & within
    members: set[int] = set()
    for portion in in_portions(_load_sprint_ids(connection, asked)):
        members.update(row.item_id for row in connection.execute(_stays(at, membership.c.sprint_id.in_(portion))))
    places: dict[int, tuple[Sprint, datetime]] = {}
    for portion in in_portions(sorted(members)):
        rows = connection.execute(_stays(at, membership.c.item_id.in_(portion)))
        stays = [
            (ranks[ref], item_id, ref, entered_at)
            for item_id, source, external_id, entered_at in rows
            if (ref := SprintRef(source=source, external_id=external_id)) in chosen
        ]
        for _, item_id, ref, entered_at in sorted(stays, key=lambda stay: (stay[0], stay[3])):
            places.setdefault(item_id, (chosen[ref], entered_at))
    held = {item_id: place for item_id, place in places.items() if within is None or place[0].ref in within}
    work = load_items_at(connection, sorted(held), at)
    order = sorted(work, key=lambda item_id: (held[item_id][0].ref, item_id))
    return tuple(
        ScopedItem(item_id=item_id, item=work[item_id], sprint=held[item_id][0], entered_at=held[item_id][1])
        for item_id in order
    )


def _load_sprint_ids(connection: Connection, refs: Collection[SprintRef]) -> Iterator[int]:
    """Our ids of the sprints."""
    for source in sorted({ref.source for ref in refs}):
        for portion in in_portions(sorted(ref.external_id for ref in refs if ref.source == source)):
            chosen = select(sprint.c.id).where(sprint.c.source == source, sprint.c.external_id.in_(portion))
            yield from connection.scalars(chosen).all()


def _stays(at: datetime | None, which: ColumnElement[bool]) -> Select[int, str, str, datetime]:
    """Stays that hold now, or held as far as was known at the instant; in a sprint that is over, at its end."""
    # Who left at the close or after it was in the sprint to its end.
    stayed = or_(membership.c.left_at.is_(None), membership.c.left_at >= sprint.c.completed_at)
    if at is not None:
        stayed = or_(and_(membership.c.entered_known_at <= at, stayed), stays_at(at))
    return (
        select(membership.c.item_id, sprint.c.source, sprint.c.external_id, membership.c.entered_at)
        .join(sprint, sprint.c.id == membership.c.sprint_id)
        .where(which, stayed)
    )


def load_teams(connection: Connection, item_ids: Iterable[int], *, at: datetime | None = None) -> dict[int, str]:
    """Whose sprint each item is in, or was at the instant: of an active one before the others."""
    teams: dict[int, str] = {}
    for portion in in_portions(sorted(item_ids)):
        chosen = (
            select(membership.c.item_id, sprint.c.team)
            .join(sprint, sprint.c.id == membership.c.sprint_id)
            .where(membership.c.item_id.in_(portion), membership.c.left_at.is_(None) if at is None else stays_at(at))
            .order_by(_BY_STATE, *IN_ORDER)
        )
        for item_id, team in connection.execute(chosen):
            teams.setdefault(item_id, team)
    return teams


def count_members(connection: Connection, source: str) -> int:
    """Present items of a source in its open sprints."""
    members = (
        select(membership.c.item_id)
        .join(sprint, sprint.c.id == membership.c.sprint_id)
        .where(sprint.c.source == source, sprint.c.state != "closed", membership.c.left_at.is_(None))
    )
    chosen = select(func.count()).select_from(item).where(item.c.id.in_(members), item.c.state != GONE)
    return connection.execute(chosen).scalar_one()


def load_place(connection: Connection, item_id: int) -> tuple[Sprint, datetime] | None:
    """The sprint that an item is in now, an active one first, and since when."""
    row = connection.execute(
        select(sprint.c.source, sprint.c.external_id, membership.c.entered_at)
        .join(membership, membership.c.sprint_id == sprint.c.id)
        .where(membership.c.item_id == item_id, membership.c.left_at.is_(None))
        .order_by(_BY_STATE, *IN_ORDER)
        .limit(1)
    ).first()
    if row is None:
        return None
    found = next(one for one in load_sprints(connection, row.source) if one.ref.external_id == row.external_id)
    return found, row.entered_at
