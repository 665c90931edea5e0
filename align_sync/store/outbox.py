"""The outbox: messages that wait to be sent, and those that were; claimed by one process at a time.

Whether a statement wrote a row is told by RETURNING: `rowcount` is -1 after an insert with psycopg, whatever it did.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, func, or_, select, update

from align_sync.sending.entry import EntryState, OutboxEntry
from align_sync.sending.protocol import SETTLE, is_due
from align_sync.store.clock import tell_time
from align_sync.store.schema import outbox
from align_sync.store.upsert import insert_into

_TICK = timedelta(microseconds=1)
_OPEN = (EntryState.PENDING.value, EntryState.SENDING.value)
_PARENT, _REPLACED, _ELDER = outbox.alias("parent"), outbox.alias("replaced"), outbox.alias("elder")
# Made once, as the columns of an alias come into being at their first use: two threads at once saw half of them.
_ENTRIES: Select[Any] = select(
    outbox,
    _PARENT.c.external_id.label("parent_external_id"),
    _PARENT.c.state.label("parent_state"),
    _REPLACED.c.external_id.label("replaces_external_id"),
    _REPLACED.c.state.label("replaces_state"),
).select_from(
    outbox.outerjoin(_PARENT, _PARENT.c.id == outbox.c.parent_id).outerjoin(
        _REPLACED, _REPLACED.c.id == outbox.c.replaces_id
    )
)
_ELDERS = select(_ELDER.c.id).where(
    _ELDER.c.parent_id == outbox.c.parent_id,
    _ELDER.c.created_at < outbox.c.created_at,
    _ELDER.c.state.in_(_OPEN),
)


def queue_entry(connection: Connection, entry: OutboxEntry, now: datetime) -> bool:
    """Write it down, after all others of its channel; False where the key is there already."""
    last_at = connection.execute(
        select(func.max(outbox.c.created_at)).where(outbox.c.channel == entry.channel)
    ).scalar_one_or_none()
    created_at = entry.created_at or tell_time(connection, now)
    # In one transaction all are written at the same time, and still there is a first and a second.
    created_at = created_at if last_at is None or last_at < created_at else last_at + _TICK
    written: str | None = connection.execute(
        insert_into(connection, outbox)
        .values(_row(replace(entry, created_at=created_at)))
        .on_conflict_do_nothing(index_elements=["dedupe_key"])
        .returning(outbox.c.id)
    ).scalar_one_or_none()
    return written is not None


def find_entry(connection: Connection, entry_id: str) -> OutboxEntry | None:
    row = connection.execute(_ENTRIES.where(outbox.c.id == entry_id)).one_or_none()
    return None if row is None else _entry(row)


def load_entries(
    connection: Connection,
    *,
    states: Sequence[EntryState] = (),
    channel: str | None = None,
    digest_id: int | None = None,
    newest: int | None = None,
) -> tuple[OutboxEntry, ...]:
    """Newest first; of all states unless some are named."""
    query = _ENTRIES.order_by(outbox.c.created_at.desc(), outbox.c.id)
    if states:
        query = query.where(outbox.c.state.in_([state.value for state in states]))
    if channel is not None:
        query = query.where(outbox.c.channel == channel)
    if digest_id is not None:
        query = query.where(outbox.c.digest_id == digest_id)
    return tuple(_entry(row) for row in connection.execute(query.limit(newest)))


def find_by_start(connection: Connection, start: str, most: int) -> tuple[OutboxEntry, ...]:
    """Entries whose identifier begins so, or whose key is this."""
    like = start.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    wanted = or_(outbox.c.id.like(like, escape="\\"), outbox.c.dedupe_key == start)
    return tuple(_entry(row) for row in connection.execute(_ENTRIES.where(wanted).limit(most)))


def has_work(connection: Connection, channel: str, address: str, now: datetime) -> bool:
    """Whether something may be due; whether it is, the claim tells."""
    now = tell_time(connection, now)
    waiting = or_(outbox.c.state.in_(_OPEN), outbox.c.look_again_at <= now)
    wanted = and_(outbox.c.channel == channel, outbox.c.address == address, waiting)
    return connection.execute(select(outbox.c.id).where(wanted).limit(1)).first() is not None


def find_busy_until(connection: Connection, channel: str, now: datetime) -> datetime | None:
    """When the lease of the one that sends over this channel ends; None where nobody does."""
    ends_at: datetime | None = connection.execute(
        select(func.max(outbox.c.lease_until_at)).where(
            outbox.c.channel == channel,
            outbox.c.state == EntryState.SENDING.value,
            outbox.c.lease_until_at > now,
        )
    ).scalar_one_or_none()
    return ends_at


def lock_due(connection: Connection, channel: str, address: str, now: datetime) -> OutboxEntry | None:
    """The oldest entry that may be claimed, held until the transaction ends.

    A reply waits until its parent is sent, an edit until what it replaces is, and both until the replies before them
    are: a thread is read from top to bottom.
    """
    sending = and_(outbox.c.state == EntryState.SENDING.value, outbox.c.lease_until_at <= now - SETTLE)
    query = (
        _ENTRIES.where(
            outbox.c.channel == channel,
            outbox.c.address == address,
            or_(outbox.c.state == EntryState.PENDING.value, sending),
            or_(outbox.c.not_before_at.is_(None), outbox.c.not_before_at <= now),
            or_(outbox.c.parent_id.is_(None), _PARENT.c.state == EntryState.SENT.value),
            or_(outbox.c.replaces_id.is_(None), _REPLACED.c.state == EntryState.SENT.value),
            ~_ELDERS.exists(),
        )
        .order_by(outbox.c.created_at, outbox.c.id)
        .limit(1)
        .with_for_update(of=outbox, skip_locked=True)
    )
    row = connection.execute(query).one_or_none()
    entry = None if row is None else _entry(row)
    return entry if entry is not None and is_due(entry, now) else None


def lock_look(connection: Connection, channel: str, address: str, now: datetime) -> OutboxEntry | None:
    """A sent entry of which it is time to look again, held until the transaction ends."""
    query = (
        _ENTRIES.where(
            outbox.c.channel == channel,
            outbox.c.address == address,
            outbox.c.state == EntryState.SENT.value,
            outbox.c.look_again_at <= now,
        )
        .order_by(outbox.c.look_again_at, outbox.c.id)
        .limit(1)
        .with_for_update(of=outbox, skip_locked=True)
    )
    row = connection.execute(query).one_or_none()
    return None if row is None else _entry(row)


def update_entry(
    connection: Connection, entry: OutboxEntry, values: Mapping[str, object], *, states: Sequence[EntryState]
) -> bool:
    """False where it was taken over, or is in none of these states any more: then nothing is written."""
    written: str | None = connection.execute(
        update(outbox)
        .where(
            outbox.c.id == entry.id,
            outbox.c.fence == entry.fence,
            outbox.c.state.in_([state.value for state in states]),
        )
        .values(values)
        .returning(outbox.c.id)
    ).scalar_one_or_none()
    return written is not None


def resolve_entry(
    connection: Connection, entry: OutboxEntry, *, author: str, is_sent: bool, looks_again: bool, now: datetime
) -> None:
    """What a person decided: it is over, or it goes out as if it never had. Nobody who held it writes any more.

    With `looks_again` it is looked what it is called out there, since replies hang on that.
    """
    now = tell_time(connection, now)
    values: dict[str, object] = {"lease_until_at": None, "not_before_at": None, "resolved_by": author}
    values |= {"fence": outbox.c.fence + 1, "last_error": ""}
    if is_sent:
        values |= {"state": EntryState.SENT.value, "sent_at": now, "look_again_at": now if looks_again else None}
    else:
        values |= {"state": EntryState.PENDING.value, "attempts": 0, "maybe_sent": False, "first_send_at": None}
    connection.execute(update(outbox).where(outbox.c.id == entry.id).values(values))


def _row(entry: OutboxEntry) -> dict[str, object]:
    values = {column.name: getattr(entry, column.name) for column in outbox.columns}
    return values | {"state": entry.state.value}


def _entry(row: Row[Any]) -> OutboxEntry:
    values = {column.name: getattr(row, column.name) for column in outbox.columns}
    sent = EntryState.SENT.value
    return OutboxEntry(
        **values | {"state": EntryState(row.state)},
        parent_external_id=row.parent_external_id if row.parent_state == sent else None,
        replaces_external_id=row.replaces_external_id if row.replaces_state == sent else None,
    )
