"""Workbooks written: text is text, dates are dates, and nothing in them is a formula or fetched from anywhere."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from align_sync.okr.tables.grid import guard_lightly

CellContent = str | float | date | datetime | None
_FIRST_DAY = date(1900, 3, 1)
"""The calendar of spreadsheets begins earlier, but with a day that never was."""

_NARROWEST, _WIDEST = 8, 60
_LAST_ROW_TO_CHOOSE = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """`choices` are the words that the cells of a column offer, by the position of the column."""

    name: str
    headings: Sequence[str]
    rows: Sequence[Sequence[CellContent]]
    choices: Sequence[tuple[int, Sequence[str]]] = ()


def write_workbook(sheets: Sequence[Sheet], *, made_at: datetime) -> bytes:
    """The same bytes for the same rows and moment."""
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(out, options) as workbook:
        workbook.set_properties({"created": made_at.astimezone(UTC).replace(tzinfo=None)})
        bold = workbook.add_format({"bold": True, "bottom": 1})
        text = workbook.add_format({"num_format": "@"})
        day = workbook.add_format({"num_format": "yyyy-mm-dd"})
        for sheet in sheets:
            _write_sheet(workbook.add_worksheet(sheet.name), sheet, bold=bold, text=text, day=day)
    return out.getvalue()


def _write_sheet(worksheet: Worksheet, sheet: Sheet, *, bold: Format, text: Format, day: Format) -> None:
    for column, heading in enumerate(sheet.headings):
        written = [heading, *(_say(row[column]) for row in sheet.rows)]
        width = min(max(_NARROWEST, *(len(one) + 2 for one in written)), _WIDEST)
        is_numeric = any(isinstance(row[column], int | float) for row in sheet.rows)
        worksheet.set_column(column, column, width, None if is_numeric else text)
        worksheet.write_string(0, column, heading, bold)
    for number, row in enumerate(sheet.rows, 1):
        for column, cell in enumerate(row):
            _write_cell(worksheet, number, column, cell, text=text, day=day)
    worksheet.freeze_panes(1, 0)
    worksheet.autofilter(0, 0, max(len(sheet.rows), 1), len(sheet.headings) - 1)
    for column, words in sheet.choices:
        worksheet.data_validation(
            1, column, _LAST_ROW_TO_CHOOSE, column, {"validate": "list", "source": list(words), "error_type": "warning"}
        )


def _write_cell(worksheet: Worksheet, row: int, column: int, cell: CellContent, *, text: Format, day: Format) -> None:
    match cell:
        case None:
            return
        case str():
            worksheet.write_string(row, column, guard_lightly(cell), text)
        case datetime():
            worksheet.write_string(row, column, _say(cell), text)
        case date() if cell >= _FIRST_DAY:
            worksheet.write_datetime(row, column, cell, day)
        case date():
            worksheet.write_string(row, column, cell.isoformat(), text)
        case _ if float(f"{cell:.16G}") == cell:
            worksheet.write_number(row, column, cell)
        case _:  # a workbook keeps sixteen digits of a number; a text keeps all
            worksheet.write_string(row, column, repr(float(cell)), text)


def _say(cell: CellContent) -> str:
    if isinstance(cell, datetime):
        return cell.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    return "" if cell is None else str(cell)
