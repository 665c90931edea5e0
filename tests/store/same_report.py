"""Whether two reports say the same, apart from when they were made and asked for."""

from dataclasses import fields, replace

from align_sync.reports.model import AlignmentReport
from tests.make import NOW

_OF_THE_READING = ("this is how things stood", "was last read")


def strip_time(report: AlignmentReport) -> AlignmentReport:
    return replace(
        report,
        generated_at=NOW,
        filters=replace(report.filters, as_of_at=None),
        snapshot="",
        content_hash="",
        notes=tuple(note for note in report.notes if not any(words in note for words in _OF_THE_READING)),
    )


def find_differences(one: AlignmentReport, other: AlignmentReport) -> dict[str, tuple[object, object]]:
    """The parts that differ, for the reader of a failed test."""
    differences: dict[str, tuple[object, object]] = {}
    for name in (part.name for part in fields(AlignmentReport)):
        first, second = getattr(strip_time(one), name), getattr(strip_time(other), name)
        if first != second:
            differences[name] = (first, second)
    return differences
