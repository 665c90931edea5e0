"""Explanations: the rules of the settings, and what holds for whatever stands on an item and above it."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from align_sync.linking.ancestry import find_ancestry
from align_sync.linking.decisions import NO_DECISIONS, Decisions
from align_sync.linking.evidence import RuleKind
from align_sync.linking.index import build_index
from align_sync.linking.matcher import Judge
from align_sync.linking.policy import ExemptionRule, MappingRule, Policy
from align_sync.linking.words import say_found
from align_sync.reports.explain import RuleVerdict, explain_chain, explain_policy, say_evidence
from align_sync.reports.model import PolicyRuleKind
from align_sync.work import ItemKind, WorkItem
from tests.core.linking import test_linking_properties as any_world
from tests.core.reports.explained import exempt_as, exempt_by_hand, explain, link_by_hand, map_to
from tests.make import make_item

INFRA, EPIC = ("infra",), ("Epic",)


@pytest.mark.parametrize(
    ("labels", "decided", "mappings", "exemptions", "verdicts"),
    [
        pytest.param(
            (),
            NO_DECISIONS,
            (map_to("nps", labels=INFRA),),
            (exempt_as("bug", kinds=("Bug",)),),
            ["found nothing: its conditions are not met", "found nothing: its conditions are not met"],
            id="none is met",
        ),
        pytest.param(
            INFRA,
            NO_DECISIONS,
            (map_to("ret90", name="All"), map_to("nps", labels=INFRA)),
            (exempt_as("ktlo"),),
            [
                "counts: the item meets its conditions: serves ret90",
                "does not count: the item meets its conditions: mapping rule All decided",
                "does not count: the item meets its conditions: mapping rule All decided",
            ],
            id="the first that is met decides",
        ),
        pytest.param(
            INFRA,
            NO_DECISIONS,
            (map_to("nps", name="Epics", kinds=EPIC), map_to("ret90", labels=INFRA)),
            (),
            [
                "does not count: PAY-2 meets its conditions: mapping rule Checkout decided",
                "counts: the item meets its conditions: serves ret90",
            ],
            id="what the item meets goes before what its parent meets",
        ),
        pytest.param(
            (),
            NO_DECISIONS,
            (map_to("nps", kinds=EPIC),),
            (),
            ["counts: PAY-2 meets its conditions: serves nps"],
            id="what the parent meets counts for the item",
        ),
        pytest.param(
            ("okr/ret90",),
            NO_DECISIONS,
            (map_to("nps"),),
            (exempt_as("ktlo"),),
            ["does not count: the item meets its conditions: a link decided"] * 2,
            id="a link goes before every rule",
        ),
        pytest.param(
            (),
            link_by_hand(),
            (map_to("nps"),),
            (exempt_as("ktlo"),),
            ["does not count: the item meets its conditions: a link decided"] * 2,
            id="so does a link by hand",
        ),
        pytest.param(
            (),
            exempt_by_hand(),
            (map_to("nps"),),
            (exempt_as("ktlo"),),
            ["does not count: the item meets its conditions: a person exempted it"] * 2,
            id="and an exemption by hand",
        ),
        pytest.param(
            (),
            NO_DECISIONS,
            (),
            (exempt_as("ktlo", kinds=EPIC), exempt_as("bug", name="Other", kinds=EPIC)),
            [
                "counts: PAY-2 meets its conditions: exempt as ktlo",
                "does not count: PAY-2 meets its conditions: exemption rule Upkeep decided",
            ],
            id="exemptions inherit",
        ),
        pytest.param(
            ("okr/gone",),
            NO_DECISIONS,
            (),
            (exempt_as("ktlo"),),
            ["does not count: the item meets its conditions: what the item itself names goes before"],
            id="a wrong name is told, and no exemption hides it",
        ),
        pytest.param(
            (),
            NO_DECISIONS,
            (map_to("old"), map_to("nps", name="Second")),
            (),
            [
                (
                    "does not count: the item meets its conditions: "
                    "mapping rule Checkout names old, a closed key result; its successor is nps"
                ),
                "does not count: the item meets its conditions: mapping rule Checkout comes first",
            ],
            id="a rule whose key result is closed links nothing, and no later rule is asked",
        ),
    ],
)
def test_each_rule_of_the_settings_says_what_became_of_it(
    labels: tuple[str, ...],
    decided: Decisions,
    mappings: tuple[MappingRule, ...],
    exemptions: tuple[ExemptionRule, ...],
    verdicts: list[str],
) -> None:
    explanation = explain(
        make_item("PAY-1", labels=labels, parent="PAY-2"),
        make_item("PAY-2", kind=ItemKind.EPIC),
        policy=Policy(mappings=mappings, exemptions=exemptions),
        decided={"PAY-1": decided},
    )
    assert [f"{line.verdict.value}: {line.says}" for line in explanation.policy] == verdicts
    kinds = [PolicyRuleKind.MAPPING] * len(mappings) + [PolicyRuleKind.EXEMPTION] * len(exemptions)
    assert [line.kind for line in explanation.policy] == kinds


def test_a_conflict_at_the_same_distance_with_an_exempt_parent_is_told() -> None:
    item = make_item("PAY-1", parent="PAY-2")
    item = replace(item, parents=(*item.parents, *make_item(parent="PAY-3").parents))
    explanation = explain(
        item,
        make_item("PAY-2", labels=("okr/ret90",)),
        make_item("PAY-3", labels=("okr/nps",)),
        decided={"PAY-2": exempt_by_hand()},
    )
    assert [
        (line.key, rule.verdict.value, rule.says) for line in explanation.chain for rule in line.rules if rule.says
    ] == [
        ("PAY-2", "does not count", ("label okr/ret90 names ret90, but a person exempted it",)),
        ("PAY-3", "counts", ("label okr/nps, so it serves nps",)),
    ]


KEYS = st.sampled_from(("ret90", "nps", "old", "KR-3", "zzz"))
CONDITIONS = st.sampled_from(({}, {"labels": ("backend",)}, {"kinds": ("Epic",)}, {"labels": ("voice",)}))
POLICIES = st.builds(
    lambda mappings, exemptions: Policy(
        mappings=tuple(map_to(key, name=f"Map {n}", **met) for n, (key, met) in enumerate(mappings)),
        exemptions=tuple(exempt_as(c, name=f"Exempt {n}", **met) for n, (c, met) in enumerate(exemptions)),
    ),
    st.lists(st.tuples(KEYS, CONDITIONS), max_size=3),
    st.lists(st.tuples(st.sampled_from(("ktlo", "bug")), CONDITIONS), max_size=3),
)
DECISIONS = st.dictionaries(
    st.sampled_from(("PAY-1", *any_world.NAMES)),
    st.one_of(KEYS.map(link_by_hand), st.just(exempt_by_hand())),
    max_size=3,
)


@settings(deadline=None)
@given(any_world.items, any_world.worlds, POLICIES, DECISIONS)
def test_exactly_the_evidence_of_the_verdict_counts(
    item: WorkItem, world: dict[str, WorkItem], policy: Policy, decided: dict[str, Decisions]
) -> None:
    judge = Judge(
        build_index(any_world.BOOK),
        any_world.RULES,
        policy=policy,
        decisions=lambda ref: decided.get(ref.key, NO_DECISIONS),
    )
    ancestry = find_ancestry(item, lambda ref: world.get(ref.key), depth=any_world.RULES.depth)
    match = judge.match(item, ancestry, team="Payments")
    chain = explain_chain(item, ancestry, match, judge)
    rules = explain_policy(item, ancestry, match, judge, "Payments")

    counted = {
        (line.key, rule.rule, sentence)
        for line in chain
        for rule in line.rules
        if rule.verdict is RuleVerdict.COUNTS
        for sentence in rule.says
    }
    assert counted == {
        (str(one.via), one.rule, f"{say_found(one)}, so it serves {one.key_result}")
        for one in match.evidence
        if one.rule is not RuleKind.MAPPING
    }
    mapped = {one.found for one in match.evidence if one.rule is RuleKind.MAPPING}
    exempted = {match.exempted.rule} - {""} if match.exempted else set()
    assert {line.name for line in rules if line.verdict is RuleVerdict.COUNTS} == mapped | exempted
    assert {line.key for line in chain if line.counts} == {
        str(one.via) for one in match.evidence if one.rule is not RuleKind.MAPPING
    }
    assert all(say_evidence(one).endswith(say_found(one)) for one in match.evidence)
