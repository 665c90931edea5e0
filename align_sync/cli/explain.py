"""`align-sync explain ITEM`: the verdict on one item, with every rule that was asked."""

from pathlib import Path

import click
import rich_click

from align_sync.cli import exit_codes
from align_sync.cli.output import deliver, screen
from align_sync.cli.session import Options, open_session
from align_sync.flows.explain import explain
from align_sync.reports.render.explain import EXPLAIN_FORMATS, render_explanation
from align_sync.reports.render.view import Format


@rich_click.command("explain")
@rich_click.argument("item")
@rich_click.option(
    "-o",
    "--output",
    "form",
    type=click.Choice([form.value for form in EXPLAIN_FORMATS]),
    default=Format.TABLE.value,
    show_default=True,
)
@rich_click.option("--json", "as_json", is_flag=True, help="The same as -o json.")
@rich_click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Write to this file.")
@rich_click.pass_obj
def command(options: Options, *, item: str, form: str, as_json: bool, out: Path | None) -> int:
    """Why ITEM (a key such as PAY-12) is linked, or why not: each rule with its verdict, and how to mend it."""
    with open_session(options) as app:
        explanation = explain(app, item)
    chosen = Format.JSON if as_json else Format(form)
    text = render_explanation(explanation, chosen, screen=screen(options.colour))
    deliver(text, out)
    return exit_codes.FINE
