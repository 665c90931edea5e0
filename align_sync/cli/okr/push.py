"""`align-sync okr push`: a value that another system tells, with its token."""

import os
import sys

import click
import rich_click

from align_sync.cli import exit_codes
from align_sync.cli.okr.record import make_plain_lines, say_doubt, show_recorded
from align_sync.cli.output import emit
from align_sync.cli.session import Options, open_session
from align_sync.flows.record import PUSH_VARIABLE, push

LONGEST_TOKEN = 500


@rich_click.command("push", context_settings={"ignore_unknown_options": True})
@rich_click.argument("metric")
@rich_click.argument("value")
@rich_click.option("--as-of", default="", help="What the value is of: 2026-10-01T09:30Z; by default this moment.")
@rich_click.pass_context
def command(ctx: click.Context, *, metric: str, value: str, as_of: str) -> int:
    """Store VALUE for METRIC, which the settings define with kind = "push".

    The token comes from ALIGN_SYNC_PUSH_TOKEN or from standard input, never from the command line, which others on the
    machine can read. A value that cannot be believed is kept in quarantine, and the exit code is 1.
    """
    options: Options = ctx.obj
    with open_session(options) as app:
        result = push(app, metric, value, token=_read_token(), as_of=as_of)
    emit(make_plain_lines(show_recorded(result)))
    return exit_codes.FINDINGS if say_doubt(result.reading, metric) else exit_codes.FINE


def _read_token() -> str:
    told = os.environ.get(PUSH_VARIABLE, "")
    if told:
        return told
    if sys.stdin.isatty():
        return str(click.prompt("Token", hide_input=True, default="", show_default=False, err=True))
    return sys.stdin.readline(LONGEST_TOKEN)
