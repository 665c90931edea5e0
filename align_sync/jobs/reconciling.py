"""Makes good whatever was missed: slots without a row, runs that nobody does. It may be called at any time."""

from collections.abc import Iterable
from dataclasses import dataclass

import structlog

from align_sync.app import App
from align_sync.flows import runs
from align_sync.jobs.ticking import tick
from align_sync.jobs.transport import Transport
from align_sync.scheduling.schedule import Schedule
from align_sync.scheduling.slots import is_made_up_for, newest_due

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciled:
    """`caught_up` slots got the row that they should have had, `handed_over` runs were told to those who do them."""

    caught_up: int = 0
    handed_over: int = 0


def reconcile(app: App, transport: Transport, schedules: Iterable[Schedule]) -> Reconciled:
    """Of each schedule the newest slot that is due, if not too old; and all runs that somebody should be doing.

    A digest of before the first sign of life of a service is none that was missed (`scheduling/slots.py`).
    """
    due = runs.list_due(app, transport.enlist)
    for run in due:
        transport.wake(run)
    now = app.now()
    since = runs.find_first_life(app)
    newest = ((schedule, newest_due(schedule, now)) for schedule in schedules)
    slots = [(one, at) for one, at in newest if at is not None and is_made_up_for(one, at, since)]
    ticked = [tick(app, schedule, at, transport) for schedule, at in runs.list_missing(app, slots)]
    caught_up = sum(run is not None for run in ticked)
    if caught_up or due:
        log.info("runs.reconciled", caught_up=caught_up, handed_over=len(due))
    return Reconciled(caught_up=caught_up, handed_over=len(due))
