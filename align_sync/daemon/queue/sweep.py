"""Gives the jobs of dead workers back to the queue, and drops what has long been over.

The queue does neither by itself: a job of a killed worker would stay `doing`, and hold its lock, for ever. Every
replica looks, one at a time: a sweep that was a job of the queue could itself be left behind by a dead worker.
"""

from datetime import UTC, datetime, timedelta

import structlog
from procrastinate import App, PsycopgConnector
from procrastinate.exceptions import ConnectorException

log = structlog.get_logger(__name__)

STALLED_AFTER = timedelta(seconds=30)
KEPT_FOR = timedelta(days=7)
SWEEP_LOCK = 0x616C6971  # "aliq" in ASCII: an advisory lock needs a number of one's own
_AT_ONCE = datetime(1970, 1, 1, tzinfo=UTC)
"""Without it the job would wait until the server's clock shows what that of this host shows now."""


async def sweep(app: App, connector: PsycopgConnector) -> int | None:
    """How many jobs were given back; None where another replica is at it."""
    async with connector.pool.connection() as connection, connection.transaction():
        taken = await (await connection.execute("SELECT pg_try_advisory_xact_lock(%s)", [SWEEP_LOCK])).fetchone()
        if taken is None or not taken[0]:
            return None
        return await _give_back(app)


async def _give_back(app: App) -> int:
    jobs = app.job_manager
    given_back = 0
    for job in await jobs.get_stalled_jobs(seconds_since_heartbeat=STALLED_AFTER.total_seconds()):
        try:
            await jobs.retry_job(job, retry_at=_AT_ONCE)
        except ConnectorException:
            log.info("job.ended_meanwhile", job=job.id)  # its worker was only slow
        else:
            given_back += 1
    await jobs.prune_stalled_workers(STALLED_AFTER.total_seconds())
    await jobs.delete_old_jobs(
        nb_hours=KEPT_FOR // timedelta(hours=1), include_failed=True, include_cancelled=True, include_aborted=True
    )
    if given_back:
        log.warning("jobs.given_back", jobs=given_back)
    return given_back
