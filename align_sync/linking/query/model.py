"""What a filter says, read but not yet compiled: comparisons, and how they are put together."""

from dataclasses import dataclass
from enum import StrEnum


class FilterError(ValueError):
    """A filter that cannot be read. `column` counts characters from 1; `advice` says what to write instead."""

    def __init__(self, message: str, *, column: int, advice: str = "") -> None:
        super().__init__(f"{message}; {advice}" if advice else message)
        self.message = message
        self.column = column
        self.advice = advice


class FieldName(StrEnum):
    """What a filter may ask about, each by its usual name; the other names it goes by are in `fields.py`."""

    PROJECT = "project"
    COMPONENT = "component"
    TEAM = "team"
    TYPE = "type"
    LABEL = "label"
    SOURCE = "source"
    STATUS = "status"
    STATUS_CATEGORY = "statusCategory"
    PRIORITY = "priority"
    KEY = "key"
    SUMMARY = "summary"
    POINTS = "points"


class Operator(StrEnum):
    """How a field is compared. Each contrary (`!=`, `!~`, `not in`, `is not empty`) is a `negated` comparison."""

    IS = "="
    CONTAINS = "~"
    EMPTY = "is empty"
    BELOW = "<"
    AT_MOST = "<="
    ABOVE = ">"
    AT_LEAST = ">="


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """One of `values` is enough. They are as written, except that a status category is its own word already."""

    field: FieldName
    operator: Operator
    values: tuple[str, ...] = ()
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Contrary:
    """`not …`."""

    part: "Query"


@dataclass(frozen=True, slots=True)
class AllOf:
    """`… and …`."""

    parts: tuple["Query", ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """`… or …`."""

    parts: tuple["Query", ...]


Query = Comparison | Contrary | AllOf | AnyOf


def list_comparisons(query: Query) -> tuple[Comparison, ...]:
    """Every comparison of the filter, in the order in which they are written."""
    if isinstance(query, Comparison):
        return (query,)
    if isinstance(query, Contrary):
        return list_comparisons(query.part)
    return tuple(found for part in query.parts for found in list_comparisons(part))
