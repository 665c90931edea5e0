"""The rules of a deployment for work that names no key result itself: where it is mapped to, and what is exempt."""

import hashlib
from dataclasses import asdict, dataclass, replace
from datetime import date

import orjson

from align_sync.linking.conditions import Conditions

CATEGORIES = ("ktlo", "bug", "incident", "security", "compliance", "discovery", "upgrade")
"""Why work may serve no key result, as far as every team has such work; settings may add their own."""

DEFAULT_BUDGET = 0.3
"""The share of a team's work that may be exempt; what is beyond counts as unlinked in the headline."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MappingRule:
    """Work that meets the conditions serves `key_result`, unless the item or something above it says otherwise."""

    name: str
    key_result: str
    conditions: Conditions
    owner: str
    expires_on: date

    def is_in_force(self, today: date) -> bool:
        return today <= self.expires_on


@dataclass(frozen=True, slots=True, kw_only=True)
class ExemptionRule:
    """Work that meets the conditions may serve no key result; what is below it inherits that."""

    name: str
    category: str
    conditions: Conditions
    reason: str
    expires_on: date | None = None

    def is_in_force(self, today: date) -> bool:
        return self.expires_on is None or today <= self.expires_on


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The rules in their order: of several that an item meets the first decides."""

    mappings: tuple[MappingRule, ...] = ()
    exemptions: tuple[ExemptionRule, ...] = ()

    @property
    def is_empty(self) -> bool:
        return not self.mappings and not self.exemptions

    @property
    def asks_for_teams(self) -> bool:
        """Whether any rule needs to know whose sprint an item is in."""
        conditions = [*(rule.conditions for rule in self.mappings), *(rule.conditions for rule in self.exemptions)]
        return any(one.asks_for_team for one in conditions)

    def on(self, today: date) -> "Policy":
        """The rules that are in force on this day."""
        return replace(
            self,
            mappings=tuple(rule for rule in self.mappings if rule.is_in_force(today)),
            exemptions=tuple(rule for rule in self.exemptions if rule.is_in_force(today)),
        )

    @property
    def fingerprint(self) -> str:
        """Changes where any rule does, so that everything is linked again."""
        told = orjson.dumps([[asdict(rule) for rule in self.mappings], [asdict(rule) for rule in self.exemptions]])
        return hashlib.blake2b(told, digest_size=8).hexdigest()


NO_POLICY = Policy()
