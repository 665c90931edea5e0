"""Databases beside PostgreSQL and SQLite: asked only where the deployment answers for the account."""

import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite

from align_sync.errors import ReadingError
from align_sync.readings.sql import open_sql
from align_sync.settings import Settings
from align_sync.settings_metrics import SqlMetric

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


class Elsewhere(SQLiteDialect_pysqlite):
    """A database that align-sync knows nothing of; underneath it is one that tests can have."""

    name = "elsewhere"
    supports_statement_cache = True


registry.register("elsewhere", __name__, "Elsewhere")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "elsewhere.db"
    connection = sqlite3.connect(file)
    connection.execute("CREATE TABLE refund (day TEXT, errors REAL)")
    connection.executemany("INSERT INTO refund VALUES (?, ?)", [("2026-10-01", 2.4), ("2026-11-20", 1.3)])
    connection.commit()
    connection.close()
    return file


def read(file: Path | str, sql: str, *, at: datetime | None = None, read_only_account: bool = True) -> float:
    settings = Settings.model_validate(
        {
            "readings": {"sql": True},
            "connections": {"there": {"url": f"elsewhere:///{file}", "read_only_account": read_only_account}},
            "metrics": [{"name": "m", "kind": "sql", "connection": "there", "sql": sql}],
        }
    )
    metric = settings.metrics[0]
    assert isinstance(metric, SqlMetric)
    return open_sql(settings, metric).read(at=at, now=NOW).value


NEWEST = "SELECT errors FROM refund WHERE day <= :as_of ORDER BY day DESC LIMIT 1"


def test_it_is_refused_unless_the_account_may_only_read(file: Path) -> None:
    with pytest.raises(ReadingError, match="nothing can be written") as refused:
        read(file, NEWEST, read_only_account=False)
    assert "read_only_account = true" in refused.value.problem.advice


def test_one_number_is_read_also_of_an_earlier_day(file: Path) -> None:
    assert read(file, NEWEST) == 1.3
    assert read(file, NEWEST, at=datetime(2026, 10, 15, tzinfo=UTC)) == 2.4


def test_colons_that_are_no_parameters_stay_what_they_are(file: Path) -> None:
    assert read(file, "SELECT length(':word 12:30 ' || 'x')") == 13


@pytest.mark.parametrize(
    ("sql", "reason"),
    [
        ("SELECT errors FROM refund", "more than one row"),
        ("SELECT errors FROM refund WHERE 0", "no row"),
        ("SELECT errors, day FROM refund LIMIT 1", "2 columns"),
        ("SELECT day FROM refund LIMIT 1", "a text"),
        ("SELECT nonsense FROM refund", r"elsewhere refused the query or cannot be reached \(OperationalError\)"),
        ("DELETE FROM refund", "only a query that reads"),
        ("SELECT 1; DELETE FROM refund", "holds the word DELETE"),
        ("SELECT 1; SELECT 2", "several"),
        ("SELECT errors INTO copied FROM refund", "holds the word INTO"),
    ],
)
def test_what_is_no_number_has_a_reason(file: Path, sql: str, reason: str) -> None:
    with pytest.raises(ReadingError, match=reason):
        read(file, sql)
    assert read(file, "SELECT count(*) FROM refund") == 2


def test_words_in_quotes_write_nothing(file: Path) -> None:
    assert read(file, "SELECT length('delete; drop') -- update\n") == 12
    assert read(file, 'SELECT 1 AS "insert" /* into */;') == 1


def test_what_would_write_is_not_tried(file: Path) -> None:
    with pytest.raises(ReadingError, match="holds the word DELETE"):
        read(file, "WITH gone AS (SELECT 1) DELETE FROM refund WHERE day IN (SELECT '2026-10-01') RETURNING day")
    assert read(file, "SELECT count(*) FROM refund") == 2


def test_no_address_is_in_a_reason() -> None:
    with pytest.raises(ReadingError) as refused:
        read("/nowhere/secret-folder/x.db", "SELECT 1")
    assert "secret" not in str(refused.value)


def test_a_missing_driver_is_named_by_its_database() -> None:
    settings = Settings.model_validate(
        {
            "readings": {"sql": True},
            "connections": {"there": {"url": "nosuchbase://host/x", "read_only_account": True}},
            "metrics": [{"name": "m", "kind": "sql", "connection": "there", "sql": "SELECT 1"}],
        }
    )
    metric = settings.metrics[0]
    assert isinstance(metric, SqlMetric)
    with pytest.raises(ReadingError, match="no driver for nosuchbase"):
        open_sql(settings, metric).read(at=None, now=NOW)
