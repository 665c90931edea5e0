"""`align-sync db`: the schema of the database."""

import rich_click

from align_sync.cli import exit_codes
from align_sync.cli.output import emit
from align_sync.cli.session import Options, load
from align_sync.flows import schema


@rich_click.group("db")
def command() -> None:
    """The database and its schema."""


@command.command("upgrade")
@rich_click.pass_obj
def upgrade(options: Options) -> None:
    """Bring the schema up to what this version needs; a file of SQLite is copied before."""
    result = schema.upgrade(load(options).settings.database)
    emit(f"{result.where}: schema {result.revision}")


@command.command("current")
@rich_click.pass_obj
def current(options: Options) -> int:
    """The schema that the database has, and the one that this version needs."""
    result = schema.inspect(load(options).settings.database)
    emit(f"{result.where}: schema {result.revision or 'none'}, needed is {result.needed}")
    return exit_codes.FINE if result.is_current else exit_codes.USAGE
