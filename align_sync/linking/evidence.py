"""What linking says of one item: the evidence found, what was rejected and why, and the one bucket that follows."""

from dataclasses import dataclass
from enum import StrEnum

from align_sync.work import ItemRef


class RuleKind(StrEnum):
    """A way to find evidence. `NAMED` means that the book itself names the item or the label as the key result's."""

    FIELD = "field"
    NAMED = "named"
    RELATION = "relation"
    LABEL = "label"
    URL = "url"
    MENTION = "mention"


LEVELS: tuple[tuple[RuleKind, ...], ...] = (
    (RuleKind.FIELD, RuleKind.NAMED, RuleKind.RELATION),
    (RuleKind.LABEL,),
    (RuleKind.URL, RuleKind.MENTION),
)
"""Precedence: the first level on which an item itself has evidence wins; its ancestors are asked only after that."""

LEVEL_OF = {kind: number for number, level in enumerate(LEVELS) for kind in level}


class Bucket(StrEnum):
    """Where an item falls; exactly one. Only `INVALID` and `UNLINKED` ask anybody to act."""

    DIRECT = "direct"
    INHERITED = "inherited"
    INVALID = "invalid"
    UNLINKED = "unlinked"
    UNKNOWN = "unknown"

    @property
    def is_linked(self) -> bool:
        return self in {Bucket.DIRECT, Bucket.INHERITED}

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
    """

    key_result: str
    rule: RuleKind
    field: str
    found: str
    via: ItemRef
    distance: int = 0
    weight: float | None = None


class RejectReason(StrEnum):
    UNKNOWN_KEY = "unknown key result"
    CLOSED = "closed key result"
    ARCHIVED = "archived key result"
    WEAKER = "a stronger rule decided"
    FARTHER = "a nearer item decided"


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


@dataclass(frozen=True, slots=True)
class Link:
    """This item serves this key result, with this share of it (the shares of an item sum to 1)."""

    key_result: str
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """The verdict on one item. `because` is the reason in words that a person can check."""

    ref: ItemRef
    bucket: Bucket
    because: str
    links: tuple[Link, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    rejected: tuple[Rejected, ...] = ()
    chain: tuple[ItemRef, ...] = ()
