"""What each rule of the settings catches: a rule that matches nothing, or everything, is mostly a mistake."""

from collections.abc import Callable, Collection, Iterator

from align_sync.linking.index import BookIndex
from align_sync.linking.policy import ExemptionRule, MappingRule, Policy
from align_sync.reports.model import PolicyRuleKind, RuleLine
from align_sync.reports.words import count
from align_sync.work import WorkItem

InTeam = tuple[WorkItem, str]
"""An item, and whose sprint it is in."""


def count_rules(policy: Policy, work: Collection[InTeam], index: BookIndex) -> tuple[RuleLine, ...]:
    """One line a rule, in the order of the settings; how many items each decides is counted by `build_report`."""
    return (*_count_mappings(policy, work, index), *_count_exemptions(policy, work))


def _count_mappings(policy: Policy, work: Collection[InTeam], index: BookIndex) -> Iterator[RuleLine]:
    for rule in policy.mappings:
        matched = _count(rule, work)
        yield RuleLine(
            kind=PolicyRuleKind.MAPPING,
            name=rule.name,
            target=rule.key_result,
            owner=rule.owner,
            expires_on=rule.expires_on,
            matched=matched,
            decided=0,
            warning=_warn_of_target(rule, index) or _warn(matched, len(work)),
        )


def _count_exemptions(policy: Policy, work: Collection[InTeam]) -> Iterator[RuleLine]:
    for rule in policy.exemptions:
        matched = _count(rule, work)
        yield RuleLine(
            kind=PolicyRuleKind.EXEMPTION,
            name=rule.name,
            target=rule.category,
            owner="",
            expires_on=rule.expires_on,
            matched=matched,
            decided=0,
            warning=_warn(matched, len(work)),
        )


def _count(rule: MappingRule | ExemptionRule, work: Collection[InTeam]) -> int:
    is_met: Callable[[WorkItem, str], bool] = rule.conditions.are_met
    return sum(is_met(item, team) for item, team in work)


def _warn(matched: int, total: int) -> str:
    if total and not matched:
        return f"matches none of {count(total, 'item')}"
    return f"matches all of {count(total, 'item')}" if total > 1 and matched == total else ""


def _warn_of_target(rule: MappingRule, index: BookIndex) -> str:
    found = index.find((rule.key_result,))
    if found is None:
        meant = index.suggest(rule.key_result)
        return f"names no key result of the book{f'; did you mean {meant}?' if meant else ''}"
    refusal, _ = index.refusal(found)
    if refusal is None:
        return ""
    successor = index.find_successor(found)
    return f"names {found.key}: {refusal.value}{f'; its successor is {successor}' if successor else ''}"
