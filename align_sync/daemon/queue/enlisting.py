"""Puts a run into the queue inside the transaction that writes the ledger, so that both stand or neither."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from procrastinate import App, SyncPsycopgConnector
from procrastinate.exceptions import ConnectorException

from align_sync.errors import StoreError
from align_sync.flows.queue import QUEUE_SCHEMA
from align_sync.flows.runs import Transaction
from align_sync.scheduling.run import Run

QUEUE = "align_sync"
TASK = "align_sync.execute"
_WAITS = """
SELECT 1 FROM procrastinate_jobs
WHERE status = 'todo' AND task_name = %s AND args->'run_id' = to_jsonb(%s::bigint)
LIMIT 1
"""


class Enlisting:
    """Defers jobs through an app that has no tasks and no connection of its own."""

    def __init__(self) -> None:
        self._app = App(connector=SyncPsycopgConnector())

    def enlist(self, connection: Transaction, run: Run) -> None:
        """Add a job for the run, which is due, unless one waits for it already. Raises `StoreError`.

        Never with a time: a job that is not due yet would hold up all others with its lock, and would go by the clock
        of the server what was told by that of a host.
        """
        raw = _raw(connection)
        try:
            with _within_schema(raw):
                if raw.execute(_WAITS, [TASK, run.id]).fetchone() is None:
                    self._app.configure_task(TASK, queue=QUEUE, lock=run.subject, connection=raw).defer(run_id=run.id)
        except (psycopg.Error, ConnectorException) as error:
            raise StoreError(
                f"the run cannot be queued ({type(error.__cause__ or error).__name__})",
                where=f"schema {QUEUE_SCHEMA}",
                advice="align-sync db upgrade, if align-sync db current says so; else see the log of the database",
            ) from error


def _raw(connection: Transaction) -> "psycopg.Connection[Any]":
    raw = connection.connection.driver_connection
    if not isinstance(raw, psycopg.Connection):
        raise TypeError(f"not a connection to PostgreSQL: {type(raw).__name__}")
    return raw


@contextmanager
def _within_schema(raw: "psycopg.Connection[Any]") -> Iterator[None]:
    """The functions of the queue name their tables without a schema. An error ends the transaction, and this too."""
    before = raw.execute("SELECT current_setting('search_path')").fetchone() or ("",)
    raw.execute("SELECT set_config('search_path', %s, true)", [QUEUE_SCHEMA])
    yield
    raw.execute("SELECT set_config('search_path', %s, true)", [before[0]])
