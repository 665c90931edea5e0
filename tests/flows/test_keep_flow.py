"""A backup is whole while somebody writes; the drill of restoring one loses nothing and posts nothing again."""

import hashlib
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, insert, select, text

from align_sync.app import name_process
from align_sync.errors import AlignSyncError, AlreadyRunningError, UserError
from align_sync.flows.keep import backup, hold, restore
from align_sync.scheduling.run import RunState
from align_sync.sending.entry import EntryState
from align_sync.settings import Settings
from align_sync.store import schema
from tests.flows.test_prune_flow import message, run_row
from tests.make import NOW, make_book, make_sprint
from tests.store.same_report import find_differences
from tests.store.told_world import DAY, ToldWorld, made, told_world

CHANNELS = {"channels": {"posts": {"kind": "file", "folder": "posts", "teams": ["*"]}}, "teams": [{"name": "Payments"}]}


@pytest.fixture
def world(sqlite_url: str) -> Iterator[ToldWorld]:
    with told_world(sqlite_url, **CHANNELS) as world:
        yield world


def add(world: ToldWorld, table: Any, *rows: dict[str, Any]) -> None:
    with world.app.store.write() as connection:
        for row in rows:
            connection.execute(insert(table).values(row))


def file_of(world: ToldWorld) -> Path:
    return Path(world.database_url.removeprefix("sqlite:///"))


def mode_of(file: Path) -> int:
    return file.stat().st_mode & 0o777


def test_a_copy_is_whole_while_somebody_writes(world: ToldWorld, tmp_path: Path) -> None:
    """Every transaction writes two rows: a copy with an odd number of them was torn."""
    stop, written = threading.Event(), threading.Event()

    def write() -> None:
        number = 0
        while not stop.is_set():
            add(world, schema.waiting, {"item_id": 2 * number}, {"item_id": 2 * number + 1})
            number += 1
            written.set()
            stop.wait(0.005)

    writer = threading.Thread(target=write)
    writer.start()
    written.wait(5)
    counts = []
    for number in range(2):
        target = tmp_path / f"copy-{number}"
        copy = backup(world.app.settings, target)
        with closing(sqlite3.connect(target)) as connection:
            counts.append(connection.execute("SELECT count(*) FROM waiting").fetchone()[0])
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            assert connection.execute("PRAGMA journal_mode").fetchone() == ("delete",)
        assert copy.sha256 == hashlib.sha256(target.read_bytes()).hexdigest()
        assert (tmp_path / f"copy-{number}.sha256").read_text() == f"{copy.sha256}  copy-{number}\n"
        assert (mode_of(target), mode_of(tmp_path / f"copy-{number}.sha256")) == (0o600, 0o600)
    stop.set()
    writer.join()
    assert [count % 2 for count in counts] == [0, 0]
    assert counts == sorted(counts)


def test_a_file_is_replaced_only_when_that_is_asked_for(world: ToldWorld, tmp_path: Path) -> None:
    target = tmp_path / "copy"
    target.write_text("dear")
    with pytest.raises(UserError, match="the file exists; name another file, or replace it with --force"):
        backup(world.app.settings, target)
    assert target.read_text() == "dear"
    assert backup(world.app.settings, target, force=True).revision == schema.SCHEMA_REVISION
    with pytest.raises(UserError, match="the file exists; name another file"):
        backup(world.app.settings, file_of(world), force=True)
    assert not list(tmp_path.glob(".*"))


def test_the_drill_brings_back_what_was_and_posts_nothing_again(world: ToldWorld, tmp_path: Path) -> None:
    world.apply(make_book("ret90"))
    world.tell(made("PAY-2", "okr/ret90"), made("PAY-3"), sprints=[make_sprint("42")])
    world.link()
    states = [EntryState.PENDING, EntryState.SENDING, EntryState.SENT, EntryState.HELD, EntryState.DEAD]
    add(world, schema.outbox, *(message(state.value, state, NOW) for state in states))
    add(world, schema.run, run_row(1, NOW, RunState.QUEUED, kind="digest"), run_row(2, NOW, RunState.QUEUED))
    told = world.report()
    target = tmp_path / "copies" / "copy"
    target.parent.mkdir()
    backup(world.app.settings, target)
    world.tell(made("PAY-3", "okr/ret90"), made("PAY-9"), sprints=[make_sprint("42")])
    world.link()
    later = world.report()
    world.close()

    result = restore(world.app.settings, target, now=NOW + DAY)

    assert (result.held.messages, result.held.runs) == (2, 1)
    assert result.aside is not None
    world.reopen(**CHANNELS)
    assert find_differences(world.report(), told) == {}
    with world.app.store.read() as connection:
        rows = connection.execute(select(schema.outbox.c.id, schema.outbox.c.state, schema.outbox.c.last_error)).all()
        runs = dict(connection.execute(select(schema.run.c.dedupe_key, schema.run.c.state)).all())
    assert {row.id: row.state for row in rows} == {
        "pending": "held", "sending": "held", "sent": "sent", "held": "held", "dead": "dead",
    }  # fmt: skip
    assert {row.last_error for row in rows if row.id in {"pending", "sending"}} == {"restored from copy"}
    assert (runs["sync:1"], runs["sync:2"]) == ("skipped", "queued")
    assert (mode_of(file_of(world)), mode_of(result.aside)) == (0o600, 0o600)
    world.close()
    world.database_url = f"sqlite:///{result.aside}"
    world.reopen(**CHANNELS)
    assert find_differences(world.report(), later) == {}


def test_a_digest_that_was_due_since_the_copy_is_not_built_by_itself(world: ToldWorld, tmp_path: Path) -> None:
    """NOW is Monday, 13:30; the digest of 9:00 was posted after the copy was made, which knows nothing of it."""
    backup(world.app.settings, tmp_path / "copy")
    world.close()
    result = restore(world.app.settings, tmp_path / "copy", now=NOW)
    assert result.held.slots == ("digest:Payments@2026-11-23T09:00:00Z",)
    world.reopen(**CHANNELS)
    with world.app.store.read() as connection:
        (row,) = connection.execute(select(schema.run)).all()
    assert (row.kind, row.subject, row.state, row.outcome) == (
        "digest", "team:Payments", "skipped", "restored from copy",
    )  # fmt: skip
    assert hold(world.app.settings, now=NOW).slots == ()


def damage(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[8192:12288] = b"\xff" * 4096
    file.write_bytes(content)
    sign(file)


def sign(file: Path) -> None:
    file.with_name("copy.sha256").write_text(f"{hashlib.sha256(file.read_bytes()).hexdigest()}  copy\n")


def change(file: Path, sql: str) -> None:
    with closing(sqlite3.connect(file)) as connection:
        connection.execute(sql)
        connection.commit()
    sign(file)


def fill(file: Path, content: bytes) -> None:
    file.write_bytes(content)
    sign(file)


SPOILT: dict[str, tuple[Callable[[Path], object], str]] = {
    "another file than was signed": (lambda file: file.write_bytes(file.read_bytes() + b"x"), "is not the one that"),
    "no signature": (lambda file: file.with_name("copy.sha256").unlink(), "copy.sha256 is missing"),
    "damaged": (damage, "damaged|no database of align-sync"),
    "no database": (lambda file: fill(file, b"hello" * 1000), "no database of align-sync"),
    "empty": (lambda file: fill(file, b""), "no database of align-sync"),
    "of the future": (lambda file: change(file, "UPDATE alembic_version SET version_num = '9999'"), "newer than this"),
    "not there": (lambda file: file.unlink(), "does not exist"),
}


@pytest.mark.parametrize("what", SPOILT)
def test_a_backup_that_cannot_be_trusted_changes_nothing(world: ToldWorld, tmp_path: Path, what: str) -> None:
    spoil, words = SPOILT[what]
    folder = tmp_path / "copies"
    folder.mkdir()
    backup(world.app.settings, folder / "copy")
    spoil(folder / "copy")
    world.close()
    before = file_of(world).read_bytes(), sorted(tmp_path.iterdir())
    with pytest.raises(AlignSyncError, match=words):
        restore(world.app.settings, folder / "copy", now=NOW)
    assert (file_of(world).read_bytes(), sorted(tmp_path.iterdir())) == before


def test_nothing_is_restored_while_anybody_works_on_the_database(world: ToldWorld, tmp_path: Path) -> None:
    backup(world.app.settings, tmp_path / "copy")
    seen = {"engine": "inline", "version": "1", "started_at": NOW}
    dead = name_process().rpartition(":")[0] + ":1"  # this process has not begun then
    add(world, schema.daemon, {**seen, "owner": "away:7:1", "seen_at": NOW - timedelta(seconds=80)})
    add(world, schema.daemon, {**seen, "owner": dead, "seen_at": NOW})
    add(world, schema.lease, {"name": "source:jira", "owner": "other:8:1", "until_at": NOW + timedelta(seconds=5)})
    world.close()
    with pytest.raises(AlreadyRunningError, match=r"^sqlite.*: away:7:1, other:8:1 works on the database; stop it"):
        restore(world.app.settings, tmp_path / "copy", now=NOW)
    with pytest.raises(AlreadyRunningError):
        hold(world.app.settings, now=NOW)
    with closing(sqlite3.connect(file_of(world), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(AlignSyncError, match="another program works on the database"):
            restore(world.app.settings, tmp_path / "copy", now=NOW + DAY)
    assert restore(world.app.settings, tmp_path / "copy", now=NOW + DAY).aside is not None


def test_a_database_that_cannot_be_read_is_replaced_only_with_force(world: ToldWorld, tmp_path: Path) -> None:
    backup(world.app.settings, tmp_path / "copy")
    world.close()
    file_of(world).write_bytes(b"rubbish" * 1000)
    with pytest.raises(AlignSyncError, match=r"cannot be told.*restore with --force"):
        restore(world.app.settings, tmp_path / "copy", now=NOW)
    result = restore(world.app.settings, tmp_path / "copy", now=NOW, force=True)
    assert result.aside is not None
    assert result.aside.read_bytes() == b"rubbish" * 1000


def test_an_older_backup_is_brought_up_to_the_present_schema(world: ToldWorld, tmp_path: Path) -> None:
    world.tell(made("PAY-2"), sprints=[make_sprint("42")])
    backup(world.app.settings, tmp_path / "copy")
    for table in ("outbox", "digest", "run", "source_health", "daemon", "channel_state"):
        change(tmp_path / "copy", f"DROP TABLE {table}")
    change(tmp_path / "copy", "UPDATE alembic_version SET version_num = '0003'")
    world.close()
    file_of(world).unlink()
    result = restore(world.app.settings, tmp_path / "copy", now=NOW)
    assert (result.revision, result.aside) == ("0003", None)
    world.reopen(**CHANNELS)
    assert world.id_of("PAY-2")
    assert not list(tmp_path.glob(".*"))


URL = "postgresql://align:hidden@db.example:5433/align?sslmode=require&sslpassword=other"


def test_of_a_server_its_own_commands_are_told_without_the_password(tmp_path: Path) -> None:
    settings = Settings.model_validate({"database": {"url": URL}})
    address = "--dbname='postgresql://align@db.example:5433/align?sslmode=require'"
    copy = tmp_path / "a copy"
    with pytest.raises(UserError) as told:
        backup(settings, copy)
    assert told.value.problem.advice == f"run: pg_dump --format=custom --no-owner --file='{copy}' {address}"
    assert "hidden" not in str(told.value)
    assert "other" not in str(told.value)
    with pytest.raises(UserError) as told:
        restore(settings, copy, now=NOW)
    assert f"--exit-on-error {address} '{copy}', and after it: align-sync restore --hold" in str(told.value)
    assert "hidden" not in str(told.value)


@pytest.mark.postgres
def test_what_follows_a_restore_can_be_done_alone_on_any_database(database_url: str) -> None:
    with told_world(database_url) as world:
        add(world, schema.outbox, message("a", EntryState.PENDING, NOW), message("b", EntryState.SENT, NOW))
        world.close()
        assert hold(world.app.settings, now=NOW).messages == 1
        world.reopen()
        with world.app.store.read() as connection:
            held = select(func.count()).select_from(schema.outbox).where(text("state = 'held'"))
            assert connection.execute(held).scalar_one() == 1


def test_a_copy_of_nothing_says_so(sqlite_url: str, tmp_path: Path) -> None:
    settings = Settings.model_validate({"database": {"url": sqlite_url + "-missing"}})
    with pytest.raises(AlignSyncError, match="no database file"):
        backup(settings, tmp_path / "copy")
    with pytest.raises(UserError, match="the folder does not exist; mkdir -p"):
        backup(settings.model_copy(update={"database": replace_url(sqlite_url)}), tmp_path / "none" / "copy")


def replace_url(url: str) -> Any:
    return Settings.model_validate({"database": {"url": url}}).database
