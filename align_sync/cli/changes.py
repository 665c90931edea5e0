"""`align-sync changes`: what stands otherwise than before, item by item, and who decided that."""

import re
from pathlib import Path

import click
import rich_click

from align_sync.cli import exit_codes
from align_sync.cli.instants import read_instant
from align_sync.cli.output import deliver, screen
from align_sync.cli.session import Options, open_session
from align_sync.errors import UserError
from align_sync.flows.report import CURRENT
from align_sync.flows.snapshots import find
from align_sync.jobs import find_changes
from align_sync.reports.model import AlignmentReport, Filters
from align_sync.reports.render.changes import CHANGES_FORMATS, render_changes
from align_sync.reports.render.view import Format

_SNAPSHOT = re.compile(r"\d{8}T\d{6}Z-[0-9a-f]{8}")


@rich_click.command("changes")
@rich_click.option("--since", default="7d", show_default=True, help="2026-10-01, 7d, or the name of a kept report.")
@rich_click.option("-t", "--team", "teams", multiple=True, help="Only this team; may be repeated.")
@rich_click.option("--source", "sources", multiple=True, help="Only this source; may be repeated.")
@rich_click.option("--sprint", default=CURRENT, show_default=True, help="current, last, or a sprint's id or name.")
@rich_click.option(
    "-o",
    "--output",
    "form",
    type=click.Choice([form.value for form in CHANGES_FORMATS]),
    default=Format.TABLE.value,
    show_default=True,
)
@rich_click.option("--json", "as_json", is_flag=True, help="The same as -o json.")
@rich_click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Write to this file.")
@rich_click.pass_obj
def command(
    options: Options,
    *,
    since: str,
    teams: tuple[str, ...],
    sources: tuple[str, ...],
    sprint: str,
    form: str,
    as_json: bool,
    out: Path | None,
) -> int:
    """What changed since then: what needs a link now, what was linked, exempted or moved, and by whom."""
    filters = Filters(teams=teams, sources=sources, sprint=sprint)
    with open_session(options) as app:
        before: AlignmentReport | None = None
        try:
            zone = app.settings.timezone
            at = read_instant(since, option="--since", now=app.now(), zone=zone, day_begins=True)
        except UserError:
            if not _SNAPSHOT.fullmatch(since):
                raise
            before = find(app, since, option="--since")
            at = before.generated_at
        found = find_changes(app, filters, before=before, since=at)
    text = render_changes(found, Format.JSON if as_json else Format(form), screen=screen(options.colour))
    deliver(text, out)
    return exit_codes.PARTIAL if found.is_partial else exit_codes.FINE
