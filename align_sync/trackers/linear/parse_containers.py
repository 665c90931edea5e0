"""Raw projects and initiatives of Linear, as work items of kind container."""

from align_sync.trackers.linear.fields import record_of
from align_sync.trackers.linear.parse import (
    INITIATIVE_PREFIX,
    PROJECT_PREFIX,
    Parsed,
    archived_at,
    container_parent,
    name_of,
    read_attachments,
    read_labels,
    text_mentions,
    text_urls,
    unknown_status,
)
from align_sync.work import ItemKind, ItemRef, StatusCategory, WorkItem

_PROJECT_CATEGORIES = {
    "backlog": StatusCategory.TODO,
    "planned": StatusCategory.TODO,
    "started": StatusCategory.IN_PROGRESS,
    "paused": StatusCategory.IN_PROGRESS,
    "completed": StatusCategory.DONE,
    "canceled": StatusCategory.CANCELLED,
}
_INITIATIVE_CATEGORIES = {
    "Proposed": StatusCategory.TODO,
    "Planned": StatusCategory.TODO,
    "Active": StatusCategory.IN_PROGRESS,
    "Completed": StatusCategory.DONE,
    "Canceled": StatusCategory.CANCELLED,
}


def parse_project(raw: object, source: str) -> Parsed:
    """Raise `SkippableError` where a field is missing that must be there, or is of another kind."""
    project = record_of(raw, source)
    status = project.record("status")
    category = _PROJECT_CATEGORIES.get(status.text("type"), StatusCategory.UNKNOWN)
    name = project.text("name")
    item = WorkItem(
        # A project has no key; people call it by its name.
        ref=ItemRef(source=source, external_id=PROJECT_PREFIX + project.text("id"), key=name),
        title=name,
        kind=ItemKind.CONTAINER,
        kind_name="Project",
        status=status.text("name"),
        status_category=category,
        assignee=name_of(project.optional_record("lead")),
        labels=read_labels(project),
        parents=tuple(container_parent(source, INITIATIVE_PREFIX, above) for above in project.records("initiatives")),
        urls=(
            *read_attachments(project, "externalLinks", "label"),
            *text_urls(project, "description", "content"),
        ),
        mentions=text_mentions(project, "description", "content"),
        address=project.optional_text("url") or "",
        created_at=project.instant("createdAt"),
        updated_at=project.instant("updatedAt"),
        archived_at=archived_at(project),
    )
    return Parsed(item, unknown_status(category, status.text("type"), project.where))


def parse_initiative(raw: object, source: str) -> Parsed:
    """Raise `SkippableError` where a field is missing that must be there, or is of another kind."""
    initiative = record_of(raw, source)
    status = initiative.text("status")
    category = _INITIATIVE_CATEGORIES.get(status, StatusCategory.UNKNOWN)
    above = initiative.optional_record("parentInitiative")
    name = initiative.text("name")
    item = WorkItem(
        ref=ItemRef(source=source, external_id=INITIATIVE_PREFIX + initiative.text("id"), key=name),
        title=name,
        kind=ItemKind.CONTAINER,
        kind_name="Initiative",
        status=status,
        status_category=category,
        assignee=name_of(initiative.optional_record("owner")),
        labels=read_labels(initiative),
        parents=(container_parent(source, INITIATIVE_PREFIX, above),) if above else (),
        urls=(*read_attachments(initiative, "links", "label"), *text_urls(initiative, "description", "content")),
        mentions=text_mentions(initiative, "description", "content"),
        address=initiative.optional_text("url") or "",
        created_at=initiative.instant("createdAt"),
        updated_at=initiative.instant("updatedAt"),
        archived_at=archived_at(initiative),
    )
    return Parsed(item, unknown_status(category, status, initiative.where))
