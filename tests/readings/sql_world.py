"""A table of refunds in both kinds of database, and how tests read numbers from it."""

import sqlite3
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
import yaml

from align_sync.errors import ReadingError
from align_sync.readings.sql import open_sql
from align_sync.settings import Settings
from align_sync.settings_metrics import SqlMetric
from tests.databases import Postgres
from tests.make import NOW

CASES = Path(__file__).resolve().parents[1] / "cases" / "readings"
LONG, SHORT = timedelta(seconds=5), timedelta(seconds=0.3)
READER = "refund_reader"
ROWS = ((10, "A", "2026-10-01 09:00:00"), (20, "A", "2026-10-02 09:00:00"), (30, "B", "2026-11-02 09:00:00"))


def read_rows(name: str, kind: str) -> list[Any]:
    rows = yaml.safe_load((CASES / name).read_text(encoding="utf-8"))
    return [pytest.param(row, id=row.get("reason", row["sql"])) for row in rows if row.get("only", kind) == kind]


def make_file(folder: Path) -> Path:
    path = folder / "shop.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE refund (amount INTEGER, team TEXT, made_at TEXT)")
        connection.executemany("INSERT INTO refund VALUES (?, ?, ?)", ROWS)
        connection.commit()
    return path


def make_database(server: Postgres) -> str:
    """The address for a role that may do more than it should: it may write, so that only the guards prevent it."""
    owner = server.make_database()
    with psycopg.connect(owner.replace("postgresql+psycopg", "postgresql"), autocommit=True) as connection:
        if connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [READER]).fetchone() is None:
            connection.execute(f"CREATE ROLE {READER} LOGIN")
        connection.execute("CREATE TABLE refund (amount integer, team text, made_at timestamptz)")
        connection.execute("CREATE SEQUENCE counter")
        connection.execute(f"GRANT ALL ON refund, counter TO {READER}")
        connection.execute(f"GRANT ALL ON SCHEMA public TO {READER}")
        with connection.cursor() as cursor:
            cursor.executemany("INSERT INTO refund VALUES (%s, %s, %s)", ROWS)
    return owner.replace("postgres@", f"{READER}@")


def read(
    url: str | None, sql: str, *, timeout: timedelta = LONG, at: datetime | None = None, allowed: bool = True
) -> float:
    settings = Settings.model_validate(
        {"readings": {"sql": allowed, "timeout": timeout}, "connections": {"shop": {"url": url}}}
    )
    metric = SqlMetric.model_validate({"kind": "sql", "name": "refunds", "connection": "shop", "sql": sql})
    answer = open_sql(settings, metric).read(at=at, now=NOW)
    assert answer.as_of_at is None
    return answer.value


def read_or_reason(url: str | None, sql: str, **options: Any) -> float | str:
    try:
        return read(url, sql, **options)
    except ReadingError as error:
        return str(error)


def check(row: dict[str, Any], told: float | str) -> None:
    if "value" in row:
        assert told == pytest.approx(row["value"], rel=1e-15)
    else:
        assert isinstance(told, str), told
        assert row["says"] in told
