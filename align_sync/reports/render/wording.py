"""Phrases on the whole report that several outputs share, so that they say the same."""

import shlex
from collections.abc import Iterator

from align_sync.linking.evidence import Bucket
from align_sync.reports.commands import SIGNAL_NAMES, command_of, narrow
from align_sync.reports.model import AlignmentReport, Filters, Lens, SourceLine, SourceState
from align_sync.reports.notes import note_as_of
from align_sync.reports.render.lens_words import tally_by
from align_sync.reports.words import SAMPLE_NOTICE, count, moment, percent, source_name

BUCKET_WORDS = {
    Bucket.DIRECT: "linked directly",
    Bucket.INHERITED: "linked through a parent",
    Bucket.RULE: "linked by a rule",
    Bucket.EXEMPT: "exempt",
    Bucket.GRACE: "in grace",
    Bucket.INVALID: "invalid link",
    Bucket.UNLINKED: "not linked",
    Bucket.UNKNOWN: "unknown",
}
BUCKET_MEANINGS = {
    Bucket.DIRECT: "the item itself names an active key result",
    Bucket.INHERITED: "something above it names an active key result",
    Bucket.RULE: "a rule of the settings maps it to a key result",
    Bucket.EXEMPT: "set aside: it may serve none, the reason is on record",
    Bucket.GRACE: "set aside: too new to ask anybody about it yet",
    Bucket.INVALID: "missed: the key result that it names is gone or closed",
    Bucket.UNLINKED: "missed: nothing on it or above it names a key result",
    Bucket.UNKNOWN: "not all could be read; never counted as not linked",
}
BUCKET_GROUPS = {
    bucket: "linked" if bucket.is_linked else "missed" if bucket.is_actionable else "set aside" for bucket in Bucket
} | {Bucket.UNKNOWN: "unknown"}
"""What a bucket is to coverage: what is set aside and what is missed never look the same."""

SAMPLE_SENTENCE = f"{SAMPLE_NOTICE}: none of this is about your own work"
_SHORT_HASH = 12


def say_partial(report: AlignmentReport) -> str:
    """Which sources are missing from the figures, empty where none is."""
    if not report.is_partial:
        return ""
    late = [source_name(s.source, s.kind) for s in report.sources if s.state is not SourceState.FRESH]
    if not late:
        return "NO DATA: no source has been read"
    return f"PARTIAL DATA: not read completely, or not lately: {', '.join(late)}"


def say_as_of(report: AlignmentReport) -> str:
    """`AS OF Mon 16 Nov 2026, 14:30 CET: ...` where the report is about a day gone by, else empty."""
    at = report.filters.as_of_at
    if at is None:
        return ""
    return f"AS OF {moment(at, report.timezone)}: how things stood then, as far as it was known then"


def notes_of(report: AlignmentReport) -> tuple[str, ...]:
    """The notes without the one on the day, which stands at the top of every output."""
    said = set(note_as_of(report.filters, report.timezone))
    return tuple(note for note in report.notes if note not in said)


def say_headline(report: AlignmentReport) -> str:
    tally = report.headline
    if tally.coverage is None:
        return f"Coverage is withheld: {tally.withheld}"
    said = f"{percent(tally.coverage)} of {_WORK[tally.lens]} a key result; the goal is {percent(report.goal)}"
    return f"{said}: {report.standing.value}"


_WORK = {
    Lens.ITEMS: "the items serve",
    Lens.POINTS: "the points serve",
    Lens.DAYS: "the person-days serve",
}


def say_scope(report: AlignmentReport) -> str:
    """What the report was asked for, as far as it is not everything."""
    filters = report.filters
    asked = [f"sprint: {filters.sprint}"]
    for noun, names in (
        ("team", filters.teams),
        ("source", filters.sources),
        ("items shown", tuple(BUCKET_WORDS[bucket] for bucket in filters.buckets)),
        ("key result", filters.key_results),
        ("category", filters.categories),
        ("rule", filters.rules),
        ("signal", tuple(SIGNAL_NAMES[kind] for kind in filters.signals)),
    ):
        if names:
            asked.append(f"{noun}: {', '.join(names)}")
    asked += ["only disputed items"] if filters.only_disputed else []
    asked += ["only items with imputed points"] if filters.only_imputed else []
    return "; ".join(asked)


def say_freshness(report: AlignmentReport) -> str:
    read = f"data as of {moment(report.data_as_of, report.timezone)}" if report.data_as_of else "nothing read yet"
    return f"{read}; made {moment(report.generated_at, report.timezone)}; times in {report.timezone}"


def say_identity(report: AlignmentReport) -> Iterator[tuple[str, str]]:
    """Under which name the report is kept and how it is shown again, as far as it is kept, as noun and value."""
    if report.snapshot:
        yield "snapshot", report.snapshot
    if report.content_hash:
        yield "content", report.content_hash[:_SHORT_HASH]
    if report.snapshot:
        yield "again", shlex.join(["align-sync", "report", "--snapshot", report.snapshot])


def say_nothing_to_do(report: AlignmentReport) -> str:
    """What an empty list of unlinked work means, which is not always good news."""
    counts = tally_by(report, Lens.ITEMS).counts
    if not any(counts.values()):
        return "nothing is in scope"
    if report.is_partial or counts[Bucket.UNKNOWN]:
        return "none among the items that could be judged"
    if counts[Bucket.EXEMPT] or counts[Bucket.GRACE]:
        return "none: everything in scope serves a key result or is set aside"
    return "none: everything in scope serves a key result"


def say_key_results_command(filters: Filters) -> str:
    """`align-sync report krs`, for the same scope."""
    scope = shlex.split(command_of(narrow(filters)))[3:]
    return shlex.join(["align-sync", "report", "krs", *scope])


def say_source(line: SourceLine, zone: str) -> str:
    """`Jira: fresh, 412 items, read completely Mon 23 Nov 2026, 14:31 CET`."""
    parts = [f"{source_name(line.source, line.kind)}: {line.state.value}", count(line.items, "item")]
    if line.state is not SourceState.NEVER:
        parts.append(f"read completely {moment(line.complete_at, zone)}")
    if line.problems:
        parts.append(count(line.problems, "problem"))
    if line.failure:
        parts.append(f"stopped: {line.failure}")
    return ", ".join(parts)


def without_address(fix: str, address: str) -> str:
    """The fix where the item's key stands beside it as a link to the same place."""
    return fix.removesuffix(f": {address}") if address else fix
