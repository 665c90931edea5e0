"""Metrics from PostgreSQL: the same numbers and reasons, and the attacks that a read-only session lets through."""

import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from align_sync.readings import sql_postgres
from tests.databases import Postgres
from tests.readings.sql_world import READER, SHORT, check, make_database, read, read_or_reason, read_rows

pytestmark = pytest.mark.postgres


@pytest.fixture(scope="module")
def shop(postgres: Postgres) -> str:
    return make_database(postgres)


@pytest.fixture
def owner(shop: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(shop.replace(f"{READER}@", "postgres@"), autocommit=True) as connection:
        yield connection


def count_all(owner: psycopg.Connection) -> tuple[Any, ...] | None:
    return owner.execute(
        "SELECT (SELECT sum(amount) FROM refund), (SELECT count(*) FROM pg_tables), (SELECT last_value FROM counter),"
        " (SELECT count(*) FROM pg_largeobject_metadata)"
    ).fetchone()


@pytest.mark.parametrize("row", read_rows("sql_answers.yaml", "postgresql"))
def test_an_answer_is_one_number_or_a_reason(shop: str, row: dict[str, Any]) -> None:
    check(row, read_or_reason(shop, row["sql"]))


@pytest.mark.parametrize("row", read_rows("sql_attacks.yaml", "postgresql"))
def test_no_query_changes_anything(
    shop: str, owner: psycopg.Connection, tmp_path: Path, row: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also without the list of functions that act, which only stands before what the database itself refuses."""
    monkeypatch.setattr("align_sync.readings.sql_postgres._refuse_acting", lambda _statement: None)
    before = count_all(owner)
    check(row, read_or_reason(shop, row["sql"].replace("{folder}", str(tmp_path))))
    assert count_all(owner) == before
    assert list(tmp_path.iterdir()) == []


def test_the_words_that_a_query_may_begin_with_are_not_the_guard(
    shop: str, owner: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("align_sync.readings.sql._check_statement", lambda _statement: None)
    before = count_all(owner)
    for param in read_rows("sql_attacks.yaml", "postgresql"):
        (row,) = param.values
        assert isinstance(read_or_reason(shop, row["sql"]), str), row["sql"]
        assert count_all(owner) == before, row["sql"]


def test_a_pooler_that_drops_the_options_of_a_session_does_not_let_it_write(
    shop: str, owner: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = sql_postgres._list_options
    monkeypatch.setattr(sql_postgres, "_list_options", lambda *told: {**whole(*told), "options": ""})
    before = count_all(owner)
    assert "may only read" in str(read_or_reason(shop, "with a as (delete from refund returning 1) select 1 from a"))
    assert count_all(owner) == before


def test_a_read_only_session_alone_would_not_be_enough(shop: str, owner: psycopg.Connection) -> None:
    """The reason for the extended protocol: the simple one runs all statements of a text, and ends the transaction."""
    url = shop.replace("postgresql+psycopg", "postgresql")
    with psycopg.connect(url, options="-c default_transaction_read_only=on", autocommit=True) as connection:
        connection.execute("ROLLBACK; BEGIN READ WRITE; INSERT INTO refund VALUES (1, 'X', NULL); COMMIT")
    assert owner.execute("DELETE FROM refund WHERE team = 'X'").rowcount == 1


@pytest.mark.parametrize("sql", ["select 1 from pg_sleep(9)", "select count(*) from generate_series(1, 2000000000)"])
def test_a_query_that_takes_too_long_ends_in_time(shop: str, sql: str) -> None:
    began = time.monotonic()
    told = read_or_reason(shop, sql, timeout=SHORT)
    assert time.monotonic() - began < 3
    assert told == "the query took longer than 0.3 s; readings.timeout sets the limit"


def test_of_many_rows_two_are_fetched(shop: str) -> None:
    began = time.monotonic()
    told = read_or_reason(shop, "select generate_series(1, 2000000000)", timeout=timedelta(seconds=30))
    assert str(told).startswith("the query gave more than one row")
    assert time.monotonic() - began < 3


def test_a_lock_is_not_waited_for_longer_than_allowed(shop: str, owner: psycopg.Connection) -> None:
    with owner.transaction():
        owner.execute("LOCK TABLE refund IN ACCESS EXCLUSIVE MODE")
        assert "took longer" in str(read_or_reason(shop, "select count(*) from refund", timeout=SHORT))


@pytest.mark.parametrize(
    ("role", "says"),
    [
        ("postgres", "is a superuser, or may become one"),
        ("deputy", "is a superuser, or may become one"),
        ("runner", "is a member of pg_execute_server_program"),
        ("writer", "is a member of pg_write_server_files"),
        ("opener", "is a member of pg_read_server_files"),
    ],
)
def test_a_role_with_power_over_the_server_is_refused(
    shop: str, owner: psycopg.Connection, role: str, says: str
) -> None:
    granted = {
        "deputy": "postgres",
        "runner": "pg_execute_server_program",
        "writer": "pg_write_server_files",
        "opener": "pg_read_server_files",
    }
    if role in granted:
        owner.execute(f"CREATE ROLE {role} LOGIN; GRANT {granted[role]} TO {role}")
    told = read_or_reason(shop.replace(f"{READER}@", f"{role}@"), "select 1")
    assert told == (
        f"the role of this connection may do more than read: it {says}; connect as a role of its own with nothing but"
        " SELECT on the tables that are asked"
    )


def test_a_superuser_in_the_clothes_of_another_role_is_refused(shop: str) -> None:
    dressed = shop.replace(f"{READER}@", "postgres@") + f"&options=-c%20role%3D{READER}"
    assert "superuser" in str(read_or_reason(dressed, "select 1"))


def test_options_of_the_address_hold_unless_they_loosen_a_guard(shop: str) -> None:
    loose = shop + "&options=-c%20default_transaction_read_only%3Doff%20-c%20search_path%3Dpg_catalog"
    assert read(loose, "select count(*) from pg_class where relname = 'pg_class'") == 1
    assert "refund" in str(read_or_reason(loose, "select count(*) from refund"))
    told = read(loose, "select (current_setting('default_transaction_read_only') = 'on')::int")
    assert told == 1


@pytest.mark.parametrize(("at", "count"), [(None, 3), (datetime(2026, 10, 2, 12, tzinfo=UTC), 2)])
def test_a_query_may_ask_for_a_moment(shop: str, at: datetime | None, count: int) -> None:
    assert read(shop, "select count(*) from refund where made_at < :as_of", at=at) == count
    assert read(shop, "select count(*) from refund where made_at::date <= :as_of ::date", at=at) == count


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ((f"{READER}@", "nobody:canary-7f3a9c@"), 'the database cannot be reached (role "nobody" does not exist)'),
        (("?host=", "?host=/nowhere/canary-7f3a9c"), "the database cannot be reached (No such file or directory)"),
        (("?host=", "?sslrootcert=/canary-7f3a9c&sslmode=verify&host="), "the database cannot be reached"),
    ],
)
def test_a_server_that_does_not_let_us_in_is_told_without_the_address(
    shop: str, change: tuple[str, str], says: str
) -> None:
    told = str(read_or_reason(shop.replace(*change), "select 1"))
    assert told.startswith(says)
    assert "canary" not in told


def test_without_the_driver_the_way_to_it_is_told(shop: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    assert read_or_reason(shop, "select 1") == "the driver psycopg is missing; pip install 'align-sync[postgres]'"
    assert sql_postgres.DRIVER == "postgresql+psycopg"


@pytest.mark.parametrize(
    "sql",
    [
        "select count(pg_terminate_backend(pid)) from pg_stat_activity where pid <> pg_backend_pid()",
        'select count("pg_terminate_backend"(pid)) from pg_stat_activity where pid <> pg_backend_pid()',
        "select count(pg_catalog . PG_Cancel_Backend(pid)) from pg_stat_activity",
        "select 1 from pg_advisory_lock(7)",
        "select count(query_to_xml('select pg_terminate_backend(1)', true, true, ''))",
        "select length(set_config('statement_timeout', '0', false))",
        "select pg_logical_emit_message(false, 'a', 'b') - '0/0'",
        'select U&"\\0070g_terminate_backend"(1)::int',
        "select 1 /* ' */ from pg_notify('a', 'b') -- '",
    ],
)
def test_functions_that_act_are_not_run(shop: str, owner: psycopg.Connection, sql: str) -> None:
    told = str(read_or_reason(shop, sql))
    assert "does more than read" in told or "escapes" in told
    assert owner.execute("select 1").fetchone() == (1,)


def test_their_names_in_texts_are_harmless(shop: str) -> None:
    assert read(shop, "select length('pg_terminate_backend(1)')") == 23
