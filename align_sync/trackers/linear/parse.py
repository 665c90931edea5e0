"""Raw issues and cycles of Linear, as work items and sprints."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from align_sync.errors import Problem
from align_sync.linking.text import read_mentions, read_urls
from align_sync.trackers.linear.fields import Record, record_of
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
    Url,
    WorkItem,
    unique,
)

PROJECT_PREFIX = "project/"
INITIATIVE_PREFIX = "initiative/"

_CATEGORIES = {
    "triage": StatusCategory.TODO,
    "backlog": StatusCategory.TODO,
    "unstarted": StatusCategory.TODO,
    "started": StatusCategory.IN_PROGRESS,
    "completed": StatusCategory.DONE,
    "canceled": StatusCategory.CANCELLED,
    "duplicate": StatusCategory.CANCELLED,
}
_CATEGORY_SINCE = {
    StatusCategory.IN_PROGRESS: "startedAt",
    StatusCategory.DONE: "completedAt",
    StatusCategory.CANCELLED: "canceledAt",
}
"""Where Linear tells when an issue came into the category; it does not of work that nobody has begun."""

_VERBS = {"blocks": "blocks", "duplicate": "duplicates", "related": "related to", "similar": "similar to"}
_INVERSE_VERBS = {**_VERBS, "blocks": "blocked by", "duplicate": "duplicated by"}


@dataclass(frozen=True, slots=True)
class Parsed:
    """One item, and what was odd about it without making it unreadable."""

    item: WorkItem
    problems: tuple[Problem, ...] = ()


def parse_issue(raw: object, source: str) -> Parsed:
    """Raise `SkippableError` where a field is missing that must be there, or is of another kind."""
    issue = record_of(raw, source)
    state = issue.record("state")
    category = _CATEGORIES.get(state.text("type"), StatusCategory.UNKNOWN)
    entered_at = issue.instant("addedToCycleAt")
    parent, project, cycle = (issue.optional_record(name) for name in ("parent", "project", "cycle"))
    item = WorkItem(
        ref=ItemRef(source=source, external_id=issue.text("id"), key=issue.text("identifier")),
        title=issue.optional_text("title") or "",
        # A label "Bug" is a habit of some teams and no kind: Linear knows issues and sub-issues only.
        kind=ItemKind.SUBTASK if parent else ItemKind.TASK,
        kind_name="Issue",
        status=state.text("name"),
        status_category=category,
        category_since=_category_since(issue, category),
        container=project.text("name") if project else "",
        assignee=name_of(issue.optional_record("assignee")),
        priority=_priority(issue),
        points=issue.optional_number("estimate"),
        labels=read_labels(issue),
        parents=tuple(_parents(source, parent, project)),
        relations=tuple(_relations(source, issue)),
        urls=(*read_attachments(issue, "attachments", "title"), *text_urls(issue, "description")),
        mentions=text_mentions(issue, "description"),
        sprint_ids=(cycle.text("id"),) if cycle else (),
        sprint_entered=((cycle.text("id"), entered_at),) if cycle and entered_at else (),
        address=issue.optional_text("url") or "",
        created_at=issue.instant("createdAt"),
        updated_at=issue.instant("updatedAt"),
        archived_at=archived_at(issue),
    )
    return Parsed(item, unknown_status(category, state.text("type"), issue.where))


def _category_since(issue: Record, category: StatusCategory) -> datetime | None:
    name = _CATEGORY_SINCE.get(category)
    return issue.instant(name) if name else None


def unknown_status(category: StatusCategory, named: str, where: str) -> tuple[Problem, ...]:
    if category is not StatusCategory.UNKNOWN:
        return ()
    return (
        Problem(
            message=f"the status type {named!r} is not known, so the item counts neither as open nor as done",
            where=where,
            advice="update align-sync",
        ),
    )


def name_of(person: Record | None) -> str | None:
    return person.optional_text("name") if person else None


def _priority(issue: Record) -> str | None:
    # 0 is "no priority", which must sort neither above urgent nor below low.
    number = issue.optional_number("priority")
    return issue.text("priorityLabel") if number else None


def read_labels(record: Record) -> tuple[str, ...]:
    """A label of a group as `group/label`: `okr/ret90` may be one label or the label `ret90` of the group `okr`."""
    names = []
    for label in record.records("labels"):
        group = label.optional_record("parent")
        names.append(f"{group.text('name')}/{label.text('name')}" if group else label.text("name"))
    return tuple(sorted(unique(names)))  # Linear promises no order, and a change of order is no change


def read_attachments(record: Record, name: str, title: str) -> tuple[Url, ...]:
    return tuple(
        Url(address=entry.text("url"), title=entry.optional_text(title) or "", place="attachment")
        for entry in record.records(name)
    )


def text_urls(record: Record, *names: str) -> tuple[Url, ...]:
    """The addresses in the texts; the texts are there only where they were asked for."""
    found = unique(address for name in names for address in read_urls(record.optional_text(name) or ""))
    return tuple(Url(address=address, place="text") for address in found)


def text_mentions(record: Record, *names: str) -> tuple[str, ...]:
    return unique(key for name in names for key in read_mentions(record.optional_text(name) or ""))


def archived_at(record: Record) -> datetime | None:
    """When it was archived, or thrown into the bin, which Linear empties after a while."""
    archived = record.instant("archivedAt")
    return archived or (record.instant("updatedAt") if record.flag("trashed") else None)


def container_parent(source: str, prefix: str, container: Record) -> Parent:
    ref = ItemRef(source=source, external_id=prefix + container.text("id"), key=container.text("name"))
    return Parent(ref, ParentKind.CONTAINER)


def _parents(source: str, parent: Record | None, project: Record | None) -> Iterator[Parent]:
    if parent:
        yield Parent(_issue_ref(source, parent), ParentKind.ITEM)
    if project:
        yield container_parent(source, PROJECT_PREFIX, project)


def _issue_ref(source: str, issue: Record) -> ItemRef:
    return ItemRef(source=source, external_id=issue.text("id"), key=issue.text("identifier"))


def _relations(source: str, issue: Record) -> Iterator[Relation]:
    sides: tuple[tuple[str, str, Mapping[str, str]], ...] = (
        ("relations", "relatedIssue", _VERBS),
        ("inverseRelations", "issue", _INVERSE_VERBS),
    )
    for connection, end, verbs in sides:
        for relation in issue.records(connection):
            kind = relation.text("type")
            yield Relation(verbs.get(kind, kind), _issue_ref(source, relation.record(end)))


def parse_cycle(raw: object, source: str, *, team_names: Mapping[str, str], now: datetime) -> Sprint:
    """`team_names` are keyed by the team's key in lower case. Raises `SkippableError`."""
    cycle = record_of(raw, source)
    team = cycle.record("team")
    key = team.text("key")
    number = cycle.optional_number("number")
    return Sprint(
        ref=SprintRef(source=source, external_id=cycle.text("id")),
        name=cycle.optional_text("name") or (f"Cycle {number:g}" if number is not None else "Cycle"),
        state=_cycle_state(cycle, now),
        team=team_names.get(key.lower()) or team.text("name"),
        board=key,
        goal=cycle.optional_text("description") or "",
        starts_at=cycle.instant("startsAt"),
        ends_at=cycle.instant("endsAt"),
        completed_at=cycle.instant("completedAt"),
    )


def _cycle_state(cycle: Record, now: datetime) -> SprintState:
    if cycle.flag("isActive"):
        return SprintState.ACTIVE
    if cycle.flag("isPast") or cycle.instant("completedAt"):
        return SprintState.CLOSED
    if cycle.flag("isFuture"):
        return SprintState.FUTURE
    starts_at, ends_at = cycle.instant("startsAt"), cycle.instant("endsAt")
    if ends_at and ends_at <= now:
        return SprintState.CLOSED
    return SprintState.FUTURE if starts_at and starts_at > now else SprintState.ACTIVE
