"""What people decided, as lists show it."""

from dataclasses import dataclass
from datetime import date, datetime

from align_sync.linking.decisions import DecisionKind


def say_decided(kind: DecisionKind, *, key_result: str, category: str) -> str:
    """What was decided, in words that go on with who and why."""
    return {
        DecisionKind.LINK: f"linked to {key_result}",
        DecisionKind.EXEMPTION: f"exempted as {category}",
        DecisionKind.DISPUTE: "disputed",
    }[kind]


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedDecision:
    """One decision on one item: what, who, why, since when it holds, and how it ended if it did.

    `holds` is False for what was ended, has run out, or does not hold yet.
    """

    source: str
    key: str
    title: str
    kind: DecisionKind
    what: str
    author: str
    reason: str
    since_at: datetime
    recorded_at: datetime
    expires_on: date | None
    holds: bool
    ended_at: datetime | None = None
    ended_by: str = ""
    end_reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionList:
    """Decisions, oldest first, with the zone that their times are shown in."""

    decisions: tuple[ListedDecision, ...]
    timezone: str
    is_sample: bool
