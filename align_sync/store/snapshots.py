"""Reports as they were made, whole, so that each can be rendered again byte for byte."""

import zlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from align_sync.store.schema import snapshot
from align_sync.store.upsert import insert_into

NEWEST = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredSnapshot:
    """`filters` is what the report was asked for, in words; `document` the whole report as JSON."""

    name: str
    made_at: datetime
    as_of_at: datetime
    filters: str
    content_hash: str
    document: bytes = b""


def save_snapshot(connection: Connection, one: StoredSnapshot) -> None:
    """Keep it; the same report twice in a second is one."""
    statement = insert_into(connection, snapshot).values(
        name=one.name,
        made_at=one.made_at,
        as_of_at=one.as_of_at,
        filters=one.filters,
        content_hash=one.content_hash,
        payload=zlib.compress(one.document, 6),
    )
    connection.execute(statement.on_conflict_do_nothing(index_elements=["name"]))


def load_snapshot(connection: Connection, name: str) -> StoredSnapshot | None:
    return _make(connection.execute(select(snapshot).where(snapshot.c.name == name)).first())


def load_earlier(connection: Connection, filters: str, before: datetime) -> StoredSnapshot | None:
    """The newest report of the same filters that tells of an instant before this one, whenever it was made."""
    chosen = select(snapshot).where(snapshot.c.filters == filters, snapshot.c.as_of_at < before)
    newest = chosen.order_by(snapshot.c.as_of_at.desc(), snapshot.c.id.desc()).limit(1)
    return _make(connection.execute(newest).first())


def _make(row: Row[Any] | None) -> StoredSnapshot | None:
    if row is None:
        return None
    return StoredSnapshot(
        name=row.name,
        made_at=row.made_at,
        as_of_at=row.as_of_at,
        filters=row.filters,
        content_hash=row.content_hash,
        document=zlib.decompress(row.payload),
    )


def load_snapshots(connection: Connection, *, newest: int = NEWEST) -> tuple[StoredSnapshot, ...]:
    """The newest ones, without what is in them."""
    told = (snapshot.c[name] for name in ("name", "made_at", "as_of_at", "filters", "content_hash"))
    rows = connection.execute(select(*told).order_by(snapshot.c.id.desc()).limit(newest)).mappings()
    return tuple(StoredSnapshot(**row) for row in rows)
