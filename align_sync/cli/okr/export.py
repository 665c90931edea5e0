"""`align-sync okr export`: the book and all that is known of it, in open formats."""

from pathlib import Path

import click
import rich_click

from align_sync.app import read_clock
from align_sync.cli.okr.table_formats import as_csv, as_json, as_workbook, as_yaml, join_documents, write_bytes
from align_sync.cli.output import deliver, say, write_file
from align_sync.cli.session import Options, open_session
from align_sync.errors import UserError
from align_sync.flows.export import Export, Part, export, export_files
from align_sync.okr.yaml_documents import LARGEST_FILE

_ALL = "all"
_FORMS = ("yaml", "json", "csv", "xlsx")


@rich_click.command("export")
@rich_click.argument("words", nargs=-1, metavar="[book|readings|versions|metrics|all] [PATHS]")
@rich_click.option(
    "-o", "--output", "form", type=click.Choice(_FORMS), help="By default the ending of --out, else yaml."
)
@rich_click.option(
    "--out", type=click.Path(path_type=Path), help="Write to this file; where there are several, this folder."
)
@rich_click.pass_obj
def command(options: Options, *, words: tuple[str, ...], form: str | None, out: Path | None) -> None:
    """The book in force, or that of files; its readings, versions and metrics; or all of it.

    YAML reads back as the same book, as do CSV and XLSX through okr import. --out okrs/ writes one file for each team.
    """
    what, paths = _read_words(words)
    chosen = form or _form_of(out) or ("yaml" if what == Part.BOOK else "json")
    if chosen == "yaml" and what != Part.BOOK:
        raise UserError(f"{what} cannot be written as YAML", where="okr export", advice="name -o json, csv or xlsx")
    if paths and what != Part.BOOK:
        raise UserError(f"files hold no {what}", where="okr export", advice="leave the files out, or export the book")
    if paths:
        found = export_files(paths, made_at=read_clock())
    else:
        with open_session(options) as app:
            found = export(app, tuple(Part) if what == _ALL else (Part(what),))
    _write(found, chosen, out)


def _read_words(words: tuple[str, ...]) -> tuple[str, tuple[Path, ...]]:
    """What to export, the book where it is not said, and of which files."""
    names = {part.value for part in Part} | {_ALL}
    what, rest = (words[0], words[1:]) if words and words[0] in names else (Part.BOOK.value, words)
    return what, tuple(Path(word) for word in rest)


def _form_of(out: Path | None) -> str | None:
    ending = out.suffix.lower().removeprefix(".").replace("yml", "yaml") if out else ""
    return ending if ending in _FORMS else None


def _write(found: Export, form: str, out: Path | None) -> None:
    if form == "xlsx":
        if out is None or _is_folder(out):
            raise UserError("a workbook needs a file", where="okr export -o xlsx", advice="name it: --out okrs.xlsx")
        write_bytes(out, as_workbook(found))
        say(f"written to {out}")
    elif form == "json":
        deliver(as_json(found), out)
    elif form == "csv":
        _write_tables(as_csv(found), out)
    elif found.book is not None:
        _write_yaml(as_yaml(found.book), out)


def _write_yaml(texts: dict[str, str], out: Path | None) -> None:
    if out is not None and _is_folder(out):
        _write_folder(texts, out)
        return
    text = join_documents(texts.values())
    if len(text.encode()) > LARGEST_FILE:
        message = f"one file of all OKRs would be larger than {LARGEST_FILE // 1_000_000} MB"
        raise UserError(message, where="okr export", advice="name a folder for one file a team: --out okrs/")
    deliver(text, out)


def _write_tables(tables: dict[str, str], out: Path | None) -> None:
    if len(tables) == 1 and not (out is not None and _is_folder(out)):
        deliver(next(iter(tables.values())), out)
        return
    if out is None or out.suffix:
        raise UserError("there are several tables", where="okr export -o csv", advice="name a folder: --out export/")
    _write_folder({f"{name}.csv": text for name, text in tables.items()}, out)


def _write_folder(texts: dict[str, str], folder: Path) -> None:
    for name, text in texts.items():
        write_file(folder / name, text)
    say(f"{len(texts)} files written to {folder}")


def _is_folder(out: Path) -> bool:
    """A folder that is there, or a name without an ending."""
    return out.is_dir() or not out.suffix
