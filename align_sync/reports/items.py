"""From a work item and its verdict to the line of a report, in words."""

from datetime import datetime

from align_sync.linking.decisions import Dispute
from align_sync.linking.evidence import Bucket, Match
from align_sync.linking.index import BookIndex
from align_sync.linking.words import say_exempted, say_found, say_inherited, say_rejected
from align_sync.reports.model import DisputeLine, ExemptionLine, ReportItem, ReportLink
from align_sync.work import ParentKind, WorkItem, unique


def describe_item(
    item: WorkItem,
    match: Match,
    index: BookIndex,
    *,
    team: str = "",
    sprint: str = "",
    sprint_id: str = "",
    entered_at: datetime | None = None,
    linked_at: datetime | None = None,
    dispute: Dispute | None = None,
    days: float = 0.0,
) -> ReportItem:
    """The item as reports show it; `build_report` adds its fixes, since it knows the trackers, and imputed points.

    `linked_at` is when the evidence that counts was first seen, `days` are the person-days of `count_days`.
    """
    # Containers have their own place: a project of Jira takes no label, so that it is no way to a fix.
    parents = [str(parent.ref) for parent in item.parents if parent.kind is ParentKind.ITEM]
    return ReportItem(
        source=item.ref.source,
        external_id=item.ref.external_id,
        key=item.key,
        title=item.title,
        kind=item.kind,
        kind_name=item.kind_name,
        status=item.status,
        status_category=item.status_category,
        team=team,
        sprint=sprint,
        sprint_id=sprint_id,
        bucket=match.bucket,
        because=match.because,
        links=tuple(
            ReportLink(key_result=link.key_result, title=_title(link.key_result, index), share=link.share)
            for link in sorted(match.links, key=lambda link: (-link.share, link.key_result))
        ),
        evidence=tuple(say_inherited(e) if e.distance else say_found(e) for e in match.evidence),
        rejected=tuple(say_rejected(rejected) for rejected in match.rejected),
        suggestion=None if match.links else _suggest(match),
        blamed=_blame(match),
        labels=item.labels,
        parent=parents[0] if parents else None,
        relations=tuple(f"{relation.verb} {relation.target}" for relation in item.relations),
        container=item.container,
        assignee=item.assignee,
        priority=item.priority,
        points=item.points,
        address=item.address,
        updated_at=item.updated_at,
        entered_at=entered_at,
        components=item.components,
        exempted=_exempt(match),
        waiting=match.waiting,
        dispute=_dispute(dispute),
        decided_by=match.evidence[0].rule if match.evidence else None,
        days=days,
        linked_at=linked_at,
        found=unique(evidence.found for evidence in match.evidence),
    )


def _exempt(match: Match) -> ExemptionLine | None:
    exempted = match.exempted
    if exempted is None:
        return None
    return ExemptionLine(
        category=exempted.category,
        reason=exempted.reason,
        rule=exempted.rule,
        author=exempted.author,
        expires_on=exempted.expires_on,
        says=say_exempted(exempted),
    )


def _dispute(dispute: Dispute | None) -> DisputeLine | None:
    if dispute is None:
        return None
    return DisputeLine(author=dispute.author, reason=dispute.reason, since_at=dispute.since_at)


def _suggest(match: Match) -> str | None:
    """What was probably meant by the name that the verdict is about, not by others that were met on the way."""
    blamed = next((rejected for rejected in match.rejected if rejected.reason.is_refusal), None)
    return blamed.suggestion if blamed else None


def _blame(match: Match) -> str | None:
    """What to mend where the verdict is about something above the item."""
    first = match.rejected[0] if match.bucket is Bucket.INVALID and match.rejected else None
    return str(first.via) if first is not None and first.distance else None


def _title(key: str, index: BookIndex) -> str:
    key_result = index.find((key,))
    return key_result.title if key_result else ""
