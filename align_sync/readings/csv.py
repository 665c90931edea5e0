"""The newest value of a table: a file, or a sheet that is published as CSV."""

import csv
import io
import stat
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import httpx

from align_sync.errors import ReadingError
from align_sync.readings.addresses import Access, name_server
from align_sync.readings.answer import Answer, Probe
from align_sync.readings.http import NOON
from align_sync.readings.plain_numbers import read_written, tell
from align_sync.readings.web import LARGEST_ANSWER_BYTES, Web, patience_for
from align_sync.readings.web_answers import Hop, Wanted, is_web_page
from align_sync.seams import Seams
from align_sync.settings import Settings
from align_sync.settings_metrics import CsvMetric

GOOGLE_SHEETS = Hop(host="docs.google.com", below="googleusercontent.com")
"""A published sheet always answers with a redirect to a host made for the download, and there is no other address:
https://github.com/cosmocode/csv/issues/22
"""

MOST_TOLD = 3
_BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_DELIMITERS = {";": ";", "\t": "\\t", "|": "|", ",": ","}
"""The usual ones, as they are written in TOML."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """How to read the rows: columns by their names in the first line, rows by the values that `where` asks for."""

    date_column: str
    value_column: str
    where: Mapping[str, str]
    delimiter: str
    decimal: str
    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    line: int
    as_of: date | datetime
    text: str

    def day(self) -> date:
        return self.as_of.date() if isinstance(self.as_of, datetime) else self.as_of

    def moment(self) -> datetime:
        if isinstance(self.as_of, datetime):
            return self.as_of
        return datetime.combine(self.as_of, NOON, UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class CsvProbe:
    source: Path | str
    table: Table
    web: Web
    hop: Hop = GOOGLE_SHEETS

    def read(self, *, at: datetime | None, now: datetime) -> Answer:
        """See `Probe`."""
        where = self.source.name if isinstance(self.source, Path) else name_server(httpx.URL(self.source))
        body, charset = self._fetch()
        try:
            return read_table(_decode(body, charset), self.table, asked=at or now)
        except ReadingError as error:
            line = error.problem.where
            raise ReadingError(
                error.problem.message, where=f"{where}:{line}" if line else where, advice=error.problem.advice
            ) from None

    def _fetch(self) -> tuple[bytes, str]:
        if isinstance(self.source, Path):
            return _read_file(self.source), ""
        kinds = ("csv", "text/plain", "tab-separated-values", "octet-stream", "ms-excel")
        page = self.web.get(Access(url=self.source), Wanted(kinds=kinds, what="a table of CSV", hop=self.hop))
        return page.body, page.charset


def open_csv(
    settings: Settings, metric: CsvMetric, *, seams: Seams, transport: httpx.BaseTransport | None = None
) -> Probe:
    return CsvProbe(
        source=metric.file if metric.file is not None else metric.url or "",
        table=Table(
            date_column=metric.date_column,
            value_column=metric.value_column,
            where=metric.where,
            delimiter=metric.delimiter,
            decimal=metric.decimal,
            unit=metric.unit,
        ),
        web=Web(seams=seams, patience=patience_for(settings.readings.timeout), transport=transport),
    )


def read_table(text: str, table: Table, *, asked: datetime) -> Answer:
    """The value of the newest row not after `asked` that has one. Raises `ReadingError`, `where` being the line.

    A cell without text is no value and no fault: sheets have rows for days that are still to be filled in. Every other
    doubt fails: a row whose date cannot be read might be the newest.
    """
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=table.delimiter, strict=True)
    try:
        heading = next(reader, [])
        rows = list(_rows(((reader.line_num, cells) for cells in reader), _columns_of(heading, table), table))
    except csv.Error as error:
        raise ReadingError(f"the row cannot be read: {error}", where=str(reader.line_num)) from None
    if not rows:
        conditions = ", ".join(f"{name} = {value}" for name, value in table.where.items())
        raise ReadingError(f"no row has a value{' where ' + conditions if conditions else ''}")
    known = [row for row in rows if _is_known(row, asked)]
    if not known:
        first = min(rows, key=_Row.moment)
        raise ReadingError(f"no value is of {asked:%Y-%m-%d} or before; the first is of {first.day()}")
    newest = max(map(_Row.moment, known))
    same = [row for row in known if row.moment() == newest]
    if len(same) > 1:
        lines = " and ".join(str(row.line) for row in same[:MOST_TOLD])
        raise ReadingError(
            f"{len(same)} rows are of {same[0].as_of}: lines {lines}", advice="tell them apart with where"
        )
    try:
        value = read_written(same[0].text, decimal=table.decimal, unit=table.unit)
    except ReadingError as error:
        message = f"{table.value_column}: {error.problem.message}"
        raise ReadingError(message, where=str(same[0].line), advice=error.problem.advice) from None
    return Answer(value, min(newest, asked))


def _is_known(row: _Row, asked: datetime) -> bool:
    """Of a row with a day only the day counts: its value is that of the day, whatever the hour."""
    return row.as_of <= asked if isinstance(row.as_of, datetime) else row.as_of <= asked.date()


def _columns_of(heading: Sequence[str], table: Table) -> Mapping[str, int]:
    """Where each named column stands. The names are those of the heading, but for spaces around and capitals."""
    names = [name.strip().casefold() for name in heading]
    wanted = (table.date_column, table.value_column, *table.where)
    for name in wanted:
        times = names.count(name.strip().casefold())
        if times != 1:
            what = "no column has the name" if not times else f"{times} columns have the name"
            raise ReadingError(f"{what} {tell(name)}", where="1", advice=_advise(heading))
    return {name: names.index(name.strip().casefold()) for name in wanted}


def _advise(heading: Sequence[str]) -> str:
    if len(heading) == 1:
        other = next((name for mark, name in _DELIMITERS.items() if mark in heading[0]), None)
        if other is not None:
            return f'set delimiter = "{other}"'
    return f"the first line has: {', '.join(tell(name) for name in heading[:8])}"


def _rows(lines: Iterable[tuple[int, list[str]]], columns: Mapping[str, int], table: Table) -> Iterator[_Row]:
    wrong: list[tuple[int, str]] = []
    for line, cells in lines:
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) <= max(columns.values()):
            wrong.append((line, f"it has {len(cells)} cells, and more are needed"))
            continue
        if any(cells[columns[name]].strip() != value.strip() for name, value in table.where.items()):
            continue
        text = cells[columns[table.value_column]]
        if not text.strip():
            continue
        try:
            yield _Row(line=line, as_of=_read_date(cells[columns[table.date_column]]), text=text)
        except ReadingError as error:
            wrong.append((line, error.problem.message))
    if wrong:
        more = f", and {len(wrong) - MOST_TOLD} more" if len(wrong) > MOST_TOLD else ""
        told = "; ".join(f"line {line}: {reason}" for line, reason in wrong[:MOST_TOLD])
        raise ReadingError(told + more, advice="write dates as 2026-11-23, since any of these rows may be the newest")


def _read_date(text: str) -> date | datetime:
    text = text.strip().replace("/", "-") if text.strip()[:4].isdigit() else text.strip()
    try:
        if len(text) <= len("2026-11-23"):
            return date.fromisoformat(text)
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ReadingError(f"{tell(text)} is no date" if text else "the date is missing") from None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _read_file(path: Path) -> bytes:
    """Only what is a file: a pipe or a device might never end."""
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise ReadingError("this is not a file", where=str(path))
        with path.open("rb") as opened:
            body = opened.read(LARGEST_ANSWER_BYTES + 1)
    except FileNotFoundError:
        raise ReadingError(
            "the file does not exist",
            where=str(path),
            advice="" if path.is_absolute() else "a relative name counts from the folder that align-sync runs in",
        ) from None
    except OSError as error:
        raise ReadingError(f"the file cannot be read ({type(error).__name__})", where=str(path)) from None
    if len(body) > LARGEST_ANSWER_BYTES:
        raise ReadingError(f"the file is larger than {LARGEST_ANSWER_BYTES // 1024 // 1024} MB", where=str(path))
    return body


def _decode(body: bytes, charset: str) -> str:
    """By its mark, else UTF-8, else what the server names, else as spreadsheets of Windows in Western Europe save."""
    if is_web_page(body):
        raise ReadingError("it is a web page, not a table", advice="publish the sheet as CSV, and take that address")
    marked = [coding for mark, coding in _BOMS if body.startswith(mark)]
    for coding in marked or ("utf-8", charset or "cp1252"):
        try:
            return body.decode(coding)
        except (UnicodeDecodeError, LookupError):
            continue
    raise ReadingError("its characters cannot be read", advice="save it as CSV UTF-8")
