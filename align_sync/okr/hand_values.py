"""Values that people write down: of which moment they are, to which series they belong, and those of the book."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from align_sync.errors import UserError
from align_sync.okr.judging import judge_value
from align_sync.okr.metrics import MetricDefinition, SourceKind
from align_sync.okr.model import Book, KeyResult
from align_sync.okr.readings import BY_HAND, Reading, ReadingStatus
from align_sync.okr.said import Said

REASON = "the current value in the OKR book"
EARLIEST = 1970
"""A year before is a slip of the hand."""

_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d\S*", re.ASCII)


def read_moment(text: str, *, where: str, now: datetime, zone: str) -> datetime:
    """What a value is of: a day, for which its noon stands, or a moment. Raises `UserError` for the future too."""
    told, local = text.strip(), ZoneInfo(zone)
    try:
        if _DAY.fullmatch(told):
            on = date.fromisoformat(told)
            at, is_ahead = noon_of(on, now), on > now.astimezone(local).date()
        elif _MOMENT.fullmatch(told):
            written = datetime.fromisoformat(told)
            at = (written if written.tzinfo else written.replace(tzinfo=local)).astimezone(UTC)
            is_ahead = at > now
        else:
            raise UserError(f"{told!r} is no day", where=where, advice=_WRITE_DAY)
    except (ValueError, OverflowError):
        raise UserError(f"there is no such day as {told}", where=where, advice=_WRITE_DAY) from None
    if is_ahead or at.year < EARLIEST:
        said = "is yet to come" if is_ahead else "is long ago"
        raise UserError(f"{told} {said}", where=where, advice="a value is of a day on which somebody could read it")
    return at


_WRITE_DAY = "write it as 2026-10-01, or with the time as 2026-10-01T09:30Z"


def is_day(text: str) -> bool:
    """Whether it names a whole day, not a moment of it."""
    return _DAY.fullmatch(text.strip()) is not None


def noon_of(day: date, now: datetime) -> datetime:
    """The moment that stands for a day, which is not ahead even on the morning of the day itself."""
    return min(datetime.combine(day, time(12), UTC), now)


def series_of(definition: MetricDefinition | None) -> str:
    """The series that a value which somebody writes down now belongs to."""
    return BY_HAND if definition is None else definition.query_hash


def write_down(
    metric: str,
    definition: MetricDefinition | None,
    value: float,
    *,
    as_of_at: datetime,
    earlier: Iterable[Reading],
    now: datetime,
    said: Said,
) -> Reading:
    """The reading that a value becomes which a person tells; in quarantine where it cannot be believed.

    Without a definition there is nothing to judge it by.
    """
    if definition is not None:
        judged = judge_value(definition, value, told_at=None, asked_at=as_of_at, earlier=earlier, now=now)
        by_hand = replace(judged, source=SourceKind.MANUAL, author=said.author)
        return by_hand if by_hand.reason else replace(by_hand, reason=said.reason)
    return Reading(
        metric=metric,
        as_of_at=as_of_at,
        value=value,
        source=SourceKind.MANUAL,
        series=BY_HAND,
        status=ReadingStatus.OK,
        recorded_at=now,
        author=said.author,
        reason=said.reason,
    )


def insist(reading: Reading, said: Said) -> Reading:
    """Good, because a person says so."""
    return replace(reading, status=ReadingStatus.OK, reason=said.reason)


def find_book_values(
    old: Book | None, new: Book, *, now: datetime, author: str, definitions: Mapping[str, MetricDefinition]
) -> tuple[Reading, ...]:
    """What the new book says of the present values and the old one did not; the same value of one metric once."""
    known = {kr.key.casefold(): told for kr in (old or Book()).key_results if (told := _told(kr))}
    added = dict.fromkeys(told for kr in new.key_results if (told := _told(kr)) and told not in _earlier(kr, known))
    said = Said(author, REASON)
    return tuple(
        write_down(
            metric,
            definitions.get(metric),
            value,
            as_of_at=noon_of(day, now) if day else now,
            earlier=(),
            now=now,
            said=said,
        )
        for metric, value, day in added
    )


_Told = tuple[str, float, date | None]


def _told(kr: KeyResult) -> _Told | None:
    current = kr.metric.current
    return None if current is None else (kr.metric_name, current, kr.metric.current_on)


def _earlier(kr: KeyResult, known: Mapping[str, _Told]) -> Iterator[_Told]:
    """What was said of it under its key, and under those that it had before."""
    return (known[key.casefold()] for key in (kr.key, *kr.formerly) if key.casefold() in known)
