"""A run between its claim and its end: whoever claims it holds it and its subject until a time, and may lose both."""

from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy import Connection

from align_sync.app import App, is_dead
from align_sync.errors import AlreadyRunningError
from align_sync.flows.runs.ending import Ending
from align_sync.flows.runs.health import source_of
from align_sync.scheduling import claims
from align_sync.scheduling.backoff import MOST_ATTEMPTS
from align_sync.scheduling.run import Run, RunKind, RunState
from align_sync.store.clock import tell_time
from align_sync.store.leases import claim_lease, hold_lease, load_owner, release_lease
from align_sync.store.runs import claim_run, finish_run, is_pending, load_run, postpone_run, put_back, renew_run
from align_sync.store.source_health import load_health
from align_sync.telemetry.metrics import TALLY, Counter, Duration

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Claimed:
    """`fence` is that of the lease on its subject; the run has one of its own."""

    run: Run
    fence: int


def subject_lease(subject: str) -> str:
    """The lease under which something is done with a subject: one run at a time, on all hosts."""
    return f"subject:{subject}"


def claim(app: App, run_id: int) -> Claimed | None:
    """The right to do it; None where it is not due, or done, or in other hands, or its subject is.

    A run of a source that is to be left alone is put off until it may be asked again, without an attempt; so is one
    that tells of the work, while pulls are under way.
    """
    try:
        with app.store.write() as connection:
            return _claim(app, connection, run_id)
    except AlreadyRunningError as busy:
        log.info("run.subject_busy", run=run_id, problem=str(busy))
        return None


def _claim(app: App, connection: Connection, run_id: int) -> Claimed | None:
    run = load_run(connection, run_id)
    if run is None or run.state.is_over:
        return None
    now = tell_time(connection, app.now())
    until = claims.put_off_until(
        run,
        now,
        blocked_until=_blocked_until(connection, run, now),
        pulls_pending=is_pending(connection, RunKind.SYNC, now),
    )
    if until is not None:
        # One that a dead worker left behind does not wait: it is found again by whoever looks next.
        postpone_run(connection, run_id, until)
        log.info("run.postponed", run=run_id, subject=run.subject, until=until.isoformat())
        return None
    lasts = app.settings.serve.lease
    claimed = claim_run(connection, run_id, owner=app.owner, now=now, until=now + lasts, dead_owners=_dead(run.owner))
    if claimed is None:
        return None
    name = subject_lease(run.subject)
    holder = load_owner(connection, name)
    fence = claim_lease(connection, name, owner=app.owner, now=app.now(), dead_owners=_dead(holder), lasts=lasts)
    if not claims.is_given_up(claimed):
        return Claimed(claimed, fence)
    error = f"the process that worked on it ended without a word, {MOST_ATTEMPTS} times"
    finish_run(connection, claimed, state=RunState.DEAD, now=now, error_class="LostWorker", error=error)
    release_lease(connection, name, fence)
    log.error("run.dead", run=run_id, subject=run.subject, problem=error)
    return None


def _blocked_until(connection: Connection, run: Run, now: datetime) -> datetime | None:
    source = source_of(run)
    return load_health(connection, source).blocked_at(now) if source else None


def _dead(owner: str | None) -> frozenset[str]:
    return frozenset({owner}) if owner is not None and is_dead(owner) else frozenset[str]()


def renew(app: App, claimed: Claimed) -> bool:
    """Whether it is still ours, and if so for as long again as when it was claimed."""
    lasts = app.settings.serve.lease
    try:
        with app.store.write() as connection:
            hold_lease(connection, subject_lease(claimed.run.subject), claimed.fence, app.now(), lasts=lasts)
            is_ours = renew_run(connection, claimed.run, tell_time(connection, app.now()) + lasts)
    except AlreadyRunningError:
        is_ours = False
    if not is_ours:
        TALLY.count(Counter.LEASES_LOST, claimed.run.kind)
    return is_ours


def finish(app: App, claimed: Claimed, ending: Ending) -> Run | None:
    """The row at its end, and the subject free for others.

    None where another has taken the run over: what it says counts, and nothing of ours is written.
    """
    with app.store.write() as connection:
        now = tell_time(connection, app.now())
        next_at = claims.next_attempt(now, ending.wait, ending.not_before)
        if ending.is_untried:
            ended = put_back(connection, claimed.run, now=now, not_before=next_at)
        else:
            ended = finish_run(
                connection,
                claimed.run,
                state=ending.state,
                now=now,
                outcome=ending.outcome,
                error_class=ending.error_class,
                error=ending.error,
                next_attempt_at=next_at,
            )
        release_lease(connection, subject_lease(claimed.run.subject), claimed.fence)
    if ended is None:
        TALLY.count(Counter.FENCED, claimed.run.kind)
        log.warning("run.fenced", run=claimed.run.id, subject=claimed.run.subject, fence=claimed.run.fence)
        return None
    TALLY.count(Counter.RUNS, ended.kind, ended.state)
    if claimed.run.started_at is not None:
        TALLY.measure(Duration.RUN, ended.kind, seconds=max((now - claimed.run.started_at).total_seconds(), 0.0))
    return ended
