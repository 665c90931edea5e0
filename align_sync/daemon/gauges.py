"""What is watched as gauges: how the service stands at this moment."""

from collections.abc import Iterator

from align_sync import __version__
from align_sync.flows.watch import Watched
from align_sync.telemetry.exposition import Gauge
from align_sync.telemetry.metrics import Told


def list_gauges(watched: Watched | None, unready: str) -> Iterator[Gauge]:
    """Without `watched`, as where the database does not answer, those that need none."""
    yield Gauge(Told("build_info", "The version that runs.", ("version",)), (((__version__,), 1.0),))
    yield Gauge(Told("ready", "Whether the service does its work."), (((), float(not unready)),))
    yield Gauge(Told("database_up", "Whether the database answers."), (((), float(watched is not None)),))
    if watched is not None and watched.is_schema_current:
        yield from _list_work(watched)
        yield from _list_deliveries(watched)


def _list_work(watched: Watched) -> Iterator[Gauge]:
    sources = watched.sources
    yield Gauge(
        Told("sync_last_success_timestamp_seconds", "When each source was last read completely.", ("source",)),
        tuple(((one.source,), one.complete_at.timestamp()) for one in sources if one.complete_at is not None),
    )
    yield Gauge(
        Told("items", "Items of each source in open sprints, at its last complete reading.", ("source",)),
        tuple(((one.source,), float(one.members)) for one in sources),
    )
    yield Gauge(
        Told("source_failures", "Failures of each source in a row.", ("source",)),
        tuple(((one.source,), float(one.failures)) for one in sources),
    )
    blocked = ((one.source, one.blocked_until_at is not None and one.blocked_until_at > watched.at) for one in sources)
    yield Gauge(
        Told("breaker_state", "1 while a source is left alone after failures.", ("source",)),
        tuple(((source,), float(is_blocked)) for source, is_blocked in blocked),
    )
    yield Gauge(
        Told("runs_kept", "Rows of the ledger of runs.", ("kind", "state")),
        tuple(((one.kind, one.state), float(one.number)) for one in watched.runs),
    )
    yield Gauge(
        Told("daemon_last_seen_timestamp_seconds", "When a service was last seen on this database."),
        (((), max(one.seen_at for one in watched.daemons).timestamp()),) if watched.daemons else (),
    )


def _list_deliveries(watched: Watched) -> Iterator[Gauge]:
    channels = watched.channels
    for name, words, values in (
        ("outbox_pending", "Messages on their way.", {one.channel: one.waiting for one in channels}),
        ("outbox_held", "Messages that wait for a person.", {one.channel: one.held for one in channels}),
        ("outbox_dead", "Messages that were refused for good.", {one.channel: one.dead for one in channels}),
        ("outbox_unclear", "Messages that may be out there already.", {one.channel: one.unclear for one in channels}),
        ("channel_closed", "1 where a channel is disabled.", {one.channel: one.is_closed for one in channels}),
    ):
        yield Gauge(
            Told(name, words, ("channel",)), tuple(((channel,), float(value)) for channel, value in values.items())
        )
    yield Gauge(
        Told("outbox_oldest_seconds", "How long the oldest message is on its way.", ("channel",)),
        tuple(
            ((one.channel,), (watched.at - one.oldest_at).total_seconds() if one.oldest_at else 0.0) for one in channels
        ),
    )
    yield Gauge(
        Told("digest_last_made_timestamp_seconds", "When the last digest of each kind was built.", ("kind",)),
        tuple(((kind,), at.timestamp()) for kind, at in sorted(watched.digests.items())),
    )
