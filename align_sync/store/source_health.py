"""How each source fares, for all processes that ask it: failures in a row, and until when it is left alone."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, case, select

from align_sync.store.schema import source_health
from align_sync.store.upsert import insert_into


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceHealth:
    """`failures` are those since the last success; what failed last is told until then."""

    source: str
    failures: int = 0
    blocked_until_at: datetime | None = None
    error_class: str = ""
    error: str = ""
    failed_at: datetime | None = None
    succeeded_at: datetime | None = None

    def blocked_at(self, now: datetime) -> datetime | None:
        """Until when nobody should ask it; None where it may be asked."""
        return self.blocked_until_at if self.blocked_until_at is not None and self.blocked_until_at > now else None


def load_health(connection: Connection, source: str) -> SourceHealth:
    """As if all were well for a source that nobody has asked yet."""
    row = connection.execute(select(source_health).where(source_health.c.source == source)).one_or_none()
    return SourceHealth(source=source) if row is None else _read(row)


def load_healths(connection: Connection) -> tuple[SourceHealth, ...]:
    return tuple(_read(row) for row in connection.execute(select(source_health).order_by(source_health.c.source)))


def record_failure(
    connection: Connection,
    source: str,
    *,
    now: datetime,
    error_class: str,
    error: str,
    counts: bool = True,
) -> int:
    """One more failure, or the same number again where it does not count; how many they are now."""
    new = {"source": source, "failures": int(counts), "error_class": error_class, "error": error, "failed_at": now}
    added = insert_into(connection, source_health).values(**new)
    changed = {"failures": source_health.c.failures + int(counts), **{n: new[n] for n in _LAST}}
    failures: int = connection.execute(
        added.on_conflict_do_update(index_elements=["source"], set_=changed).returning(source_health.c.failures)
    ).scalar_one()
    return failures


_LAST = ("error_class", "error", "failed_at")


def block_source(connection: Connection, source: str, until: datetime) -> datetime:
    """Leave it alone until then, or longer where that was said before; returns until when."""
    known = source_health.c.blocked_until_at
    added = insert_into(connection, source_health).values(source=source, blocked_until_at=until)
    later = case((known > until, known), else_=until)
    blocked: datetime = connection.execute(
        added.on_conflict_do_update(index_elements=["source"], set_={"blocked_until_at": later}).returning(known)
    ).scalar_one()
    return blocked


def record_success(connection: Connection, source: str, now: datetime) -> None:
    """All is well again, and it may be asked at any time."""
    well = {"failures": 0, "blocked_until_at": None, "error_class": "", "error": "", "succeeded_at": now}
    added = insert_into(connection, source_health).values(source=source, **well)
    connection.execute(added.on_conflict_do_update(index_elements=["source"], set_=well))


def _read(row: Row[Any]) -> SourceHealth:
    return SourceHealth(
        source=row.source,
        failures=row.failures,
        blocked_until_at=row.blocked_until_at,
        error_class=row.error_class,
        error=row.error,
        failed_at=row.failed_at,
        succeeded_at=row.succeeded_at,
    )
