"""The services that live on a database, and when each was last seen to turn."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, select

from align_sync.store.schema import daemon
from align_sync.store.upsert import insert_into


@dataclass(frozen=True, slots=True, kw_only=True)
class Daemon:
    """`owner` is host, process id and start of the process (`app.name_process`)."""

    owner: str
    engine: str
    version: str
    started_at: datetime
    seen_at: datetime


def save_daemon(connection: Connection, seen: Daemon) -> None:
    values = {
        "owner": seen.owner,
        "engine": seen.engine,
        "version": seen.version,
        "started_at": seen.started_at,
        "seen_at": seen.seen_at,
    }
    added = insert_into(connection, daemon).values(**values)
    connection.execute(added.on_conflict_do_update(index_elements=["owner"], set_=values))


def forget_daemon(connection: Connection, owner: str) -> None:
    connection.execute(delete(daemon).where(daemon.c.owner == owner))


def load_daemons(connection: Connection) -> tuple[Daemon, ...]:
    """The one that was seen last first."""
    rows = connection.execute(select(daemon).order_by(daemon.c.seen_at.desc(), daemon.c.owner))
    return tuple(
        Daemon(
            owner=row.owner,
            engine=row.engine,
            version=row.version,
            started_at=row.started_at,
            seen_at=row.seen_at,
        )
        for row in rows
    )
