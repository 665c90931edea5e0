"""CSV as bytes from any spreadsheet made into a grid: encoding, delimiter and line numbers, and nothing guessed."""

import codecs
import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence

from align_sync.errors import UserError
from align_sync.okr.tables.columns import BY_HEADING, fold_heading
from align_sync.okr.tables.grid import Cell, Grid, GridRow

DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t"}
_TOLD = re.compile(r"sep=(.)\r?\n")
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def decode_table(content: bytes, name: str, *, encoding: str | None = None) -> str:
    """The text of a file: UTF-8, UTF-16 with its mark, or what was named. Raises `UserError` for anything else.

    Windows-1252 is never taken for granted: every file can be read as it, with the wrong letters.
    """
    chosen = encoding or next((found for mark, found in _MARKS if content.startswith(mark)), "utf-8")
    try:
        text = content.decode(chosen)
    except (UnicodeDecodeError, LookupError):
        advice = "save it as CSV UTF-8, or name what it is in, such as --encoding cp1252"
        raise UserError(f"the file is not {chosen.upper()} text", where=name, advice=advice) from None
    if "\x00" in text:
        raise UserError("the file holds zero bytes", where=name, advice="save it as CSV UTF-8")
    return text.removeprefix("\ufeff")


def read_csv(text: str, name: str, *, delimiter: str | None = None) -> Grid:
    """The grid of a text. Raises `UserError` where the delimiter is not told and cannot be seen from the headings."""
    told = _TOLD.match(text)
    body, skipped = (text[told.end() :], 1) if told else (text, 0)
    sign = delimiter or (told[1] if told else _find_delimiter(body, name))
    return Grid(name=name, rows=tuple(_read_rows(body, sign, skipped)))


def _find_delimiter(text: str, name: str) -> str:
    """That which makes the most known headings out of one of the first lines."""
    known = {sign: _count_known(text, sign) for sign in DELIMITERS.values()}
    best = max(known.values())
    found = [sign for sign, count in known.items() if count == best]
    if best == 0 or len(found) > 1 < best:
        advice = f"say it with --delimiter {'|'.join(DELIMITERS)}; okr import --template csv --out okrs.csv is a start"
        raise UserError("no line of the file has headings of a table of OKRs", where=name, advice=advice)
    return found[0]


def _count_known(text: str, sign: str) -> int:
    rows = _read_rows("".join(text.splitlines(keepends=True)[:MOST_LINES_ABOVE]), sign, 0)
    return max(
        (len({fold_heading(str(cell.value)) for cell in row.cells} & BY_HEADING.keys()) for row in rows), default=0
    )


MOST_LINES_ABOVE = 20
"""How far down the headings may stand: titles and empty lines may come before them."""


def _read_rows(text: str, sign: str, skipped: int) -> Iterator[GridRow]:
    lines = io.StringIO(text, newline="")
    reader = csv.reader(lines, delimiter=sign, strict=True)
    line = 0
    while True:
        line = reader.line_num
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield GridRow(line=line + 1 + skipped, trouble=_say(str(error)))
            continue
        yield GridRow(line=line + 1 + skipped, cells=tuple(Cell(value=cell) for cell in cells))


def _say(error: str) -> str:
    if "unexpected end" in error:
        return "a quotation mark that opens in this row is not closed; the rest of the file is within it"
    if "field larger" in error:
        return "a cell is too long; a quotation mark may not be closed"
    return "a quotation mark stands within a cell; such a cell stands in quotation marks, with those within doubled"


def write_csv(rows: Iterable[Sequence[str]]) -> str:
    """RFC 4180. The cells are guarded already."""
    out = io.StringIO(newline="")
    csv.writer(out).writerows(rows)
    return out.getvalue()
