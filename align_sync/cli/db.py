"""`align-sync db`: the schema of the database."""

import rich_click

from align_sync.cli import exit_codes
from align_sync.cli.output import emit
from align_sync.cli.session import Options, load
from align_sync.flows import queue, schema
from align_sync.settings import Settings
from align_sync.settings_service import Engine


@rich_click.group("db")
def command() -> None:
    """The database and its schema."""


@command.command("upgrade")
@rich_click.pass_obj
def upgrade(options: Options) -> None:
    """Bring the schema up to what this version needs; a file of SQLite is copied before."""
    settings = load(options).settings
    result = schema.upgrade(settings.database)
    emit(f"{result.where}: schema {result.revision}")
    if has_queue(settings):
        emit(f"{result.where}: queue {queue.upgrade_queue(settings.database).revision}")


@command.command("current")
@rich_click.pass_obj
def current(options: Options) -> int:
    """The schema that the database has, and the one that this version needs."""
    settings = load(options).settings
    result = schema.inspect(settings.database)
    emit(f"{result.where}: schema {result.revision or 'none'}, needed is {result.needed}")
    is_current = result.is_current
    if has_queue(settings):
        state = queue.inspect_queue(settings.database)
        emit(f"{state.where}: queue {state.revision or 'none'}, needed is {state.needed}")
        is_current = is_current and state.is_current
    return exit_codes.FINE if is_current else exit_codes.USAGE


def has_queue(settings: Settings) -> bool:
    return settings.engine is Engine.PROCRASTINATE
