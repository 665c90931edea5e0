"""`align-sync okr`: the OKR book from YAML files into the database, and as a tree on the screen."""

import getpass
from pathlib import Path

import click
import orjson
import rich_click

from align_sync.cli.output import emit
from align_sync.cli.session import Options, open_session
from align_sync.errors import UserError
from align_sync.flows.link import link
from align_sync.flows.okr import ApplyResult, apply, load_current_book, read_texts
from align_sync.okr.book_yaml import parse_book
from align_sync.okr.model import Book
from align_sync.okr.tree import build_tree, render_tree

AUTHOR_HELP = "Who applies it; by default the user of this machine."


@rich_click.group("okr")
def command() -> None:
    """The OKR book: apply it from YAML files, show it as a tree."""


@command.command("apply")
@rich_click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@rich_click.option("--author", default=None, help=AUTHOR_HELP)
@rich_click.pass_obj
def apply_book(options: Options, *, paths: tuple[Path, ...], author: str | None) -> None:
    """Put the OKRs of these files and folders in force, as a whole, and link all items to them."""
    with open_session(options) as app:
        chosen = paths or app.settings.okrs
        if not chosen:
            raise UserError(
                "no file or folder is named",
                where="okr apply",
                advice="align-sync okr apply okrs/, or set okrs in align-sync.toml",
            )
        result = apply(app, chosen, author=author or _user())
        emit(show_applied(result))
        linked = link(app)
        emit(f"{linked.judged} items judged, {linked.differing} verdicts changed")


def _user() -> str:
    try:
        return getpass.getuser()
    except OSError:
        return "unknown"


def show_applied(result: ApplyResult) -> str:
    plan = result.plan
    count = len(result.book.key_results)
    head = f"{len(result.book.objectives)} objectives, {count} key results from {result.files} files"
    if plan.is_empty:
        return f"{head}: nothing changed"
    lines = [f"{head}: {len(plan.created)} created, {len(plan.changed)} changed, {len(plan.removed)} removed"]
    lines += [f"  + {entry.key}  {entry.title}" for entry in plan.created]
    lines += [f"  ~ {change.key}: {', '.join(field.name for field in change.fields)}" for change in plan.changed]
    lines += [f"  - {entry.key}  {entry.title}" for entry in plan.removed]
    return "\n".join(lines)


@command.command("tree")
@rich_click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@rich_click.option("--json", "as_json", is_flag=True, help="The book as JSON.")
@rich_click.pass_obj
def show_tree(options: Options, *, paths: tuple[Path, ...], as_json: bool) -> None:
    """The objectives from company to team, of the book in force or of the files named."""
    book = _book_of_files(paths) if paths else _book_in_force(options)
    if as_json:
        emit(orjson.dumps(book.objectives, option=orjson.OPT_INDENT_2).decode())
    else:
        emit(render_tree(build_tree(book)))


def _book_of_files(paths: tuple[Path, ...]) -> Book:
    book, problems = parse_book(read_texts(paths))
    if problems:
        raise UserError("the OKR files have problems", problems=problems)
    return book


def _book_in_force(options: Options) -> Book:
    with open_session(options) as app:
        book = load_current_book(app)
    if book is None:
        raise UserError("no OKR book has been applied yet", where="okr tree", advice="align-sync okr apply okrs/")
    return book
