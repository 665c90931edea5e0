"""Numbers and days as people type them. What two people could read differently is refused with the option to name."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from align_sync.okr.yaml_nodes import shorten


class DecimalSign(StrEnum):
    POINT = "point"
    COMMA = "comma"


class DayOrder(StrEnum):
    DAY_FIRST = "day-first"
    MONTH_FIRST = "month-first"


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """How whoever made the table writes; None where nobody said so. `first_day` is day 0 of a workbook."""

    decimal: DecimalSign | None = None
    days: DayOrder | None = None
    first_day: date | None = None


class UnreadableError(ValueError):
    """Tell it with the place of the cell: what is wrong, and what to write instead."""

    def __init__(self, message: str, advice: str = "") -> None:
        super().__init__(message)
        self.message, self.advice = message, advice


_CURRENCIES = re.compile(r"^(?:EUR|USD|GBP|CHF|[€$£¥])\s*|\s*(?:EUR|USD|GBP|CHF|[€$£¥])$")
_APOSTROPHES = "'\u2019"
_SPACES = "\u0020\u00a0\u2007\u2009\u202f"
_PLAIN = re.compile(r"[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)[eE][-+]?[0-9]+")
_SHAPE = re.compile(rf"[-+]?[0-9{_SPACES}{_APOSTROPHES}.,]*[0-9][.,]?")
_SIGNS = {"\u2212": "-", "\u2013": "-", "\uff0d": "-", "\uff0b": "+"}
_NO_NUMBER = "write it like 0.5 or 120"
_GROUP = 3
_MONTHS_OF_YEAR = 12
_LARGEST_WHOLE = 1e15
_LARGEST_SERIAL = 80_000
_SMALLEST_SERIAL = 20_000


def _say(text: str) -> str:
    return f'"{shorten(text.strip())}"'


def parse_number(text: str, decimal: DecimalSign | None = None) -> float:
    """Raises `UnreadableError`, also where 1.234 may be one or a thousand and nobody said which."""
    typed = text
    for sign, meant in _SIGNS.items():
        text = text.replace(sign, meant)
    text = text.strip()
    sign = text[:1] if text[:1] in {"-", "+"} else ""
    text = _CURRENCIES.sub("", text[len(sign) :].strip()).strip()
    if _PLAIN.fullmatch(sign + text):
        value = float(sign + text)
        if abs(value) == float("inf"):
            raise UnreadableError(f"{typed.strip()} is too large", _NO_NUMBER)
        return value
    if not _SHAPE.fullmatch(text) or text[:1] in {"-", "+"}:
        raise UnreadableError(f"{_say(typed)} is no number", _NO_NUMBER)
    spaced = re.split(rf"[{_SPACES}{_APOSTROPHES}]", text)
    whole, fraction = _split_decimal(spaced[-1], decimal, typed, has_groups=len(spaced) > 1)
    groups = [*spaced[:-1], whole]
    if len(groups) > 1:
        _check_groups(groups, typed)
    return float(f"{sign}{''.join(groups) or 0}.{fraction or 0}")


def _split_decimal(text: str, decimal: DecimalSign | None, typed: str, *, has_groups: bool) -> tuple[str, str]:
    """The digits before and after the decimal sign; signs between thousands are taken out of those before it."""
    points, commas = text.count("."), text.count(",")
    if decimal is not None:
        mark = "." if decimal is DecimalSign.POINT else ","
    elif points and commas:
        mark = max(".,", key=text.rfind)
    elif points + commas == 1:
        mark = "." if points else ","
        if not has_groups and _may_be_thousands(text, mark):
            raise UnreadableError(
                f"{_say(typed)} may be {text.replace(mark, '')} or {text.replace(mark, '.')}",
                "say with --decimal point or --decimal comma how the table writes numbers",
            )
    else:
        mark = ";"  # no decimal sign at all: what is there stands between thousands
    if text.count(mark) > 1:
        raise UnreadableError(f"{_say(typed)} is no number", _NO_NUMBER)
    whole, _, fraction = text.partition(mark)
    groups = re.split(r"[.,]", whole)
    if len(groups) > 1:
        _check_groups(groups, typed, has_other=len(set(re.findall(r"[.,]", whole))) > 1)
    if not fraction.isdigit() and fraction:
        raise UnreadableError(f"{_say(typed)} is no number", _NO_NUMBER)
    return "".join(groups), fraction


def _may_be_thousands(text: str, mark: str) -> bool:
    whole, _, rest = text.partition(mark)
    return len(rest) == _GROUP and 0 < len(whole) <= _GROUP and not whole.startswith("0")


def _check_groups(groups: list[str], typed: str, *, has_other: bool = False) -> None:
    first, *rest = groups
    if has_other or not 0 < len(first) <= _GROUP or any(len(group) != _GROUP for group in rest):
        raise UnreadableError(f"{_say(typed)} is no number: its thousands are not apart by three digits", _NO_NUMBER)


_ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?:[T ]00:00(?::00(?:\.0+)?)?)?")
_YEAR_FIRST = re.compile(r"([0-9]{4})[/.]([0-9]{1,2})[/.]([0-9]{1,2})")
_YEAR_LAST = re.compile(r"([0-9]{1,2})([-/.])([0-9]{1,2})\2([0-9]{4})(?: 00:00(?::00)?)?")
_NAMED = re.compile(r"([0-9]{1,2})\.? ([a-zà-ù]{3,})\.?,? ([0-9]{4})")
_NAMED_FIRST = re.compile(r"([a-zà-ù]{3,})\.? ([0-9]{1,2}),? ([0-9]{4})")
_MONTHS = (
    "january gennaio", "february febbraio", "march marzo", "april aprile", "may maggio", "june giugno",
    "july luglio", "august agosto", "september settembre sept", "october ottobre", "november novembre",
    "december dicembre",
)  # fmt: skip
_MONTH_OF = {
    name: number for number, names in enumerate(_MONTHS, 1) for word in names.split() for name in (word, word[:3])
}
_NO_DAY = "write it like 2026-11-15"


def parse_day(text: str, order: DayOrder | None = None) -> date:
    """Raises `UnreadableError`, also where 03/04/2026 may be in March or in April and nobody said which."""
    typed = " ".join(text.split())
    try:
        return _read_day(typed, order)
    except UnreadableError:
        raise
    except ValueError:
        raise UnreadableError(f"{_say(text)} is no day of the calendar", _NO_DAY) from None


def _read_day(text: str, order: DayOrder | None) -> date:
    if found := _ISO.fullmatch(text) or _YEAR_FIRST.fullmatch(text):
        return date(int(found[1]), int(found[2]), int(found[3]))
    low = text.casefold()
    if found := _NAMED.fullmatch(low):
        return _with_month(text, int(found[3]), found[2], int(found[1]))
    if found := _NAMED_FIRST.fullmatch(low):
        return _with_month(text, int(found[3]), found[1], int(found[2]))
    if found := _YEAR_LAST.fullmatch(text):
        return _with_order(text, int(found[1]), int(found[3]), int(found[4]), order)
    if text.isdigit() and _SMALLEST_SERIAL < int(text) < _LARGEST_SERIAL:
        raise UnreadableError(
            f"{text} is the number of a day to a spreadsheet", "format the column as a date and save the table again"
        )
    raise UnreadableError(f"{_say(text)} is no date", _NO_DAY)


def _with_month(text: str, year: int, month: str, day: int) -> date:
    if month not in _MONTH_OF:
        raise UnreadableError(f"{_say(text)} is no date", _NO_DAY)
    return date(year, _MONTH_OF[month], day)


def _with_order(text: str, first: int, second: int, year: int, order: DayOrder | None) -> date:
    if order is not None:
        return date(year, second, first) if order is DayOrder.DAY_FIRST else date(year, first, second)
    if max(first, second) <= _MONTHS_OF_YEAR and first != second:
        one, other = date(year, second, first), date(year, first, second)
        raise UnreadableError(
            f"{_say(text)} may be {one} or {other}",
            "say with --dates day-first or --dates month-first how the table writes dates",
        )
    return date(year, second, first) if second <= _MONTHS_OF_YEAR else date(year, first, second)


def parse_serial(number: float, first_day: date) -> date:
    """The day of a workbook that stands there as a number. Raises `UnreadableError`."""
    if number != int(number) or not _SMALLEST_SERIAL < number < _LARGEST_SERIAL:
        raise UnreadableError(f"{number:g} is no date", _NO_DAY)
    return first_day + timedelta(days=int(number))


def write_cell_number(value: float) -> str:
    """A number as text that nobody can read as another: 1.234 is written 1.2340, and so no thousand to anybody."""
    if value == int(value) and abs(value) < _LARGEST_WHOLE:
        return str(int(value))
    text = repr(float(value))
    return f"{text}0" if "e" not in text and _may_be_thousands(text.lstrip("-"), ".") else text
