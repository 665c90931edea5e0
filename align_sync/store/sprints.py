"""Sprints and who is in them: re-read on every run, since their changes do not touch their items."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import Connection, bindparam, select, update

from align_sync.store.schema import membership, sprint
from align_sync.store.upsert import insert_rows
from align_sync.sync.plan import Move
from align_sync.work import Sprint, SprintRef, SprintState

_TOLD = ("name", "state", "team", "board", "goal", "starts_at", "ends_at", "completed_at")


def save_sprints(connection: Connection, sprints: Iterable[Sprint], now: datetime) -> int:
    """Write what is new or changed; returns how many that were."""
    known = {(row.ref.source, row.ref.external_id): row for row in load_sprints(connection)}
    differing = [s for s in sprints if known.get((s.ref.source, s.ref.external_id)) != s]
    rows = [
        {
            "source": s.ref.source,
            "external_id": s.ref.external_id,
            **{name: getattr(s, name) for name in _TOLD},
            "first_seen_at": now,
            "changed_at": now,
        }
        for s in differing
    ]
    insert_rows(connection, sprint, rows, key=("source", "external_id"), updates=(*_TOLD, "changed_at"))
    return len(differing)


def load_sprints(connection: Connection, source: str | None = None) -> tuple[Sprint, ...]:
    chosen = select(sprint).order_by(sprint.c.source, sprint.c.starts_at.nulls_last(), sprint.c.external_id)
    if source is not None:
        chosen = chosen.where(sprint.c.source == source)
    return tuple(
        Sprint(
            ref=SprintRef(source=row.source, external_id=row.external_id),
            name=row.name,
            state=SprintState(row.state),
            team=row.team,
            board=row.board,
            goal=row.goal,
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            completed_at=row.completed_at,
        )
        for row in connection.execute(chosen)
    )


def load_sprint_ids(connection: Connection, source: str) -> dict[str, int]:
    """Our ids of a source's sprints, by the tracker's."""
    rows = connection.execute(select(sprint.c.external_id, sprint.c.id).where(sprint.c.source == source))
    return {row.external_id: row.id for row in rows}


def save_moves(
    connection: Connection,
    entered: Iterable[Move],
    left: Iterable[Move],
    *,
    item_ids: Mapping[str, int],
    sprint_ids: Mapping[str, int],
    now: datetime,
) -> None:
    """Begin and end stays; the history of earlier ones is kept."""
    ended = [
        {"of_item": item_ids[move.external_id], "of_sprint": sprint_ids[move.sprint_id], "at": now} for move in left
    ]
    if ended:
        connection.execute(
            update(membership)
            .where(
                membership.c.item_id == bindparam("of_item"),
                membership.c.sprint_id == bindparam("of_sprint"),
                membership.c.left_at.is_(None),
            )
            .values(left_at=bindparam("at")),
            ended,
        )
    begun = [
        {"item_id": item_ids[move.external_id], "sprint_id": sprint_ids[move.sprint_id], "entered_at": now}
        for move in entered
    ]
    insert_rows(connection, membership, begun, updates=())
