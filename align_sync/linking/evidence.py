"""What linking says of one item: the evidence found, what was rejected and why, and the one bucket that follows."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from align_sync.work import ItemRef


class RuleKind(StrEnum):
    """A way to find evidence. `NAMED` means that the book itself names the item or the label as the key result's.

    `MANUAL` is a link that a person made here; `MAPPING` a rule of the settings for whatever has nothing better.
    """

    MANUAL = "manual"
    FIELD = "field"
    NAMED = "named"
    RELATION = "relation"
    LABEL = "label"
    URL = "url"
    MENTION = "mention"
    MAPPING = "mapping"


LEVELS: tuple[tuple[RuleKind, ...], ...] = (
    (RuleKind.MANUAL,),
    (RuleKind.FIELD, RuleKind.NAMED, RuleKind.RELATION),
    (RuleKind.LABEL,),
    (RuleKind.URL, RuleKind.MENTION),
)
"""Precedence: the first level on which an item itself has evidence wins; its ancestors are asked only after that, and
mapping rules only where no ancestor says anything."""

LEVEL_OF = {kind: number for number, level in enumerate(LEVELS) for kind in level}


class Strength(StrEnum):
    """How much stands behind a piece of evidence, the strongest first; it follows from the rule that found it."""

    DECIDED = "decided by a person"
    STRUCTURED = "structured"
    LABELLED = "labelled"
    MENTIONED = "mentioned"
    ASSUMED = "assumed by a rule"


STRENGTH_OF = {
    **{kind: strength for level, strength in zip(LEVELS, Strength, strict=False) for kind in level},
    RuleKind.MAPPING: Strength.ASSUMED,
}


class Bucket(StrEnum):
    """Where an item falls; exactly one. Only `INVALID` and `UNLINKED` ask anybody to act.

    What is set aside (`EXEMPT`, `GRACE`) and what is missed never look the same.
    """

    DIRECT = "direct"
    INHERITED = "inherited"
    RULE = "rule"
    EXEMPT = "exempt"
    GRACE = "grace"
    INVALID = "invalid"
    UNLINKED = "unlinked"
    UNKNOWN = "unknown"

    @property
    def is_linked(self) -> bool:
        return self in {Bucket.DIRECT, Bucket.INHERITED, Bucket.RULE}

    @property
    def is_actionable(self) -> bool:
        return self in {Bucket.INVALID, Bucket.UNLINKED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What one rule found on one item, before anybody asked whether such a key result exists.

    `named` holds the ways to read the text as a key, the likeliest first; `field` is where it stood, `found` the text.
    """

    rule: RuleKind
    field: str
    found: str
    named: tuple[str, ...]
    weight: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Why an item serves a key result: which rule found which text in which field of which item.

    `via` is the item that carries it: the item itself at `distance` 0, else the ancestor that it is inherited from.
    `author` is who made the link or owns the mapping rule; empty where a tracker says it.
    """

    key_result: str
    rule: RuleKind
    field: str
    found: str
    via: ItemRef
    distance: int = 0
    weight: float | None = None
    author: str = ""

    @property
    def strength(self) -> Strength:
        return STRENGTH_OF[self.rule]


class RejectReason(StrEnum):
    UNKNOWN_KEY = "unknown key result"
    CLOSED = "closed key result"
    ARCHIVED = "archived key result"
    OTHER_PERIOD = "key result of another period"
    WEAKER = "a stronger rule decided"
    FARTHER = "a nearer item decided"
    EXEMPT = "a person exempted it"

    @property
    def is_refusal(self) -> bool:
        """Whether it is about the key result itself: such evidence links nothing, wherever it stands."""
        return self in REFUSALS

    @property
    def is_dead(self) -> bool:
        """Whether the key result is there, but takes no work any more, or not yet."""
        return self in REFUSALS and self is not RejectReason.UNKNOWN_KEY


REFUSALS = frozenset({RejectReason.UNKNOWN_KEY, RejectReason.CLOSED, RejectReason.ARCHIVED, RejectReason.OTHER_PERIOD})


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """Evidence that did not count, with the reason, and the key that was probably meant."""

    reason: RejectReason
    key: str
    rule: RuleKind
    field: str
    found: str
    via: ItemRef
    distance: int = 0
    suggestion: str | None = None
    since_on: date | None = None
    """When the key result was closed or archived, or its period ended, as far as that is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exempted:
    """Why an item may serve no key result: by a rule of the settings (`rule`) or by hand (`author`).

    `via` is the item that it stands for: the item itself at `distance` 0, else the ancestor it is inherited from.
    """

    category: str
    reason: str
    via: ItemRef
    distance: int = 0
    rule: str = ""
    author: str = ""
    expires_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """Grace: the day `day` of `days` working days is running, counted from `since_at`; `ends_on` is the last of them.

    `day` is 0 where the sprint has not begun; `since_at` and `ends_on` are then None.
    """

    day: int
    days: int
    since_at: datetime | None = None
    ends_on: date | None = None


@dataclass(frozen=True, slots=True)
class Link:
    """This item serves this key result, with this share of it (the shares of an item sum to 1)."""

    key_result: str
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """The verdict on one item. `because` is the reason in words that a person can check.

    `beyond` tells that there is more above the item than the depth limit lets us ask.
    """

    ref: ItemRef
    bucket: Bucket
    because: str
    links: tuple[Link, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    rejected: tuple[Rejected, ...] = ()
    chain: tuple[ItemRef, ...] = ()
    exempted: Exempted | None = None
    waiting: Waiting | None = None
    beyond: bool = False
