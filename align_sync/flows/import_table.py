"""A table of OKRs read and laid over the YAML file that it shall become; nothing is written here."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from align_sync.errors import UserError
from align_sync.okr.book_text import write_book
from align_sync.okr.book_values import SetHead, SetKey
from align_sync.okr.book_yaml import compare_documents
from align_sync.okr.document import SCHEMA_ID
from align_sync.okr.model import Book
from align_sync.okr.plan import BookPlan, plan_apply
from align_sync.okr.tables.csv_text import decode_table, read_csv
from align_sync.okr.tables.grid import Grid
from align_sync.okr.tables.merge import Defaults
from align_sync.okr.tables.numbers import Habits
from align_sync.okr.tables.read import ImportedTable, Surroundings, import_rows
from align_sync.okr.tables.rows import Headings, find_headings, read_rows
from align_sync.okr.tables.write import build_rejected
from align_sync.okr.yaml_documents import LARGEST_FILE, read_documents
from align_sync.okr.yaml_nodes import Document
from align_sync.okr_files import ENDINGS, read_texts
from align_sync.sheets.reading import LARGEST_FILE as LARGEST_TABLE
from align_sync.sheets.reading import SheetGrid, read_workbook

_WORKBOOK = b"PK\x03\x04"
_OLD_WORKBOOK = b"\xd0\xcf\x11\xe0"
_SCHEMA = "# yaml-language-server: $schema="


@dataclass(frozen=True, slots=True, kw_only=True)
class TableWish:
    """Which table, how it is written, and what file it is laid over. `others` complete the book of that file."""

    file: Path
    into: Path | None = None
    sheet: str | None = None
    delimiter: str | None = None
    encoding: str | None = None
    habits: Habits = field(default_factory=Habits)
    defaults: Defaults = field(default_factory=Defaults)
    ignored: tuple[str, ...] = ()
    others: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportResult:
    """What would be written as `text`, and what that changes in the file. `rejected` is a table with headings.

    `loses_layout` says that the file was written by hand: its comments would go.
    """

    table: ImportedTable
    plan: BookPlan
    text: str
    rejected: list[list[str]]
    loses_layout: bool
    notes: tuple[str, ...] = ()


def import_table(wish: TableWish) -> ImportResult:
    """Raises `UserError` where the file as a whole cannot be read."""
    grid, headings, notes = _find_table(wish)
    before = _read_file(wish)
    imported = import_rows(read_rows(grid, headings, wish.habits), before.around, wish.defaults)
    text = write_book(imported.book, imported.heads, schema=before.schema)
    if len(text.encode()) > LARGEST_FILE:
        message = f"the OKR file would be larger than {LARGEST_FILE // 1_000_000} MB"
        raise UserError(
            message, where=str(wish.file), advice="import the teams one by one, each into a file of its own"
        )
    return ImportResult(
        table=imported,
        plan=plan_apply(before.around.book, imported.book),
        text=text,
        rejected=build_rejected(headings, imported.rejected),
        loses_layout=before.text not in {"", write_book(before.around.book, before.around.heads, schema=before.schema)},
        notes=notes,
    )


def _find_table(wish: TableWish) -> tuple[Grid, Headings, tuple[str, ...]]:
    content = _read_bytes(wish.file)
    name = str(wish.file)
    if content.startswith(_OLD_WORKBOOK):
        raise UserError(
            "this is a workbook of an old form, or one with a password", where=name, advice="save it as XLSX"
        )
    if content.startswith(_WORKBOOK):
        grids = read_workbook(content, name)
    elif wish.sheet is not None:
        raise UserError("a CSV file has no sheets", where="--sheet", advice="leave it out")
    else:
        text = decode_table(content, name, encoding=wish.encoding)
        grids = (SheetGrid(grid=read_csv(text, name, delimiter=wish.delimiter), is_hidden=False),)
    return _choose_sheet(grids, wish)


def _read_bytes(file: Path) -> bytes:
    try:
        with file.open("rb") as stream:
            content = stream.read(LARGEST_TABLE + 1)
    except OSError as error:
        raise UserError(f"the file cannot be read: {error.strerror}", where=str(file)) from None
    if len(content) > LARGEST_TABLE:
        message = f"the file is larger than {LARGEST_TABLE // 1_000_000} MB"
        raise UserError(message, where=str(file), advice="split the table into several files")
    return content


def _choose_sheet(grids: Iterable[SheetGrid], wish: TableWish) -> tuple[Grid, Headings, tuple[str, ...]]:
    """The one that is named, else the one visible sheet with headings that we know."""
    found: list[tuple[Grid, Headings]] = []
    hidden: list[str] = []
    for one in grids:
        if wish.sheet is not None and one.grid.sheet != wish.sheet:
            continue
        headings = find_headings(one.grid, wish.ignored)
        if headings is not None and one.is_hidden and wish.sheet is None:
            hidden.append(one.grid.sheet)
        elif headings is not None:
            found.append((one.grid, headings))
    notes = tuple(f'the hidden sheet "{name}" is not read; --sheet "{name}" reads it' for name in hidden)
    if len(found) != 1:
        raise _no_table(wish, [grid.sheet for grid, _ in found], hidden)
    (grid, headings) = found[0]
    above = next((row for row in grid.rows if row.line < headings.row.line and not row.is_blank), None)
    if above is not None:
        notes = (*notes, f"what stands above the headings in row {headings.row.line} is not read")
    return grid, headings, notes


def _no_table(wish: TableWish, found: list[str], hidden: list[str]) -> UserError:
    where = str(wish.file)
    if found:
        listed = ", ".join(f'"{name}"' for name in found)
        return UserError(f"several sheets hold tables of OKRs: {listed}", where=where, advice="name one with --sheet")
    if hidden:
        return UserError(
            "only hidden sheets hold a table of OKRs", where=where, advice=f'--sheet "{hidden[0]}" reads it'
        )
    sheet = f'the sheet "{wish.sheet}"' if wish.sheet is not None else "the file"
    return UserError(
        f"{sheet} has no row with the headings of a table of OKRs",
        where=where,
        advice='it needs "Objective id" or "Key result id" and one more; okr import --template csv lists all of them',
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _FileBefore:
    around: Surroundings
    text: str
    schema: str


def _read_file(wish: TableWish) -> _FileBefore:
    """The file that is written, as it is now. Raises `UserError` where it has problems of its own."""
    text = ""
    documents: tuple[Document, ...] = ()
    others = _read_others(wish)
    if wish.into is not None and wish.into.exists():
        ((name, text),) = read_texts([wish.into])
        documents, faults = read_documents(1, name, text)
        read = compare_documents((*others, *documents), faults)
        problems = tuple(one for one in read.problems if one.where.startswith(f"{name}:"))
        if problems:
            message = "the file that the table is imported into has problems"
            raise UserError(
                message,
                where=name,
                problems=problems,
                advice="mend them first, or name the files that it refers to with --with",
            )
    else:
        read = compare_documents(others)
    ours = {id(document) for document in documents}
    objectives = tuple(one for one in read.book if id(read.sites[one.key.casefold()].document) in ours)
    first, _, _ = text.partition("\n")
    return _FileBefore(
        around=Surroundings(
            book=Book(objectives=objectives),
            sites=read.sites,
            heads=dict(_read_head(document) for document in documents),
            others=others,
        ),
        text=text,
        schema=first.removeprefix(_SCHEMA).strip() if first.startswith(_SCHEMA) else SCHEMA_ID,
    )


def _read_others(wish: TableWish) -> tuple[Document, ...]:
    """Of files that make one book with the one that is written; what is wrong with them is no matter of the table."""
    into = wish.into.resolve() if wish.into is not None else None
    files = {
        file.resolve(): file
        for path in wish.others
        for file in (sorted(path.rglob("*")) if path.is_dir() else (path,))
        if file.suffix in ENDINGS and file.is_file()
    }
    texts = read_texts([file for resolved, file in files.items() if resolved != into]) if files.keys() - {into} else []
    return tuple(
        document for number, (name, text) in enumerate(texts, 2) for document in read_documents(number, name, text)[0]
    )


def _read_head(document: Document) -> tuple[SetKey, SetHead]:
    """Of a document without problems."""
    value = document.value
    metadata, spec = (value["metadata"], value["spec"]) if isinstance(value, dict) else ({}, {})
    labels = tuple((str(key), str(one)) for key, one in (metadata.get("labels") or {}).items())
    return (spec["team"].strip(), spec["period"].strip()), SetHead(name=metadata["name"].strip(), labels=labels)
