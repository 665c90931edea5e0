"""The tables of the queue: those of procrastinate, in a schema of their own, made from the SQL that it ships.

It keeps no note of its version, so the last of its migrations that was run stands in the comment of the schema.
"""

from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from importlib.util import find_spec
from typing import Any

from sqlalchemy import Connection, text

from align_sync.errors import StoreError, UserError
from align_sync.store.engine import URL_SETTING, Store
from align_sync.store.migrate import UPGRADE_LOCK

QUEUE_SCHEMA = "align_queue"
_PREFIX = "procrastinate "
_LIBRARY = "procrastinate"


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueState:
    """`revision` is None where the tables of the queue were never made, empty where somebody else made them."""

    where: str
    revision: str | None
    needed: str

    @property
    def is_current(self) -> bool:
        return self.revision == self.needed


def load_queue_state(store: Store) -> QueueState:
    """Raises `UserError` where the database is no PostgreSQL, or the library is missing."""
    check_queue(store)
    with store.read() as connection:
        return _load_state(store, connection)


def check_queue(store: Store) -> None:
    if store.dialect != "postgresql":
        raise UserError(
            "engine procrastinate needs PostgreSQL, and the database is a file of SQLite",
            where="ALIGN_SYNC_ENGINE",
            advice=f"set {URL_SETTING} to postgresql://USER:PASSWORD@HOST/DATABASE, or ALIGN_SYNC_ENGINE to inline",
        )
    if find_spec(_LIBRARY) is None:
        raise UserError(
            f"the library {_LIBRARY} is missing, which engine procrastinate needs",
            where="ALIGN_SYNC_ENGINE",
            advice="pip install 'align-sync[scale]'",
        )


def prepare_queue(store: Store) -> QueueState:
    """Make the tables where there are none. Raises `StoreError` where they are of another version."""
    state = load_queue_state(store)
    if state.is_current:
        return state
    if state.revision is not None:
        _refuse_unknown(state)
        raise StoreError(
            f"the tables of the queue are those of {state.revision}, this version needs {state.needed}",
            where=f"{store.where}, schema {QUEUE_SCHEMA}",
            advice="align-sync db upgrade",
        )
    return upgrade_queue(store)


def upgrade_queue(store: Store) -> QueueState:
    """Make the tables, or run what is missing of the migrations, each in a transaction of its own."""
    state = load_queue_state(store)
    if state.revision is not None:
        _refuse_unknown(state)
    while not state.is_current:
        with store.write() as connection:
            connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": UPGRADE_LOCK})
            state = _step(store, connection)
    return state


def _step(store: Store, connection: Connection) -> QueueState:
    state = _load_state(store, connection)
    if state.revision is None:
        connection.execute(text(f"CREATE SCHEMA {QUEUE_SCHEMA}"))
        _run(connection, files(_LIBRARY) / "sql" / "schema.sql", state.needed)
    elif not state.is_current:
        following = next(file for file in _migrations() if _revision_of(file) > state.revision)
        _run(connection, following, _revision_of(following))
    return _load_state(store, connection)


def _run(connection: Connection, file: Traversable, revision: str) -> None:
    connection.execute(text(f"SET LOCAL search_path TO {QUEUE_SCHEMA}"))
    # Several statements in one text: only the driver itself takes that, and only without parameters.
    raw: Any = connection.connection.driver_connection
    raw.execute(file.read_text(encoding="utf-8"))
    connection.execute(text(f"COMMENT ON SCHEMA {QUEUE_SCHEMA} IS '{_PREFIX}{revision}'"))


def _load_state(store: Store, connection: Connection) -> QueueState:
    found = connection.execute(
        text("SELECT obj_description(oid, 'pg_namespace') FROM pg_namespace WHERE nspname = :name"),
        {"name": QUEUE_SCHEMA},
    ).one_or_none()
    revision = None if found is None else (found[0] or "").removeprefix(_PREFIX)
    return QueueState(where=store.where, revision=revision, needed=_revision_of(_migrations()[-1]))


def _refuse_unknown(state: QueueState) -> None:
    if state.revision not in {_revision_of(file) for file in _migrations()}:
        raise StoreError(
            f"the schema {QUEUE_SCHEMA} was not made by this version of align-sync, nor by an earlier one"
            f" ({state.revision or 'nothing tells by whom'})",
            where=state.where,
            advice="use the newer version of align-sync that made it; a schema that is not ours has to be renamed",
        )


def _migrations() -> list[Traversable]:
    folder = files(_LIBRARY) / "sql" / "migrations"
    return sorted((file for file in folder.iterdir() if file.name.endswith(".sql")), key=_revision_of)


def _revision_of(file: Traversable) -> str:
    return file.name.removesuffix(".sql")


def connection_arguments(store: Store) -> dict[str, Any]:
    """How a connection of its own reaches the tables of the queue.

    A worker waits on its connection most of the time: without these limits it would not notice for hours that the
    server is gone.
    """
    url = store.writer.url
    _, arguments = store.writer.dialect.create_connect_args(url)
    own = arguments.pop("options", "")
    return {
        **arguments,
        "options": f"{own} -c search_path={QUEUE_SCHEMA} -c statement_timeout=30s -c timezone=UTC".strip(),
        "application_name": "align-sync queue",
        "connect_timeout": 5,
        "keepalives": 1,
        "keepalives_idle": 10,
        "keepalives_interval": 5,
        "keepalives_count": 3,
        "tcp_user_timeout": 15000,
    }
