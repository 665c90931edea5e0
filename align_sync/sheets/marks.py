"""What stands in the XML of a workbook beside its values: errors, formulas without a value, percent signs.

Readers of workbooks give an error cell as an empty one and 68 % as 0.68, both without a word. The parts are read with
expat, which resolves no external entity; a workbook needs no document type, so that one with any is refused.
"""

import io
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from xml.parsers import expat

from align_sync.errors import UserError

Address = tuple[int, int]
"""Row and column, both from 0."""

MOST_ROWS = 20_000
MOST_COLUMNS = 250
_LAST_ROW, _LAST_COLUMN = 1_048_576, 16_384
"""XFD1048576, the last address there is; programs write it for a format of whole columns, where no cell stands."""
_REFERENCE = re.compile(r"([A-Za-z]+)0*([1-9][0-9]*)")
_ROW = re.compile(r"0*([1-9][0-9]*)")
_QUOTED = re.compile(r'"[^"]*"|\\.')
_PERCENT_STYLES = frozenset({9, 10})
"""The two formats with a percent sign that every workbook has without naming them (ECMA-376, part 1, 18.8.30)."""

Start = Callable[[str, dict[str, str]], None]


@dataclass(kw_only=True)
class Marks:
    """Of one sheet. `percent` and `broken` are addresses of cells; `height` and `width` reach to the last cell."""

    percent: set[Address] = field(default_factory=set)
    broken: dict[Address, str] = field(default_factory=dict)
    height: int = 0
    width: int = 0


def read_marks(xml: bytes, percent_styles: frozenset[int]) -> Marks:
    """Raises `UserError` for a sheet of absurd size and for what is no XML."""
    reading = _SheetReading(percent_styles)
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.EndElementHandler = reading.end
    parser.CharacterDataHandler = reading.text
    _parse(parser, xml, reading.start)
    return reading.marks


def read_percent_styles(xml: bytes) -> frozenset[int]:
    """The numbers of the cell styles that show a share as per cent."""
    formats: dict[int, bool] = {}
    styles: list[int] = []
    inside: list[str] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        name = name.rpartition(" ")[2]
        if name == "numFmt":
            code = _QUOTED.sub("", attributes.get("formatCode", ""))
            formats[int(attributes.get("numFmtId", "0"))] = "%" in code
        elif name == "cellXfs":
            inside.append(name)
        elif name == "xf" and inside:
            styles.append(int(attributes.get("numFmtId", "0")))

    def end(name: str) -> None:
        if name.rpartition(" ")[2] == "cellXfs":
            inside.clear()

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.EndElementHandler = end
    _parse(parser, xml, start)
    percent = {number for number, shows in formats.items() if shows} | _PERCENT_STYLES
    return frozenset(position for position, number in enumerate(styles) if number in percent)


def read_elements(xml: bytes, wanted: str) -> list[dict[str, str]]:
    """The attributes of all elements of this name, without their namespaces."""
    found: list[dict[str, str]] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        if name.rpartition(" ")[2] == wanted:
            found.append({key.rpartition(" ")[2]: value for key, value in attributes.items()})

    _parse(expat.ParserCreate(namespace_separator=" "), xml, start)
    return found


def _parse(parser: expat.XMLParserType, xml: bytes, start: Start) -> None:
    def refuse(*_: object) -> None:
        raise UserError("the workbook holds a document type, which no workbook needs", advice="save it again as XLSX")

    parser.StartElementHandler = start
    parser.StartDoctypeDeclHandler = refuse
    try:
        parser.ParseFile(io.BytesIO(xml))
    except (expat.ExpatError, ValueError):
        raise UserError("the workbook is damaged", advice="open it and save it again as XLSX") from None


class _SheetReading:
    def __init__(self, percent_styles: frozenset[int]) -> None:
        self.percent_styles = percent_styles
        self.marks = Marks()
        self.row, self.column = -1, -1
        self.cell: Address = (-1, -1)
        self.kind = ""
        self.has_formula = self.has_value = self.is_value = False
        self.value = ""

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        match name.rpartition(" ")[2]:
            case "row":
                self.row = _read_row(attributes["r"]) if "r" in attributes else self.row + 1
                self.column = -1
            case "dimension" | "mergeCell":
                for found in _REFERENCE.finditer(attributes.get("ref", "")):
                    _read_address(found[0])
            case "c":
                self._begin_cell(attributes)
            case "f":
                self.has_formula = True
            case "v":
                self.has_value = self.is_value = True

    def _begin_cell(self, attributes: Mapping[str, str]) -> None:
        self.column += 1
        self.cell = _read_address(attributes["r"]) if "r" in attributes else (self.row, self.column)
        row, self.column = self.cell
        if row >= MOST_ROWS or self.column >= MOST_COLUMNS:
            raise _too_far()
        self.marks.height = max(self.marks.height, row + 1)
        self.marks.width = max(self.marks.width, self.column + 1)
        if int(attributes.get("s", "0")) in self.percent_styles:
            self.marks.percent.add(self.cell)
        self.kind = attributes.get("t", "n")
        self.has_formula = self.has_value = False
        self.value = ""

    def text(self, text: str) -> None:
        if self.is_value:
            self.value += text

    def end(self, name: str) -> None:
        match name.rpartition(" ")[2]:
            case "v":
                self.is_value = False
            case "c" if self.kind == "e":
                self.marks.broken[self.cell] = f"the cell shows the error {self.value or '#ERROR'}"
            case "c" if self.has_formula and not self.has_value:
                message = "the cell holds a formula without its value; open the file in a spreadsheet and save it"
                self.marks.broken[self.cell] = message


def _read_address(reference: str) -> Address:
    found = _REFERENCE.fullmatch(reference)
    if not found:
        raise _no_address(reference)
    if len(found[1]) > len("XFD") or (column := _number_of(found[1])) >= _LAST_COLUMN:
        raise _too_far()
    return _read_row(found[2]), column


def _read_row(reference: str) -> int:
    found = _ROW.fullmatch(reference)
    if not found:
        raise _no_address(reference)
    if len(found[1]) > len(str(_LAST_ROW)) or int(found[1]) > _LAST_ROW:
        raise _too_far()
    return int(found[1]) - 1


def _too_far() -> UserError:
    return UserError(
        f"the sheet reaches further than {MOST_ROWS:,} rows and {MOST_COLUMNS} columns",
        advice="copy the table into a sheet of its own",
    )


def _no_address(reference: str) -> UserError:
    message = f"the workbook is damaged: {reference[:20]!a} is no address of a cell or a row"
    return UserError(message, advice="open it and save it again as XLSX")


def _number_of(letters: str) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1
