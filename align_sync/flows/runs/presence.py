"""The services on this database: who they are, when they were seen, and which of them may be the only one."""

from datetime import datetime

from sqlalchemy import Connection

from align_sync import __version__
from align_sync.app import App, is_dead
from align_sync.errors import AlreadyRunningError
from align_sync.store.clock import tell_time
from align_sync.store.daemons import Daemon, forget_daemon, load_daemons, save_daemon
from align_sync.store.leases import claim_lease, hold_lease, load_owner, release_lease
from align_sync.store.runs import load_first_asked_at

SERVICE_LEASE = "daemon"


def begin_service(app: App, *, started_at: datetime, is_alone: bool) -> int | None:
    """Sign on, and strike off those of this host that are dead; the fence of its lease where it must be alone.

    Raises `AlreadyRunningError` where another one lives on this database.
    """
    with app.store.write() as connection:
        fence = _become_the_only_one(app, connection) if is_alone else None
        for known in load_daemons(connection):
            if is_dead(known.owner):
                forget_daemon(connection, known.owner)
        _note(app, connection, started_at)
    return fence


def _become_the_only_one(app: App, connection: Connection) -> int:
    owner = load_owner(connection, SERVICE_LEASE)
    dead = frozenset({owner}) if owner is not None and is_dead(owner) else frozenset[str]()
    lasts = app.settings.serve.lease
    try:
        return claim_lease(connection, SERVICE_LEASE, owner=app.owner, now=app.now(), dead_owners=dead, lasts=lasts)
    except AlreadyRunningError:
        host, _, rest = (owner or "").partition(":")
        raise AlreadyRunningError(
            f"a service works on this database already (host {host}, process {rest.partition(':')[0]})",
            where="serve",
            advice="stop that one first, or share the work among several: ALIGN_SYNC_ENGINE=procrastinate",
        ) from None


def note_service(app: App, *, started_at: datetime, fence: int | None) -> None:
    """It lives. Raises `AlreadyRunningError` where it was thought dead, and another has taken its place."""
    with app.store.write() as connection:
        if fence is not None:
            hold_lease(connection, SERVICE_LEASE, fence, app.now(), lasts=app.settings.serve.lease)
        _note(app, connection, started_at)


def _note(app: App, connection: Connection, started_at: datetime) -> None:
    save_daemon(
        connection,
        Daemon(
            owner=app.owner,
            engine=app.settings.engine,
            version=__version__,
            started_at=started_at,
            seen_at=tell_time(connection, app.now()),
        ),
    )


def end_service(app: App, fence: int | None) -> None:
    with app.store.write() as connection:
        if fence is not None:
            release_lease(connection, SERVICE_LEASE, fence)
        forget_daemon(connection, app.owner)


def list_services(app: App) -> tuple[Daemon, ...]:
    with app.store.read() as connection:
        return load_daemons(connection)


def find_first_life(app: App) -> datetime | None:
    """Since when work is done by the clock on this database: the oldest run, or the service that was begun first.

    None where neither is known. A pull by hand is no sign: whoever pulls has not asked for messages yet.
    """
    with app.store.read() as connection:
        asked_at = load_first_asked_at(connection)
        began_at = [known.started_at for known in load_daemons(connection)]
    return min((at for at in (asked_at, *began_at) if at is not None), default=None)
