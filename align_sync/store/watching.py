"""How the service stands, by its tables: what probes, metrics, `doctor` and `restore` ask, in a few cheap questions."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, case, func, select

from align_sync.store.clock import SERVER_CLOCK
from align_sync.store.engine import Store
from align_sync.store.schema import (
    SCHEMA_REVISION,
    digest,
    lease,
    outbox,
    run,
    source_health,
    source_state,
)

NEEDED_SCHEMA = SCHEMA_REVISION
"""What this version needs, for those who show it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldLease:
    name: str
    owner: str
    until_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceStanding:
    """`failures` in a row; `blocked_until_at` is when the source is asked again."""

    source: str
    kind: str = ""
    members: int = 0
    complete_at: datetime | None = None
    failure: str = ""
    failures: int = 0
    blocked_until_at: datetime | None = None
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageCount:
    """Messages of one channel in one state; `oldest_at` is when the oldest was written."""

    channel: str
    state: str
    number: int
    unclear: int
    oldest_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RunCount:
    kind: str
    state: str
    number: int
    last_at: datetime


def read_clock_of(store: Store, connection: Connection, now: datetime) -> datetime:
    """What leases go by (`store/clock.py`), also for those who only read."""
    if not store.writer.get_execution_options().get(SERVER_CLOCK):
        return now
    told: datetime = connection.execute(select(func.clock_timestamp())).scalar_one()
    return told


def load_held_leases(connection: Connection, now: datetime) -> tuple[HeldLease, ...]:
    """Those that have not run out."""
    held = select(lease.c.name, lease.c.owner, lease.c.until_at).where(
        lease.c.owner.is_not(None), lease.c.until_at > now
    )
    return tuple(HeldLease(**row) for row in connection.execute(held.order_by(lease.c.name)).mappings())


def load_sources(connection: Connection) -> tuple[SourceStanding, ...]:
    """Every source that was ever tried, or failed."""
    told = {row.source: row for row in connection.execute(select(*(source_state.c[name] for name in _STOOD)))}
    health = {row.source: row for row in connection.execute(select(*(source_health.c[name] for name in _FARED)))}
    return tuple(_join(name, told.get(name), health.get(name)) for name in sorted(told.keys() | health.keys()))


_STOOD = ("source", "kind", "members", "complete_at", "failure")
_FARED = ("source", "failures", "blocked_until_at", "error")


def _join(name: str, *rows: Row[Any] | None) -> SourceStanding:
    found: dict[str, Any] = {"source": name}
    for row in rows:
        found |= row._asdict() if row is not None else {}
    return SourceStanding(**found)


def count_messages(connection: Connection) -> tuple[MessageCount, ...]:
    """Those that are not sent yet, or never will be, by channel and state."""
    unclear = func.sum(case((outbox.c.maybe_sent, 1), else_=0))
    chosen = (
        select(
            outbox.c.channel,
            outbox.c.state,
            func.count().label("number"),
            unclear.label("unclear"),
            func.min(outbox.c.created_at).label("oldest_at"),
        )
        .where(outbox.c.state != "sent")
        .group_by(outbox.c.channel, outbox.c.state)
        .order_by(outbox.c.channel, outbox.c.state)
    )
    return tuple(MessageCount(**row) for row in connection.execute(chosen).mappings())


def count_runs(connection: Connection) -> tuple[RunCount, ...]:
    """Runs by kind and state, with when the newest of each was due."""
    chosen = select(run.c.kind, run.c.state, func.count().label("number"), func.max(run.c.fire_at).label("last_at"))
    rows = connection.execute(chosen.group_by(run.c.kind, run.c.state).order_by(run.c.kind, run.c.state))
    return tuple(RunCount(**row) for row in rows.mappings())


def load_dead_runs(connection: Connection, since: datetime) -> Iterator[tuple[int, str, str, str]]:
    """Number, kind, subject and error of the runs that were given up since then, the newest first."""
    chosen = select(run.c.id, run.c.kind, run.c.subject, run.c.error).where(
        run.c.state == "dead", run.c.fire_at > since
    )
    for row in connection.execute(chosen.order_by(run.c.id.desc())):
        yield row.id, row.kind, row.subject, row.error


def load_last_digests(connection: Connection) -> dict[str, datetime]:
    """When the last digest of each kind was built."""
    rows = connection.execute(select(digest.c.kind, func.max(digest.c.made_at)).group_by(digest.c.kind))
    return dict(rows.all())
