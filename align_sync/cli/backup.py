"""`align-sync backup`: a checked copy of the database."""

from pathlib import Path

import click
import rich_click

from align_sync.cli import exit_codes
from align_sync.cli.output import emit
from align_sync.cli.session import Options, load


@rich_click.command("backup")
@rich_click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@rich_click.option("--force", is_flag=True, help="Replace the file where it exists.")
@rich_click.pass_obj
def command(options: Options, file: Path, *, force: bool) -> int:
    """Copy the database to FILE while the service goes on, check the copy, and write its SHA-256 beside it.

    The copy is as secret as the database, and readable for its owner only. For PostgreSQL the command is told that does
    the same.
    """
    from align_sync.flows.keep import backup

    made = backup(load(options).settings, file, force=force)
    emit(f"{made.file}: {made.size:,} bytes, schema {made.revision}, checked; sha256 {made.sha256}")
    return exit_codes.FINE
