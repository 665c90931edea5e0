"""What is to be done gets its row: once for each slot of a schedule, and for each request of a person.

`enlist` is called inside the transaction that writes the row, so that a queue in the same database has the work if
and only if the ledger has it.
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy import Connection

from align_sync.app import App, is_dead
from align_sync.errors import UserError
from align_sync.scheduling.run import Run, RunKind, RunState
from align_sync.scheduling.schedule import Schedule
from align_sync.scheduling.slots import due_at, slot_key
from align_sync.store.clock import tell_time
from align_sync.store.runs import insert_run, load_due, load_known_keys, load_owners, load_run, load_runs, revive_run
from align_sync.telemetry.metrics import TALLY, Counter, Duration

log = structlog.get_logger(__name__)

Transaction = Connection
"""An open transaction, to be handed on only."""

Enlist = Callable[[Transaction, Run], None]


def enlist_nowhere(_connection: Transaction, _run: Run) -> None:
    """The caller does the work itself."""


def tick(app: App, schedule: Schedule, fire_at: datetime, enlist: Enlist = enlist_nowhere) -> Run | None:
    """The row of this slot, or None where it has one already: any number of processes may ask at the same time."""
    wish = _Wish(kind=schedule.kind, subject=schedule.subject, key=slot_key(schedule, fire_at), fire_at=fire_at)
    run = _insert(app, wish, enlist)
    TALLY.count(Counter.TICKS, schedule.kind, "known" if run is None else run.state)
    if run is not None:
        late = app.now() - due_at(schedule, fire_at)
        TALLY.measure(Duration.LATENESS, schedule.kind, seconds=max(late.total_seconds(), 0.0))
    return run


def ask(app: App, kind: RunKind, subject: str, enlist: Enlist = enlist_nowhere) -> Run:
    """A run that a person wants now; skipped where one of the same kind and subject waits already."""
    now = app.now()
    key = f"asked:{kind}:{subject}@{now.isoformat()}/{app.owner}"
    run = _insert(app, _Wish(kind=kind, subject=subject, key=key, fire_at=now), enlist)
    if run is None:
        raise UserError("the same was asked for in this very moment", where=subject, advice="run the command again")
    return run


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wish:
    kind: RunKind
    subject: str
    key: str
    fire_at: datetime


def _insert(app: App, wish: _Wish, enlist: Enlist) -> Run | None:
    with app.store.write() as connection:
        run = insert_run(
            connection,
            kind=wish.kind,
            subject=wish.subject,
            dedupe_key=wish.key,
            fire_at=wish.fire_at,
            now=tell_time(connection, app.now()),
        )
        if run is not None and run.state is RunState.QUEUED:
            enlist(connection, run)
    if run is not None:
        log.info("run.asked", run=run.id, kind=run.kind, subject=run.subject, state=run.state)
    return run


def list_missing(app: App, slots: Iterable[tuple[Schedule, datetime]]) -> tuple[tuple[Schedule, datetime], ...]:
    """Those of the slots that have no row yet."""
    by_key = {slot_key(schedule, fire_at): (schedule, fire_at) for schedule, fire_at in slots}
    with app.store.read() as connection:
        known = load_known_keys(connection, by_key)
    return tuple(slot for key, slot in by_key.items() if key not in known)


def list_due(app: App, enlist: Enlist = enlist_nowhere) -> tuple[Run, ...]:
    """All that somebody should do now: it waits and its time has come, or whoever had it fell silent or is dead.

    All of it is enlisted once more.
    """
    # One that writes, since only those know the time of the server.
    with app.store.write() as connection:
        dead = frozenset(filter(is_dead, load_owners(connection)))
        due = load_due(connection, tell_time(connection, app.now()), dead)
        for run in due:
            enlist(connection, run)
    return due


def retry(app: App, run_id: int, enlist: Enlist = enlist_nowhere) -> Run:
    """Let a run that failed or is dead begin anew. Raises `UserError` where it cannot."""
    with app.store.write() as connection:
        run = load_run(connection, run_id)
        if run is None:
            raise _unknown(run_id)
        if run.state not in {RunState.FAILED, RunState.DEAD}:
            advice = f"only what failed or is dead is tried again; for a new one: align-sync jobs run {run.kind}"
            raise UserError(f"run {run_id} is {run.state}", where="jobs retry", advice=advice)
        revived = revive_run(connection, run_id)
        if revived is None:
            message = f"another run of the same kind waits already, and covers run {run_id}"
            raise UserError(message, where="jobs retry", advice="align-sync jobs list --state queued")
        enlist(connection, revived)
    return revived


def show(app: App, run_id: int) -> Run:
    """Raises `UserError` where there is none of this number."""
    with app.store.read() as connection:
        run = load_run(connection, run_id)
    if run is None:
        raise _unknown(run_id)
    return run


def _unknown(run_id: int) -> UserError:
    return UserError(f"there is no run {run_id}", where="jobs", advice="align-sync jobs list")


def list_newest(
    app: App,
    *,
    kinds: Collection[RunKind] = (),
    states: Collection[RunState] = (),
    subject: str = "",
    newest: int = 20,
) -> tuple[Run, ...]:
    """The newest first."""
    with app.store.read() as connection:
        return load_runs(connection, kinds=kinds, states=states, subject=subject, newest=newest)
