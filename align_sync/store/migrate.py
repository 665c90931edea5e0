"""The schema brought up to date, and refused where it is newer than this version of the program.

A file of SQLite belongs to us: it is migrated when it is opened, after a copy was made. A server is shared: an empty
database is set up, anything else waits for `align-sync db upgrade`. Alembic is loaded only where there is work for it.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import (
    Column,
    Connection,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    insert,
    inspect,
    text,
)

from align_sync.errors import StoreError, UserError
from align_sync.store.engine import Store
from align_sync.store.schema import SCHEMA_REVISION, metadata

if TYPE_CHECKING:
    from alembic.config import Config

UPGRADE_LOCK = 0x616C69676E  # "align" in ASCII: an advisory lock needs a number of one's own
_VERSION_TABLE = "alembic_version"


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemaState:
    """`revision` is None for an empty database."""

    revision: str | None
    is_current: bool


def load_schema_state(store: Store) -> SchemaState:
    with store.read() as connection:
        revision = _load_revision(connection)
    return SchemaState(revision=revision, is_current=revision == SCHEMA_REVISION)


def _load_revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table(_VERSION_TABLE):
        return None
    return connection.execute(text(f"SELECT version_num FROM {_VERSION_TABLE}")).scalar_one_or_none()  # noqa: S608 -- a constant


def prepare_schema(store: Store) -> None:
    """Make sure that the schema is the one that this version needs. Raises `StoreError` where a person must act."""
    state = load_schema_state(store)
    if state.is_current:
        return
    if state.revision is None:
        _create_schema(store)
        return
    if store.dialect != "sqlite" and state.revision is not None:
        _refuse_newer(store, state.revision)
        raise StoreError(
            f"the database has schema {state.revision}, this version needs {SCHEMA_REVISION}",
            where=store.where,
            advice="align-sync db upgrade",
        )
    upgrade_schema(store)


def _create_schema(store: Store) -> None:
    """An empty database gets all tables at once, marked with the head: the migrations lead to the same, as is tested.

    Alembic takes longer to load than the tables to be made, and much memory.
    """
    with store.write() as connection:
        _take_turns(store, connection)
        if _load_revision(connection) is not None:
            return  # another process was quicker
        metadata.create_all(connection)
        version = Table(_VERSION_TABLE, MetaData(), Column("version_num", String(32), nullable=False))
        version.append_constraint(PrimaryKeyConstraint("version_num", name="alembic_version_pkc"))
        version.create(connection, checkfirst=True)
        connection.execute(insert(version).values(version_num=SCHEMA_REVISION))


def _take_turns(store: Store, connection: Connection) -> None:
    if store.dialect == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": UPGRADE_LOCK})


def upgrade_schema(store: Store) -> SchemaState:
    """Run what is missing of the migrations, all in one transaction; a file of SQLite is copied before."""
    from alembic import command

    state = load_schema_state(store)
    if state.revision is not None:
        _refuse_newer(store, state.revision)
        if state.is_current:
            return state
        _copy_file(store, state.revision)
    with _config() as config, store.write() as connection:
        _take_turns(store, connection)
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    return load_schema_state(store)


def _refuse_newer(store: Store, revision: str) -> None:
    from alembic.script import ScriptDirectory

    with _config() as config:
        known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if revision not in known:
        raise StoreError(
            f"the database has schema {revision}, which is newer than this version of align-sync knows",
            where=store.where,
            advice="use the newer version of align-sync that made it, or restore a backup from before",
        )


def _copy_file(store: Store, revision: str) -> None:
    if store.dialect != "sqlite":
        return
    path = Path(store.writer.url.database or "")
    copy = path.with_name(f"{path.name}.before-{SCHEMA_REVISION}-from-{revision}")
    with sqlite3.connect(path) as source, sqlite3.connect(copy) as target:
        source.backup(target)
    copy.chmod(0o600)
    source.close()
    target.close()


@contextmanager
def _config() -> Iterator["Config"]:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(find_migrations()).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    yield config


def find_migrations() -> Path:
    """Inside the installed package, or beside it in a checkout."""
    package = Path(__file__).resolve().parent.parent
    for folder in (package / "_migrations", package.parent / "migrations"):
        if (folder / "env.py").is_file():
            return folder
    raise UserError(
        "the migrations are missing from this installation", where=str(package), advice="install align-sync again"
    )
