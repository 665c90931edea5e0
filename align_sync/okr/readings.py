"""Readings: one value of a metric at a moment, with its source. Failed, stale, quarantined and zero are four things.

Readings are only ever added. One of the same metric and moment that comes later restates the earlier one, and what was
known before stays known.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from align_sync.okr.metrics import SourceKind

BY_HAND = "by-hand"
"""The series of what people wrote down for a metric that the register does not define."""


class ReadingStatus(StrEnum):
    """`STALE` is a good value that was old already when it was read; a quarantined one waits for a person."""

    OK = "ok"
    FAILED = "failed"
    STALE = "stale"
    QUARANTINED = "quarantined"


GOOD = frozenset({ReadingStatus.OK, ReadingStatus.STALE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """`as_of_at` is the moment that the value is of, `recorded_at` when we learnt it.

    `value` is None where the reading failed. `series` is the query hash of the definition it was read by. `author` is
    who wrote it down, empty for what was read from a source. `reason` says why it failed, is quarantined, or was
    written down. `run` names the run that read it, 0 where there was none; `reading_id` is 0 before it is stored.
    """

    metric: str
    as_of_at: datetime
    value: float | None
    source: SourceKind
    series: str
    status: ReadingStatus
    recorded_at: datetime
    author: str = ""
    reason: str = ""
    run: int = 0
    reading_id: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Confidence:
    """How sure the owner of a key result is, from 0 to 1, when he was asked. Never mixed with progress."""

    key_result: str
    share: float
    stated_at: datetime
    author: str
    note: str = ""
