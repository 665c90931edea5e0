"""`align-sync exit-codes`: the table of exit codes."""

import rich_click

from align_sync.cli.exit_codes import MEANINGS
from align_sync.cli.output import emit


@rich_click.command("exit-codes")
def command() -> None:
    """What the exit codes mean."""
    emit("\n".join(f"{code:>3}  {meaning}" for code, meaning in MEANINGS.items()))
