"""The way from an empty database, or an older one, to the schema of this version, on both databases."""

from collections.abc import Callable
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, select, text

from align_sync.errors import StoreError
from align_sync.store.engine import Store, open_store
from align_sync.store.migrate import load_schema_state, prepare_schema, upgrade_schema
from align_sync.store.schema import SCHEMA_REVISION, lease, metadata
from tests.migrations.older import configured, opened, run_alembic


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


def test_there_is_no_way_back_but_the_copy(database_url: str) -> None:
    with opened(database_url) as store:
        with store.write() as connection, pytest.raises(NotImplementedError, match="restore the copy that was made"):
            run_alembic(connection, command.downgrade, "0001")
        assert load_schema_state(store).is_current
