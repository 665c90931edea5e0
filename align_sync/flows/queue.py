"""What the queue of `engine = "procrastinate"` needs of the database: its tables, and the way to them."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from align_sync.app import App
from align_sync.seams import pass_failpoint
from align_sync.settings import DatabaseSettings
from align_sync.settings_service import Engine
from align_sync.store import queue_schema
from align_sync.store.engine import Store, open_store
from align_sync.store.queue_schema import QUEUE_SCHEMA, QueueState, connection_arguments

__all__ = ["QUEUE_SCHEMA", "QueueState", "inspect_queue", "prepare_queue", "queue_state", "upgrade_queue"]


def queue_state(app: App) -> QueueState | None:
    """Which tables the queue has and which it needs; None where the settings name another engine."""
    if app.settings.engine is not Engine.PROCRASTINATE:
        return None
    return queue_schema.load_queue_state(app.store)


def prepare_queue(app: App) -> dict[str, Any]:
    """Make the tables of the queue where there are none, and tell how to connect to them.

    Raises `UserError` where the settings make no queue, and `StoreError` where the tables are of another version.
    """
    queue_schema.prepare_queue(app.store)
    return connection_arguments(app.store)


def inspect_queue(database: DatabaseSettings) -> QueueState:
    with _opened(database) as store:
        return queue_schema.load_queue_state(store)


def upgrade_queue(database: DatabaseSettings) -> QueueState:
    """Make the tables of the queue, or bring them up to what the installed library needs."""
    with _opened(database) as store:
        return queue_schema.upgrade_queue(store)


@contextmanager
def _opened(database: DatabaseSettings) -> Iterator[Store]:
    store = open_store(database.url.get_secret_value(), failpoint=pass_failpoint, journal_mode=database.journal_mode)
    try:
        yield store
    finally:
        store.close()
