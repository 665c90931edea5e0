"""The fields of the filter language: their names, what kind of value they hold, and how to read them off an item."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from functools import lru_cache
from unicodedata import normalize

from align_sync.linking.query.model import FieldName
from align_sync.work import ItemKind, StatusCategory, WorkItem

Values = tuple[str, ...]
Reader = Callable[[WorkItem, str], Values]

_KNOWN_NAMES = 4_096
"""How many names are kept folded: labels, components and states are few and come again and again."""


def fold(text: str) -> str:
    """The text as it is compared: without regard to capitals, to runs of blanks, and to how accents are encoded."""
    return " ".join(normalize("NFC", text).split()).casefold()


_fold_name = lru_cache(maxsize=_KNOWN_NAMES)(fold)


class ValueKind(Enum):
    """What may be done with a field: `WORD` has a closed list of values, `NUMBER` an order; the rest are texts."""

    NAME = auto()
    TEXT = auto()
    WORD = auto()
    NUMBER = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """`read` gives the values folded, and none at all where the tracker said nothing."""

    name: FieldName
    aliases: tuple[str, ...] = ()
    kind: ValueKind = ValueKind.NAME
    read: Reader


def _fold_all(*names: str | None) -> Values:
    return tuple(folded for name in names if name and (folded := _fold_name(name)))


def _read_project(item: WorkItem, _team: str) -> Values:
    # People say the letters before the number, which a moved item no longer shares with its project.
    return _fold_all(item.container, item.key.rpartition("-")[0])


def _read_type(item: WorkItem, _team: str) -> Values:
    # `OTHER` says only that we know nothing better than the tracker's own name.
    kind = "" if item.kind is ItemKind.OTHER and not item.kind_name else item.kind.value
    return _fold_all(item.kind_name, kind, kind.replace("-", ""))


def _read_labels(item: WorkItem, _team: str) -> Values:
    # A label of a group counts without its group too, as it does where labels name key results.
    return _fold_all(*item.labels, *(label.rpartition("/")[2] for label in item.labels if "/" in label))


def _read_category(item: WorkItem, _team: str) -> Values:
    known = item.status_category is not StatusCategory.UNKNOWN
    return (item.status_category.value,) if known else ()


def _read_summary(item: WorkItem, _team: str) -> Values:
    folded = fold(item.title)  # titles hardly ever come twice
    return (folded,) if folded else ()


def _read_points(item: WorkItem, _team: str) -> Values:
    return () if item.points is None else (str(item.points),)


FIELDS = (
    Field(name=FieldName.PROJECT, read=_read_project),
    Field(name=FieldName.COMPONENT, aliases=("components",), read=lambda item, _: _fold_all(*item.components)),
    Field(name=FieldName.TEAM, read=lambda _, team: _fold_all(team)),
    Field(name=FieldName.TYPE, aliases=("issuetype",), read=_read_type),
    Field(name=FieldName.LABEL, aliases=("labels",), read=_read_labels),
    Field(name=FieldName.SOURCE, read=lambda item, _: _fold_all(item.ref.source)),
    Field(name=FieldName.STATUS, read=lambda item, _: _fold_all(item.status)),
    Field(name=FieldName.STATUS_CATEGORY, kind=ValueKind.WORD, read=_read_category),
    Field(name=FieldName.PRIORITY, read=lambda item, _: _fold_all(item.priority)),
    Field(name=FieldName.KEY, aliases=("issuekey",), read=lambda item, _: _fold_all(item.key)),
    Field(name=FieldName.SUMMARY, aliases=("title",), kind=ValueKind.TEXT, read=_read_summary),
    Field(name=FieldName.POINTS, aliases=("story points",), kind=ValueKind.NUMBER, read=_read_points),
)

FIELD_OF = {field.name: field for field in FIELDS}

BY_NAME = {fold(name): field for field in FIELDS for name in (field.name, *field.aliases)}
"""By every name that a field goes by, folded."""

CATEGORY_WORDS = {
    "to do": StatusCategory.TODO,
    "todo": StatusCategory.TODO,
    "new": StatusCategory.TODO,
    "in progress": StatusCategory.IN_PROGRESS,
    "indeterminate": StatusCategory.IN_PROGRESS,
    "done": StatusCategory.DONE,
    "cancelled": StatusCategory.CANCELLED,
    "canceled": StatusCategory.CANCELLED,
}
"""How people and trackers write a status category; `new` and `indeterminate` are Jira's own keys."""
