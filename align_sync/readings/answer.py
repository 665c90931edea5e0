"""What every kind of source keeps to, so that one flow reads them all.

`readings/KIND.py` has `open_KIND(settings, metric, *, seams, transport=None) -> Probe`: `settings` are all settings,
`metric` is the class of the kind in `settings_metrics.py`, `seams` the world, `transport` a fake of the network for
tests. (`open_sql` has neither of the last two: it asks no HTTP.) Opening asks nothing yet and raises nothing. A probe
opens and closes what it needs each time it reads, and may be used in any thread. It gives one number or a
`ReadingError` with the reason in plain words, without secrets and without whole addresses.
"""

import math
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Protocol

from align_sync.errors import ReadingError

MOST_EXACT = 2**53
"""Whole numbers beyond it cannot be kept exactly as 64-bit floating point numbers."""

LONGEST_REASON = 300


@dataclass(frozen=True, slots=True)
class Answer:
    """`as_of_at` is the moment that the source itself says its value is of, None where it does not say."""

    value: float
    as_of_at: datetime | None = None

    def __post_init__(self) -> None:
        if not math.isfinite(self.value):
            raise ReadingError(f"the answer is {'no number (NaN)' if math.isnan(self.value) else 'infinite'}")


class Probe(Protocol):
    """One metric with its source."""

    def read(self, *, at: datetime | None, now: datetime) -> Answer:
        """The value now, or, of a dated definition, at an earlier moment. Raises `ReadingError`, `SourceError`."""


def take_number(value: object) -> float:
    """A number of a source as ours. Raises `ReadingError` for all that is none, also text that looks like one."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise ReadingError(f"the answer is {_name_kind(value)} and no number", advice=_advise(value))
    if _is_whole(value) and not -MOST_EXACT <= value <= MOST_EXACT:
        raise ReadingError("the answer is a number with too many digits to be kept exactly", advice="divide it")
    is_signal = isinstance(value, Decimal) and value.is_snan()
    return Answer(math.nan if is_signal else float(value)).value


def _is_whole(number: Decimal | float) -> bool:
    if isinstance(number, Decimal):
        return number.is_finite() and number == number.to_integral_value()
    return isinstance(number, int)


def say_reason(text: str) -> str:
    """What a source said, as part of a reason: one line, and not too long a one."""
    line = " ".join(text.split())
    return line if len(line) <= LONGEST_REASON else line[: LONGEST_REASON - 1] + "…"


def _name_kind(value: object) -> str:
    names: tuple[tuple[type | tuple[type, ...], str], ...] = (
        (bool, "true or false"),
        (str, "a text"),
        (timedelta, "a duration"),
        ((date, time), "a date or time"),
        ((bytes, bytearray, memoryview), "binary"),
        (dict, "an object"),
        ((list, tuple), "a list"),
    )
    if value is None:
        return "empty (null)"
    return next((name for kind, name in names if isinstance(value, kind)), f"of type {type(value).__name__}")


def _advise(value: object) -> str:
    if isinstance(value, timedelta):
        return "let the source say it in a unit, as in extract(epoch from …) / 3600"
    return "count with it in the source, so that it is a number" if isinstance(value, bool | str | date | time) else ""
