"""Copies of a database file that can be trusted, and one of them put in its place.

SQLite's own backup is used and never a copy of the file: while somebody writes, the file alone is not the database
(https://sqlite.org/howtocorrupt.html#_backup_or_restore_while_a_transaction_is_active). It is read in one step, since
one in several steps begins anew with every write of another process.
"""

import hashlib
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection, make_url, select, update

from align_sync.errors import StoreError, UserError
from align_sync.scheduling.run import RunKind, RunState
from align_sync.seams import pass_failpoint
from align_sync.sending.entry import EntryState
from align_sync.store.engine import BUSY_TIMEOUT, Store, open_store
from align_sync.store.migrate import load_schema_state, prepare_schema
from align_sync.store.schema import outbox, run
from align_sync.store.upsert import insert_into

ONLY_OWNER = 0o600
SUM_ENDING = ".sha256"
SIDE_FILES = ("-wal", "-shm", "-journal")
_BLOCK = 1 << 20
_UNSENT = (EntryState.PENDING.value, EntryState.SENDING.value)
_UNDONE = (RunState.QUEUED.value, RunState.RUNNING.value, RunState.FAILED.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    file: Path
    size: int
    sha256: str
    revision: str


@dataclass(frozen=True, slots=True)
class MissedSlot:
    """A slot of a schedule that was due before the restored database goes on, and of which it knows nothing."""

    dedupe_key: str
    subject: str
    fire_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What was kept from being done a second time: messages on hold, runs and slots left out."""

    messages: int
    runs: int
    slots: tuple[str, ...] = ()


def find_file(url: str) -> Path | None:
    """The file of SQLite; None for a server."""
    parsed = make_url(url)
    return Path(parsed.database or "") if parsed.get_backend_name() == "sqlite" else None


def mark_file(database: Path) -> Path:
    """Beside the database: names the newest backup, and is as old as it."""
    return database.with_name(database.name + ".last-backup")


def sum_file(file: Path) -> Path:
    return file.with_name(file.name + SUM_ENDING)


def save_copy(source: Path, target: Path, *, replaces: bool) -> Copy:
    """A checked copy, readable for its owner only, with its SHA-256 beside it. Raises `UserError`, `StoreError`."""
    if not source.is_file():
        raise StoreError("there is no database file to be copied", where=str(source), advice="align-sync sync makes it")
    if not target.parent.is_dir():
        raise UserError("the folder does not exist", where=str(target.parent), advice=f"mkdir -p {target.parent}")
    if target.exists() and (target.samefile(source) or not replaces):
        advice = "name another file" if target.samefile(source) else "name another file, or replace it with --force"
        raise UserError("the file exists", where=str(target), advice=advice)
    part = target.with_name(f".{target.name}.part")
    try:
        _copy_pages(source, part)
        revision = check_file(part)
        digest = hash_file(part)
        size = part.stat().st_size
        _write_private(sum_file(target), f"{digest}  {target.name}\n")
        part.replace(target)
        _flush_folder(target.parent)
        _write_private(mark_file(source), f"{target.resolve()}\n")
    except OSError as error:
        raise UserError(f"the copy cannot be written: {error.strerror}", where=str(target)) from None
    finally:
        part.unlink(missing_ok=True)
    return Copy(file=target, size=size, sha256=digest, revision=revision)


def _copy_pages(source: Path, target: Path) -> None:
    target.unlink(missing_ok=True)
    _make_private(target)
    try:
        with closing(_connect(source)) as original, closing(_connect(target)) as copy:
            original.backup(copy)
            copy.execute("PRAGMA journal_mode=DELETE")  # one file, whatever the original is
    except sqlite3.Error as error:
        raise StoreError(f"the database cannot be read: {error}", where=str(source)) from None
    with target.open("rb") as written:
        os.fsync(written.fileno())


def check_file(file: Path) -> str:
    """The revision of the schema of a sound database file. Raises `StoreError` for any other."""
    try:
        with closing(_connect(file)) as connection:
            found = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
            row = connection.execute("SELECT version_num FROM alembic_version").fetchone() if found == "ok" else None
    except sqlite3.Error as error:
        raise StoreError(f"the file is no database of align-sync: {error}", where=str(file)) from None
    if found != "ok":
        raise StoreError(f"the file is damaged: {found}", where=str(file), advice="take another backup")
    return str(row[0]) if row else ""


def verify_sum(file: Path) -> bool:
    """Whether there is a sum beside it. Raises `StoreError` where it is that of another file."""
    beside = sum_file(file)
    if not beside.is_file():
        return False
    told = beside.read_text(encoding="utf-8").split()
    if not told or told[0] != hash_file(file):
        raise StoreError(
            f"the file is not the one that {beside.name} was written for", where=str(file), advice="take another backup"
        )
    return True


def hash_file(file: Path) -> str:
    digest = hashlib.sha256()
    with file.open("rb") as opened:
        while block := opened.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


@contextmanager
def staged(backup: Path, database: Path) -> Iterator[Store]:
    """A copy of the backup beside the database, brought to the present schema; gone at the end if not put in place.

    Raises `StoreError` where it is damaged, no database of ours, or newer than this version.
    """
    stage = stage_file(database)
    try:
        _copy_pages(backup, stage)
        check_file(stage)
        store = open_store(f"sqlite:///{stage}", failpoint=pass_failpoint, journal_mode="delete")
        try:
            if load_schema_state(store).revision is None:
                raise StoreError("the file is no database of align-sync", where=str(backup))
            prepare_schema(store)
            yield store
        finally:
            store.close()
    finally:
        for leftover in stage.parent.glob(f"{stage.name}*"):
            leftover.unlink()


def stage_file(database: Path) -> Path:
    return database.with_name(f".{database.name}.restoring")


def hold_back(connection: Connection, *, reason: str, missed: tuple[MissedSlot, ...], now: datetime) -> Held:
    """Whatever may have been done after the copy was made is not done again by itself."""
    messages = connection.execute(
        update(outbox)
        .where(outbox.c.state.in_(_UNSENT))
        .values(state=EntryState.HELD.value, last_error=reason, owner=None, lease_until_at=None)
        .returning(outbox.c.id)
    ).all()
    over = {"state": RunState.SKIPPED.value, "outcome": reason, "owner": None, "lease_until_at": None, "ended_at": now}
    runs = connection.execute(
        update(run).where(run.c.state.in_(_UNDONE), run.c.kind == RunKind.DIGEST.value).values(over).returning(run.c.id)
    ).all()
    known = set(connection.scalars(select(run.c.dedupe_key).where(run.c.kind == RunKind.DIGEST.value)))
    left_out = [slot for slot in missed if slot.dedupe_key not in known]
    for slot in left_out:
        told = {"kind": RunKind.DIGEST.value, "subject": slot.subject, "fire_at": slot.fire_at, "created_at": now}
        row = insert_into(connection, run).values(dedupe_key=slot.dedupe_key, **told, **over)
        connection.execute(row.on_conflict_do_nothing(index_elements=["dedupe_key"]))
    return Held(messages=len(messages), runs=len(runs), slots=tuple(slot.dedupe_key for slot in left_out))


def put_in_place(database: Path, now: datetime) -> Path | None:
    """The staged copy becomes the database; returns where the one before was put, None where there was none."""
    aside = None
    if database.exists():
        aside = database.with_name(f"{database.name}.replaced-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}")
        if aside.exists():
            raise UserError("the file exists", where=str(aside), advice="wait a second, then run the command again")
        # With what belongs to it: without its log, a file in write-ahead logging lacks its last transactions.
        for ending in SIDE_FILES:
            side = database.with_name(database.name + ending)
            if side.exists():
                side.rename(aside.with_name(aside.name + ending))
        database.rename(aside)
        aside.chmod(ONLY_OWNER)
    stage_file(database).rename(database)
    _flush_folder(database.parent)
    return aside


@contextmanager
def locked(database: Path) -> Iterator[None]:
    """Nobody else is in a transaction on the file. Raises `StoreError` where somebody is."""
    with closing(_connect(database, patience=0.5)) as connection:
        try:
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            raise StoreError(
                f"another program works on the database ({error})", where=str(database), advice="end it, then try again"
            ) from None
        yield


def _connect(file: Path, *, patience: float = BUSY_TIMEOUT.total_seconds()) -> sqlite3.Connection:
    return sqlite3.connect(file, timeout=patience, isolation_level=None)


def _make_private(file: Path) -> None:
    os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, ONLY_OWNER))


def _write_private(file: Path, text: str) -> None:
    file.unlink(missing_ok=True)
    _make_private(file)
    file.write_text(text, encoding="utf-8")


def _flush_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
