"""Does one run, from its claim to its end. All engines call this, and it does not matter how often they do."""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import structlog

from align_sync.app import App
from align_sync.errors import AlignSyncError
from align_sync.flows import runs
from align_sync.jobs.kinds import WORK
from align_sync.scheduling.run import Run, RunKind, RunState

log = structlog.get_logger(__name__)

Work = Mapping[RunKind, Callable[[App, Run], str]]
BEATS_A_LEASE = 3


@dataclass(frozen=True, slots=True)
class Ended:
    """The row as it is now, and what stopped the work if anything did."""

    run: Run
    failure: Exception | None = None


def execute(app: App, run_id: int, *, work: Work = WORK) -> Ended | None:
    """Claim it, do it, write down what became of it. Never raises; None where there was nothing to do here.

    Where the end cannot be written, the lease runs out and the run is done again: all work can be done twice.
    """
    with structlog.contextvars.bound_contextvars(run=run_id):
        try:
            claimed = runs.claim(app, run_id)
            return None if claimed is None else _do(app, claimed, work)
        except Exception:
            log.exception("run.lost_sight_of")
            return None


def _do(app: App, claimed: runs.Claimed, work: Work) -> Ended | None:
    run = claimed.run
    log.info("run.started", kind=run.kind, subject=run.subject, attempt=run.attempt, fence=run.fence)
    failure: Exception | None
    outcome = ""
    with _beating(app, claimed):
        try:
            outcome = work[run.kind](app, run)
        except AlignSyncError as error:
            failure = error
        except Exception as error:
            log.exception("run.broke")
            failure = error
        else:
            failure = None
    ending = runs.end_well(outcome) if failure is None else _end_badly(app, run, failure)
    ended = runs.finish(app, claimed, ending)
    if ended is None:
        return None
    _tell(ended, failure)
    return Ended(ended, failure)


def _end_badly(app: App, run: Run, error: Exception) -> runs.Ending:
    source = runs.source_of(run)
    blocked_until = runs.health_of(app, source).blocked_until_at if source else None
    return runs.end_badly(app, run, error, blocked_until)


def _tell(ended: Run, failure: Exception | None) -> None:
    told = {"kind": ended.kind, "subject": ended.subject, "attempt": ended.attempt}
    if ended.state is RunState.DONE:
        log.info("run.finished", outcome=ended.outcome, **told)
    elif ended.state in {RunState.QUEUED, RunState.SKIPPED}:
        log.info("run.put_back", state=ended.state, problem=str(failure), **told)
    elif ended.next_attempt_at is not None:
        log.warning("run.failed", problem=ended.error, next_attempt_at=ended.next_attempt_at.isoformat(), **told)
    else:
        log.error("run.dead", problem=ended.error, **told)


@contextmanager
def _beating(app: App, claimed: runs.Claimed) -> Iterator[None]:
    """Renews the claim again and again while the work goes on."""
    is_over = threading.Event()
    beat = app.settings.serve.lease.total_seconds() / BEATS_A_LEASE

    def keep() -> None:
        while not is_over.wait(beat):
            try:
                if not runs.renew(app, claimed):
                    log.warning("run.lease_lost", run=claimed.run.id, fence=claimed.run.fence)
                    return
            except AlignSyncError as error:
                # The next beat tries again, and the lease lasts longer than that.
                log.warning("run.not_renewed", run=claimed.run.id, problem=str(error))

    keeper = threading.Thread(target=keep, name=f"run-{claimed.run.id}", daemon=True)
    keeper.start()
    try:
        yield
    finally:
        is_over.set()
        keeper.join()
