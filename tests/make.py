"""Builders with telling defaults: a test names only what it is about."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from align_sync.linking.evidence import Bucket, RuleKind
from align_sync.okr.model import Book, KeyResult, KeyResultState, Names, Objective
from align_sync.reports.model import DisputeLine, ExemptionLine, ReportItem, ReportLink, SourceLine, SourceState
from align_sync.work import (
    ItemKind,
    ItemRef,
    Parent,
    ParentKind,
    Relation,
    Sprint,
    SprintRef,
    SprintState,
    StatusCategory,
    WorkItem,
)

NOW = datetime(2026, 11, 23, 13, 30, tzinfo=UTC)


def make_ref(key: str = "PAY-1", source: str = "jira") -> ItemRef:
    return ItemRef(source=source, external_id=f"id-{key}", key=key)


def make_item(
    key: str = "PAY-1",
    *,
    source: str = "jira",
    title: str = "Retry failed card payments",
    kind: ItemKind = ItemKind.STORY,
    labels: tuple[str, ...] = (),
    parent: str | None = None,
    container: str | None = None,
    relations: tuple[tuple[str, str], ...] = (),
    marks: tuple[tuple[str, str], ...] = (),
    mentions: tuple[str, ...] = (),
    points: float | None = 3,
) -> WorkItem:
    """`parent` and `container` are keys of what the item hangs on; `relations` are pairs of verb and key."""
    parents = [Parent(make_ref(parent, source))] if parent else []
    parents += [Parent(make_ref(container, source), ParentKind.CONTAINER)] if container else []
    return WorkItem(
        ref=make_ref(key, source),
        title=title,
        kind=kind,
        kind_name=kind.value.title(),
        status="In Progress",
        status_category=StatusCategory.IN_PROGRESS,
        labels=labels,
        parents=tuple(parents),
        relations=tuple(Relation(verb, make_ref(target, source)) for verb, target in relations),
        marks=marks,
        mentions=mentions,
        points=points,
        address=f"https://{source}.example/browse/{key}",
        updated_at=NOW - timedelta(hours=5),
    )


def make_kr(
    key: str = "ret90",
    *,
    title: str = "Retention after 90 days rises from 64 % to 75 %",
    owner: str = "Ana",
    state: KeyResultState = KeyResultState.ACTIVE,
    successor: str | None = None,
    labels: tuple[str, ...] = (),
    items: tuple[str, ...] = (),
    weight: float = 1.0,
) -> KeyResult:
    return KeyResult(
        key=key,
        title=title,
        owner=owner,
        weight=weight,
        state=state,
        successor=successor,
        names=Names(labels=labels, items=items),
    )


def make_book(*key_results: KeyResult | str, team: str = "Payments") -> Book:
    """One objective with these key results; a bare word is the key of an ordinary one."""
    made = tuple(make_kr(kr) if isinstance(kr, str) else kr for kr in key_results)
    objective = Objective(
        key="O-1", title="Customers stay with us", team=team, period="2026-Q4", owner="Ana", key_results=made
    )
    return Book(objectives=(objective,) if made else ())


def make_sprint(
    external_id: str = "42", *, source: str = "jira", name: str = "Sprint 42", team: str = "Payments"
) -> Sprint:
    return Sprint(
        ref=SprintRef(source=source, external_id=external_id),
        name=name,
        state=SprintState.ACTIVE,
        team=team,
        starts_at=NOW - timedelta(days=5),
        ends_at=NOW + timedelta(days=9),
    )


def make_source(
    source: str = "jira",
    *,
    state: SourceState = SourceState.FRESH,
    complete_at: datetime | None = NOW - timedelta(minutes=4),
    failure: str = "",
    problems: int = 0,
) -> SourceLine:
    return SourceLine(
        source=source,
        kind=source.split("-", maxsplit=1)[0],
        state=state,
        complete_at=complete_at,
        attempted_at=NOW - timedelta(minutes=4),
        items=120,
        failure=failure,
        problems=problems,
    )


BECAUSE = {
    Bucket.DIRECT: "label okr/ret90",
    Bucket.INHERITED: "inherited from PAY-100: label okr/ret90",
    Bucket.RULE: "mapping rule Checkout of Ana",
    Bucket.EXEMPT: "exempt as ktlo, by rule Upkeep: it keeps the lights on",
    Bucket.GRACE: "3 working days of grace, until Thu 26 Nov 2026: no field, label, link or address names a key result",
    Bucket.INVALID: "label okr/ret-09 names no key result of the book; did you mean ret90?",
    Bucket.UNLINKED: "no field, label, link or address names a key result",
    Bucket.UNKNOWN: "what it belongs to could not be read: PAY-100",
}


def make_report_item(
    key: str = "PAY-1",
    bucket: Bucket = Bucket.UNLINKED,
    *,
    source: str = "jira",
    title: str = "Retry failed card payments",
    team: str = "Payments",
    sprint_id: str = "42",
    key_results: Sequence[str] = ("ret90",),
    labels: tuple[str, ...] | None = None,
    because: str | None = None,
    suggestion: str | None = None,
    parent: str | None = None,
    assignee: str | None = "Luca",
    points: float | None = 3,
    address: str | None = None,
    kind: ItemKind = ItemKind.STORY,
    days: float = 0.0,
    rule: str | None = None,
    category: str = "ktlo",
    is_disputed: bool = False,
    entered_at: datetime = NOW - timedelta(days=4),
    linked_at: datetime | None = NOW - timedelta(days=3),
) -> ReportItem:
    """An item with its verdict; the links go to `key_results` in equal shares where the bucket is a linked one.

    `rule` is the rule of the settings that decided, where the bucket is one that such a rule can give.
    """
    is_invalid = bucket is Bucket.INVALID
    default_labels = ("okr/ret-09",) if is_invalid else ()
    share = 1 / len(key_results) if key_results else 0.0
    because = BECAUSE[bucket] if because is None else because
    return ReportItem(
        source=source,
        external_id=f"id-{key}",
        key=key,
        title=title,
        kind=kind,
        kind_name=kind.value.title(),
        status="In Progress",
        status_category=StatusCategory.IN_PROGRESS,
        team=team,
        sprint=f"Sprint {sprint_id}",
        sprint_id=sprint_id,
        bucket=bucket,
        because=because,
        links=tuple(
            ReportLink(key_result=kr, title=f"Title of {kr}", share=share) for kr in key_results if bucket.is_linked
        ),
        evidence=(because,) if bucket.is_linked else (),
        rejected=(because,) if is_invalid else (),
        suggestion=suggestion or ("ret90" if is_invalid else None),
        labels=default_labels if labels is None else labels,
        parent=parent,
        assignee=assignee,
        points=points,
        address=f"https://{source}.example/browse/{key}" if address is None else address,
        updated_at=NOW - timedelta(hours=5),
        entered_at=entered_at,
        days=days,
        exempted=make_exemption(category, rule or "Upkeep") if bucket is Bucket.EXEMPT else None,
        dispute=make_dispute() if is_disputed else None,
        decided_by=RULES.get(bucket),
        linked_at=linked_at if bucket.is_linked else None,
        found=_found(bucket, rule),
    )


RULES = {Bucket.DIRECT: RuleKind.LABEL, Bucket.INHERITED: RuleKind.LABEL, Bucket.RULE: RuleKind.MAPPING}


def _found(bucket: Bucket, rule: str | None) -> tuple[str, ...]:
    if bucket is Bucket.RULE:
        return (rule or "Checkout",)
    return ("okr/ret90",) if bucket.is_linked else ()


def make_exemption(category: str = "ktlo", rule: str = "Upkeep") -> ExemptionLine:
    says = f"exempt as {category}, by rule {rule}: it keeps the lights on"
    return ExemptionLine(
        category=category, reason="it keeps the lights on", rule=rule, author="", expires_on=None, says=says
    )


def make_dispute() -> DisputeLine:
    return DisputeLine(author="Ana", reason="the epic is right", since_at=NOW - timedelta(days=1))
