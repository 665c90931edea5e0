"""What changed between two reports of the same kind, item by item, with whoever is known to have changed it.

People are named only where they decided something here, with their own reason. What a tracker says was changed there,
and nobody is looked for. Where nothing is certain, nothing is said about why.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from align_sync.linking.evidence import Bucket
from align_sync.reports.model import AlignmentReport, PolicyRuleKind, ReportItem
from align_sync.reports.order import natural_order


class ChangeKind(StrEnum):
    """From the reader's side: what needs somebody first, then what was solved, then the rest."""

    NOW_UNLINKED = "needs a link now"
    NOW_LINKED = "linked now"
    SET_ASIDE = "set aside now"
    MOVED = "serves another key result"
    OTHER = "judged otherwise"
    CAME = "came into scope"
    WENT = "left the scope"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """What a person decided here about an item, in words, or did to the book."""

    says: str
    author: str
    at: datetime


class Through(StrEnum):
    """What changed an item, where that is certain."""

    DECISION = "decided here"
    TIME = "with time"
    TRACKER = "in the tracker"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One item that stands otherwise than before. `before` or `after` is None where it was not, or is not, in scope.

    `by` are the decisions of people in between; where there are any, they are told and nothing else. `through` is None
    where nobody can be certain; `says` tells in words what time did, or what changed in the tracker. `is_disputed` is
    about `after`.
    """

    kind: ChangeKind
    source: str
    external_id: str
    key: str
    title: str
    team: str
    before: Bucket | None
    after: Bucket | None
    served_before: tuple[str, ...]
    serves: tuple[str, ...]
    because: str
    address: str = ""
    is_disputed: bool = False
    by: tuple[Decided, ...] = ()
    through: Through | None = None
    says: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """`since` and `until` are the instants that the two reports tell of; `book` what happened to the book meanwhile."""

    since: datetime
    until: datetime
    timezone: str
    coverage_before: float | None
    coverage_after: float | None
    changes: tuple[Change, ...]
    unchanged: int
    book: tuple[Decided, ...] = ()
    is_sample: bool = False
    is_partial: bool = False


Identity = tuple[str, str]


def compare(
    before: AlignmentReport,
    after: AlignmentReport,
    *,
    decided: Mapping[Identity, Iterable[Decided]],
    book: Iterable[Decided],
) -> Changes:
    """Pure: the same two reports give the same changes, in an order that asks for action first."""
    span = _Span(before, after)
    then = {(item.source, item.external_id): item for item in before.items}
    now = {(item.source, item.external_id): item for item in after.items}
    found = (
        span.compare(then.get(identity), now.get(identity), tuple(decided.get(identity, ())))
        for identity in then.keys() | now.keys()
    )
    changes = [change for change in found if change is not None]
    return Changes(
        since=span.since,
        until=span.until,
        timezone=after.timezone,
        coverage_before=before.headline.coverage,
        coverage_after=after.headline.coverage,
        changes=tuple(sorted(changes, key=_order)),
        unchanged=len(then.keys() | now.keys()) - len(changes),
        book=tuple(book),
        is_sample=before.is_sample or after.is_sample,
        is_partial=before.is_partial or after.is_partial,
    )


_ORDER = {kind: number for number, kind in enumerate(ChangeKind)}


def _order(change: Change) -> tuple[object, ...]:
    key = natural_order(change.key)
    return (_ORDER[change.kind], change.team.casefold(), key, change.source, change.external_id)


class _Span:
    """Two reports as two moments, between which items changed."""

    def __init__(self, before: AlignmentReport, after: AlignmentReport) -> None:
        self.since = before.filters.as_of_at or before.generated_at
        self.until = after.filters.as_of_at or after.generated_at
        self.last_day = self.until.astimezone(ZoneInfo(after.timezone)).date()
        self._rules = {rule.name: rule for rule in before.rules if rule.kind is PolicyRuleKind.MAPPING}

    def compare(
        self, before: ReportItem | None, after: ReportItem | None, by: tuple[Decided, ...] = ()
    ) -> Change | None:
        """None where the item stands as it stood."""
        shown = after or before
        if shown is None or _stand(before) == _stand(after):
            return None
        says_time, says_tracker = self._blame_time(before, after), _blame_tracker(before, after)
        through: Through | None = None
        if by:
            through = Through.DECISION
        elif says_time:
            through = Through.TIME
        elif says_tracker:
            through = Through.TRACKER
        return Change(
            kind=_name_kind(before, after),
            source=shown.source,
            external_id=shown.external_id,
            key=shown.key,
            title=shown.title,
            team=shown.team,
            before=before.bucket if before else None,
            after=after.bucket if after else None,
            served_before=_served_by(before),
            serves=_served_by(after),
            because=shown.because,
            address=shown.address,
            is_disputed=after is not None and after.dispute is not None,
            by=by,
            through=through,
            says="" if by else says_time or says_tracker,
        )

    def _blame_time(self, before: ReportItem | None, after: ReportItem | None) -> str:
        """What ran out in between, where nothing else need have happened."""
        if before is None or after is None or not after.bucket.is_actionable:
            return ""
        if before.bucket is Bucket.GRACE:
            ends_on = before.waiting.ends_on if before.waiting else None
            # Where its days are not over, or had not begun, something else ended its grace.
            return "its grace is over" if before.waiting is None or self._is_over(ends_on) else ""
        if before.bucket is Bucket.EXEMPT and before.exempted and self._is_over(before.exempted.expires_on):
            return f"its exemption ran out after {before.exempted.expires_on}"
        rule = self._rules.get(before.found[0]) if before.bucket is Bucket.RULE and before.found else None
        if rule is not None and self._is_over(rule.expires_on):
            return f"mapping rule {rule.name} ran out after {rule.expires_on}"
        return ""

    def _is_over(self, ends_on: date | None) -> bool:
        return ends_on is not None and ends_on < self.last_day


def _blame_tracker(before: ReportItem | None, after: ReportItem | None) -> str:
    """What the tracker says otherwise of the things that may name a key result."""
    if before is None or after is None:
        return ""
    told = (
        ("labels", before.labels, after.labels),
        ("parent", before.parent, after.parent),
        ("relations", before.relations, after.relations),
        ("project", before.container, after.container),
    )
    changed = [name for name, was, is_now in told if was != is_now]
    return f"other {', '.join(changed)}" if changed else ""


def _stand(item: ReportItem | None) -> tuple[Bucket, tuple[str, ...], bool] | None:
    return (item.bucket, _served_by(item), _asks(item)) if item else None


def _asks(item: ReportItem | None) -> bool:
    """Whether anybody is asked to act; not where somebody says that the verdict is wrong."""
    return item is not None and item.bucket.is_actionable and item.dispute is None


def _served_by(item: ReportItem | None) -> tuple[str, ...]:
    return tuple(sorted(link.key_result for link in item.links)) if item else ()


def _name_kind(before: ReportItem | None, after: ReportItem | None) -> ChangeKind:
    if after is None:
        return ChangeKind.WENT
    if _asks(after) and not _asks(before):
        return ChangeKind.NOW_UNLINKED
    if before is None:
        return ChangeKind.CAME
    if after.bucket.is_linked and not before.bucket.is_linked:
        return ChangeKind.NOW_LINKED
    if after.bucket.is_linked and _served_by(before) != _served_by(after):
        return ChangeKind.MOVED
    is_set_aside = after.bucket in {Bucket.EXEMPT, Bucket.GRACE} or (_asks(before) and after.dispute is not None)
    return ChangeKind.SET_ASIDE if is_set_aside else ChangeKind.OTHER
