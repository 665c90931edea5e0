"""`align-sync db`: the schema of the database."""

from collections.abc import Iterator
from contextlib import contextmanager

import rich_click

from align_sync.cli import exit_codes
from align_sync.cli.output import emit
from align_sync.cli.session import Options, load
from align_sync.seams import pass_failpoint
from align_sync.store.engine import Store, open_store
from align_sync.store.migrate import load_schema_state, upgrade_schema
from align_sync.store.schema import SCHEMA_REVISION


@rich_click.group("db")
def command() -> None:
    """The database and its schema."""


@contextmanager
def _open(options: Options) -> Iterator[Store]:
    database = load(options).settings.database
    store = open_store(database.url.get_secret_value(), failpoint=pass_failpoint, journal_mode=database.journal_mode)
    try:
        yield store
    finally:
        store.close()


@command.command("upgrade")
@rich_click.pass_obj
def upgrade(options: Options) -> None:
    """Bring the schema up to what this version needs; a file of SQLite is copied before."""
    with _open(options) as store:
        state = upgrade_schema(store)
        emit(f"{store.where}: schema {state.revision}")


@command.command("current")
@rich_click.pass_obj
def current(options: Options) -> int:
    """The schema that the database has, and the one that this version needs."""
    with _open(options) as store:
        state = load_schema_state(store)
        emit(f"{store.where}: schema {state.revision or 'none'}, needed is {SCHEMA_REVISION}")
    return exit_codes.FINE if state.is_current else exit_codes.USAGE
