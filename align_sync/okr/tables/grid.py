"""A table as it was typed: cells with their places, before anybody asks what they mean."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from align_sync.okr.yaml_nodes import Place

CellValue = str | float | bool | date | datetime | time | timedelta | None

# A leading apostrophe, or several, before what a spreadsheet would take for a formula: = + - @ also in full width.
_GUARDED = re.compile("'+[=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
_FORMULA = re.compile("'*[=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
_NUMBER = re.compile(r"[-+][0-9][0-9.,]*(?:[eE][-+]?[0-9]+)?%?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """`is_percent` where the sheet shows 0.68 as 68 %. `trouble` is why a cell of a workbook has no value."""

    value: CellValue = None
    is_percent: bool = False
    trouble: str = ""

    @property
    def is_blank(self) -> bool:
        return not self.trouble and (self.value is None or (isinstance(self.value, str) and not self.value.strip()))


BLANK = Cell()


@dataclass(frozen=True, slots=True, kw_only=True)
class GridRow:
    """`line` is where it begins, as an editor or the spreadsheet counts. `trouble` is why it cannot be read at all."""

    line: int
    cells: tuple[Cell, ...] = ()
    trouble: str = ""

    @property
    def is_blank(self) -> bool:
        return not self.trouble and all(cell.is_blank for cell in self.cells)


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """One table of a file. `first_day` is day 0 of a workbook; None where the cells are text."""

    name: str
    sheet: str = ""
    rows: tuple[GridRow, ...] = ()
    first_day: date | None = None

    def place(self, line: int, column: int = 1) -> Place:
        return Place(0, self.name, line, column, self.sheet)


def guard(text: str) -> str:
    """The text as a cell that no spreadsheet takes for a formula; `unguard` gives the same text back."""
    return f"'{text}" if _FORMULA.match(text) else text


def guard_lightly(text: str) -> str:
    """As `guard`, for cells that are told to be text: only what `unguard` would change has to be protected."""
    return f"'{text}" if _GUARDED.match(text) else text


def unguard(text: str) -> str:
    return text[1:] if _GUARDED.match(text) else text


def guard_typed(text: str) -> str:
    """As `guard`, for a cell as somebody typed it: one that is guarded stays as it is, and so does the number -5 %."""
    return text if text.startswith("'") or _NUMBER.fullmatch(text.strip()) else guard(text)
