"""The database connection: one writer that locks before it reads, readers that cannot write.

SQLite is set up as measured: by default SQLAlchemy begins a transaction at the first write, so that two processes read
the same value and one update of two is lost; `BEGIN IMMEDIATE` takes the lock before anything is read. Write-ahead
logging is used only from SQLite 3.51.3 on, since before it two connections that checkpoint at once can damage the file
(https://sqlite.org/wal.html#walresetbug).
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError

from align_sync.errors import AlignSyncError, UserError
from align_sync.store.clock import SERVER_CLOCK
from align_sync.store.failures import explain_failure

WAL_SAFE_FROM = (3, 51, 3)
BUSY_TIMEOUT = timedelta(seconds=10)
URL_SETTING = "ALIGN_SYNC_DATABASE__URL"


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    """An open database. `write()` and `read()` each give a connection inside one transaction."""

    writer: Engine
    reader: Engine
    where: str
    failpoint: Callable[[str], None]

    @property
    def dialect(self) -> str:
        return self.writer.dialect.name

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One transaction, committed at the end, rolled back on any error. Raises `StoreError`."""
        with _explained(self.where), self.writer.connect() as connection, connection.begin():
            yield connection
            self.failpoint("commit.before")
        self.failpoint("commit.after")

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """One consistent view of the database, that cannot write. Raises `StoreError`."""
        with _explained(self.where), self.reader.connect() as connection, connection.begin():
            yield connection

    def close(self) -> None:
        self.writer.dispose()
        self.reader.dispose()


@contextmanager
def _explained(where: str) -> Iterator[None]:
    try:
        yield
    except AlignSyncError:
        raise
    except (DBAPIError, sqlite3.Error) as error:
        raise explain_failure(error, where) from error


def open_store(
    url: str,
    *,
    failpoint: Callable[[str], None],
    journal_mode: str = "auto",
    busy_timeout: timedelta = BUSY_TIMEOUT,
    server_clock: bool = False,
) -> Store:
    """Open the database behind the URL; the file of SQLite is made where it does not exist. Raises `UserError`.

    With `server_clock`, leases go by the clock of a server, where there is one.
    """
    parsed = _parse_url(url)
    where = parsed.render_as_string(hide_password=True)
    try:
        if parsed.get_backend_name() == "sqlite":
            mode = choose_journal_mode(journal_mode, sqlite3.sqlite_version_info[:3])
            return Store(
                writer=_open_sqlite(parsed, journal_mode=mode, busy_timeout=busy_timeout, is_writer=True),
                reader=_open_sqlite(parsed, journal_mode=mode, busy_timeout=busy_timeout, is_writer=False),
                where=where,
                failpoint=failpoint,
            )
        return Store(
            writer=_open_postgres(parsed).execution_options(**{SERVER_CLOCK: server_clock}),
            reader=_open_postgres(parsed, read_only=True),
            where=where,
            failpoint=failpoint,
        )
    except ModuleNotFoundError as error:
        advice = "install the driver: pip install 'align-sync[postgres]'"
        raise UserError(f"the driver {error.name} is missing", where=URL_SETTING, advice=advice) from None


def _parse_url(url: str) -> URL:
    advice = f"set {URL_SETTING} to sqlite:///FILE or postgresql://USER:PASSWORD@HOST/DATABASE"
    try:
        parsed = make_url(url)
        backend = parsed.get_backend_name()
    except (ArgumentError, NoSuchModuleError, ValueError):
        raise UserError("the database address cannot be read", where=URL_SETTING, advice=advice) from None
    if backend == "sqlite":
        if not parsed.database or parsed.database == ":memory:":
            raise UserError("a database in memory would be forgotten at once", where=URL_SETTING, advice=advice)
        return parsed.set(drivername="sqlite+pysqlite")
    if backend in {"postgresql", "postgres"}:
        return parsed.set(drivername="postgresql+psycopg")
    raise UserError(f"{backend} is not supported", where=URL_SETTING, advice=advice)


def choose_journal_mode(setting: str, version: tuple[int, int, int]) -> str:
    """`auto` is write-ahead logging where this SQLite does it safely, else the rollback journal."""
    if setting != "auto":
        return setting
    return "wal" if version >= WAL_SAFE_FROM else "delete"


def _open_sqlite(url: URL, *, journal_mode: str, busy_timeout: timedelta, is_writer: bool) -> Engine:
    path = Path(url.database or "")
    if is_writer and not path.parent.is_dir():
        raise UserError(f"the folder {path.parent} does not exist", where=URL_SETTING, advice=f"mkdir -p {path.parent}")
    engine = create_engine(
        url,
        connect_args={"timeout": busy_timeout.total_seconds(), "check_same_thread": False},
        **({"pool_size": 1, "max_overflow": 0, "pool_timeout": 60} if is_writer else {"pool_size": 4}),
    )

    def set_up(connection: Any, _record: object) -> None:  # noqa: ANN401 -- the driver's connection, any of several
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout={busy_timeout // timedelta(milliseconds=1)}")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute("PRAGMA trusted_schema=OFF")
        if is_writer:
            cursor.execute(f"PRAGMA journal_mode={journal_mode}")
            cursor.execute("PRAGMA synchronous=FULL")
        else:
            cursor.execute("PRAGMA query_only=ON")
        cursor.close()

    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if is_writer else "BEGIN")

    event.listen(engine, "connect", set_up)
    event.listen(engine, "begin", begin)
    return engine


def _open_postgres(url: URL, *, read_only: bool = False) -> Engine:
    options = "-c statement_timeout=30s -c lock_timeout=5s -c idle_in_transaction_session_timeout=60s -c timezone=UTC"
    if read_only:
        options += " -c default_transaction_read_only=on"
    return create_engine(
        url,
        isolation_level="REPEATABLE READ" if read_only else "READ COMMITTED",
        pool_pre_ping=True,
        connect_args={"connect_timeout": 10, "options": options},
    )
