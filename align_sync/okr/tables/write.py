"""A book as a table: one row a key result, an objective without any in a row of its own."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

from align_sync.okr.book_values import Mapped, Plain, describe_key_result, describe_objective, group_sets
from align_sync.okr.model import Book
from align_sync.okr.tables.columns import COLUMNS, PROBLEM, Form, Part
from align_sync.okr.tables.csv_text import write_csv
from align_sync.okr.tables.grid import Cell, guard, guard_typed
from align_sync.okr.tables.lists import join_cell
from align_sync.okr.tables.numbers import write_cell_number
from align_sync.okr.tables.read import Rejected
from align_sync.okr.tables.rows import Headings

CellContent = str | float | date | None
"""What one cell holds; lists and pairs are joined to one text."""


def build_rows(book: Book) -> Iterator[tuple[CellContent, ...]]:
    """The cells of each row in the order of `COLUMNS`. All columns of the objective are repeated."""
    for (team, period), objectives in group_sets(book).items():
        for objective in objectives:
            values = describe_objective(objective)
            about: dict[Part, Mapped] = {Part.SET: {"team": team, "period": period}, Part.OBJECTIVE: values}
            for one in [describe_key_result(kr) for kr in objective.key_results] or [{}]:
                yield _write_row({**about, Part.KEY_RESULT: one})


def example_row() -> tuple[CellContent, ...]:
    """What a row looks like, for somebody who begins with an empty table."""
    return tuple(
        date.fromisoformat(str(column.example))
        if column.form is Form.DAY and column.example
        else column.example or None
        for column in COLUMNS
    )


def write_table(rows: Iterable[Sequence[CellContent]]) -> str:
    """The rows as CSV, with the headings, safe to open in a spreadsheet."""
    return write_csv([[column.name for column in COLUMNS], *([write_cell(cell) for cell in row] for row in rows)])


def write_cell(cell: CellContent) -> str:
    match cell:
        case None:
            return ""
        case str():
            return guard(cell)
        case date():
            return cell.isoformat()
        case _:
            return write_cell_number(cell)


def build_rejected(headings: Headings, rejected: Iterable[Rejected]) -> list[list[str]]:
    """The rows to be mended and fed again, as they were typed, each with the reasons in a column of its own."""
    old = next((number for number, cell in enumerate(headings.row.cells) if cell.value == PROBLEM.name), None)
    head = [_say_typed(cell) for cell in headings.row.cells]
    table = [[PROBLEM.name, *_without(head, old)]]
    for one in rejected:
        typed = [_say_typed(cell) for cell in one.row.cells]
        table.append([guard("; ".join(one.reasons)), *_without(typed, old)])
    return table


def _without(cells: list[str], position: int | None) -> list[str]:
    return [cell for number, cell in enumerate(cells) if number != position]


def _say_typed(cell: Cell) -> str:
    match cell.value:
        case None:
            return ""
        case str():
            return guard_typed(cell.value)
        case bool():
            return str(cell.value).upper()
        case float():
            number = float(f"{cell.value * 100:.12g}") if cell.is_percent else cell.value
            return write_cell_number(number) + ("%" if cell.is_percent else "")
        case _:
            return str(cell.value)


def _write_row(about: Mapping[Part, Mapped]) -> tuple[CellContent, ...]:
    return tuple(_write(_look_up(about.get(column.part, {}), column.path)) for column in COLUMNS)


def _look_up(values: Plain | None, path: Sequence[str]) -> Plain | None:
    for key in path:
        values = values.get(key) if isinstance(values, dict) else None
    return values


def _write(value: Plain | None) -> CellContent:
    if isinstance(value, list):
        return join_cell(_write_item(item) for item in value)
    return value if not isinstance(value, dict) else None


def _write_item(item: Plain) -> str:
    if isinstance(item, dict):
        return f"{item['team']}={_say(item['weight'])}"
    if isinstance(item, list):
        return "=".join(_say(part) for part in item)
    return _say(item)


def _say(value: Plain) -> str:
    if isinstance(value, date):
        return value.isoformat()
    return write_cell_number(value) if isinstance(value, int | float) else str(value)
