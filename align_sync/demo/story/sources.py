"""Where the values of the sample company come from: a warehouse and a sheet, filled for the weeks that are over.

Values are made for the quarter of today. They go from the baseline of a key result to the last value that its book
names, week by week and not quite straight, so that the sample is alike on every day.
"""

import csv
import io
import math
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from align_sync.errors import UserError
from align_sync.okr.book_yaml import parse_book
from align_sync.okr.model import Book, KeyResult, KeyResultState
from align_sync.okr.period import Span, parse_period, quarter_of
from align_sync.okr_files import read_texts

WAREHOUSE = "sample-warehouse.db"
CONNECTION = "warehouse"
SHEET = "sample-helpdesk.csv"
MISSING_SHEET = "sample-nps.csv"
"""A sheet that somebody forgot to publish: its metric cannot be read, and the sample shows what that looks like."""

_WEEK = timedelta(days=7)
_WIGGLE = 0.04
_UNFINISHED = 0.35
_QUERY = "SELECT value FROM weekly WHERE metric = '{name}' AND day <= :as_of ORDER BY day DESC LIMIT 1"
_LOWEST = {"nps": -100}
_STALE = {"helpdesk_first_reply": timedelta(days=23)}
"""Sheets that nobody has filled in for so long."""


@dataclass(frozen=True, slots=True)
class Point:
    """One row of the warehouse or of a sheet."""

    metric: str
    day: date
    value: float


def address_variable(connection: str) -> str:
    """Where the address of a connection stands, as it may hold a password."""
    return f"ALIGN_SYNC_CONNECTIONS__{connection.upper()}__URL"


def write_register(folder: Path, okrs: Iterable[Path], today: date) -> tuple[Mapping[str, Any], ...]:
    """The files that the metrics of these OKRs are read from, and the register that says so, as settings.

    Raises `UserError` where the files cannot be written.
    """
    book, _ = parse_book(read_texts(okrs))
    _write_sources(folder, book, today)
    return tuple(_list_metrics(folder, book))


def _write_sources(folder: Path, book: Book, today: date) -> None:
    points = [
        point for name, key_result, span in _list_measured(book, today) for point in _walk(name, key_result, span)
    ]
    try:
        _write_warehouse(folder / WAREHOUSE, points)
        (folder / SHEET).write_text(_write_sheet(points), encoding="utf-8")
    except (OSError, sqlite3.Error) as error:
        raise UserError(
            f"the values of the sample cannot be written: {error}", where=str(folder), advice="name another folder"
        ) from None


def _list_metrics(folder: Path, book: Book) -> Iterator[Mapping[str, Any]]:
    """One for each metric that the book names; in the sample no two key results share one."""
    for key_result in book.key_results:
        metric = key_result.metric
        if metric.name:
            yield {
                "name": metric.name,
                "kind": metric.source_kind,
                "owner": key_result.owner,
                "unit": metric.unit,
                "lowest": _LOWEST.get(metric.name, 0),
                **_tell_source(metric.source_kind, metric.name, folder),
            }


def _tell_source(kind: str, name: str, folder: Path) -> Mapping[str, Any]:
    if kind == "sql":
        return {"connection": CONNECTION, "sql": _QUERY.format(name=name), "refresh": "8d"}
    if kind == "csv":
        file = SHEET if name.startswith("helpdesk") else MISSING_SHEET
        columns = {"date_column": "day", "value_column": "value", "where": {"metric": name}}
        return {"file": str(folder / file), **columns, "refresh": "14d"}
    return {"refresh": "14d"}


def _list_measured(book: Book, today: date) -> Iterator[tuple[str, KeyResult, Span]]:
    for objective in book:
        period = parse_period(objective.period) or quarter_of(today)
        for key_result in objective.key_results:
            name = key_result.metric.name
            if name and key_result.state is KeyResultState.ACTIVE:
                last = today - _STALE.get(name, timedelta())
                yield name, key_result, Span(period.start, max(last, period.start))


def _walk(name: str, key_result: KeyResult, weeks: Span) -> Iterator[Point]:
    metric = key_result.metric
    if metric.baseline is None or metric.target is None:
        return
    end = metric.current
    if end is None:
        end = metric.baseline + _UNFINISHED * (metric.target - metric.baseline)
    yield Point(name, weeks.start, metric.baseline)
    days = list(list_weeks(weeks, weeks.end))
    for number, day in enumerate(days, start=1):
        share = number / len(days)
        # Falls to nothing at both ends, so that the last value is the one that the book names.
        wiggle = _WIGGLE * (metric.target - metric.baseline) * math.sin(5 * math.pi * share)
        yield Point(name, day, round(metric.baseline + share * (end - metric.baseline) + wiggle, 3))


def list_weeks(span: Span, last: date) -> Iterator[date]:
    """The day of each week of the span on which its values are read, and the last one."""
    day = span.start + _WEEK
    while day < last:
        yield day
        day += _WEEK
    if last > span.start:
        yield last


def _write_warehouse(file: Path, points: list[Point]) -> None:
    file.unlink(missing_ok=True)
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("CREATE TABLE weekly (metric TEXT, day TEXT, value REAL, PRIMARY KEY (metric, day))")
        rows = [(point.metric, point.day.isoformat(), point.value) for point in points]
        connection.executemany("INSERT OR REPLACE INTO weekly VALUES (?, ?, ?)", rows)


def _write_sheet(points: list[Point]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("metric", "day", "value"))
    writer.writerows((one.metric, one.day.isoformat(), one.value) for one in points if one.metric.startswith("help"))
    return out.getvalue()
