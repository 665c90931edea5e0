"""`align-sync okr metrics`: the register of metrics, who answers for them, and tokens for those that are pushed."""

import click
import rich_click

from align_sync.cli import exit_codes
from align_sync.cli.author import AUTHOR_HELP, name_author
from align_sync.cli.instants import read_day, read_instant
from align_sync.cli.output import emit, say, screen
from align_sync.cli.session import Options, open_session
from align_sync.reports.plain import make_plain


@rich_click.group("metrics", invoke_without_command=True)
@rich_click.option("--json", "as_json", is_flag=True, help="The register as JSON.")
@rich_click.option("--as-of", default=None, help="What was known then: 2026-10-01, or 7d for a week ago.")
@rich_click.option("--check", is_flag=True, help="Exit code 1 where a key result is measured by what nobody verified.")
@rich_click.pass_context
def command(ctx: click.Context, *, as_json: bool, as_of: str | None, check: bool) -> int:
    """The metrics: where each value comes from, who owns it, the last one, how sure we are, and what to do next.

    verified-live: a probe read it within its refresh. verified-manual: a person looked and answers for it. declared: it
    is defined and nothing more. unknown: the register does not know it.
    """
    if ctx.invoked_subcommand is not None:
        return exit_codes.FINE
    from align_sync.flows.register import show_register
    from align_sync.reports.render.measured import render_register

    options: Options = ctx.obj
    with open_session(options) as app:
        zone = app.settings.timezone
        at = read_instant(as_of, option="--as-of", now=app.now(), zone=zone) if as_of is not None else None
        told = show_register(app, at=at)
    emit(render_register(told, as_json=as_json, screen=screen(options.colour)))
    return exit_codes.FINDINGS if check and told.missing else exit_codes.FINE


@command.command("verify")
@rich_click.argument("name", metavar="METRIC|KEY")
@rich_click.option("--evidence", required=True, help="The page that shows where the values come from.")
@rich_click.option("--reason", required=True, help="What you looked at, in words that others understand.")
@rich_click.option("--until", default=None, help="The last day for which you answer; by default for good.")
@rich_click.option("--author", default=None, help=AUTHOR_HELP)
@rich_click.pass_obj
def verify_command(
    options: Options, *, name: str, evidence: str, reason: str, until: str | None, author: str | None
) -> None:
    """Say that you looked where the values come from and answer for them, until the definition changes."""
    from align_sync.flows.register import verify

    with open_session(options) as app:
        verified = verify(
            app,
            name,
            evidence=evidence,
            reason=reason,
            author=name_author(author),
            until=read_day(until, option="--until"),
        )
    end = f" until {verified.expires_on}" if verified.expires_on else ""
    emit(make_plain(f"{verified.metric}: verified by {verified.author}{end}"))


@command.command("token")
@rich_click.argument("metric")
@rich_click.pass_obj
def token_command(options: Options, *, metric: str) -> None:
    """Make a token for a metric of kind push. It is shown once; only its SHA-256 goes into the settings."""
    from align_sync.app import draw_secret
    from align_sync.flows.register import TOKEN_BYTES, make_token

    with open_session(options) as app:
        new = make_token(app, metric, draw_secret(TOKEN_BYTES))
    emit(new.token)
    say("the token is shown this once: give it to the system that pushes, as ALIGN_SYNC_PUSH_TOKEN")
    say(make_plain(f"write this into the [[metrics]] entry of {metric} in align-sync.toml:"))
    say(f'token_sha256 = "{new.sha256}"')
