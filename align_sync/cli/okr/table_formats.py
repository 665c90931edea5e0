"""Exports and empty tables as bytes: YAML, JSON, CSV and workbooks, and the files that they are written to."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import orjson

from align_sync.errors import UserError
from align_sync.flows.export import Export
from align_sync.okr.book_text import write_sets
from align_sync.okr.book_values import describe_sets
from align_sync.okr.model import Book
from align_sync.okr.tables.columns import COLUMNS, Column, Form
from align_sync.okr.tables.csv_text import write_csv
from align_sync.okr.tables.grid import guard, unguard
from align_sync.okr.tables.numbers import write_cell_number
from align_sync.okr.tables.records import Content, Records
from align_sync.okr.tables.write import build_rows, example_row, write_table
from align_sync.reports.render.json_parts import even_out
from align_sync.reports.words import stamp
from align_sync.sheets.writing import Sheet, write_workbook

SCHEMA_VERSION = 1
SHEET = "OKRs"
_BOM = "\ufeff"


def as_yaml(book: Book) -> dict[str, str]:
    """The text of each set by the name of its file."""
    found: dict[str, str] = {}
    for one in describe_sets(book, {}):
        metadata = one["metadata"]
        name = str(metadata["name"]) if isinstance(metadata, dict) else ""
        number = sum(other == f"{name}.yaml" or other.startswith(f"{name}-also-") for other in found)
        found[f"{name}-also-{number}.yaml" if number else f"{name}.yaml"] = write_sets([one])
    return found


def as_json(export: Export) -> str:
    envelope: dict[str, Any] = {
        "schema_version": SCHEMA_VERSION,
        "generated_at": stamp(export.made_at),
        "data_as_of": stamp(export.as_of_at),
        "origin": export.origin,
    }
    if export.book is not None:
        envelope["sets"] = list(describe_sets(export.book, {}))
    for records in export.records:
        if records.name != "versions":
            envelope[records.name] = [
                {name: stamp(value) if isinstance(value, datetime) else value for name, value in one.items()}
                for one in records.describe()
            ]
    if export.versions:
        envelope["versions"] = [
            {
                "version": one.number,
                "applied_at": stamp(one.applied_at),
                "applied_by": one.applied_by,
                "held_from_at": stamp(one.held_from_at),
                "reason": one.reason,
                "sets": list(describe_sets(one.book, {})),
            }
            for one in export.versions
        ]
    return orjson.dumps(even_out(envelope), option=orjson.OPT_INDENT_2).decode() + "\n"


def as_csv(export: Export) -> dict[str, str]:
    """The text of each table by its name."""
    found = {} if export.book is None else {"book": write_table(build_rows(export.book))}
    for records in export.records:
        rows = ([_say(cell) for cell in row] for row in records.rows)
        found[records.name] = write_csv([records.headings, *rows])
    return found


def as_workbook(export: Export) -> bytes:
    sheets = [] if export.book is None else [_sheet_of_book(list(build_rows(export.book)))]
    sheets += [_sheet_of_records(records) for records in export.records]
    if export.book is not None:
        sheets.append(_sheet_of_columns())
    about = [
        ("Generated at", stamp(export.made_at)),
        ("Data as of", stamp(export.as_of_at)),
        ("Origin", export.origin),
    ]
    sheets.append(Sheet(name="Data as of", headings=("What", "Value"), rows=about))
    return write_workbook(sheets, made_at=export.made_at)


def empty_table(*, made_at: datetime, form: str) -> bytes:
    """The headings with one row as an example; of a workbook also a sheet that explains the columns."""
    if form == "csv":
        return f"{_BOM}{write_table([example_row()])}".encode()
    return write_workbook([_sheet_of_book([example_row()]), _sheet_of_columns()], made_at=made_at)


def encode_table(table: Sequence[Sequence[str]], out: Path, *, made_at: datetime) -> bytes:
    """A table of texts in the form that the ending of the file names; what is none of ours is CSV."""
    if out.suffix.lower() == ".xlsx":
        head, *rows = table
        width = max(map(len, table))
        padded = [[*map(unguard, row), *[""] * (width - len(row))] for row in rows]
        return write_workbook(
            [Sheet(name=SHEET, headings=[*head, *[""] * (width - len(head))], rows=padded)], made_at=made_at
        )
    return f"{_BOM}{write_csv(table)}".encode()


def write_bytes(path: Path, content: bytes) -> None:
    """Raises `UserError` where the file cannot be written."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    except OSError as error:
        message = f"the file cannot be written: {error.strerror}"
        raise UserError(message, where=str(path), advice="name another file") from None


def _sheet_of_book(rows: Sequence[Sequence[str | float | date | None]]) -> Sheet:
    choices = [(number, words) for number, column in enumerate(COLUMNS) if (words := _words_of(column))]
    return Sheet(name=SHEET, headings=[column.name for column in COLUMNS], rows=rows, choices=choices)


def _words_of(column: Column) -> tuple[str, ...]:
    return tuple(dict.fromkeys(column.words.values())) if column.form is Form.WORD else ()


def _sheet_of_columns() -> Sheet:
    rows = [
        (column.name, f"the {column.part.value}", column.meaning, column.form.value, ", ".join(column.others))
        for column in COLUMNS
    ]
    return Sheet(name="Columns", headings=("Column", "Of", "Meaning", "Form", "Other headings"), rows=rows)


def _sheet_of_records(records: Records) -> Sheet:
    return Sheet(name=records.name.capitalize(), headings=records.headings, rows=records.rows)


def _say(cell: Content) -> str:
    match cell:
        case None:
            return ""
        case str():
            return guard(cell)
        case datetime():
            return stamp(cell) or ""
        case date():
            return cell.isoformat()
        case _:
            return write_cell_number(cell)


def join_documents(texts: Iterable[str]) -> str:
    """Several YAML files as one: the line for editors once, and a line between the documents."""
    head, bodies = "", []
    for text in texts:
        head, _, body = text.partition("\n")
        bodies.append(body)
    return f"{head}\n" + "---\n".join(bodies)
