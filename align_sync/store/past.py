"""The store as it was at an instant: sprints and documents as they were known then. Without an instant, as they are."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, or_, select

from align_sync.store.history import read_sprint
from align_sync.store.items import PRESENT
from align_sync.store.schema import item, item_version, membership, sprint, sprint_version
from align_sync.store.sprints import load_places, load_sprints
from align_sync.store.upsert import in_portions
from align_sync.work import Sprint, SprintRef, SprintState, WorkItem, read_document


def load_sprints_at(
    connection: Connection, at: datetime | None, *, state: SprintState | None = None
) -> tuple[Sprint, ...]:
    """All sprints that were known, as they were, or those that were in one state."""
    if at is None:
        return load_sprints(connection, state=state)
    sprints = load_sprints(connection)
    rows = connection.execute(
        select(sprint.c.id, sprint.c.source, sprint.c.external_id, sprint.c.first_seen_at, sprint.c.changed_at)
    )
    known = {SprintRef(source=row.source, external_id=row.external_id): row for row in rows}
    earlier = {
        row.sprint_id: row.document
        for row in connection.execute(
            select(sprint_version.c.sprint_id, sprint_version.c.document).where(
                sprint_version.c.known_from_at <= at, sprint_version.c.known_until_at > at
            )
        )
    }
    found: list[Sprint] = []
    for one in sprints:
        row = known[one.ref]
        if row.changed_at <= at:
            found.append(one)
        elif row.first_seen_at <= at and row.id in earlier:
            found.append(read_sprint(earlier[row.id], one.ref))
    return tuple(one for one in found if state is None or one.state is state)


def load_coming(connection: Connection, at: datetime | None) -> tuple[tuple[SprintRef, str], ...]:
    """The sprints that have not begun, or had not, with their teams."""
    if at is None:
        return tuple(load_places(connection, SprintState.FUTURE))
    return tuple((one.ref, one.team) for one in load_sprints_at(connection, at, state=SprintState.FUTURE))


def load_items_at(connection: Connection, ids: Iterable[int], at: datetime | None) -> dict[int, WorkItem]:
    """Those of the items that were present, as they were, by our ids."""
    found: dict[int, WorkItem] = {}
    changed: list[int] = []
    for portion in in_portions(ids):
        rows = connection.execute(
            select(item.c.id, item.c.document, item.c.updated_at, item.c.state, item.c.changed_at)
            .where(item.c.id.in_(portion))
            .order_by(item.c.id)
        )
        for item_id, document, updated_at, state, changed_at in rows:
            if at is not None and changed_at > at:
                changed.append(item_id)
            elif state == PRESENT:
                found[item_id] = read_document(document, updated_at=updated_at)
    if at is not None:
        found |= {item_id: one for item_id, one, _ in load_earlier_items(connection, changed, at)}
    return found


def load_earlier_items(
    connection: Connection, ids: Iterable[int], at: datetime
) -> Iterator[tuple[int, WorkItem, datetime]]:
    """Of items that changed since the instant those that were present, as they were, and since when they were so."""
    for portion in in_portions(ids):
        earlier = connection.execute(
            select(
                item_version.c.item_id,
                item_version.c.document,
                item_version.c.updated_at,
                item_version.c.known_from_at,
            )
            .where(
                item_version.c.item_id.in_(portion),
                item_version.c.known_from_at <= at,
                item_version.c.known_until_at > at,
                item_version.c.state == PRESENT,
            )
            .order_by(item_version.c.item_id)
        )
        for item_id, document, updated_at, known_from_at in earlier:
            yield item_id, read_document(document, updated_at=updated_at), known_from_at


def stays_at(at: datetime) -> ColumnElement[bool]:
    """Stays in sprints that were known at the instant, and of which no end was."""
    return and_(
        membership.c.entered_known_at <= at, or_(membership.c.left_known_at.is_(None), membership.c.left_known_at > at)
    )
