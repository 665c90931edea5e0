"""A report as JSON that is read back whole: what snapshots keep, and the hash that tells whether two say the same."""

import hashlib
from dataclasses import replace

from pydantic import TypeAdapter

from align_sync.okr.readings import Reading
from align_sync.reports.model import AlignmentReport, Filters, KeyResultLine

_REPORT: TypeAdapter[AlignmentReport] = TypeAdapter(AlignmentReport)
_FILTERS: TypeAdapter[Filters] = TypeAdapter(Filters)


def write_report(report: AlignmentReport) -> bytes:
    return _REPORT.dump_json(report)


def read_report(document: bytes) -> AlignmentReport:
    """The report that `write_report` wrote."""
    return _REPORT.validate_json(document)


def hash_content(report: AlignmentReport) -> str:
    """Equal exactly where two reports say the same, whenever they were made and however fresh the data was."""
    timeless = replace(
        report,
        generated_at=report.generated_at.min.replace(tzinfo=report.generated_at.tzinfo),
        data_as_of=None,
        sources=tuple(replace(line, complete_at=None, attempted_at=None) for line in report.sources),
        key_results=tuple(map(_forget_reading, report.key_results)),
        snapshot="",
        content_hash="",
    )
    return hashlib.sha256(write_report(timeless)).hexdigest()


def _forget_reading(line: KeyResultLine) -> KeyResultLine:
    """Without when and in which run its values were read: reading the same again says nothing new."""
    if line.standing is None:
        return line
    last, failure = map(_forget_run, (line.standing.last, line.standing.failure))
    return replace(line, standing=replace(line.standing, last=last, failure=failure))


def _forget_run(reading: Reading | None) -> Reading | None:
    if reading is None:
        return None
    day = reading.as_of_at.replace(hour=0, minute=0, second=0, microsecond=0)
    return replace(reading, as_of_at=day, recorded_at=day, run=0, reading_id=0)


def name_filters(filters: Filters) -> str:
    """What a report was asked for, apart from the day: two reports with the same name are of the same kind."""
    return _FILTERS.dump_json(replace(filters, as_of_at=None)).decode()


def with_identity(report: AlignmentReport) -> AlignmentReport:
    """The report under the name by which it is kept: the second in which it was made, and what it says."""
    content_hash = hash_content(report)
    name = f"{report.generated_at:%Y%m%dT%H%M%SZ}-{content_hash[:8]}"
    return replace(report, snapshot=name, content_hash=content_hash)
