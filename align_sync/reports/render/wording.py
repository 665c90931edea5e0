"""Phrases that several outputs share, so that they say the same."""

from align_sync.linking.evidence import Bucket
from align_sync.reports.model import AlignmentReport, KeyResultLine, SourceLine, SourceState
from align_sync.reports.words import SAMPLE_NOTICE, count, moment, percent, quantity, source_name

BUCKET_WORDS = {
    Bucket.DIRECT: "linked directly",
    Bucket.INHERITED: "linked through a parent",
    Bucket.INVALID: "invalid link",
    Bucket.UNLINKED: "not linked",
    Bucket.UNKNOWN: "unknown",
}
BUCKET_MEANINGS = {
    Bucket.DIRECT: "the item itself names an active key result",
    Bucket.INHERITED: "something that the item is part of names an active key result",
    Bucket.INVALID: "a key result is named, but it does not exist or is closed",
    Bucket.UNLINKED: "nothing on the item or above it names a key result",
    Bucket.UNKNOWN: "not everything that the verdict needs could be read; never counted as not linked",
}
SAMPLE_SENTENCE = f"{SAMPLE_NOTICE}: none of this is about your own work"


def say_partial(report: AlignmentReport) -> str:
    """Which sources are missing from the figures, empty where none is."""
    if not report.is_partial:
        return ""
    late = [source_name(s.source, s.kind) for s in report.sources if s.state is not SourceState.FRESH]
    if not late:
        return "NO DATA: no source has been read"
    return f"PARTIAL DATA: not read completely, or not lately: {', '.join(late)}"


def say_headline(report: AlignmentReport) -> str:
    tally = report.headline
    if tally.coverage is None:
        return f"Coverage is withheld: {tally.withheld}"
    judged = tally.total - tally.counts[Bucket.UNKNOWN]
    return (
        f"{percent(tally.coverage)} of {count(judged, 'item')} {'serves' if judged == 1 else 'serve'} a key result; "
        f"the goal is {percent(report.goal)}: {report.standing.value}"
    )


def say_scope(report: AlignmentReport) -> str:
    """What the report was asked for, as far as it is not everything."""
    asked = [f"sprint: {report.filters.sprint}"]
    for noun, names in (
        ("team", report.filters.teams),
        ("source", report.filters.sources),
        ("items shown", tuple(BUCKET_WORDS[bucket] for bucket in report.filters.buckets)),
    ):
        if names:
            asked.append(f"{noun}: {', '.join(names)}")
    return "; ".join(asked)


def say_freshness(report: AlignmentReport) -> str:
    read = f"data as of {moment(report.data_as_of, report.timezone)}" if report.data_as_of else "nothing read yet"
    return f"{read}; made {moment(report.generated_at, report.timezone)}; times in {report.timezone}"


def say_nothing_to_do(report: AlignmentReport) -> str:
    """What an empty list of unlinked work means, which is not always good news."""
    if not report.headline.total:
        return "nothing is in scope"
    if report.is_partial or report.headline.counts[Bucket.UNKNOWN]:
        return "none among the items that could be judged"
    return "none: everything in scope serves a key result"


def say_points(points: float | None) -> str:
    return "" if points is None else f"{quantity(points)} pt{'' if points == 1 else 's'}"


def say_work(line: KeyResultLine) -> str:
    """`12 items`, or in words that there is none."""
    if line.is_idle:
        return "no work"
    return count(line.items, "item") if line.items else "none in this selection"


def say_source(line: SourceLine, zone: str) -> str:
    """`Jira: fresh, 412 items, read completely Mon 23 Nov 2026, 14:31 CET`."""
    parts = [f"{source_name(line.source, line.kind)}: {line.state.value}", count(line.items, "item")]
    if line.state is not SourceState.NEVER:
        parts.append(f"read completely {moment(line.complete_at, zone)}")
    if line.problems:
        parts.append(f"{count(line.problems, 'record')} could not be read")
    if line.failure:
        parts.append(f"stopped: {line.failure}")
    return ", ".join(parts)


def without_address(fix: str, address: str) -> str:
    """The fix where the item's key stands beside it as a link to the same place."""
    return fix.removesuffix(f": {address}") if address else fix
