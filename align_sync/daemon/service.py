"""The service: a clock that ticks, a loop that makes good what was missed, one that delivers, and those who work."""

import threading
import time
from collections.abc import Callable
from datetime import timedelta

import structlog

from align_sync.app import App
from align_sync.daemon.alarm import Alarm
from align_sync.daemon.dispatcher import Dispatcher
from align_sync.daemon.inline import InlineDispatcher
from align_sync.daemon.loop import Loop
from align_sync.daemon.probes import ServiceState, open_probes
from align_sync.daemon.queue import open_queue
from align_sync.errors import AlignSyncError, AlreadyRunningError
from align_sync.flows.deliver import deliver
from align_sync.flows.runs import begin_service, end_service, note_service
from align_sync.jobs import BEATS_A_LEASE, Ended, execute, reconcile
from align_sync.scheduling.run import RunKind
from align_sync.scheduling.schedule import Schedule
from align_sync.settings_service import Engine

log = structlog.get_logger(__name__)

OnEnd = Callable[[Ended], None]
MOST_SILENCE = timedelta(seconds=90)
LOOK_EVERY = timedelta(seconds=0.1)
PAGE_TIME = timedelta(seconds=5)
"""Of the grace: until a pull that is told to stop has come to the end of its page."""


def open_dispatcher(app: App) -> Dispatcher:
    """The engine that the settings name. Raises `UserError` where it cannot be had."""
    if app.settings.engine is Engine.PROCRASTINATE:
        return open_queue(app)
    return InlineDispatcher(app.settings.serve.workers)


class Service:
    """`begin`, and `end` in any case. `on_end` is told of every run that ended here, from several threads."""

    def __init__(self, app: App, dispatcher: Dispatcher, schedules: tuple[Schedule, ...], on_end: OnEnd) -> None:
        self.failure: AlreadyRunningError | None = None
        self.schedules = schedules
        self._app, self._dispatcher, self._on_end = app, dispatcher, on_end
        self._started_at = app.now()
        self._fence: int | None = None
        self._is_leaving = False
        self._leave = threading.Event()
        serve = app.settings.serve
        self._alarm = Alarm(app, dispatcher, schedules)
        self._pulse = Loop("pulse", serve.lease / BEATS_A_LEASE, self._beat)
        self._reconciling = Loop("reconcile", serve.reconcile_every, self._reconcile)
        self._delivering = Loop("deliver", serve.reconcile_every, lambda: deliver(app))

    def begin(self, leave: threading.Event) -> None:
        """Raises `AlreadyRunningError` where an engine without a queue works on this database already.

        `leave` is set by the service itself where it was thought dead, and another took its place.
        """
        self._leave = leave
        is_alone = self._app.settings.engine is Engine.INLINE
        self._fence = begin_service(self._app, started_at=self._started_at, is_alone=is_alone)
        self._dispatcher.start(self._execute)
        self._alarm.start()
        for loop in (self._pulse, self._reconciling, self._delivering):
            loop.start()
        log.info("service.started", engine=self._dispatcher.name, schedules=len(self.schedules))

    def end(self) -> None:
        """Begin nothing more; what is under way may end, and near the end of the grace is asked to."""
        self._is_leaving = True
        log.info("service.ending")
        grace = self._app.settings.serve.grace
        asking = threading.Timer(max(grace - PAGE_TIME, grace / 2).total_seconds(), self._app.stop.set)
        asking.daemon = True
        asking.start()
        self._alarm.stop()
        for loop in (self._reconciling, self._delivering):
            loop.stop()
        self._dispatcher.stop(grace)
        asking.cancel()
        self._app.stop.set()
        for loop in (self._reconciling, self._delivering):
            loop.join(PAGE_TIME)
        self._pulse.stop()
        self._pulse.join(PAGE_TIME)
        try:
            end_service(self._app, self._fence)
        except AlignSyncError as error:
            log.warning("service.not_signed_off", problem=str(error))
        log.info("service.ended")

    def unready(self) -> str:
        """Why it does not do its work as it should, in one line; empty where it does. No tracker counts here."""
        if self._is_leaving:
            return "it is ending"
        if not self.is_turning():
            return "its clock stands still"
        if self._reconciling.silent_for > max(MOST_SILENCE, 3 * self._app.settings.serve.reconcile_every):
            return "it has not looked for a while at what is to be done"
        return self._dispatcher.health()

    def is_turning(self) -> bool:
        """Whether it lives at all, also where the database or an engine is away."""
        return self._alarm.is_alive()

    def _execute(self, run_id: int) -> None:
        if self._is_leaving:
            return
        ended = execute(self._app, run_id)
        if ended is None:
            return
        self._on_end(ended)
        if ended.run.kind is RunKind.DIGEST:
            self._delivering.poke()

    def _reconcile(self) -> None:
        reconcile(self._app, self._dispatcher, self.schedules)

    def _beat(self) -> None:
        try:
            note_service(self._app, started_at=self._started_at, fence=self._fence)
        except AlreadyRunningError as error:
            self.failure = error
            self._leave.set()


def wait_for_signal(leave: threading.Event) -> None:
    """Wait as a main thread has to, whose signals set `leave`.

    A signal that comes just before a wait without an end is told of only after it, and one that comes while the event
    is locked for a wait would lock it once more.
    """
    while not leave.is_set():
        time.sleep(LOOK_EVERY.total_seconds())


def serve(app: App, schedules: tuple[Schedule, ...], leave: threading.Event, on_end: OnEnd) -> None:
    """Work until `leave` is set. Raises `AlreadyRunningError` where another service does all the work."""
    service = Service(app, open_dispatcher(app), schedules, on_end)
    told = ServiceState(app=app, is_turning=service.is_turning, unready=service.unready)
    with open_probes(app.settings.serve, told):
        service.begin(leave)
        try:
            wait_for_signal(leave)
        finally:
            service.end()
    if service.failure is not None:
        raise service.failure
