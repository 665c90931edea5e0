"""When to pull: every so often, one run at a time, never making up for what was missed more than once.

APScheduler is the alarm clock only. Its defaults would drop a run that is a second late, and its job stores are never
used, as what must survive a restart stands in our own tables.
"""

import threading
from collections.abc import Callable

import structlog
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger

from align_sync.app import App
from align_sync.errors import AlignSyncError, InterruptedPullError
from align_sync.jobs import SyncResult, sync

log = structlog.get_logger(__name__)

OnRun = Callable[[SyncResult], None]


def run_once(app: App, on_run: OnRun) -> None:
    """One pass. What stops it is logged, and the next pass goes on from the last stored page."""
    try:
        result = sync(app)
    except InterruptedPullError:
        log.info("run.interrupted")
    except AlignSyncError as error:
        log.error("run.failed", problem=str(error))  # noqa: TRY400 -- for people: the traceback says nothing more
    except Exception:
        log.exception("run.failed")
    else:
        log.info("run.finished", sources=len(result.pulled.sources), partial=result.pulled.is_partial)
        on_run(result)


def serve(app: App, stop: threading.Event, on_run: OnRun) -> None:
    """Pull at once and then at the interval of the settings, until `stop` is set; a run under way ends at its page."""
    every = app.settings.sync.every
    scheduler = BackgroundScheduler(
        timezone="UTC",
        executors={"default": ThreadPoolExecutor(1)},
        job_defaults={"coalesce": True, "misfire_grace_time": None, "max_instances": 1},
    )
    scheduler.add_job(
        run_once,
        IntervalTrigger(seconds=every.total_seconds(), timezone="UTC"),
        args=[app, on_run],
        next_run_time=app.now(),
        id="sync",
    )
    scheduler.start()
    try:
        stop.wait()
    finally:
        scheduler.shutdown(wait=True)
