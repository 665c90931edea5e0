"""One worker of the queue in a thread, started again whenever it ends: it ends each time the database does."""

import asyncio
import threading
from collections.abc import Callable, Coroutine, Mapping
from contextlib import suppress
from datetime import timedelta
from time import monotonic
from typing import Any

import structlog
from procrastinate import App, PsycopgConnector

from align_sync.daemon.queue.enlisting import QUEUE, TASK
from align_sync.daemon.queue.sweep import STALLED_AFTER, sweep

log = structlog.get_logger(__name__)

HEARTBEAT = timedelta(seconds=10)
SWEEP_EVERY = timedelta(seconds=15)
WATCH_EVERY = timedelta(seconds=0.25)
SIDE_TASKS = frozenset({"update_heartbeats", "listener"})
"""By the names that procrastinate gives them."""
SHORTEST_WAIT, LONGEST_WAIT = 0.5, 30.0
SETTLED_AFTER = 60.0
"""Seconds after which a worker that ends did run, so that the next one starts soon."""
CONNECT_WITHIN = 5.0
POLL_EVERY = timedelta(seconds=1)
"""A new job is told of at once, but not that a subject is free again."""


class Worker:
    """`grace` is for jobs under way at the end, `side_by_side` how many there may be at once."""

    def __init__(
        self, arguments: Mapping[str, Any], *, side_by_side: int, grace: timedelta, poll_every: timedelta = POLL_EVERY
    ) -> None:
        self._arguments, self._side_by_side, self._grace = arguments, side_by_side, grace
        self._poll_every = poll_every
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._end: Callable[[], object] | None = None
        self._thread: threading.Thread | None = None
        self.problem = "the worker of the queue has not started"

    def start(self, execute: Callable[[int], None]) -> None:
        self._thread = threading.Thread(target=self._supervise, args=[execute], name="queue", daemon=True)
        self._thread.start()

    def stop(self, wait: timedelta) -> None:
        """Take no more jobs and wait for those under way; what lasts longer is left to another worker."""
        self._stop.set()
        with self._lock:
            if self._end is not None:
                self._end()
        if self._thread is not None:
            self._thread.join(wait.total_seconds())
            if self._thread.is_alive():
                log.warning("worker.left_behind", waited=str(wait))

    def _supervise(self, execute: Callable[[int], None]) -> None:
        wait = SHORTEST_WAIT
        while not self._stop.is_set():
            began = monotonic()
            # The loop of the driver: the default one of Windows cannot watch its sockets.
            with asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner:
                error = runner.run(_find_end(self._work(execute)))
            self.problem = f"the worker of the queue ended ({_name(error)})"
            if self._stop.is_set():
                return
            wait = SHORTEST_WAIT if monotonic() - began > SETTLED_AFTER else wait
            log.warning("worker.ended", problem=self.problem, next_in=wait)
            self._stop.wait(wait)
            wait = min(2 * wait, LONGEST_WAIT)

    async def _work(self, execute: Callable[[int], None]) -> None:
        connector = PsycopgConnector(
            kwargs=dict(self._arguments), min_size=1, max_size=4, timeout=CONNECT_WITHIN, name="queue"
        )
        app = App(connector=connector)

        @app.task(name=TASK, queue=QUEUE)
        async def run(run_id: int) -> None:
            await _in_thread(execute, run_id)

        try:
            await app.open_async()
            work = asyncio.create_task(self._run_worker(app))
            beside = [asyncio.create_task(_sweep_again_and_again(app, connector)), asyncio.create_task(_watch(work))]
            try:
                self._tell_how_to_end(work)
                await work
            finally:
                self._tell_how_to_end(None)
                for task in beside:
                    task.cancel()
                await asyncio.gather(*beside, return_exceptions=True)
        except asyncio.CancelledError:
            if not self._stop.is_set():
                raise
        finally:
            await app.close_async()

    async def _run_worker(self, app: App) -> None:
        self.problem = ""
        await app.run_worker_async(
            queues=[QUEUE],
            concurrency=self._side_by_side,
            fetch_job_polling_interval=self._poll_every.total_seconds(),
            shutdown_graceful_timeout=self._grace.total_seconds(),
            update_heartbeat_interval=HEARTBEAT.total_seconds(),
            stalled_worker_timeout=STALLED_AFTER.total_seconds(),
            install_signal_handlers=False,
        )

    def _tell_how_to_end(self, work: "asyncio.Task[None] | None") -> None:
        """A cancelled worker takes no more jobs and waits for those under way."""
        loop = asyncio.get_running_loop()
        with self._lock:
            self._end = None if work is None else lambda: loop.call_soon_threadsafe(_cancel, work)
        if work is not None and self._stop.is_set():
            _cancel(work)


def _cancel(work: "asyncio.Task[None]") -> None:
    """Once: a second time would also end the wait for jobs under way."""
    if not work.cancelling():
        work.cancel()


async def _watch(work: "asyncio.Task[None]") -> None:
    """End a worker without a pulse: one that has nothing periodic to do does not notice that its side tasks died.

    Its jobs would be taken for those of a dead worker, and given to others while it still works on them. They begin
    together, so that one that is seen tells that the other was there, however soon it ended.
    """
    has_begun = False
    while True:
        alive = {task.get_name() for task in asyncio.all_tasks()} & SIDE_TASKS
        has_begun = has_begun or bool(alive)
        if has_begun and (lost := SIDE_TASKS - alive):
            log.warning("worker.crippled", lost=sorted(lost))
            _cancel(work)
            return
        await asyncio.sleep(WATCH_EVERY.total_seconds())


async def _find_end(work: Coroutine[None, None, None]) -> BaseException | None:
    """What ended it, None if it just ended: whatever it is, it is a reason to start another."""
    (ended,) = await asyncio.gather(work, return_exceptions=True)
    return ended


async def _sweep_again_and_again(app: App, connector: PsycopgConnector) -> None:
    while True:
        (done,) = await asyncio.gather(sweep(app, connector), return_exceptions=True)
        if isinstance(done, BaseException):
            log.warning("sweep.failed", problem=_name(done))
        await asyncio.sleep(SWEEP_EVERY.total_seconds())


async def _in_thread(execute: Callable[[int], None], run_id: int) -> None:
    """In a thread that does not keep the process from ending, as those of an executor would."""
    loop = asyncio.get_running_loop()
    done = loop.create_future()

    def settle() -> None:
        if not done.done():
            done.set_result(None)

    def call() -> None:
        try:
            execute(run_id)
        finally:
            with suppress(RuntimeError):  # the loop is closed: the job was given up
                loop.call_soon_threadsafe(settle)

    threading.Thread(target=call, name=f"run-{run_id}", daemon=True).start()
    await done


def _name(error: BaseException | None) -> str:
    """Only its kind: the words of a driver may hold the address of the database."""
    return "without a word" if error is None else type(error.__cause__ or error).__name__
