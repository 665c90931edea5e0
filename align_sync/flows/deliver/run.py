"""Send everything that is due over every channel of the settings; any number of processes may do so at once."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from threading import Lock

import structlog

from align_sync.app import App
from align_sync.errors import AlignSyncError, Problem
from align_sync.flows.deliver.result import CLOSED, DEAD, HELD, DeliverResult
from align_sync.flows.deliver.steps import Postman, Step
from align_sync.sending.entry import OutboxEntry
from align_sync.sending.ledger import Destination, Wait
from align_sync.settings_channels import ChannelSettings
from align_sync.store.outbox import has_work
from align_sync.store.outbox_ledger import StoreLedger

LOUD = frozenset({HELD, DEAD, CLOSED})
CHANNELS_AT_ONCE = 4


def deliver(app: App) -> DeliverResult:
    """Ends once nothing is due; what is in doubt is due again a little later."""
    tally = _Tally()
    due = [one for one in app.settings.channels.values() if _has_work(app, one)]
    if len(due) == 1:
        _serve(app, due[0], tally)
    elif due:
        with ThreadPoolExecutor(min(CHANNELS_AT_ONCE, len(due)), thread_name_prefix="deliver") as pool:
            for done in [pool.submit(_serve, app, one, tally) for one in due]:
                done.result()
    return DeliverResult(counts=dict(tally.counts), problems=tuple(tally.problems))


@dataclass(slots=True)
class _Tally:
    """Counts what is told, and logs it; no word of a message itself."""

    counts: Counter[str] = field(default_factory=Counter)
    problems: list[Problem] = field(default_factory=list)
    lock: Lock = field(default_factory=Lock)

    def __call__(self, event: str, entry: OutboxEntry, says: str) -> None:
        with self.lock:
            self.counts[event] += 1
        log = structlog.get_logger()
        write = log.warning if event in LOUD else log.info
        more = {"says": says} if says else {}
        write(event, entry=entry.id, channel=entry.channel, key=entry.dedupe_key, attempt=entry.attempts, **more)


def _serve(app: App, settings: ChannelSettings, tally: _Tally) -> None:
    try:
        channel = app.open_channel(settings)
    except AlignSyncError as error:
        with tally.lock:
            tally.problems.append(error.problem)
        structlog.get_logger().warning("channel.not_opened", channel=settings.name, says=str(error))
        return
    to = Destination(channel=settings.name, address=settings.address, fingerprint=settings.fingerprint)
    with closing(channel):
        postman = Postman(
            ledger=StoreLedger(app.store, app.owner),
            to=to,
            channel=channel,
            now=app.now,
            uniform=app.seams.uniform,
            tell=tally,
        )
        for step in postman.serve():
            if step is Step.CLAIM and app.seams.stopping():
                return
            if isinstance(step, Wait):
                # The pace is for the message that comes next: after the last one nobody waits.
                if not _has_work(app, settings):
                    return
                app.seams.sleep(step.span.total_seconds())


def _has_work(app: App, settings: ChannelSettings) -> bool:
    with app.store.read() as connection:
        return has_work(connection, settings.name, settings.address, app.now())
