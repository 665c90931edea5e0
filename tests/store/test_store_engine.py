"""How a database is opened, what a reader may do, and what is said where it cannot work."""

import sqlite3
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.exc import DBAPIError

from align_sync.errors import StoreError, UserError
from align_sync.seams import pass_failpoint
from align_sync.store.engine import Store, choose_journal_mode, open_store
from align_sync.store.failures import explain_failure
from align_sync.store.leases import claim_lease
from align_sync.store.migrate import load_schema_state, prepare_schema
from align_sync.store.schema import lease
from tests.databases import Postgres
from tests.flows.jira_world import NOON

AT_ONCE = timedelta(milliseconds=20)


@contextmanager
def opened(url: str, *, journal_mode: str = "auto") -> Iterator[Store]:
    store = open_store(url, failpoint=pass_failpoint, journal_mode=journal_mode, busy_timeout=AT_ONCE)
    try:
        yield store
    finally:
        store.close()


@pytest.mark.parametrize(
    ("version", "mode"),
    [
        ((3, 40, 1), "delete"),  # Debian 12
        ((3, 45, 3), "delete"),
        ((3, 51, 2), "delete"),  # the last one with the bug
        ((3, 51, 3), "wal"),
        ((3, 52, 0), "wal"),
        ((4, 0, 0), "wal"),
    ],
)
def test_write_ahead_logging_waits_for_a_sqlite_that_does_it_safely(version: tuple[int, int, int], mode: str) -> None:
    assert choose_journal_mode("auto", version) == mode
    assert choose_journal_mode("wal", version) == "wal"
    assert choose_journal_mode("delete", version) == "delete"


@pytest.mark.parametrize("mode", ["wal", "delete"])
def test_a_writer_is_set_up_for_safety(sqlite_url: str, mode: str) -> None:
    with opened(sqlite_url, journal_mode=mode) as store, store.write() as connection:
        told = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys", "trusted_schema", "busy_timeout")
        }
    assert told == {"journal_mode": mode, "synchronous": 2, "foreign_keys": 1, "trusted_schema": 0, "busy_timeout": 20}


WRONG = [
    ("nonsense", "the database address cannot be read"),
    ("postgresql://host:port/db", "the database address cannot be read"),
    ("oracle+weird://host/db", "oracle is not supported"),
    ("sqlite://", "a database in memory would be forgotten at once"),
    ("sqlite:///:memory:", "a database in memory would be forgotten at once"),
    ("mysql://root:secret@host/db", "mysql is not supported"),
]


@pytest.mark.parametrize(("url", "message"), WRONG)
def test_a_wrong_address_is_told_with_the_setting_and_without_the_password(url: str, message: str) -> None:
    with pytest.raises(UserError) as caught, opened(url):
        pass
    said = str(caught.value)
    assert said.startswith(f"ALIGN_SYNC_DATABASE__URL: {message}")
    assert "set ALIGN_SYNC_DATABASE__URL to sqlite:///FILE or postgresql://" in said
    assert "secret" not in said


def test_a_missing_folder_is_told_with_the_command_that_makes_it(tmp_path: Path) -> None:
    with pytest.raises(UserError) as caught, opened(f"sqlite:///{tmp_path}/not/there/a.db"):
        pass
    assert str(caught.value) == (
        f"ALIGN_SYNC_DATABASE__URL: the folder {tmp_path}/not/there does not exist; mkdir -p {tmp_path}/not/there"
    )


def test_a_missing_driver_is_told_with_what_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(UserError) as caught, opened("postgresql://localhost/x"):
        pass
    assert str(caught.value) == (
        "ALIGN_SYNC_DATABASE__URL: the driver psycopg is missing;"
        " install the driver: pip install 'align-sync[postgres]'"
    )


def test_a_reader_cannot_write(store: Store) -> None:
    with pytest.raises(StoreError, match="the database cannot be written"), store.read() as connection:
        connection.execute(insert(lease).values(name="x"))


def test_a_reader_sees_one_state_however_long_it_looks(database_url: str) -> None:
    with opened(database_url, journal_mode="wal") as store:
        with store.write():
            pass  # changes the journal, which needs the file for itself
        with store.read() as reading:
            before = reading.execute(select(lease.c.name)).all()
            with store.write() as writing:
                claim_lease(writing, "x", owner="me", now=NOON)
            assert reading.execute(select(lease.c.name)).all() == before
        with store.read() as reading:
            assert len(reading.execute(select(lease.c.name)).all()) == len(before) + 1


def test_an_error_takes_back_the_whole_transaction(store: Store) -> None:
    def write_and_fail() -> None:
        with store.write() as connection:
            claim_lease(connection, "x", owner="me", now=NOON)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write_and_fail()
    with store.read() as connection:
        assert connection.execute(select(lease)).all() == []


def test_failpoints_stand_before_and_after_each_commit(database_url: str) -> None:
    reached: list[str] = []
    store = open_store(database_url, failpoint=reached.append)
    with store.write() as connection:
        claim_lease(connection, "x", owner="me", now=NOON)
        assert reached == []
    with store.read():
        pass
    store.close()
    assert reached == ["commit.before", "commit.after"]


class TestSqliteInTrouble:
    """Each ends in words: what happened, where, and what mends it."""

    def test_locked_by_another_program(self, sqlite_url: str, tmp_path: Path) -> None:
        with closing(sqlite3.connect(tmp_path / "align-sync.db", isolation_level=None)) as other:
            other.execute("BEGIN EXCLUSIVE")
            with opened(sqlite_url) as store, pytest.raises(StoreError) as caught, store.write():
                pass
            with opened(sqlite_url) as store, pytest.raises(StoreError, match="locked"), store.read() as connection:
                connection.execute(select(lease)).all()
        assert str(caught.value) == (
            f"sqlite+pysqlite:///{tmp_path}/align-sync.db: the database is locked by another program; end the other"
            " program or wait for it, then run the command again; nothing was lost"
        )

    def test_a_writer_waits_for_another_to_end(self, sqlite_url: str, tmp_path: Path) -> None:
        other = sqlite3.connect(tmp_path / "align-sync.db", isolation_level=None, check_same_thread=False)
        other.execute("BEGIN IMMEDIATE")
        timer = threading.Timer(0.1, lambda: other.execute("COMMIT"))
        timer.start()
        store = open_store(sqlite_url, failpoint=pass_failpoint)
        with store.write() as connection:
            assert claim_lease(connection, "x", owner="me", now=NOON) == 1
        store.close()
        timer.join()
        other.close()

    def test_a_file_that_cannot_be_written(
        self, sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """By `mode=ro`, since permissions do not stop the superuser that tests may run as."""
        monkeypatch.chdir(tmp_path)
        url = sqlite_url.replace(f"{tmp_path}/", "file:") + "?mode=ro&uri=true"
        with opened(url) as store, pytest.raises(StoreError) as caught, store.write() as connection:
            claim_lease(connection, "x", owner="me", now=NOON)
        assert "the database cannot be written; give this user the right to write the file and its folder" in str(
            caught.value
        )

    def test_a_file_that_is_no_database(self, tmp_path: Path) -> None:
        (tmp_path / "notes.txt").write_text("This is text, long enough to be taken for a page of a database.\n" * 99)
        with opened(f"sqlite:///{tmp_path}/notes.txt") as store, pytest.raises(StoreError) as caught:
            prepare_schema(store)
        assert str(caught.value) == (
            f"sqlite+pysqlite:///{tmp_path}/notes.txt: the file is not a usable SQLite database;"
            " check the path in ALIGN_SYNC_DATABASE__URL, or restore the file from a backup"
        )

    def test_a_path_that_is_a_folder(self, tmp_path: Path) -> None:
        (tmp_path / "folder.db").mkdir()
        with opened(f"sqlite:///{tmp_path}/folder.db") as store, pytest.raises(StoreError) as caught:
            load_schema_state(store)
        assert "the database file cannot be opened; check the path in ALIGN_SYNC_DATABASE__URL" in str(caught.value)

    def test_a_full_disk(self, sqlite_url: str) -> None:
        """SQLITE_FULL comes from a disk as from a limit on the file's pages."""

        def fill(store: Store) -> None:
            with store.write() as connection:
                pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
                connection.exec_driver_sql(f"PRAGMA max_page_count={pages + 2}")
                for number in range(2_000):
                    claim_lease(connection, f"{number}" * 20, owner="x" * 300, now=NOON)

        with opened(sqlite_url) as store:
            with pytest.raises(StoreError) as caught:
                fill(store)
            with store.read() as connection:
                assert connection.execute(select(lease)).all() == []
        assert "the disk is full; free some space, then run the command again; it goes on from" in str(caught.value)

    def test_another_schema(self, tmp_path: Path) -> None:
        words = "has another schema than this version needs; align-sync db upgrade"
        with (
            opened(f"sqlite:///{tmp_path}/a.db") as store,
            pytest.raises(StoreError, match=words),
            store.read() as connection,
        ):
            connection.execute(select(lease))


@pytest.mark.postgres
class TestPostgresInTrouble:
    def test_a_server_that_is_not_there(self, tmp_path: Path) -> None:
        with opened(f"postgresql://ann:hush@/db?host={tmp_path}") as store, pytest.raises(StoreError) as caught:
            load_schema_state(store)
        said = str(caught.value)
        assert "the database server cannot be reached or refuses the credentials" in said
        assert "check ALIGN_SYNC_DATABASE__URL and that the server runs" in said
        assert "hush" not in said

    @pytest.mark.parametrize("url", ["postgresql://postgres@/nowhere?host={}", "postgresql://nobody@/postgres?host={}"])
    def test_a_database_or_a_role_that_is_not_there(self, postgres: Postgres, url: str) -> None:
        with opened(url.format(postgres.folder)) as store, pytest.raises(StoreError) as caught:
            load_schema_state(store)
        assert "check ALIGN_SYNC_DATABASE__URL" in str(caught.value)

    def test_a_table_that_another_one_locks(self, postgres: Postgres) -> None:
        url = postgres.make_database("prepared")

        def wait_for_lock(store: Store) -> None:
            with store.write() as connection:
                connection.execute(text("SET LOCAL lock_timeout = '20ms'"))
                claim_lease(connection, "x", owner="me", now=NOON)

        with opened(url) as other, other.write() as connection:
            connection.execute(text("LOCK TABLE lease"))
            with opened(url) as store, pytest.raises(StoreError, match="the database is locked by another program"):
                wait_for_lock(store)

    def test_a_role_without_rights(self, postgres: Postgres) -> None:
        url = postgres.make_database("prepared")
        with opened(url) as store, store.write() as connection:
            connection.execute(text("CREATE ROLE reader_only LOGIN"))
            connection.execute(text("GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader_only"))
        with (
            opened(url.replace("postgres@", "reader_only@")) as store,
            pytest.raises(StoreError, match="the database cannot be written"),
            store.write() as connection,
        ):
            claim_lease(connection, "x", owner="me", now=NOON)

    def test_limits_are_set_for_each_connection(self, postgres: Postgres) -> None:
        with opened(postgres.make_database()) as store, store.write() as connection:
            shown = {
                name: connection.execute(text(f"SHOW {name}")).scalar_one()
                for name in ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout", "timezone")
            }
        assert shown == {
            "statement_timeout": "30s",
            "lock_timeout": "5s",
            "idle_in_transaction_session_timeout": "1min",
            "timezone": "UTC",
        }


SAYINGS = [
    ("could not extend file: No space left on device", "the disk is full"),
    ("cannot execute INSERT in a read-only transaction", "the database cannot be written"),
    ("canceling statement due to lock timeout", "the database is locked by another program"),
    ('relation "item" does not exist', "the database has another schema than this version needs"),
    ("connection failed: Connection refused", "the database server cannot be reached"),
    ('connection failed: FATAL: database "x" does not exist', "the database server cannot be reached"),
    ("connection failed: permission denied for database x", "the database server cannot be reached"),
    ("something of which nobody thought", "the database failed (OperationalError)"),
]


@pytest.mark.parametrize(("said", "message"), SAYINGS)
def test_the_words_of_a_driver_become_ours_and_are_not_shown(said: str, message: str) -> None:
    error = DBAPIError("SELECT 'secret title'", {}, sqlite3.OperationalError(said))
    explained = str(explain_failure(error, "here"))
    assert explained.startswith(f"here: {message}")
    assert said not in explained
    assert "secret title" not in explained
