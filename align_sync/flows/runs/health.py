"""How sources fare: what failed, what was told to wait, and until when all processes leave a source alone."""

from datetime import datetime

import structlog
from sqlalchemy import Connection

from align_sync.app import App
from align_sync.errors import AlignSyncError, AuthError, RetriableError, SourceError
from align_sync.flows.runs.ending import say_plainly
from align_sync.scheduling.backoff import blocked_for
from align_sync.scheduling.run import Run, RunKind
from align_sync.store.clock import tell_time
from align_sync.store.runs import bring_forward
from align_sync.store.source_health import (
    SourceHealth,
    block_source,
    load_health,
    load_healths,
    record_failure,
    record_success,
)
from align_sync.telemetry.metrics import TALLY, Counter

log = structlog.get_logger(__name__)
_SOURCE = "source:"


def source_of(run: Run) -> str:
    """The source that a run asks; empty where it asks none."""
    return run.subject.removeprefix(_SOURCE) if run.kind is RunKind.SYNC and run.subject.startswith(_SOURCE) else ""


def note_source(app: App, source: str, failure: AlignSyncError | None) -> None:
    """Write down how a pull of the source ended. That another process has it says nothing about the source."""
    TALLY.count(Counter.SOURCE_READS, source, "complete" if failure is None else type(failure).__name__)
    if failure is None:
        with app.store.write() as connection:
            now = tell_time(connection, app.now())
            record_success(connection, source, now)
            bring_forward(connection, RunKind.SYNC, f"{_SOURCE}{source}")
    elif isinstance(failure, SourceError):
        with app.store.write() as connection:
            until = _note_failure(app, connection, source, failure)
        if until is not None:
            log.warning("source.left_alone", source=source, until=until.isoformat(), problem=str(failure))


def _note_failure(app: App, connection: Connection, source: str, failure: SourceError) -> datetime | None:
    now = tell_time(connection, app.now())
    told = failure.retry_at if isinstance(failure, RetriableError) else None
    if told is not None:
        told = now + (told - app.now())  # from our clock to the one that all go by
    failures = record_failure(
        connection,
        source,
        now=now,
        error_class=type(failure).__name__,
        error=say_plainly(app, failure),
        # One that asks for patience works as it should.
        counts=not (isinstance(failure, RetriableError) and failure.throttled),
    )
    pause = blocked_for(failures, is_auth=isinstance(failure, AuthError))
    until = max((at for at in (told, now + pause if pause else None) if at is not None), default=None)
    return None if until is None or until <= now else block_source(connection, source, until)


def health_of(app: App, source: str) -> SourceHealth:
    with app.store.read() as connection:
        return load_health(connection, source)


def list_healths(app: App) -> tuple[SourceHealth, ...]:
    with app.store.read() as connection:
        return load_healths(connection)
