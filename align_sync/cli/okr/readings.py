"""`align-sync okr readings`: what was read of a metric."""

import rich_click

from align_sync.cli.author import AUTHOR_HELP, name_author
from align_sync.cli.instants import read_instant
from align_sync.cli.output import emit, screen
from align_sync.cli.session import Options, open_session
from align_sync.errors import UserError
from align_sync.flows.readings import release, show_readings
from align_sync.reports.plain import make_plain
from align_sync.reports.render.measured import render_readings
from align_sync.reports.render.progress_words import say_value

NEWEST = 20


@rich_click.command("readings")
@rich_click.argument("name", metavar="METRIC|KEY")
@rich_click.option("--json", "as_json", is_flag=True, help="All readings as JSON.")
@rich_click.option("--all", "with_all", is_flag=True, help=f"All of them on a terminal, not the newest {NEWEST}.")
@rich_click.option("--as-of", default=None, help="What was known then: 2026-10-01, or 7d for a week ago.")
@rich_click.option(
    "--release", "number", type=int, default=None, help="Let the quarantined reading with this number count."
)
@rich_click.option("--reason", default="", help="Why it is right; needed with --release.")
@rich_click.option("--author", default=None, help=AUTHOR_HELP)
@rich_click.pass_obj
def command(
    options: Options,
    *,
    name: str,
    as_json: bool,
    with_all: bool,
    as_of: str | None,
    number: int | None,
    reason: str,
    author: str | None,
) -> None:
    """All readings of a metric with what each is worth: those that count, and those restated, failed or held back."""
    with open_session(options) as app:
        if number is not None:
            if as_of is not None:
                raise UserError("the past is not changed", where="--as-of", advice="leave it away with --release")
            target, released = release(app, name, number, author=name_author(author), reason=reason)
            said = f"{target.metric}: {say_value(released.value, target.measure)} counts now"
            emit(make_plain(f"{said}, of {released.as_of_at.date().isoformat()}"))
            return
        zone = app.settings.timezone
        at = read_instant(as_of, option="--as-of", now=app.now(), zone=zone) if as_of is not None else None
        told = show_readings(app, name, at=at)
    newest = None if with_all else NEWEST
    emit(render_readings(told, as_json=as_json, screen=screen(options.colour), newest=newest))
