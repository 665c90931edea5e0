"""`align-sync restore`: a backup in the place of the database."""

from pathlib import Path

import click
import rich_click

from align_sync.cli import exit_codes
from align_sync.cli.output import emit, say
from align_sync.cli.session import Options, load
from align_sync.errors import UserError


@rich_click.command("restore")
@rich_click.argument("file", required=False, type=click.Path(path_type=Path, dir_okay=False))
@rich_click.option("--hold", "hold_only", is_flag=True, help="Only hold back what may be out: after pg_restore.")
@rich_click.option("--force", is_flag=True, help="Also without a .sha256, or over a database that cannot be read.")
@rich_click.pass_obj
def command(options: Options, file: Path | None, *, hold_only: bool, force: bool) -> int:
    """Put the backup FILE in the place of the database, which is kept aside.

    Refused while anything works on the database. Messages that were waiting when the copy was made are put on hold, and
    digests of the last days are not built again by themselves: they may have been posted since.
    """
    from align_sync.app import read_clock
    from align_sync.flows import keep

    settings = load(options).settings
    if hold_only == (file is not None):
        raise UserError("either FILE or --hold is needed", where="restore", advice="align-sync restore FILE")
    if file is None:
        held = keep.hold(settings, now=read_clock())
    else:
        result = keep.restore(settings, file, now=read_clock(), force=force)
        held = result.held
        emit(f"{result.database}: restored from {file} (schema {result.revision})")
        if result.aside is not None:
            say(f"the file before is kept as {result.aside}; delete it once all is well")
    if held.messages:
        say(f"{held.messages} messages are on hold, as they may have been posted: align-sync outbox list")
    if held.runs or held.slots:
        missed = f": {', '.join(held.slots)}" if held.slots else ""
        say(f"{held.runs + len(held.slots)} digests are not built by themselves{missed}")
        say("  → make one that is missing out there by hand: align-sync digest --team TEAM")
    return exit_codes.FINE
