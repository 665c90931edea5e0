"""The items of given sprints with their verdicts: all that a report reads, in few queries."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, case, func, or_, select

from align_sync.linking.evidence import Match
from align_sync.store.items import GONE
from align_sync.store.schema import item, membership, sprint
from align_sync.store.sprints import load_sprints
from align_sync.store.upsert import in_portions
from align_sync.store.verdicts import load_matches
from align_sync.work import Sprint, WorkItem, read_document


@dataclass(frozen=True, slots=True, kw_only=True)
class ScopedItem:
    """An item in a sprint. `match` is None where it was not linked yet."""

    item_id: int
    item: WorkItem
    sprint: Sprint
    entered_at: datetime
    match: Match | None


def load_scope(connection: Connection, sprints: Iterable[Sprint]) -> tuple[ScopedItem, ...]:
    """Every present item of these sprints once, under the first of them that it is in."""
    chosen = {(s.ref.source, s.ref.external_id): s for s in sprints}
    rows = [
        row
        for source in sorted({source for source, _ in chosen})
        for portion in in_portions([external_id for of, external_id in chosen if of == source])
        for row in connection.execute(
            select(
                item.c.id,
                item.c.document,
                item.c.updated_at,
                sprint.c.source,
                sprint.c.external_id.label("sprint"),
                membership.c.entered_at,
            )
            .select_from(membership)
            .join(sprint, sprint.c.id == membership.c.sprint_id)
            .join(item, item.c.id == membership.c.item_id)
            .where(
                sprint.c.source == source,
                sprint.c.external_id.in_(portion),
                # Who left at the close or after it was in the sprint to its end.
                or_(membership.c.left_at.is_(None), membership.c.left_at >= sprint.c.completed_at),
                item.c.state != GONE,
            )
            .order_by(sprint.c.id, item.c.id)
        )
    ]
    work: dict[int, WorkItem] = {}
    places: dict[int, tuple[Sprint, datetime]] = {}
    for row in rows:
        if row.id not in work:
            work[row.id] = read_document(row.document, updated_at=row.updated_at)
            places[row.id] = (chosen[row.source, row.sprint], row.entered_at)
    matches = load_matches(connection, work)
    return tuple(
        ScopedItem(
            item_id=row_id, item=one, sprint=places[row_id][0], entered_at=places[row_id][1], match=matches.get(row_id)
        )
        for row_id, one in work.items()
    )


def count_items(connection: Connection) -> dict[str, int]:
    """Present items in open sprints, by source."""
    rows = connection.execute(
        select(item.c.source, func.count(func.distinct(item.c.id)).label("members"))
        .select_from(membership)
        .join(item, item.c.id == membership.c.item_id)
        .join(sprint, sprint.c.id == membership.c.sprint_id)
        .where(membership.c.left_at.is_(None), sprint.c.state != "closed", item.c.state != GONE)
        .group_by(item.c.source)
    )
    return {row.source: row.members for row in rows}


def load_place(connection: Connection, item_id: int) -> tuple[Sprint, datetime] | None:
    """The sprint that an item is in now, an active one first, and since when."""
    row = connection.execute(
        select(sprint.c.source, sprint.c.external_id, membership.c.entered_at)
        .join(membership, membership.c.sprint_id == sprint.c.id)
        .where(membership.c.item_id == item_id, membership.c.left_at.is_(None))
        .order_by(case((sprint.c.state == "active", 0), (sprint.c.state == "future", 1), else_=2), sprint.c.id)
        .limit(1)
    ).first()
    if row is None:
        return None
    found = next(one for one in load_sprints(connection, row.source) if one.ref.external_id == row.external_id)
    return found, row.entered_at
