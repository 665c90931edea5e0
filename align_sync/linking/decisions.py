"""What people decided here about single items: links, exemptions and disputes, each with author and reason."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from align_sync.work import ItemRef


class DecisionKind(StrEnum):
    LINK = "link"
    EXEMPTION = "exemption"
    DISPUTE = "dispute"


@dataclass(frozen=True, slots=True, kw_only=True)
class ManualLink:
    """A person says that the item serves this key result; `share` is which part of it does, if only a part."""

    key_result: str
    author: str
    reason: str
    since_at: datetime
    share: float | None = None
    expires_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ManualExemption:
    """A person says that the item may serve none, for a reason and mostly for a time."""

    category: str
    author: str
    reason: str
    since_at: datetime
    expires_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispute:
    """A person says that the verdict is wrong: a possible fault of a rule, to be looked at by who keeps the rules."""

    author: str
    reason: str
    since_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Decisions:
    """All that is in force for one item."""

    links: tuple[ManualLink, ...] = ()
    exemption: ManualExemption | None = None
    dispute: Dispute | None = None


NO_DECISIONS = Decisions()

DecisionLookup = Callable[[ItemRef], Decisions]
"""What people decided about an item; `NO_DECISIONS` where nobody decided anything."""


def decide_nothing(_ref: ItemRef) -> Decisions:
    """The look-up where nobody ever decided anything."""
    return NO_DECISIONS
