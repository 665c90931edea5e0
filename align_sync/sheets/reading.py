"""A workbook read into one grid for each of its sheets; what is no workbook, or too large a one, is refused."""

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from posixpath import join, normpath

from python_calamine import CalamineError, CalamineSheet, SheetTypeEnum, SheetVisibleEnum, load_workbook

from align_sync.errors import UserError
from align_sync.okr.tables.grid import Cell, CellValue, Grid, GridRow
from align_sync.sheets.marks import Marks, read_elements, read_marks, read_percent_styles

LARGEST_FILE = 10_000_000
LARGEST_UNPACKED = 100_000_000
MOST_PARTS = 2_000
DAY_ZERO, DAY_ZERO_1904 = date(1899, 12, 30), date(1904, 1, 1)
_ENCRYPTED = 0x1
_SAVE_AGAIN = "save it as XLSX without a password"
_WORKBOOK = "xl/workbook.xml"
_START = "_rels/.rels"
_RELATIONS = "xl/_rels/workbook.xml.rels"
_STYLES = "xl/styles.xml"


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetGrid:
    """`grid` with whether people see its sheet."""

    grid: Grid
    is_hidden: bool


def read_workbook(content: bytes, name: str) -> tuple[SheetGrid, ...]:
    """All sheets with cells, in the order of the workbook. Raises `UserError`."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _check_size(archive)
            return tuple(_read_sheets(content, archive, name))
    except UserError as error:
        raise UserError(error.problem.message, where=name, advice=error.problem.advice) from None
    except (zipfile.BadZipFile, CalamineError, KeyError, NotImplementedError, RuntimeError):
        raise UserError("the file is no workbook that can be read", where=name, advice=_SAVE_AGAIN) from None


def _check_size(archive: zipfile.ZipFile) -> None:
    """Before anything unpacks it: how large its parts are by their own word, and whether they keep it."""
    parts = archive.infolist()
    names = {part.filename.replace("\\", "/").casefold() for part in parts}  # calamine takes names in any case
    if len(names) != len(parts) or any(part.flag_bits & _ENCRYPTED for part in parts):
        raise zipfile.BadZipFile
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > LARGEST_UNPACKED:
        message = f"the workbook unpacks to more than {LARGEST_UNPACKED // 1_000_000} MB"
        raise UserError(message, advice="copy the table into a workbook of its own")
    if archive.testzip() is not None:  # a part that is larger than it says, or damaged
        raise zipfile.BadZipFile


def _read_sheets(content: bytes, archive: zipfile.ZipFile, name: str) -> Iterator[SheetGrid]:
    workbook = archive.read(_WORKBOOK)
    parts = {one["Id"]: one["Target"] for one in read_elements(archive.read(_RELATIONS), "Relationship")}
    names = set(archive.namelist())
    starts = read_elements(archive.read(_START), "Relationship") if _START in names else []
    books = {one["Target"].lstrip("/") for one in starts if one.get("Type", "").endswith("/officeDocument")}
    percent = read_percent_styles(archive.read(_STYLES)) if _STYLES in names else frozenset()
    settings = read_elements(workbook, "workbookPr")
    is_1904 = any(one.get("date1904") in {"1", "true"} for one in settings)
    sheets = read_elements(workbook, "sheet")
    ids = {one["name"]: one["id"] for one in sheets}
    if len(ids) != len(sheets) or books - {_WORKBOOK}:  # the sheet that is judged has to be the one that is read
        raise zipfile.BadZipFile
    marks: dict[str, Marks] = {}
    for sheet, identifier in ids.items():
        part = normpath(join("xl", parts[identifier])).lstrip("/")
        if part.startswith("xl/worksheets/"):
            marks[sheet] = read_marks(archive.read(part), percent)  # refuses absurd sizes before they are unfolded
    with load_workbook(io.BytesIO(content)) as book:
        for meta in book.sheets_metadata:
            if meta.typ is SheetTypeEnum.WorkSheet and meta.name in marks and marks[meta.name].height:
                rows = _read_rows(book.get_sheet_by_name(meta.name), marks[meta.name])
                first_day = DAY_ZERO_1904 if is_1904 else DAY_ZERO
                grid = Grid(name=name, sheet=meta.name, rows=tuple(rows), first_day=first_day)
                yield SheetGrid(grid=grid, is_hidden=meta.visible is not SheetVisibleEnum.Visible)


def _read_rows(sheet: CalamineSheet, marks: Marks) -> Iterator[GridRow]:
    values: list[list[CellValue]] = [
        [float(value) if isinstance(value, int) and not isinstance(value, bool) else value for value in row]
        for row in sheet.to_python(skip_empty_area=False)
    ]
    for cells in values:
        cells.extend([""] * (marks.width - len(cells)))
    values.extend([""] * marks.width for _ in range(marks.height - len(values)))
    copies = _unmerge(values, sheet)
    for row, cells in enumerate(values):
        addresses = [copies.get((row, column), (row, column)) for column in range(len(cells))]
        made = (_make_cell(value, address, marks) for value, address in zip(cells, addresses, strict=True))
        yield GridRow(line=row + 1, cells=tuple(made))


def _unmerge(values: list[list[CellValue]], sheet: CalamineSheet) -> dict[tuple[int, int], tuple[int, int]]:
    """Give cells merged down a column the value of the first one. From which cell each of them has it."""
    copies: dict[tuple[int, int], tuple[int, int]] = {}
    for (top, left), (bottom, _) in sheet.merged_cell_ranges or ():
        if values and left >= len(values[0]):  # merged beside the table, where no cell stands
            continue
        for row in range(top + 1, min(bottom + 1, len(values))):
            values[row][left] = values[top][left]
            copies[row, left] = (top, left)
    return copies


def _make_cell(value: CellValue, address: tuple[int, int], marks: Marks) -> Cell:
    trouble = marks.broken.get(address, "")
    return Cell(
        value=None if trouble or value == "" else value,
        is_percent=isinstance(value, float) and address in marks.percent,
        trouble=trouble,
    )
