"""The order of precedence: from what an item says, and what stands above it, to the one bucket that it falls into.

The only place where that order is written. `matcher.py` puts the outcome into words for one item, `bulk.py` into rows
for a million.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from align_sync.linking.decisions import Decisions
from align_sync.linking.evidence import Bucket, Exempted
from align_sync.linking.line import Line, Node, exempt_by_hand
from align_sync.linking.policy import ExemptionRule, MappingRule, Policy
from align_sync.linking.reading import Ground, Reading
from align_sync.work import ItemRef, WorkItem

GroundOf = Callable[[MappingRule], Ground]
"""What a mapping rule links to, or why its key result does not count."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """`won` decided, each with the ancestor that carries it, None for the item itself, at `distance`.

    `mapped` is a mapping rule's ground that was refused, which makes an item invalid that has nothing better.
    """

    bucket: Bucket
    won: tuple[tuple[Node | None, Ground], ...] = ()
    distance: int = 0
    exempted: Exempted | None = None
    mapped: Ground | None = None


class Asked(Protocol):
    """The item that is judged, as far as the rules of the policy may have to look at it."""

    @property
    def ref(self) -> ItemRef: ...

    @property
    def team(self) -> str: ...

    def item(self) -> WorkItem: ...


_UNLINKED = Outcome(bucket=Bucket.UNLINKED)
_UNKNOWN = Outcome(bucket=Bucket.UNKNOWN)
_INVALID = Outcome(bucket=Bucket.INVALID)


def decide(
    asked: Asked, own: Reading, line: Line, *, decisions: Decisions, policy: Policy, ground_of_rule: GroundOf
) -> Outcome:
    """Links before exemptions, what is said before what is assumed, a person's word on this very item before all."""
    if decisions.exemption is not None and not own.is_decided:
        return Outcome(bucket=Bucket.EXEMPT, exempted=exempt_by_hand(decisions.exemption, asked.ref, 0))
    if own.won:
        return Outcome(bucket=Bucket.DIRECT, won=tuple([(None, ground) for ground in own.won]))
    nearest = line.nearest
    if nearest.won:
        return Outcome(bucket=Bucket.INHERITED, won=nearest.won, distance=nearest.distance)
    if nearest.exempted is not None:
        return Outcome(bucket=Bucket.EXEMPT, exempted=nearest.exempted)
    rule = find_mapping(asked, line, policy) if policy.mappings else None
    mapped = ground_of_rule(rule) if rule is not None else None
    if mapped is not None and mapped.refusal is None:
        return Outcome(bucket=Bucket.RULE, won=((None, mapped),))
    return _decide_without_link(asked, own, line, policy, mapped)


def _decide_without_link(asked: Asked, own: Reading, line: Line, policy: Policy, mapped: Ground | None) -> Outcome:
    # A name on the item itself says that somebody meant to link it: that is told, and no exemption rule hides it.
    if policy.exemptions and not own.refused and (exempted := find_exemption(asked, line, policy)) is not None:
        return Outcome(bucket=Bucket.EXEMPT, exempted=exempted)
    if not line.is_whole:
        return _UNKNOWN
    if mapped is not None:
        return Outcome(bucket=Bucket.INVALID, mapped=mapped)
    return _INVALID if own.refused or line.refused else _UNLINKED


def find_mapping(asked: Asked, line: Line, policy: Policy) -> MappingRule | None:
    """The first rule that the item meets, else the nearest thing above it."""
    for whole in (asked.item, *(node.item for _, node in line)):
        item = whole()
        for rule in policy.mappings:
            if rule.conditions.are_met(item, asked.team):
                return rule
    return None


def find_exemption(asked: Asked, line: Line, policy: Policy) -> Exempted | None:
    """By the first rule that the item meets, else the nearest thing above it: exemptions inherit like links."""
    for distance, ref, whole in ((0, asked.ref, asked.item), *((far, node.ref, node.item) for far, node in line)):
        item = whole()
        for rule in policy.exemptions:
            if rule.conditions.are_met(item, asked.team):
                return _exempt_by_rule(rule, ref, distance)
    return None


def _exempt_by_rule(rule: ExemptionRule, via: ItemRef, distance: int) -> Exempted:
    return Exempted(
        category=rule.category,
        reason=rule.reason,
        rule=rule.name,
        expires_on=rule.expires_on,
        via=via,
        distance=distance,
    )
