"""`align-sync trend`: coverage over weeks or sprints, each judged by what was in force then."""

from pathlib import Path

import click
import rich_click

from align_sync.cli.output import deliver, screen
from align_sync.cli.session import Options, open_session
from align_sync.jobs import Rhythm, draw_trend
from align_sync.reports.model import Filters
from align_sync.reports.render.trend import TREND_FORMATS, render_trend
from align_sync.reports.render.view import Format

MOST_POINTS = 53


@rich_click.command("trend")
@rich_click.option(
    "--by",
    type=click.Choice([rhythm.value for rhythm in Rhythm]),
    default=Rhythm.WEEK.value,
    show_default=True,
    help="One point a week, or a sprint of one team.",
)
@rich_click.option("--points", type=click.IntRange(1, MOST_POINTS), default=8, show_default=True, help="How many.")
@rich_click.option("-t", "--team", "teams", multiple=True, help="Only this team; may be repeated.")
@rich_click.option("--source", "sources", multiple=True, help="Only this source; may be repeated.")
@rich_click.option(
    "-o",
    "--output",
    "form",
    type=click.Choice([form.value for form in TREND_FORMATS]),
    default=Format.TABLE.value,
    show_default=True,
)
@rich_click.option("--json", "as_json", is_flag=True, help="The same as -o json.")
@rich_click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Write to this file.")
@rich_click.pass_obj
def command(
    options: Options,
    *,
    by: str,
    points: int,
    teams: tuple[str, ...],
    sources: tuple[str, ...],
    form: str,
    as_json: bool,
    out: Path | None,
) -> None:
    """Coverage at the end of each past week, or of each past sprint of one team, up to now."""
    with open_session(options) as app:
        trend = draw_trend(app, Filters(teams=teams, sources=sources), by=Rhythm(by), points=points)
    text = render_trend(trend, Format.JSON if as_json else Format(form), screen=screen(options.colour))
    deliver(text, out)
