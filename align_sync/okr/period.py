"""The names of periods read: from `2026-Q4` to its first and its last day. What is not understood is never guessed.

Years are calendar years: a fiscal year that begins in another month has to be written as days,
`2026-07-01/2027-06-30`.
"""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date

_YEAR = r"(?P<year>[0-9]{4})"
_QUARTER_OR_HALF = re.compile(
    rf"{_YEAR}[- ]?(?P<part>Q[1-4]|H[12])|(?P<part_first>Q[1-4]|H[12])[-/ ]?(?P<year_last>[0-9]{{4}})", re.IGNORECASE
)
_MONTH = re.compile(rf"{_YEAR}-(?P<month>0[1-9]|1[0-2])")
_WEEK = re.compile(rf"{_YEAR}-?W(?P<week>[0-5][0-9])", re.IGNORECASE)
_WHOLE_YEAR = re.compile(_YEAR)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_RANGE = re.compile(r"(?P<first>[^/]+?)\s*(?:/|\.\.)\s*(?P<last>[^/]+)")

_MONTHS_OF = {"Q": 3, "H": 6}


@dataclass(frozen=True, slots=True)
class Span:
    """Days from `start` to `end`, both within."""

    start: date
    end: date

    def __contains__(self, day: date) -> bool:
        return self.start <= day <= self.end


def parse_period(text: str) -> Span | None:
    """The days of a period; None for a text that is no name of one.

    `2026-Q4`, `2026Q4`, `Q4 2026`, `2026-H2`, `2026-11`, `2026-W47`, `2026`, and two of them or two days as a range:
    `2026-10-01/2026-12-31`, `2026-W40..2026-W53`. Case does not count.
    """
    text = text.strip()
    named = _parse_name(text)
    if named is not None:
        return named
    ends = _RANGE.fullmatch(text)
    if ends is None:
        return None
    first, last = (_parse_day(ends[name]) or _parse_name(ends[name]) for name in ("first", "last"))
    if first is None or last is None or last.end < first.start:
        return None
    return Span(first.start, last.end)


def quarter_of(day: date) -> Span:
    """The quarter of the calendar that the day is in."""
    return _months(day.year, (day.month - 1) // 3 * 3 + 1, 3)


def _parse_name(text: str) -> Span | None:
    try:
        if found := _QUARTER_OR_HALF.fullmatch(text):
            part, year = found["part"] or found["part_first"], found["year"] or found["year_last"]
            length = _MONTHS_OF[part[0].upper()]
            return _months(int(year), (int(part[1]) - 1) * length + 1, length)
        if found := _MONTH.fullmatch(text):
            return _months(int(found["year"]), int(found["month"]), 1)
        if found := _WEEK.fullmatch(text):
            year, week = int(found["year"]), int(found["week"])
            return Span(date.fromisocalendar(year, week, 1), date.fromisocalendar(year, week, 7))
        if found := _WHOLE_YEAR.fullmatch(text):
            return _months(int(found["year"]), 1, 12)
    except ValueError:  # the year 0000, or a week that its year has not
        return None
    return None


def _parse_day(text: str) -> Span | None:
    if not _DAY.fullmatch(text):
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return Span(day, day)


def _months(year: int, first: int, count: int) -> Span:
    last = first + count - 1
    return Span(date(year, first, 1), date(year, last, monthrange(year, last)[1]))
