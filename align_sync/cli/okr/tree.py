"""`align-sync okr tree`: the cascade from company to team, on the screen or as a page."""

from pathlib import Path
from typing import TYPE_CHECKING

import click
import rich_click

from align_sync.cli.instants import read_instant
from align_sync.cli.output import deliver, screen
from align_sync.cli.session import Options, open_session
from align_sync.errors import UserError
from align_sync.flows.cascade import cascade
from align_sync.okr.book_yaml import parse_book
from align_sync.okr_files import read_texts
from align_sync.reports.cascade import Cascade, build_cascade
from align_sync.reports.render.cascade import CASCADE_FORMATS, render_cascade
from align_sync.reports.render.view import Format

if TYPE_CHECKING:
    from datetime import datetime

    from align_sync.app import App


@rich_click.command("tree")
@rich_click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@rich_click.option("--as-of", default=None, help="As it stood then: 2026-10-01, 2026-10-01T09:00 or 7d.")
@rich_click.option("-o", "--output", "form", type=click.Choice([f.value for f in CASCADE_FORMATS]), default="table")
@rich_click.option("--json", "as_json", is_flag=True, help="The same as -o json.")
@rich_click.option("--out", type=click.Path(path_type=Path), help="Write to this file.")
@rich_click.pass_obj
def command(
    options: Options, *, paths: tuple[Path, ...], as_of: str | None, form: str, as_json: bool, out: Path | None
) -> None:
    """The objectives from company to team, with progress and health: of the book in force, or of the files named."""
    if paths and as_of is not None:
        raise UserError("files have no past", where="--as-of", advice="leave the files away, or --as-of")
    chosen = Format.JSON if as_json else Format(form)
    found = _of_files(paths) if paths else _in_force(options, as_of)
    deliver(render_cascade(found, chosen, screen=screen(options.colour)), out)


def _of_files(paths: tuple[Path, ...]) -> Cascade:
    from align_sync.app import read_clock

    book, problems = parse_book(read_texts(paths))
    if problems:
        raise UserError("the OKR files have problems", problems=problems)
    return build_cascade(book, on=read_clock().date())


def _in_force(options: Options, as_of: str | None) -> Cascade:
    with open_session(options) as app:
        found = cascade(app, read_as_of(app, as_of))
    if found is None:
        raise UserError("no OKR book has been applied yet", where="okr tree", advice="align-sync okr apply okrs/")
    return found


def read_as_of(app: "App", as_of: str | None) -> "datetime | None":
    if as_of is None:
        return None
    return read_instant(as_of, option="--as-of", now=app.now(), zone=app.settings.timezone)
