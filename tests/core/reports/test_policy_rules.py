"""What each rule of the settings catches, and the doubts that are said of it."""

from dataclasses import replace
from datetime import date

import pytest

from align_sync.linking.conditions import Conditions
from align_sync.linking.index import build_index
from align_sync.linking.policy import ExemptionRule, MappingRule, Policy
from align_sync.okr.model import KeyResultState
from align_sync.reports.model import PolicyRuleKind, RuleLine
from align_sync.reports.policy_rules import InTeam, count_rules
from align_sync.work import ItemKind
from tests.make import make_book, make_item, make_kr

CLOSED = KeyResultState.CLOSED
INDEX = build_index(
    make_book(
        "ret90",
        make_kr("past1", state=CLOSED, successor="ret90"),
        make_kr("done7", state=CLOSED),
    )
)
EXPIRES_ON = date(2026, 12, 31)
BUGS = Conditions(kinds=("bug",))
WORK: tuple[InTeam, ...] = (
    (make_item("PAY-1", kind=ItemKind.BUG), "Payments"),
    (make_item("PAY-2"), "Payments"),
    (make_item("SRC-1"), "Search"),
)


def mapping(key: str = "ret90", conditions: Conditions = BUGS) -> MappingRule:
    return MappingRule(name="ours", key_result=key, conditions=conditions, owner="Ana", expires_on=EXPIRES_ON)


EXEMPTION = ExemptionRule(name="bugs", category="bug", conditions=BUGS, reason="they come in")


def warn(rule: MappingRule | ExemptionRule, *work: InTeam) -> str:
    policy = Policy(mappings=(rule,)) if isinstance(rule, MappingRule) else Policy(exemptions=(rule,))
    (line,) = count_rules(policy, work, INDEX)
    return line.warning


def test_each_rule_says_what_it_is_and_how_many_items_meet_it() -> None:
    of_search = mapping(conditions=Conditions(teams=("search",)))
    policy = Policy(mappings=(of_search, mapping()), exemptions=(replace(EXEMPTION, expires_on=EXPIRES_ON),))
    mapped = RuleLine(
        kind=PolicyRuleKind.MAPPING,
        name="ours",
        target="ret90",
        owner="Ana",
        expires_on=EXPIRES_ON,
        matched=1,
        decided=0,
    )
    exempted = replace(mapped, kind=PolicyRuleKind.EXEMPTION, name="bugs", target="bug", owner="")
    assert count_rules(policy, WORK, INDEX) == (mapped, mapped, exempted)


@pytest.mark.parametrize("rule", [mapping(), EXEMPTION], ids=["mapping", "exemption"])
@pytest.mark.parametrize(
    ("work", "warning"),
    [
        (WORK, ""),
        (WORK[1:], "matches none of 2 items"),
        (WORK[1:2], "matches none of 1 item"),
        (WORK[:1] * 2, "matches all of 2 items"),
        # All of one item is no sign of a mistake, and of nothing there is nothing to be said.
        (WORK[:1], ""),
        ((), ""),
    ],
)
def test_a_rule_that_takes_nothing_or_everything_is_doubted(
    rule: MappingRule | ExemptionRule, work: tuple[InTeam, ...], warning: str
) -> None:
    assert warn(rule, *work) == warning


@pytest.mark.parametrize(
    ("key", "warning"),
    [
        ("RET90", ""),
        ("ret9", "names no key result of the book; did you mean ret90?"),
        ("zzz", "names no key result of the book"),
        ("past1", "names past1: closed key result; its successor is ret90"),
        ("done7", "names done7: closed key result"),
    ],
)
@pytest.mark.parametrize("work", [WORK, WORK[1:]], ids=["some", "none"])
def test_a_rule_for_a_key_result_that_takes_no_work_says_so_before_anything_else(
    key: str, warning: str, work: tuple[InTeam, ...]
) -> None:
    assert warn(mapping(key), *work) == (warning or ("" if work is WORK else "matches none of 2 items"))
