"""What may be said of an issue when it is added or edited, and how plain words become the nouns of the site."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TypedDict

from align_sync.demo.fake_jira.model import Link, StatusCategory, User


class IssueChanges(TypedDict, total=False):
    """`links` takes pairs such as `("blocks", "TIS-2")`; `fields` adds fields as they go over the wire.

    `category_changed_at` is when the category of the status changed last; it follows from the clock where not given.
    """

    summary: str
    issue_type: str
    status: str
    status_category: str | StatusCategory
    labels: Sequence[str]
    components: Sequence[str]
    sprint_ids: Sequence[int]
    parent_key: str | None
    epic_key: str | None
    links: Iterable[tuple[str, str] | Link]
    points: float | None
    assignee: str | User | None
    reporter: str | User | None
    description: str | Mapping[str, object] | None
    fields: Mapping[str, object]
    properties: Mapping[str, object]
    hidden_fields: Iterable[str]
    created_at: datetime
    updated_at: datetime
    category_changed_at: datetime


_CATEGORIES = {
    "done": StatusCategory.DONE,
    "closed": StatusCategory.DONE,
    "resolved": StatusCategory.DONE,
    "released": StatusCategory.DONE,
    "in progress": StatusCategory.IN_PROGRESS,
    "in review": StatusCategory.IN_PROGRESS,
    "blocked": StatusCategory.IN_PROGRESS,
}


def category_of(status: str, given: str | StatusCategory | None) -> StatusCategory:
    """The category given, or the one that a status of this name usually has."""
    if isinstance(given, StatusCategory):
        return given
    if given is not None:
        return StatusCategory.named(given)
    return _CATEGORIES.get(status.lower(), StatusCategory.TO_DO)


_LEVELS = {"sub-task": -1, "subtask": -1, "epic": 1, "feature": 2, "initiative": 2, "theme": 3}


def level_of(issue_type: str) -> int:
    return _LEVELS.get(issue_type.lower(), 0)


# name, inward, outward of the link types that a new site has
LINK_TYPES = (
    ("Blocks", "is blocked by", "blocks"),
    ("Cloners", "is cloned by", "clones"),
    ("Duplicate", "is duplicated by", "duplicates"),
    ("Relates", "relates to", "relates to"),
    ("Contributes", "is contributed to by", "contributes to"),
)


def link_type(words: str) -> tuple[int, bool]:
    """The place of a link type in LINK_TYPES, and whether these words are its outward ones."""
    for place, (name, inward, outward) in enumerate(LINK_TYPES):
        if words.lower() in (outward, name.lower()):
            return place, True
        if words.lower() == inward:
            return place, False
    raise ValueError(f"no link type reads '{words}'; known are {', '.join(row[2] for row in LINK_TYPES)}")
