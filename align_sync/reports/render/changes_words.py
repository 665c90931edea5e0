"""Sentences on what changed between two reports, shared by all outputs of it."""

from collections.abc import Iterator
from dataclasses import dataclass

from align_sync.linking.evidence import Bucket
from align_sync.reports.changes import Change, ChangeKind, Changes, Decided
from align_sync.reports.render.wording import BUCKET_WORDS
from align_sync.reports.words import count, moment, percent_or_withheld

TITLE = "What changed"
BOOK_TITLE = "What happened to the OKR book"
NOT_IN_SCOPE = "not in scope"
PARTIAL_SENTENCE = "PARTIAL DATA: not every source was read completely for both reports"


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The changes of one kind, under the words for it."""

    title: str
    changes: tuple[Change, ...]


def list_groups(changes: Changes) -> Iterator[Group]:
    """What asks for action first; kinds without any change are left out."""
    for kind in ChangeKind:
        if held := tuple(change for change in changes.changes if change.kind is kind):
            yield Group(title=f"{kind.value[:1].upper()}{kind.value[1:]} ({len(held)})", changes=held)


def say_span(changes: Changes) -> str:
    zone = changes.timezone
    return f"from {moment(changes.since, zone)} to {moment(changes.until, zone)}"


def say_coverage(changes: Changes) -> str:
    """`coverage 62 % → 71 %`; withheld where it was not known, and never zero."""
    before, after = percent_or_withheld(changes.coverage_before), percent_or_withheld(changes.coverage_after)
    return f"coverage {before} → {after}"


def say_number(changes: Changes) -> str:
    stand = "stands as it stood" if changes.unchanged == 1 else "stand as they stood"
    changed = f"{count(len(changes.changes), 'item')} changed" if changes.changes else "nothing changed"
    return f"{changed}; {count(changes.unchanged, 'item')} {stand}"


def say_step(change: Change) -> str:
    """`not linked → linked through a parent (nps)`."""
    after = _say_side(change.after, change.serves)
    disputed = ", disputed" if change.is_disputed else ""
    return f"{_say_side(change.before, change.served_before)} → {after}{disputed}"


def _say_side(bucket: Bucket | None, serves: tuple[str, ...]) -> str:
    if bucket is None:
        return NOT_IN_SCOPE
    return f"{BUCKET_WORDS[bucket]} ({', '.join(serves)})" if serves else BUCKET_WORDS[bucket]


def say_cause(change: Change, zone: str) -> str:
    """Who decided it and why, what time or the tracker changed, or nothing where nobody can be certain."""
    if change.by:
        return "; ".join(say_decided(one, zone) for one in change.by)
    return f"{change.through.value}: {change.says}" if change.through else ""


def say_decided(one: Decided, zone: str) -> str:
    """`linked to nps: it is theirs, by Ana, Mon 23 Nov 2026, 14:31 CET`."""
    return f"{one.says}, by {one.author}, {moment(one.at, zone)}"
