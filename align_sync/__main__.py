"""`python -m align_sync` is `align-sync`."""

from align_sync.cli.main import run_command_line

run_command_line()
