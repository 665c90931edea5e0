"""What tests of the queue look at: its jobs and workers as they stand in the database."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
from psycopg.rows import dict_row
from sqlalchemy import Connection

from align_sync.scheduling.run import Run, RunKind, RunState
from align_sync.seams import pass_failpoint
from align_sync.store.engine import Store, open_store
from align_sync.store.queue_schema import QUEUE_SCHEMA, prepare_queue
from tests.databases import TEMPLATE, Postgres

PATIENCE = timedelta(seconds=10)
QUEUE_TEMPLATE = "prepared_queue"
FIRED_AT = datetime(2026, 11, 23, 9, tzinfo=UTC)


def make_run(number: int, subject: str = "source:jira", next_attempt_at: datetime | None = None) -> Run:
    return Run(
        id=number,
        kind=RunKind.SYNC,
        subject=subject,
        dedupe_key=f"sync:{number}",
        fire_at=FIRED_AT,
        state=RunState.QUEUED,
        next_attempt_at=next_attempt_at,
    )


def wait_until(holds: Callable[[], bool], patience: timedelta = PATIENCE) -> None:
    deadline = time.monotonic() + patience.total_seconds()
    while not holds():
        assert time.monotonic() < deadline, "it did not come to pass"
        time.sleep(0.02)


@dataclass(frozen=True, slots=True)
class Tables:
    """The tables of the queue behind an address."""

    url: str

    def ask(self, query: str, *values: object) -> list[dict[str, Any]]:
        with psycopg.connect(self.url, options=f"-c search_path={QUEUE_SCHEMA}", row_factory=dict_row) as connection:
            cursor = connection.execute(query.encode(), values or None)
            return cursor.fetchall() if cursor.description else []

    def jobs(self) -> list[tuple[int, str]]:
        found = self.ask("SELECT (args->>'run_id')::int AS run, status::text FROM procrastinate_jobs ORDER BY id")
        return [(row["run"], row["status"]) for row in found]


def open_plain_store(url: str) -> Store:
    return open_store(url, failpoint=pass_failpoint)


def queue_template(server: Postgres) -> str:
    """The name of a database with all tables, those of the queue too; made once."""
    with psycopg.connect(server.url("postgres")) as connection:
        made = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [QUEUE_TEMPLATE]).fetchone()
    if made is None:
        with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {QUEUE_TEMPLATE} TEMPLATE {TEMPLATE}")
        store = open_plain_store(server.url(QUEUE_TEMPLATE))
        prepare_queue(store)
        store.close()
    return QUEUE_TEMPLATE


def path_of(connection: Connection) -> str:
    return str(connection.exec_driver_sql("SHOW search_path").scalar_one())
