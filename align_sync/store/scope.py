"""The items of given sprints: all that a report is about, in few queries."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Select, and_, case, func, or_, select

from align_sync.store.items import GONE
from align_sync.store.past import load_items_at, stays_at
from align_sync.store.schema import item, membership, sprint
from align_sync.store.sprints import IN_ORDER, load_sprints
from align_sync.store.upsert import in_portions
from align_sync.work import Sprint, SprintRef, WorkItem


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
    ids = _load_sprint_ids(connection, chosen)
    asked = [sprint_id for sprint_id, one in ids.items() if within is None or one.ref in within]
    members = dict[int, None]()
    for portion in in_portions(asked):
        rows = connection.execute(_stays(at, membership.c.sprint_id.in_(portion)))
        members |= dict.fromkeys(row.item_id for row in rows)
    ranks = {sprint_id: rank for rank, sprint_id in enumerate(ids)}
    places: dict[int, tuple[Sprint, datetime]] = {}
    for portion in in_portions(sorted(members)):
        rows = connection.execute(_stays(at, membership.c.item_id.in_(portion)))
        stays = [
            (ranks[sprint_id], item_id, sprint_id, entered_at)
            for item_id, sprint_id, entered_at in rows
            if sprint_id in ids
        ]
        for _, item_id, sprint_id, entered_at in sorted(stays, key=lambda stay: (stay[0], stay[3])):
            places.setdefault(item_id, (ids[sprint_id], entered_at))
    held = {item_id: place for item_id, place in places.items() if within is None or place[0].ref in within}
    work = load_items_at(connection, sorted(held), at)
    order = sorted(work, key=lambda item_id: (held[item_id][0].ref, item_id))
    return tuple(
        ScopedItem(item_id=item_id, item=work[item_id], sprint=held[item_id][0], entered_at=held[item_id][1])
        for item_id in order
    )


def _load_sprint_ids(connection: Connection, chosen: dict[SprintRef, Sprint]) -> dict[int, Sprint]:
    """The sprints by our ids, in their order."""
    found: dict[SprintRef, int] = {}
    for source in sorted({ref.source for ref in chosen}):
        for portion in in_portions([ref.external_id for ref in chosen if ref.source == source]):
            rows = connection.execute(
                select(sprint.c.id, sprint.c.external_id).where(
                    sprint.c.source == source, sprint.c.external_id.in_(portion)
                )
            )
            found |= {SprintRef(source=source, external_id=row.external_id): row.id for row in rows}
    return {found[ref]: one for ref, one in chosen.items() if ref in found}


def _stays(at: datetime | None, which: ColumnElement[bool]) -> Select[int, int, datetime]:
    """Stays that hold now, or held as far as was known at the instant; in a sprint that is over, at its end."""
    # Who left at the close or after it was in the sprint to its end.
    stayed = or_(membership.c.left_at.is_(None), membership.c.left_at >= sprint.c.completed_at)
    if at is not None:
        stayed = or_(and_(membership.c.entered_known_at <= at, stayed), stays_at(at))
    return (
        select(membership.c.item_id, membership.c.sprint_id, membership.c.entered_at)
        .join(sprint, sprint.c.id == membership.c.sprint_id)
        .where(which, stayed)
    )


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
        .order_by(case((sprint.c.state == "active", 0), (sprint.c.state == "future", 1), else_=2), *IN_ORDER)
        .limit(1)
    ).first()
    if row is None:
        return None
    found = next(one for one in load_sprints(connection, row.source) if one.ref.external_id == row.external_id)
    return found, row.entered_at
