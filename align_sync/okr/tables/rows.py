"""A grid read into rows with a value for each column that is known, and the faults of headings and cells."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from align_sync.okr.book_values import Plain
from align_sync.okr.faults import suggest
from align_sync.okr.tables.cells import read_cell
from align_sync.okr.tables.columns import (
    BY_HEADING,
    HEADINGS,
    KEY_RESULT_ID,
    OBJECTIVE_ID,
    Column,
    Part,
    fold_heading,
)
from align_sync.okr.tables.csv_text import MOST_LINES_ABOVE
from align_sync.okr.tables.grid import BLANK, Cell, Grid, GridRow
from align_sync.okr.tables.numbers import Habits, UnreadableError
from align_sync.okr.yaml_nodes import Fault, Place, shorten

_LEAST_HEADINGS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """What one cell says. `fault` is why it cannot be read; a blank cell says nothing."""

    column: Column
    place: Place
    value: Plain = ""
    is_blank: bool = False
    is_percent: bool = False
    fault: Fault | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """`fields` by the name of their column, for all columns of the table. `source` is the row as it was typed."""

    place: Place
    source: GridRow
    fields: Mapping[str, Field]

    def field_of(self, column: Column) -> Field:
        return self.fields.get(column.name) or Field(column=column, place=self.place, is_blank=True)

    def text_of(self, column: Column) -> str:
        """What the cell says as text; empty where it is blank or cannot be read."""
        found = self.field_of(column)
        return str(found.value) if found.fault is None else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Headings:
    """The row of headings, and which column stands where."""

    row: GridRow
    columns: tuple[tuple[int, Column], ...]
    faults: tuple[Fault, ...] = ()

    @property
    def known(self) -> tuple[Column, ...]:
        return tuple(column for _, column in self.columns)


@dataclass(frozen=True, slots=True, kw_only=True)
class TableRows:
    """`faults` are those of the whole table: nothing is imported before they are mended."""

    grid: Grid
    headings: Headings
    rows: tuple[Row, ...] = ()
    broken: tuple[tuple[GridRow, Fault], ...] = field(default=())


def find_headings(grid: Grid, ignored: Iterable[str] = ()) -> Headings | None:
    """The first row, not far from the top, with headings that we know, one of them an id; None where there is none."""
    for row in grid.rows[:MOST_LINES_ABOVE]:
        known = {column.name for cell in row.cells if (column := _column_of(cell)) is not None}
        if len(known) >= _LEAST_HEADINGS and known & {OBJECTIVE_ID.name, KEY_RESULT_ID.name}:
            return _read_headings(grid, row, {fold_heading(name) for name in ignored})
    return None


def _column_of(cell: Cell) -> Column | None:
    return BY_HEADING.get(fold_heading(cell.value)) if isinstance(cell.value, str) else None


def _read_headings(grid: Grid, row: GridRow, ignored: set[str]) -> Headings:
    columns: list[tuple[int, Column]] = []
    faults: list[Fault] = []
    first: dict[str, Place] = {}
    unnamed = _unnamed_with_content(grid, row)
    for position, cell in enumerate(row.cells):
        place = grid.place(row.line, position + 1)
        heading = "" if cell.is_blank else str(cell.value).strip()
        if cell.is_blank or fold_heading(heading) in ignored:
            if position + 1 in unnamed and cell.is_blank:
                faults.append(Fault(place=place, message="the column has no heading", advice="name it, or remove it"))
            continue
        column = _column_of(cell)
        if column is None:
            faults.append(_tell_unknown(heading, place))
        elif column.name in first:
            message = f'the column "{column.name}" stands here twice, first at {first[column.name]}'
            faults.append(Fault(place=place, message=message, advice="keep one of them"))
        else:
            first[column.name] = place
            if column.part is not Part.NOTE:
                columns.append((position, column))
    return Headings(row=row, columns=tuple(columns), faults=tuple(faults))


def _unnamed_with_content(grid: Grid, headings: GridRow) -> set[int]:
    """The numbers of columns without a heading in which something stands. One row too long is a fault of that row."""
    blank = {number for number, cell in enumerate(headings.cells, 1) if cell.is_blank}
    below = [row for row in grid.rows if row.line > headings.line]
    return {
        number for number in blank if any(not cell.is_blank for row in below for cell in row.cells[number - 1 : number])
    }


def _tell_unknown(heading: str, place: Place) -> Fault:
    said = f'"{shorten(heading)}"'
    meant = suggest(heading, HEADINGS)
    advice = f'did you mean "{meant}"? ' if meant else ""
    return Fault(
        place=place,
        message=f"no column of OKRs is called {said}",
        advice=f"{advice}--ignore {said} leaves it out; okr import --template csv lists all columns".strip(),
    )


def read_rows(grid: Grid, headings: Headings, habits: Habits) -> TableRows:
    """All rows below the headings that say something."""
    habits = replace(habits, first_day=grid.first_day)
    rows: list[Row] = []
    broken: list[tuple[GridRow, Fault]] = []
    for source in grid.rows:
        if source.line <= headings.row.line or source.is_blank:
            continue
        trouble = source.trouble or _find_overhang(source, headings)
        place = grid.place(source.line)
        if trouble:
            broken.append((source, Fault(place=place, message=trouble, advice="mend the row")))
            continue
        fields = {
            column.name: _read_field(source, position, column, grid.place(source.line, position + 1), habits)
            for position, column in headings.columns
        }
        rows.append(Row(place=place, source=source, fields=fields))
    return TableRows(grid=grid, headings=headings, rows=tuple(rows), broken=tuple(broken))


def _find_overhang(row: GridRow, headings: Headings) -> str:
    count = len(headings.row.cells)
    if all(cell.is_blank for cell in row.cells[count:]):
        return ""
    return f"the row has {len(row.cells)} cells and the table {count} headings; a text with the delimiter needs quotes"


def _read_field(row: GridRow, position: int, column: Column, place: Place, habits: Habits) -> Field:
    cell = row.cells[position] if position < len(row.cells) else BLANK
    if cell.is_blank:
        return Field(column=column, place=place, is_blank=True)
    try:
        read = read_cell(cell, column, habits)
    except UnreadableError as error:
        fault = Fault(place=place, message=f"{column.name}: {error.message}", advice=error.advice)
        return Field(column=column, place=place, fault=fault)
    return Field(column=column, place=place, value=read.value, is_percent=read.is_percent)
