"""Removing what is over and old: a portion at a time, so that nobody waits long for a lock.

Each function is one step of one transaction. It returns how many rows it removed, or the id to go on from, and is
called until nothing is left. None of them touches the book, decisions or good readings.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Table, and_, delete, exists, func, or_, select

from align_sync.okr.readings import ReadingStatus
from align_sync.scheduling.run import RunState
from align_sync.sending.entry import EntryState
from align_sync.store.items import GONE, PRESENT
from align_sync.store.schema import (
    daemon,
    decision,
    digest,
    evidence,
    item,
    item_version,
    metric_run,
    outbox,
    parent_edge,
    reading,
    run,
    snapshot,
    sprint_version,
    sweep,
    waiting,
)
from align_sync.store.sweeps import COMPLETE, RUNNING
from align_sync.store.upsert import PORTION

_OVER = tuple(state.value for state in RunState if state.is_over)
_SETTLED = (EntryState.SENT.value, EntryState.DEAD.value)


def prune_runs(connection: Connection, before: datetime) -> int:
    """Runs that are over, by when they ended and by their slot: a schedule must find the slots it may look back to."""
    ended_at = func.coalesce(run.c.ended_at, run.c.created_at)
    return _remove(connection, run, run.c.state.in_(_OVER), ended_at <= before, run.c.fire_at <= before)


def prune_daemons(connection: Connection, before: datetime) -> int:
    """Rows of daemons that are long gone without having said so."""
    gone = select(daemon.c.owner).where(daemon.c.seen_at <= before).limit(PORTION)
    return len(connection.execute(delete(daemon).where(daemon.c.owner.in_(gone)).returning(daemon.c.owner)).all())


def prune_messages(connection: Connection, before: datetime) -> int:
    """Messages that are settled and that no other message hangs on, or replaces; call again for those above them.

    Whatever still has to be sent, or looked after, or decided by a person stays, with all that it needs.
    """
    other = outbox.alias("other")
    # Two lists that are made once: asked row by row, each row would have the table read as a whole.
    parents = select(other.c.parent_id).where(other.c.parent_id.is_not(None))
    replaced = select(other.c.replaces_id).where(other.c.replaces_id.is_not(None))
    return _remove(
        connection,
        outbox,
        outbox.c.state.in_(_SETTLED),
        outbox.c.created_at <= before,
        or_(outbox.c.sent_at.is_(None), outbox.c.sent_at <= before),
        outbox.c.look_again_at.is_(None),
        outbox.c.id.not_in(parents),
        outbox.c.id.not_in(replaced),
    )


def prune_digests(connection: Connection, before: datetime) -> int:
    """Digests without messages; the newest one of each team stays, as the next is compared with it."""
    newer = digest.alias("newer")
    is_followed = exists().where(newer.c.kind == digest.c.kind, newer.c.team == digest.c.team, newer.c.id > digest.c.id)
    has_messages = exists().where(outbox.c.digest_id == digest.c.id)
    return _remove(connection, digest, digest.c.made_at <= before, is_followed, ~has_messages)


def prune_snapshots(connection: Connection, before: datetime, compared_before: datetime) -> int:
    """Copies of reports that no digest names and no report is compared with any more.

    A report is compared with the newest copy of its kind that was some days old then: of those older than
    `compared_before` the newest one stays.
    """
    newer = snapshot.alias("newer")
    is_followed = exists().where(
        newer.c.filters == snapshot.c.filters,
        newer.c.as_of_at < compared_before,
        or_(
            newer.c.as_of_at > snapshot.c.as_of_at,
            and_(newer.c.as_of_at == snapshot.c.as_of_at, newer.c.id > snapshot.c.id),
        ),
    )
    is_named = snapshot.c.name.in_(select(digest.c.snapshot))
    return _remove(connection, snapshot, snapshot.c.made_at <= before, is_followed, ~is_named)


def prune_item_versions(connection: Connection, before: datetime) -> int:
    """What items were until then: a report of a later instant asks for none of it."""
    return _remove(connection, item_version, item_version.c.known_until_at <= before)


def prune_sprint_versions(connection: Connection, before: datetime) -> int:
    return _remove(connection, sprint_version, sprint_version.c.known_until_at <= before)


def prune_sweeps(connection: Connection, before: datetime) -> int:
    """Readings of sources, but the last one and the last complete one before: they say how the source stood then."""
    newer = sweep.alias("newer")
    is_followed = exists().where(
        newer.c.source == sweep.c.source,
        newer.c.id > sweep.c.id,
        newer.c.state == COMPLETE,
        newer.c.finished_at <= before,
    )
    return _remove(connection, sweep, sweep.c.state != RUNNING, sweep.c.finished_at <= before, is_followed)


def prune_failed_readings(connection: Connection, before: datetime) -> int:
    return _remove(connection, reading, reading.c.status == ReadingStatus.FAILED.value, reading.c.recorded_at <= before)


def prune_metric_runs(connection: Connection, before: datetime) -> int:
    """Runs that left no reading behind."""
    with_readings = select(reading.c.run_id).where(reading.c.run_id.is_not(None))
    return _remove(connection, metric_run, metric_run.c.started_at <= before, metric_run.c.id.not_in(with_readings))


@dataclass(frozen=True, slots=True)
class ItemsPruned:
    """`last_id` is where to go on; None at the end."""

    removed: int
    last_id: int | None


def prune_items(connection: Connection, gone_before: datetime, *, after: int = 0) -> ItemsPruned:
    """Tombstones on which nothing rests any more, with all that hangs on them.

    Those with an earlier version stay: a report of a day on which they were there is made from it. So do those that
    somebody decided about, that a present item names as its parent, or that the evidence of another item leads to.
    """
    old = (item.c.state == GONE, item.c.changed_at <= gone_before)
    # Locked first and asked about afterwards, so that a decision that is being written cannot vanish with its item.
    locked = select(item.c.id).where(*old, item.c.id > after).order_by(item.c.id).limit(PORTION)
    ids = connection.scalars(locked.with_for_update(skip_locked=True)).all()
    if not ids:
        return ItemsPruned(0, None)
    on_the_way = select(evidence.c.via_id).where(evidence.c.via_id.in_(ids), evidence.c.via_id != evidence.c.item_id)
    needed = set(connection.scalars(on_the_way.distinct()))
    unneeded = connection.scalars(select(item.c.id).where(item.c.id.in_(ids), *old, *_unneeded()))
    free = [item_id for item_id in unneeded if item_id not in needed]
    if free:
        connection.execute(delete(waiting).where(waiting.c.item_id.in_(free)))
        connection.execute(delete(item).where(item.c.id.in_(free)))
    return ItemsPruned(len(free), ids[-1])


def _unneeded() -> Sequence[ColumnElement[bool]]:
    child = item.alias("child")
    living = select(parent_edge.c.item_id).join(child, child.c.id == parent_edge.c.item_id)
    living = living.where(child.c.state == PRESENT, parent_edge.c.source == item.c.source)
    by_id = living.where(parent_edge.c.parent_external_id == item.c.external_id)
    by_key = living.where(parent_edge.c.parent_external_id == "", parent_edge.c.parent_key == item.c.key)
    return (
        ~exists().where(item_version.c.item_id == item.c.id),
        ~exists().where(decision.c.item_id == item.c.id),
        ~by_id.correlate(item).exists(),
        ~by_key.correlate(item).exists(),
    )


def _remove(connection: Connection, table: Table, *conditions: ColumnElement[bool]) -> int:
    """One portion, the oldest rows first."""
    key = table.c.id
    old = select(key).where(*conditions).order_by(*_by_age(table)).limit(PORTION)
    # The conditions stand in both places: what another process changed meanwhile is judged as it is now.
    removed = connection.execute(delete(table).where(key.in_(old), *conditions).returning(key))
    return len(removed.all())


def _by_age(table: Table) -> Sequence[ColumnElement[object]]:
    return (table.c.created_at,) if table is outbox else (table.c.id,)
