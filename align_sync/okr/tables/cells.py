"""One cell read as the plain value that an OKR file has in its place, or the reason why it cannot be."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from align_sync.okr.book_values import Plain
from align_sync.okr.tables.columns import Column, Form, fold_heading
from align_sync.okr.tables.grid import Cell, unguard
from align_sync.okr.tables.lists import split_cell, split_pair
from align_sync.okr.tables.numbers import Habits, UnreadableError, parse_day, parse_number, parse_serial

_AS_TEXT = "format the column as text and type it again"
_LONGEST_FRACTION = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """A value; `is_percent` where it was written with a percent sign."""

    value: Plain
    is_percent: bool = False


def read_cell(cell: Cell, column: Column, habits: Habits) -> Read:
    """The value of a cell that is not blank. Raises `UnreadableError`."""
    if cell.trouble:
        raise UnreadableError(cell.trouble, "mend the cell, or leave it empty")
    if isinstance(cell.value, str):
        cell = Cell(value=unguard(cell.value).strip())
    if column.form in {Form.NUMBER, Form.WEIGHT}:
        return _read_number(cell, column, habits)
    return Read(value=_READERS[column.form](cell, column, habits))


def _read_number(cell: Cell, column: Column, habits: Habits) -> Read:
    """68 % is 68 where it is a value of the metric, and 0.68 where it is a weight."""
    value, is_percent = cell.value, cell.is_percent
    if isinstance(value, str):
        is_percent = value.endswith("%")
        number = parse_number(value.removesuffix("%"), habits.decimal)
        return Read(value=number / 100 if is_percent and column.form is Form.WEIGHT else number, is_percent=is_percent)
    if not isinstance(value, float):
        raise UnreadableError(f"{_describe(cell)} stands where a number is expected", "format the column as a number")
    if is_percent and column.form is Form.NUMBER:
        return Read(value=float(f"{value * 100:.{_LONGEST_FRACTION}g}"), is_percent=True)
    return Read(value=value, is_percent=is_percent)


def _read_text(cell: Cell, _column: Column, _habits: Habits) -> str:
    value = cell.value
    if isinstance(value, str):
        return value
    if not isinstance(value, float):
        raise UnreadableError(f"{_describe(cell)} stands where text is expected", _AS_TEXT)
    return str(int(value)) if value == int(value) else repr(value)


def _read_key(cell: Cell, column: Column, habits: Habits) -> str:
    if isinstance(cell.value, float) and cell.value != int(cell.value):
        message = f"the id is the number {cell.value:g} to the spreadsheet, so that 2.1 and 2.10 would be the same"
        raise UnreadableError(message, _AS_TEXT)
    return _read_text(cell, column, habits)


def _read_day(cell: Cell, _column: Column, habits: Habits) -> date:
    value = cell.value
    if isinstance(value, str):
        return parse_day(value, habits.days)
    if isinstance(value, datetime) and value.time() == time.min:
        return value.date()
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    if isinstance(value, float) and habits.first_day is not None:
        return parse_serial(value, habits.first_day)
    raise UnreadableError(f"{_describe(cell)} stands where a date is expected", "write it like 2026-11-15")


def _read_word(cell: Cell, column: Column, habits: Habits) -> str:
    """A word that is none of the column stays as it is: the model says what could have been meant."""
    text = _read_text(cell, column, habits)
    return column.words.get(fold_heading(text), text)


def _read_list(cell: Cell, column: Column, habits: Habits) -> list[Plain]:
    text = _read_key(cell, column, habits) if column.form is Form.KEYS else _read_text(cell, column, habits)
    return list(split_cell(text))


def _read_teams(cell: Cell, column: Column, habits: Habits) -> list[Plain]:
    shares: list[Plain] = []
    for item in split_cell(_read_text(cell, column, habits)):
        team, weight = split_pair(item)
        shares.append({"team": team, "weight": _read_share(weight, habits)} if weight else {"team": team})
    return shares


def _read_points(cell: Cell, column: Column, habits: Habits) -> list[Plain]:
    return [
        [parse_number(value, habits.decimal), _read_share(share, habits)]
        for value, share in _split_points(_read_text(cell, column, habits), "write it like 5=0.5; 3=0.8")
    ]


def _read_pace(cell: Cell, column: Column, habits: Habits) -> Plain:
    text = _read_text(cell, column, habits)
    if "=" not in text:
        return text.casefold()
    points = _split_points(text, "write it like 2026-11-15=0.3; 2026-12-31=1")
    return [[parse_day(day, habits.days), _read_share(share, habits)] for day, share in points]


def _split_points(text: str, advice: str) -> list[tuple[str, str]]:
    pairs = [split_pair(item) for item in split_cell(text)]
    if not all(share for _, share in pairs):
        raise UnreadableError("each entry needs a value and the share of progress it means", advice)
    return pairs


def _read_share(text: str, habits: Habits) -> float:
    number = parse_number(text.removesuffix("%"), habits.decimal)
    return number / 100 if text.endswith("%") else number


_READERS: dict[Form, Callable[[Cell, Column, Habits], Plain]] = {
    Form.TEXT: _read_text,
    Form.KEY: _read_key,
    Form.DAY: _read_day,
    Form.WORD: _read_word,
    Form.KEYS: _read_list,
    Form.TEXTS: _read_list,
    Form.TEAMS: _read_teams,
    Form.POINTS: _read_points,
    Form.PACE: _read_pace,
}


def _describe(cell: Cell) -> str:
    match cell.value:
        case bool():
            return "a truth value"
        case date():
            return f"the date {cell.value.isoformat()}"
        case time() | timedelta():
            return f"the time {cell.value}"
        case _:
            return f"the number {cell.value}"
