"""`align-sync okr validate`: are the files sound? Nothing is written, no database is opened."""

from pathlib import Path

import click
import orjson
import rich_click

from align_sync.cli import exit_codes
from align_sync.cli.okr.files import choose_files
from align_sync.cli.okr.planned import SCHEMA_VERSION, say_size
from align_sync.cli.output import emit, say_problems
from align_sync.cli.session import Options, load
from align_sync.okr.book_yaml import parse_book
from align_sync.okr_files import find_texts
from align_sync.reports.words import count


@rich_click.command("validate")
@rich_click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@rich_click.option("--json", "as_json", is_flag=True, help="The problems as JSON.")
@rich_click.pass_obj
def command(options: Options, *, paths: tuple[Path, ...], as_json: bool) -> int:
    """Are these files and folders sound? Every problem with file, line, column and key; exit 2 where there is one."""
    chosen = choose_files(paths, () if paths else load(options).settings.okrs, command="validate")
    texts, unread = find_texts(chosen)
    book, wrong = parse_book(texts)
    problems = (*unread, *wrong)
    if as_json:
        told = {
            "schema_version": SCHEMA_VERSION,
            "files": len(texts),
            "sound": {"objectives": len(book.objectives), "key_results": len(book.key_results)},
            "problems": [{"where": one.where, "message": one.message, "advice": one.advice} for one in problems],
        }
        emit(orjson.dumps(told, option=orjson.OPT_INDENT_2).decode())
    else:
        say_problems(problems)
        found = f"{count(len(problems), 'problem')}; sound: " if problems else "sound: "
        emit(found + say_size(book, len(texts)))
    return exit_codes.USAGE if problems else exit_codes.FINE
