"""Backups: a checked copy of the database, and one put back without anything being posted a second time."""

import shlex
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import URL, make_url

from align_sync.app import is_dead
from align_sync.errors import AlreadyRunningError, StoreError, UserError
from align_sync.schedules import build_schedules
from align_sync.scheduling.run import RunKind
from align_sync.scheduling.schedule import Schedule
from align_sync.scheduling.slots import list_due, slot_key
from align_sync.seams import pass_failpoint
from align_sync.settings import Settings
from align_sync.settings_metrics import SECRET_PARAMETER
from align_sync.store import backup as files
from align_sync.store.backup import Copy, Held, MissedSlot
from align_sync.store.daemons import load_daemons
from align_sync.store.engine import Store, open_store
from align_sync.store.migrate import load_schema_state
from align_sync.store.watching import load_held_leases, read_clock_of

ALIVE = timedelta(seconds=90)
"""A daemon that was seen within this time is taken for alive."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoreResult:
    """`aside` is where the file is that was replaced; `revision` is the schema that the backup had."""

    database: str
    aside: Path | None
    revision: str
    held: Held


def backup(settings: Settings, file: Path, *, force: bool = False) -> Copy:
    """A copy of the database, also while a daemon writes. Raises `UserError`, for a server with its own commands."""
    source = files.find_file(_url(settings))
    if source is None:
        raise UserError(
            "a database on a server is copied by its own tools",
            where=_where(settings),
            advice=f"run: {_dump_command(_url(settings), file)}",
        )
    return files.save_copy(source, file, replaces=force)


def restore(settings: Settings, file: Path, *, now: datetime, force: bool = False) -> RestoreResult:
    """Put a backup in the place of the database; what may have been posted since is on hold, or left out.

    With `force` also a file without a sum, and in the place of a database that cannot be read. Raises
    `AlreadyRunningError` while anything works on the database, `UserError`, `StoreError`.
    """
    database = files.find_file(_url(settings))
    if database is None:
        raise UserError(
            "a database on a server is restored by its own tools",
            where=_where(settings),
            advice=f"end all daemons, then run: {_restore_command(_url(settings), file)}, "
            "and after it: align-sync restore --hold",
        )
    if not file.is_file():
        raise UserError(
            "the backup does not exist", where=str(file), advice="name the file that align-sync backup made"
        )
    if database.exists() and file.samefile(database):
        raise UserError("this is the database itself", where=str(file), advice="name a backup")
    if not files.verify_sum(file) and not force:
        beside = files.sum_file(file).name
        raise UserError(f"{beside} is missing", where=str(file), advice="bring it along, or restore with --force")
    revision = files.check_file(file)
    if database.exists():
        _refuse_while_used(settings, database, now, force=force)
    with files.staged(file, database) as store:
        held = _hold(store, settings, f"restored from {file.name}", now)
        store.close()
        aside = files.put_in_place(database, now)
    return RestoreResult(database=_where(settings), aside=aside, revision=revision, held=held)


def hold(settings: Settings, *, now: datetime) -> Held:
    """Only what follows a restore, for a database that was restored by the tools of its server."""
    with _opened(settings) as store:
        if not load_schema_state(store).is_current:
            raise StoreError("the schema is not the present one", where=store.where, advice="align-sync db upgrade")
        _refuse_used(store, now)
        return _hold(store, settings, "the database was restored", now)


def _hold(store: Store, settings: Settings, reason: str, now: datetime) -> Held:
    missed = tuple(_find_missed(settings, now))
    with store.write() as connection:
        return files.hold_back(connection, reason=reason, missed=missed, now=now)


def _find_missed(settings: Settings, now: datetime) -> Iterator[MissedSlot]:
    """The slots of digests that the scheduler would look back to; those that the database knows are left out later."""
    for schedule in _digest_schedules(settings):
        for at in list_due(schedule, now - schedule.catch_up, now):
            yield MissedSlot(slot_key(schedule, at), schedule.subject, at)


def _digest_schedules(settings: Settings) -> Iterable[Schedule]:
    return (schedule for schedule in build_schedules(settings, ()) if schedule.kind is RunKind.DIGEST)


def _refuse_while_used(settings: Settings, database: Path, now: datetime, *, force: bool) -> None:
    try:
        with _opened(settings) as store:
            if load_schema_state(store).is_current:
                _refuse_used(store, now)
        with files.locked(database):
            pass
    except StoreError as error:
        if not force:
            message = f"whether anybody uses the present database cannot be told: {error.problem.message}"
            advice = "end all daemons, then restore with --force; the present file is kept aside"
            raise StoreError(message, where=str(database), advice=advice) from None


def _refuse_used(store: Store, now: datetime) -> None:
    with store.read() as connection:
        at = read_clock_of(store, connection, now)
        users = [one.owner for one in load_daemons(connection) if one.seen_at > at - ALIVE]
        users += [one.owner for one in load_held_leases(connection, at)]
    if living := sorted({owner for owner in users if not is_dead(owner)}):
        raise AlreadyRunningError(
            f"{', '.join(living)} works on the database",
            where=store.where,
            advice="stop it (systemctl stop align-sync, or docker stop), then restore",
        )


@contextmanager
def _opened(settings: Settings) -> Iterator[Store]:
    """The database as it is, not brought up to date."""
    mode = settings.database.journal_mode
    store = open_store(_url(settings), failpoint=pass_failpoint, journal_mode=mode, server_clock=True)
    try:
        yield store
    finally:
        store.close()


def _url(settings: Settings) -> str:
    return settings.database.url.get_secret_value()


def _where(settings: Settings) -> str:
    return _without_secrets(_url(settings)).render_as_string(hide_password=True)


def _without_secrets(url: str) -> URL:
    parsed = make_url(url)._replace(password=None)  # `set` takes None for "as it is"
    return parsed.difference_update_query([name for name in parsed.query if SECRET_PARAMETER.search(name)])


def _dump_command(url: str, file: Path) -> str:
    return f"pg_dump --format=custom --no-owner --file={shlex.quote(str(file))} --dbname={_plain_address(url)}"


def _restore_command(url: str, file: Path) -> str:
    options = "--clean --if-exists --no-owner --single-transaction --exit-on-error"
    return f"pg_restore {options} --dbname={_plain_address(url)} {shlex.quote(str(file))}"


def _plain_address(url: str) -> str:
    """For `libpq`, without a password: that comes from PGPASSWORD or ~/.pgpass."""
    return shlex.quote(_without_secrets(url).set(drivername="postgresql").render_as_string())
