"""The tables of the queue: made where there are none, brought up to date by hand, refused where they are strange."""

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
from sqlalchemy import text

from align_sync.errors import StoreError, UserError
from align_sync.store import queue_schema
from align_sync.store.engine import Store
from align_sync.store.queue_schema import (
    QUEUE_SCHEMA,
    connection_arguments,
    load_queue_state,
    prepare_queue,
    upgrade_queue,
)
from tests.databases import Postgres
from tests.engine.queue_world import Tables, open_plain_store

pytestmark = pytest.mark.postgres

OBJECTS = """
SELECT table_name || '.' || column_name || ' ' || udt_name AS name
FROM information_schema.columns WHERE table_schema = 'align_queue'
UNION ALL SELECT routine_name FROM information_schema.routines WHERE routine_schema = 'align_queue'
UNION ALL SELECT indexname FROM pg_indexes WHERE schemaname = 'align_queue' ORDER BY 1
"""


@pytest.fixture
def url(postgres: Postgres) -> str:
    return postgres.make_database()


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    opened = open_plain_store(url)
    yield opened
    opened.close()


def note(store: Store, comment: str) -> None:
    with store.write() as connection:
        connection.execute(text(f"CREATE SCHEMA IF NOT EXISTS {QUEUE_SCHEMA}"))
        connection.execute(text(f"COMMENT ON SCHEMA {QUEUE_SCHEMA} IS '{comment}'"))


def test_the_tables_are_made_in_a_schema_of_their_own_and_made_once(store: Store, url: str) -> None:
    assert load_queue_state(store).revision is None
    made = prepare_queue(store)
    assert made.is_current
    assert prepare_queue(store) == upgrade_queue(store) == made
    schemas = Tables(url).ask("SELECT DISTINCT schemaname FROM pg_tables WHERE tablename LIKE 'procrastinate%'")
    assert [row["schemaname"] for row in schemas] == [QUEUE_SCHEMA]


def test_every_migration_that_is_missing_is_run_and_leads_to_the_same_tables(
    store: Store, url: str, postgres: Postgres
) -> None:
    note(store, "procrastinate 00.00.00_00")
    with pytest.MonkeyPatch.context() as patch:
        # All that the library ships are newer than this note: a database from before its first migration.
        patch.setattr(queue_schema, "_refuse_unknown", lambda _state: None)
        assert upgrade_queue(store).is_current
    migrated = Tables(url).ask(OBJECTS)
    fresh = open_plain_store(other := postgres.make_database())
    prepare_queue(fresh)
    fresh.close()
    assert {row["name"] for row in migrated} == {row["name"] for row in Tables(other).ask(OBJECTS)}


def test_older_tables_wait_for_the_command_that_mends_them(store: Store) -> None:
    needed = prepare_queue(store).needed
    note(store, "procrastinate 03.04.00_01_pre_add_retry_failed_job_procedure")
    with pytest.raises(StoreError, match="align-sync db upgrade") as refused:
        prepare_queue(store)
    assert needed in str(refused.value)
    assert upgrade_queue(store).is_current


@pytest.mark.parametrize("comment", ["procrastinate 99.00.00_01_pre_of_tomorrow", "", "made by hand"])
def test_tables_of_another_making_are_left_alone(store: Store, comment: str) -> None:
    note(store, comment)
    for attempt in (prepare_queue, upgrade_queue):
        with pytest.raises(StoreError, match="was not made by this version"):
            attempt(store)


def test_a_file_of_sqlite_is_refused_with_both_ways_out(tmp_path: Path) -> None:
    store = open_plain_store(f"sqlite:///{tmp_path}/x.db")
    with pytest.raises(UserError, match="needs PostgreSQL") as refused:
        prepare_queue(store)
    store.close()
    assert refused.value.problem.where == "ALIGN_SYNC_ENGINE"
    assert "ALIGN_SYNC_DATABASE__URL" in refused.value.problem.advice
    assert "inline" in refused.value.problem.advice


def test_a_missing_library_is_named_with_the_command_that_installs_it(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue_schema, "find_spec", lambda name: None if name == "procrastinate" else find_spec(name))
    with pytest.raises(UserError, match=r"pip install 'align-sync\[scale\]'"):
        prepare_queue(store)


def test_a_worker_of_the_queue_notices_within_seconds_that_the_server_is_gone(store: Store, url: str) -> None:
    arguments = connection_arguments(store)
    assert arguments["options"].startswith(f"-c search_path={QUEUE_SCHEMA} ")
    assert (arguments["tcp_user_timeout"], arguments["connect_timeout"], arguments["keepalives"]) == (15000, 5, 1)
    own = open_plain_store(f"{url}&options=-c%20work_mem%3D8MB")
    assert connection_arguments(own)["options"].startswith(f"-c work_mem=8MB -c search_path={QUEUE_SCHEMA} ")
    own.close()
