"""The way from an empty database, or an older one, to the schema of this version, on both databases."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from stat import S_IMODE

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, select, text

from align_sync.errors import StoreError
from align_sync.seams import pass_failpoint
from align_sync.store.engine import Store, open_store
from align_sync.store.leases import claim_lease
from align_sync.store.migrate import find_migrations, load_schema_state, prepare_schema, upgrade_schema
from align_sync.store.schema import SCHEMA_REVISION, lease, metadata
from tests.databases import Postgres
from tests.flows.jira_world import NOON

OLDER = "0000_for_tests"


@contextmanager
def opened(url: str) -> Iterator[Store]:
    store = open_store(url, failpoint=pass_failpoint)
    try:
        yield store
    finally:
        store.close()


def configured() -> Config:
    config = Config()
    config.set_main_option("script_location", str(find_migrations()))
    config.set_main_option("path_separator", "os")
    return config


def set_revision(connection: Connection, revision: str) -> None:
    connection.execute(text("UPDATE alembic_version SET version_num = :revision"), {"revision": revision})


def test_there_is_one_head_and_it_is_the_one_that_the_code_names() -> None:
    assert ScriptDirectory.from_config(configured()).get_heads() == [SCHEMA_REVISION]


def test_an_empty_database_is_set_up(empty_url: str) -> None:
    with opened(empty_url) as store:
        before = load_schema_state(store)
        assert (before.revision, before.is_current) == (None, False)
        prepare_schema(store)
        assert load_schema_state(store).is_current
        with store.read() as connection:
            assert set(inspect(connection).get_table_names()) == {*metadata.tables, "alembic_version"}


@pytest.mark.parametrize("prepare", [prepare_schema, upgrade_schema])
def test_the_migrations_and_a_new_database_are_what_the_code_describes(
    empty_url: str, prepare: Callable[[Store], object]
) -> None:
    with opened(empty_url) as store:
        prepare(store)
        with store.write() as connection:
            context = MigrationContext.configure(
                connection, opts={"compare_type": True, "compare_server_default": True}
            )
            assert compare_metadata(context, metadata) == []


def test_a_schema_that_is_current_is_left_as_it_is(database_url: str, tmp_path: Path) -> None:
    with opened(database_url) as store:
        prepare_schema(store)
        assert upgrade_schema(store).is_current
    assert list(tmp_path.glob("*.before-*")) == []


@pytest.mark.parametrize("prepare", [prepare_schema, upgrade_schema])
def test_a_failure_on_the_way_leaves_nothing_half_done(empty_url: str, prepare: Callable[[Store], object]) -> None:
    """All migrations are one transaction on both databases."""

    def fail(name: str) -> None:
        if name == "commit.before":
            raise ZeroDivisionError

    store = open_store(empty_url, failpoint=fail)
    with pytest.raises(ZeroDivisionError):
        prepare(store)
    store.close()
    with opened(empty_url) as store:
        with store.read() as connection:
            assert inspect(connection).get_table_names() == []
        prepare_schema(store)
        assert load_schema_state(store).is_current


@pytest.mark.parametrize("prepare", [prepare_schema, upgrade_schema])
def test_a_newer_schema_is_refused_with_the_way_out(database_url: str, prepare: Callable[[Store], object]) -> None:
    with opened(database_url) as store:
        with store.write() as connection:
            set_revision(connection, "9999")
        with pytest.raises(StoreError) as caught:
            prepare(store)
        assert str(caught.value).endswith(
            "the database has schema 9999, which is newer than this version of align-sync knows;"
            " use the newer version of align-sync that made it, or restore a backup from before"
        )
        with store.read() as connection:
            assert connection.execute(select(lease)).all() == []


@pytest.fixture
def with_older_revision(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """A history of two: the first revision of tests makes nothing, and the real first one follows it."""
    folder = tmp_path_factory.mktemp("migrations")
    (folder / "versions").mkdir()
    (folder / "env.py").write_text((find_migrations() / "env.py").read_text())
    real = next((find_migrations() / "versions").glob("0001*.py")).read_text()
    head = "down_revision: str | None = None"
    assert head in real
    (folder / "versions" / "0001.py").write_text(
        real.replace(head, f'down_revision = "{OLDER}"').replace(
            "def upgrade() -> None:\n", "def upgrade():\n    return\n"
        )
    )
    (folder / "versions" / "0000.py").write_text(
        f'revision = "{OLDER}"\ndown_revision = None\n\ndef upgrade():\n    pass\n\ndef downgrade():\n    pass\n'
    )
    monkeypatch.setattr("align_sync.store.migrate.find_migrations", lambda: folder)


@pytest.mark.usefixtures("with_older_revision")
class TestOlderSchema:
    def test_a_file_is_copied_and_then_migrated(self, sqlite_url: str, tmp_path: Path) -> None:
        with opened(sqlite_url) as store:
            with store.write() as connection:
                claim_lease(connection, "kept", owner="me", now=NOON)
                set_revision(connection, OLDER)
            prepare_schema(store)
            assert load_schema_state(store).revision == SCHEMA_REVISION
        (copy,) = tmp_path.glob("*.before-*")
        assert copy.name == f"align-sync.db.before-{SCHEMA_REVISION}-from-{OLDER}"
        assert S_IMODE(copy.stat().st_mode) == 0o600
        kept = sqlite3.connect(copy)
        assert kept.execute("SELECT name FROM lease").fetchall() == [("kept",)]
        assert kept.execute("SELECT version_num FROM alembic_version").fetchall() == [(OLDER,)]
        kept.close()

    @pytest.mark.postgres
    def test_a_server_waits_for_a_person(self, postgres: Postgres) -> None:
        with opened(postgres.make_database("prepared")) as store:
            with store.write() as connection:
                set_revision(connection, OLDER)
            with pytest.raises(StoreError) as caught:
                prepare_schema(store)
            assert str(caught.value).endswith(
                f"the database has schema {OLDER}, this version needs {SCHEMA_REVISION}; align-sync db upgrade"
            )
            assert upgrade_schema(store).is_current
            prepare_schema(store)


def test_there_is_a_way_back_and_forth_again(database_url: str) -> None:
    with opened(database_url) as store:
        with store.write() as connection:
            config = configured()
            config.attributes["connection"] = connection
            command.downgrade(config, "base")
        with store.read() as connection:
            assert inspect(connection).get_table_names() == ["alembic_version"]
        assert not load_schema_state(store).is_current
        prepare_schema(store)
        assert load_schema_state(store).is_current
