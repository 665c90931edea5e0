"""All readings of one metric, each with what became of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from align_sync.okr.readings import Reading, ReadingStatus
from align_sync.okr.series import choose_series
from align_sync.okr.targets import Target


class Part(StrEnum):
    """What a reading is worth today."""

    COUNTS = "counts"
    RESTATED = "restated"
    EARLIER = "earlier definition"
    FAILED = "failed"
    HELD = "quarantined"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingList:
    """`lines` are in the order of the moments that the values are of, and of when they were recorded."""

    target: Target
    lines: tuple[tuple[Reading, Part], ...]
    timezone: str
    is_sample: bool = False


def list_readings(target: Target, readings: Iterable[Reading], *, timezone: str, is_sample: bool) -> ReadingList:
    every = tuple(readings)
    series = choose_series(every)
    counted, earlier = set(series.good), set(series.earlier)

    def part_of(one: Reading) -> Part:
        if one.status is ReadingStatus.FAILED:
            return Part.FAILED
        if one.status is ReadingStatus.QUARANTINED:
            return Part.HELD
        return Part.COUNTS if one in counted else Part.EARLIER if one in earlier else Part.RESTATED

    lines = tuple((one, part_of(one)) for one in every)
    return ReadingList(target=target, lines=lines, timezone=timezone, is_sample=is_sample)
