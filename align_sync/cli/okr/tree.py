"""`align-sync okr tree`: the cascade on the screen."""

from pathlib import Path

import click
import orjson
import rich_click

from align_sync.cli.output import emit
from align_sync.cli.session import Options, open_session
from align_sync.errors import UserError
from align_sync.flows.okr import load_current_book
from align_sync.okr.book_yaml import parse_book
from align_sync.okr.model import Book
from align_sync.okr.tree import build_tree, render_tree
from align_sync.okr_files import read_texts


@rich_click.command("tree")
@rich_click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@rich_click.option("--json", "as_json", is_flag=True, help="The book as JSON.")
@rich_click.pass_obj
def command(options: Options, *, paths: tuple[Path, ...], as_json: bool) -> None:
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
