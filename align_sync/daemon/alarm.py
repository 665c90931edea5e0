"""The alarm clock: APScheduler in memory, that says when a slot has come and does nothing else.

Its defaults drop a job that is a second late, its cron triggers lose weeks at the change of the clocks, and its job
stores must never be shared. So slots are computed by `scheduling/slots.py`, and what must survive stands in the ledger.
"""

import logging
import time
from datetime import datetime, timedelta

import structlog
from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_MISSED, JobExecutionEvent
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.interval import IntervalTrigger

from align_sync.app import App
from align_sync.errors import AlignSyncError
from align_sync.jobs import tick
from align_sync.jobs.transport import Transport
from align_sync.scheduling.schedule import Schedule
from align_sync.scheduling.slots import due_at, newest_due, next_slot
from align_sync.telemetry.metrics import TALLY, Counter

log = structlog.get_logger(__name__)

TURN = "turn"
TURN_EVERY = timedelta(seconds=10)
MOST_SILENCE = timedelta(seconds=60)


class SlotTrigger:
    """When APScheduler should wake up for a schedule."""

    def __init__(self, schedule: Schedule) -> None:
        self._schedule = schedule

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime:
        """Never one that is past already: of all that was slept through, one wake-up sees the newest."""
        after = now if previous_fire_time is None else max(previous_fire_time, now)
        return due_at(self._schedule, next_slot(self._schedule, after))


# A subclass by word: to inherit would be to inherit from a class that has no types.
BaseTrigger.register(SlotTrigger)


class Alarm:
    """Ticks for each slot as it comes. `faults` counts wake-ups that came to nothing: `reconcile` makes them good."""

    def __init__(self, app: App, transport: Transport, schedules: tuple[Schedule, ...]) -> None:
        self.faults = 0
        self._app, self._transport = app, transport
        self._kinds = {schedule.id: schedule.kind for schedule in schedules}
        self._clock = BackgroundScheduler(
            timezone="UTC",
            executors={"default": ThreadPoolExecutor(1), TURN: ThreadPoolExecutor(1)},
            job_defaults={"coalesce": True, "misfire_grace_time": None, "max_instances": 1},
        )
        # It logs a traceback of whatever fails; `_note_fault` tells it in a line.
        logging.getLogger("apscheduler.executors").setLevel(logging.CRITICAL)
        self._clock.add_listener(self._note_fault, EVENT_JOB_ERROR | EVENT_JOB_MISSED)
        self._turned_at = time.monotonic()
        # In a thread of its own: a database that hangs holds up ticks, and is no reason to restart the service.
        every = IntervalTrigger(seconds=TURN_EVERY.total_seconds(), timezone="UTC")
        self._clock.add_job(self._turn, every, executor=TURN)
        for schedule in schedules:
            self._clock.add_job(self.fire, SlotTrigger(schedule), args=[schedule], id=schedule.id)

    def start(self) -> None:
        self._clock.start()

    def stop(self) -> None:
        """No more slots; one that is being written down is waited for."""
        if self._clock.running:
            self._clock.shutdown(wait=True)

    def is_alive(self) -> bool:
        """Whether anybody would notice that a slot has come."""
        return time.monotonic() - self._turned_at < MOST_SILENCE.total_seconds()

    def fire(self, schedule: Schedule) -> None:
        """What a wake-up for this schedule does."""
        slot = newest_due(schedule, self._app.now())
        if slot is not None:
            tick(self._app, schedule, slot, self._transport)

    def _turn(self) -> None:
        self._turned_at = time.monotonic()

    def _note_fault(self, event: JobExecutionEvent) -> None:
        self.faults += 1
        TALLY.count(Counter.TICKS, self._kinds.get(event.job_id, ""), "failed")
        told = {"schedule": event.job_id, "problem": str(event.exception or "missed")}
        if event.exception is None or isinstance(event.exception, AlignSyncError):
            log.warning("alarm.failed", **told)
        else:
            log.error("alarm.failed", exc_info=event.exception, **told)
