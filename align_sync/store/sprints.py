"""Sprints and who is in them: re-read on every run, since their changes do not touch their items."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from sqlalchemy import Connection, bindparam, select, update

from align_sync.store.history import TOLD_OF_SPRINTS, keep_sprint_versions
from align_sync.store.schema import membership, sprint
from align_sync.store.upsert import insert_rows
from align_sync.sync.plan import Move
from align_sync.work import Sprint, SprintRef, SprintState

IN_ORDER = (sprint.c.starts_at.nulls_last(), sprint.c.external_id)
"""Of several sprints that an item is in the first one has it; whoever asks must find the same."""


def save_sprints(connection: Connection, sprints: Iterable[Sprint], now: datetime) -> int:
    """Write what is new or changed, and keep what was before; returns how many were written."""
    known = {one.ref: one for one in load_sprints(connection)}
    differing = [one for one in sprints if known.get(one.ref) != one]
    keep_sprint_versions(connection, [known[one.ref] for one in differing if one.ref in known], now)
    rows = [
        {
            "source": s.ref.source,
            "external_id": s.ref.external_id,
            **{name: getattr(s, name) for name in TOLD_OF_SPRINTS},
            "first_seen_at": now,
            "changed_at": now,
        }
        for s in differing
    ]
    insert_rows(connection, sprint, rows, key=("source", "external_id"), updates=(*TOLD_OF_SPRINTS, "changed_at"))
    return len(differing)


def load_sprints(
    connection: Connection, source: str | None = None, *, state: SprintState | None = None
) -> tuple[Sprint, ...]:
    """All sprints, or those of a source, or those in one state: in time nearly all of them are over."""
    chosen = select(sprint).order_by(sprint.c.source, *IN_ORDER)
    if source is not None:
        chosen = chosen.where(sprint.c.source == source)
    if state is not None:
        chosen = chosen.where(sprint.c.state == state.value)
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


def load_team_names(connection: Connection) -> frozenset[str]:
    """The teams that have a sprint, whichever state it is in."""
    return frozenset(connection.scalars(select(sprint.c.team).where(sprint.c.team != "").distinct()))


def load_places(connection: Connection, state: SprintState) -> Iterator[tuple[SprintRef, str]]:
    """The sprints in one state with their teams, and nothing else of them."""
    rows = connection.execute(
        select(sprint.c.source, sprint.c.external_id, sprint.c.team).where(sprint.c.state == state.value)
    )
    for source, external_id, team in rows.all():
        yield SprintRef(source=source, external_id=external_id), team


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
    """Begin and end stays as of when they held; that it was learnt `now` is written beside it.

    The history of earlier stays is kept.
    """
    ended = [
        {"of_item": item_ids[move.external_id], "of_sprint": sprint_ids[move.sprint_id], "at": move.at, "now": now}
        for move in left
    ]
    if ended:
        connection.execute(
            update(membership)
            .where(
                membership.c.item_id == bindparam("of_item"),
                membership.c.sprint_id == bindparam("of_sprint"),
                membership.c.left_at.is_(None),
            )
            .values(left_at=bindparam("at"), left_known_at=bindparam("now")),
            ended,
        )
    begun = [
        {
            "item_id": item_ids[move.external_id],
            "sprint_id": sprint_ids[move.sprint_id],
            "entered_at": move.at,
            "entered_known_at": now,
        }
        for move in entered
    ]
    insert_rows(connection, membership, begun, updates=())
