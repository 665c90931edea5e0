"""A slot has come, or a person asks: the row, and the word to those who do it."""

from datetime import datetime

from align_sync.app import App
from align_sync.flows import runs
from align_sync.jobs.transport import Transport
from align_sync.scheduling.run import Run, RunKind, RunState
from align_sync.scheduling.schedule import Schedule


def tick(app: App, schedule: Schedule, fire_at: datetime, transport: Transport) -> Run | None:
    """None where the slot has its row already, from whomever."""
    return _woken(runs.tick(app, schedule, fire_at, transport.enlist), transport)


def ask(app: App, kind: RunKind, subject: str, transport: Transport) -> Run:
    """A run beside all schedules."""
    run = runs.ask(app, kind, subject, transport.enlist)
    _woken(run, transport)
    return run


def _woken(run: Run | None, transport: Transport) -> Run | None:
    if run is not None and run.state is RunState.QUEUED:
        transport.wake(run)
    return run
