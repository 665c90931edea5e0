"""Digests as they were built, whole and never changed; of several of one week the highest number is in force."""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, Select, func, select

from align_sync.digests.document import hash_digest, read_digest, write_digest
from align_sync.digests.model import Digest, DigestKind
from align_sync.sending.entry import EntryState
from align_sync.store.schema import digest, outbox
from align_sync.store.upsert import insert_into

NEWEST = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredDigest:
    id: int
    number: int
    digest: Digest


def save_digest(connection: Connection, one: Digest, number: int) -> int | None:
    """Its identifier; None where another process wrote down this number before."""
    statement = insert_into(connection, digest).values(
        kind=one.kind.value,
        team=one.team,
        week=one.week,
        number=number,
        state=one.state.value,
        reason=one.reason,
        made_at=one.made_at,
        snapshot=one.snapshot,
        content_hash=hash_digest(one),
        payload=zlib.compress(write_digest(one), 6),
    )
    written: int | None = connection.execute(
        statement.on_conflict_do_nothing(index_elements=["kind", "team", "week", "number"]).returning(digest.c.id)
    ).scalar_one_or_none()
    return written


def find_digest(connection: Connection, kind: DigestKind, team: str, week: str) -> StoredDigest | None:
    """The one in force for the week."""
    chosen = _of(kind, team).where(digest.c.week == week)
    row = connection.execute(chosen.order_by(digest.c.number.desc()).limit(1)).first()
    return None if row is None else _make(row)


def load_before(
    connection: Connection, kind: DigestKind, team: str, week: str, *, weeks: int
) -> tuple[StoredDigest, ...]:
    """The ones in force for the weeks before, the newest first."""
    newest = (
        select(func.max(digest.c.id))
        .where(digest.c.kind == kind.value, digest.c.team == team, digest.c.week < week)
        .group_by(digest.c.week)
        .order_by(digest.c.week.desc())
        .limit(weeks)
    )
    ids = list(connection.execute(newest).scalars())
    rows = connection.execute(select(digest).where(digest.c.id.in_(ids)).order_by(digest.c.week.desc()))
    return tuple(map(_make, rows))


def load_digests(
    connection: Connection, *, kind: DigestKind | None = None, team: str | None = None, newest: int = NEWEST
) -> Iterator[StoredDigest]:
    """The newest ones, all numbers of a week."""
    chosen = select(digest)
    if kind is not None:
        chosen = chosen.where(digest.c.kind == kind.value)
    if team is not None:
        chosen = chosen.where(digest.c.team == team)
    for row in connection.execute(chosen.order_by(digest.c.id.desc()).limit(newest)):
        yield _make(row)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredMessage:
    """A message of a digest: `number` and `part` are from its key, as in `digest:team:Payments:2026-W48:okr:1:0`."""

    id: str
    number: str
    part: int
    address: str
    state: EntryState
    payload: str
    is_reply: bool


def load_messages(
    connection: Connection, kind: DigestKind, team: str, week: str, channel: str
) -> tuple[StoredMessage, ...]:
    """All that was written for a channel in a week, the newest first."""
    chosen = (
        select(outbox)
        .join(digest, digest.c.id == outbox.c.digest_id)
        .where(digest.c.kind == kind.value, digest.c.team == team, digest.c.week == week)
        .where(outbox.c.channel == channel)
        .order_by(outbox.c.created_at.desc(), outbox.c.id)
    )
    return tuple(map(_make_message, connection.execute(chosen)))


def _make_message(row: Row[Any]) -> StoredMessage:
    rest, _, part = row.dedupe_key.rpartition(":")
    return StoredMessage(
        id=row.id,
        number=rest.rpartition(":")[2],
        part=int(part),
        address=row.address,
        state=EntryState(row.state),
        payload=row.payload,
        is_reply=row.parent_id is not None,
    )


def count_messages(connection: Connection, digest_id: int) -> dict[str, int]:
    """By state."""
    chosen = (
        select(outbox.c.state, func.count().label("number"))
        .where(outbox.c.digest_id == digest_id)
        .group_by(outbox.c.state)
    )
    return {row.state: row.number for row in connection.execute(chosen)}


def _of(kind: DigestKind, team: str) -> Select[Any]:
    return select(digest).where(digest.c.kind == kind.value, digest.c.team == team)


def _make(row: Row[Any]) -> StoredDigest:
    return StoredDigest(id=row.id, number=row.number, digest=read_digest(zlib.decompress(row.payload)))
