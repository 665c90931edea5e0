"""How the service stands, as one value: what probes and metrics show, asked with a few cheap questions."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.client import HTTPConnection, HTTPException
from ipaddress import ip_address
from pathlib import Path

from align_sync.app import App, name_process
from align_sync.errors import AlignSyncError
from align_sync.scheduling.run import RunState
from align_sync.seams import pass_failpoint
from align_sync.sending.entry import EntryState
from align_sync.settings import Settings
from align_sync.settings_service import Engine
from align_sync.store.backup import find_file
from align_sync.store.channels import load_channels
from align_sync.store.daemons import Daemon, load_daemons
from align_sync.store.engine import open_store
from align_sync.store.migrate import load_schema_state
from align_sync.store.watching import (
    MessageCount,
    RunCount,
    SourceStanding,
    count_messages,
    count_runs,
    load_last_digests,
    load_sources,
    read_clock_of,
)

SILENT_AFTER = timedelta(seconds=90)
PROBE_PATIENCE = timedelta(seconds=5)
THIS_MACHINE = "127.0.0.1"
_OK = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelStanding:
    """`is_closed` is about the present settings; `waiting` counts what is not sent and not given up."""

    channel: str
    kind: str
    is_closed: bool = False
    reason: str = ""
    blocked_until_at: datetime | None = None
    waiting: int = 0
    held: int = 0
    dead: int = 0
    unclear: int = 0
    oldest_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """`at` is told by the clock of the database; `digests` says when the last one of each kind was built."""

    at: datetime
    is_schema_current: bool
    engine: Engine
    daemons: tuple[Daemon, ...] = ()
    sources: tuple[SourceStanding, ...] = ()
    channels: tuple[ChannelStanding, ...] = ()
    runs: tuple[RunCount, ...] = ()
    digests: Mapping[str, datetime] = field(default_factory=dict)

    @property
    def dead_runs(self) -> int:
        return sum(one.number for one in self.runs if one.state == RunState.DEAD)


def watch(app: App) -> Watched:
    """Raises `StoreError` where the database does not answer."""
    if not load_schema_state(app.store).is_current:
        return Watched(at=app.now(), is_schema_current=False, engine=app.settings.engine)
    with app.store.read() as connection:
        states = load_channels(connection)
        messages = count_messages(connection)
        return Watched(
            at=read_clock_of(app.store, connection, app.now()),
            is_schema_current=True,
            engine=app.settings.engine,
            daemons=load_daemons(connection),
            sources=load_sources(connection),
            channels=tuple(
                _stand(
                    ChannelStanding(
                        channel=name,
                        kind=channel.kind,
                        is_closed=name in states and states[name].is_closed_to(channel.fingerprint),
                        reason=states[name].reason if name in states else "",
                        blocked_until_at=states[name].blocked_until_at if name in states else None,
                    ),
                    messages,
                )
                for name, channel in app.settings.channels.items()
            ),
            runs=count_runs(connection),
            digests=load_last_digests(connection),
        )


def _stand(empty: ChannelStanding, messages: tuple[MessageCount, ...]) -> ChannelStanding:
    """With what waits for it."""
    own = [one for one in messages if one.channel == empty.channel]
    waiting = [one for one in own if one.state in {EntryState.PENDING, EntryState.SENDING}]
    return ChannelStanding(
        channel=empty.channel,
        kind=empty.kind,
        is_closed=empty.is_closed,
        reason=empty.reason,
        blocked_until_at=empty.blocked_until_at,
        waiting=sum(one.number for one in waiting),
        held=sum(one.number for one in own if one.state == EntryState.HELD),
        dead=sum(one.number for one in own if one.state == EntryState.DEAD),
        unclear=sum(one.unclear for one in waiting),
        oldest_at=min((one.oldest_at for one in waiting), default=None),
    )


def find_ailment(settings: Settings, now: datetime) -> str:
    """Why the service of this machine does not work as it should, in one line; empty where it does.

    Its probes are asked where it has any, else the database is: a service says there again and again that it lives.
    """
    if settings.serve.probes_address is not None:
        return _ask_probes(*settings.serve.probes_address)
    return _ask_database(settings, now)


def is_everywhere(host: str) -> bool:
    try:
        return ip_address(host).is_unspecified
    except ValueError:
        return False


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches what listens there; of names only `localhost` is one."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _ask_probes(host: str, port: int) -> str:
    # What listens on every address is asked on the one of this machine.
    own = ("::1" if ":" in host else THIS_MACHINE) if is_everywhere(host) else host
    connection = HTTPConnection(own, port, timeout=PROBE_PATIENCE.total_seconds())
    try:
        connection.request("GET", "/readyz")
        answer = connection.getresponse()
        return "" if answer.status == _OK else f"it is not ready: {answer.read(300).decode(errors='replace').strip()}"
    except (OSError, HTTPException) as error:
        return f"its probes do not answer at {host}:{port} ({type(error).__name__})"
    finally:
        connection.close()


def _ask_database(settings: Settings, now: datetime) -> str:
    """Only the services of this host count: a container asks for its own."""
    url = settings.database.url.get_secret_value()
    file = find_file(url)
    if file is not None and not Path(file).is_file():
        return f"there is no database yet at {file}"
    store = open_store(url, failpoint=pass_failpoint, journal_mode=settings.database.journal_mode, server_clock=True)
    try:
        if not load_schema_state(store).is_current:
            return "the schema of the database is not the one that this version needs; align-sync db upgrade"
        with store.read() as connection:
            at = read_clock_of(store, connection, now)
            seen = load_daemons(connection)
    except AlignSyncError as error:
        return str(error)
    finally:
        store.close()
    host = name_process().partition(":")[0]
    since = at - max(SILENT_AFTER, 3 * settings.serve.lease)
    if any(one.owner.startswith(f"{host}:") and one.seen_at > since for one in seen):
        return ""
    return f"no service of {host} was seen since {since:%H:%M:%S} UTC; align-sync serve starts one"
