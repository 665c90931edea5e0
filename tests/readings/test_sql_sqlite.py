"""Metrics from SQLite: what is a number, and that no query changes anything or goes on for ever."""

import sqlite3
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from tests.make import NOW
from tests.readings.sql_world import SHORT, check, make_file, read, read_or_reason, read_rows


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_file(tmp_path_factory.mktemp("shop"))


def look_at(shop: Path) -> tuple[bytes, list[Path]]:
    return shop.read_bytes(), sorted(shop.parent.iterdir())


@pytest.mark.parametrize("row", read_rows("sql_answers.yaml", "sqlite"))
def test_an_answer_is_one_number_or_a_reason(shop: Path, row: dict[str, Any]) -> None:
    check(row, read_or_reason(f"sqlite:///{shop}", row["sql"]))


@pytest.mark.parametrize("row", read_rows("sql_attacks.yaml", "sqlite"))
def test_no_query_changes_anything(shop: Path, row: dict[str, Any]) -> None:
    before = look_at(shop)
    check(row, read_or_reason(f"sqlite:///{shop}", row["sql"].replace("{folder}", str(shop.parent))))
    assert look_at(shop) == before


def test_the_words_that_a_query_may_begin_with_are_not_the_guard(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each attack fails as well where the text is not looked at: on what SQLite denies, and on the file's mode."""
    monkeypatch.setattr("align_sync.readings.sql._check_statement", lambda _statement: None)
    before = look_at(shop)
    for param in read_rows("sql_attacks.yaml", "sqlite"):
        (row,) = param.values
        told = read_or_reason(f"sqlite:///{shop}", row["sql"].replace("{folder}", str(shop.parent)))
        assert isinstance(told, str), row["sql"]
        assert look_at(shop) == before, row["sql"]


@pytest.mark.parametrize(
    "sql",
    [
        "with recursive n(i) as (select 1 union all select i + 1 from n) select count(*) from n",
        "with recursive n(i) as (select 1 union all select i + 1 from n) select i from n order by i",
    ],
)
def test_an_endless_query_ends_in_time(shop: Path, sql: str) -> None:
    began = time.monotonic()
    told = read_or_reason(f"sqlite:///{shop}", sql, timeout=SHORT)
    assert time.monotonic() - began < 3
    assert told == "the query took longer than 0.3 s; readings.timeout sets the limit"


def test_a_file_that_does_not_exist_is_not_made(tmp_path: Path) -> None:
    for name in ("none.db", "none.db?mode=rwc", "file:none.db?mode=rwc&uri=true", "sub/none.db"):
        told = read_or_reason(f"sqlite:///{tmp_path}/{name}", "select 1")
        assert told == "there is no such file of SQLite on this machine"
    assert read_or_reason("sqlite://", "select 1") == "there is no such file of SQLite on this machine"
    assert read_or_reason("sqlite:///:memory:", "select 1") == "there is no such file of SQLite on this machine"
    assert list(tmp_path.iterdir()) == []


def test_a_file_whose_name_looks_like_an_address_is_read_only_too(shop: Path, tmp_path: Path) -> None:
    odd = tmp_path / "a?mode=rwc&x#y.db"
    odd.write_bytes(shop.read_bytes())
    assert read_or_reason(f"sqlite:///{tmp_path}/a%3Fmode=rwc&x#y.db", "select count(*) from refund") == 3


def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    (tmp_path / "notes.db").write_text("not a database at all, but long enough to be looked at" * 9, encoding="utf-8")
    told = read_or_reason(f"sqlite:///{tmp_path}/notes.db", "select count(*) from refund")
    assert told == "the database refused the query: file is not a database"


def test_a_locked_file_is_waited_for_and_then_told(shop: Path) -> None:
    with closing(sqlite3.connect(shop, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        assert "database is locked" in str(read_or_reason(f"sqlite:///{shop}", "select 1 from refund", timeout=SHORT))


@pytest.mark.parametrize(
    ("at", "count"),
    [
        (None, 3),
        (datetime(2026, 10, 2, 9, tzinfo=UTC), 1),
        (datetime(2026, 10, 2, 9, 0, 1, tzinfo=UTC), 2),
        (datetime(2026, 10, 2, 10, 0, 1, tzinfo=timezone(timedelta(hours=2))), 1),
    ],
)
def test_a_query_may_ask_for_a_moment(shop: Path, at: datetime | None, count: int) -> None:
    assert read(f"sqlite:///{shop}", "select count(*) from refund where made_at < :as_of", at=at) == count


def test_a_query_without_a_moment_tells_the_value_of_today_only(shop: Path) -> None:
    told = read_or_reason(f"sqlite:///{shop}", "select count(*) from refund", at=NOW)
    assert told == "the query tells the value of today only; let it ask for :as_of"


def test_sql_is_off_unless_a_deployment_wants_it(shop: Path) -> None:
    told = read_or_reason(f"sqlite:///{shop}", "select 1", allowed=False)
    assert told == "SQL of metrics is not run here; set readings.sql = true"


@pytest.mark.parametrize(
    ("url", "says"),
    [
        (None, "the connection shop has no address; set ALIGN_SYNC_CONNECTIONS__SHOP__URL to postgresql://USER:"),
        ("nonsense canary-7f3a9c", "the address of the connection shop cannot be read"),
        ("postgresql://u:canary-7f3a9c@h:port/db", "the address of the connection shop cannot be read"),
        ("mysql://root:canary-7f3a9c@db/x", "no mode of mysql is known here in which nothing can be written"),
        ("duckdb:///canary-7f3a9c", "no mode of duckdb is known here"),
    ],
)
def test_an_address_that_cannot_be_used_is_told_without_showing_it(url: str | None, says: str) -> None:
    told = str(read_or_reason(url, "select 1"))
    assert told.startswith(says)
    assert "canary" not in told


def test_a_nul_in_the_query_is_refused(shop: Path) -> None:
    assert read_or_reason(f"sqlite:///{shop}", "select 1 \x00; x") == "the query holds a NUL character"
