"""`align-sync okr show KR`: one key result with its plan, readings, target changes, forecast and work."""

from pathlib import Path

import click
import rich_click

from align_sync.cli.okr.tree import read_as_of
from align_sync.cli.output import deliver, screen
from align_sync.cli.session import Options, open_session
from align_sync.flows.show import show
from align_sync.reports.render.key_result_page import KEY_RESULT_FORMATS, render_key_result
from align_sync.reports.render.view import Format


@rich_click.command("show")
@rich_click.argument("key_result")
@rich_click.option("--as-of", default=None, help="As it stood then: 2026-10-01, 2026-10-01T09:00 or 7d.")
@rich_click.option("-o", "--output", "form", type=click.Choice([f.value for f in KEY_RESULT_FORMATS]), default="table")
@rich_click.option("--json", "as_json", is_flag=True, help="The same as -o json.")
@rich_click.option("--out", type=click.Path(path_type=Path), help="Write to this file.")
@rich_click.pass_obj
def command(
    options: Options, *, key_result: str, as_of: str | None, form: str, as_json: bool, out: Path | None
) -> None:
    """One key result: where it stands and why, its plan and readings, what was changed about it, where it may end."""
    chosen = Format.JSON if as_json else Format(form)
    with open_session(options) as app:
        page = show(app, key_result, read_as_of(app, as_of))
    deliver(render_key_result(page, chosen, screen=screen(options.colour)), out)
