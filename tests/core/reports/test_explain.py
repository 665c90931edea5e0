"""Explanations: what each rule said on each item of the chain."""

import re
from dataclasses import replace

import pytest

from align_sync.linking.evidence import Bucket, RuleKind
from align_sync.linking.ruleset import build_ruleset
from align_sync.reports.explain import Explanation, RuleVerdict
from align_sync.reports.model import SourceState
from align_sync.reports.render import Format, Screen
from align_sync.reports.render.explain import EXPLAINERS, render_explanation
from align_sync.reports.render.explain_words import say_ground, say_limits, say_serves
from tests.core.reports.explained import explain, explain_inherited, explain_unlinked
from tests.make import make_book, make_item, make_kr, make_source


def said(explanation: Explanation) -> list[tuple[str, str, str, str]]:
    """What was found, as (item, rule, verdict, sentence)."""
    return [
        (line.key, rule.rule.value, rule.verdict.value, sentence)
        for line in explanation.chain
        for rule in line.rules
        for sentence in rule.says
    ]


def test_a_mistyped_label_and_a_closed_key_result_are_named_where_they_stand() -> None:
    explanation = explain_unlinked()
    assert explanation.item.bucket is Bucket.INVALID
    assert said(explanation) == [
        (
            "PAY-412",
            "label",
            "does not count",
            "label okr/ret-09 names no key result of the book; did you mean ret90?",
        ),
        (
            "PAY-301",
            "label",
            "does not count",
            "label okr/old names old, a closed key result; its successor is nps",
        ),
    ]
    assert [(line.key, line.distance, line.counts) for line in explanation.chain] == [
        ("PAY-412", 0, False),
        ("PAY-301", 1, False),
        ("Checkout", 2, False),
    ]
    assert explanation.item.fixes[0] == (
        "replace the label okr/ret-09 by okr/ret90 in Jira: https://jira.example/browse/PAY-412"
    )
    assert [line.source for line in explanation.sources] == ["jira"]


def test_every_rule_is_listed_on_every_item_in_the_order_of_strength() -> None:
    for line in explain_unlinked().chain:
        assert [rule.rule for rule in line.rules] == list(RuleKind)


def test_what_decides_counts_and_what_is_farther_does_not() -> None:
    explanation = explain_inherited()
    assert sorted(said(explanation)) == [
        ("PAY-300", "label", "does not count", "label okr/gone names no key result of the book"),
        ("PAY-300", "label", "does not count", "label okr/old names old, a closed key result; its successor is nps"),
        ("PAY-300", "label", "does not count", "label okr/ret90 names ret90, but a nearer item decided"),
        ("PAY-301", "label", "counts", "label okr/nps=0.3, so it serves nps"),
        ("PAY-301", "label", "counts", "label okr/ret90=0.7, so it serves ret90"),
    ]
    assert explanation.chain[1].counts
    title = "Retention after 90 days rises from 64 % to 75 %"
    assert sorted(say_serves(explanation)) == [
        f"nps ({title}) with 30 % of the item",
        f"ret90 ({title}) with 70 % of the item",
    ]


def test_a_stronger_rule_leaves_the_weaker_visible() -> None:
    book = make_book("ret90", make_kr("nps", items=("PAY-1",)))
    explanation = explain(make_item("PAY-1", labels=("okr/ret90",)), book=book)
    assert said(explanation) == [
        ("PAY-1", "named", "counts", "the OKR book lists item PAY-1, so it serves nps"),
        ("PAY-1", "label", "does not count", "label okr/ret90 names ret90, but a stronger rule decided"),
    ]


@pytest.mark.parametrize(("with_mentions", "verdict"), [(False, RuleVerdict.OFF), (True, RuleVerdict.NOTHING)])
def test_a_rule_that_is_switched_off_is_said_to_be(with_mentions: bool, verdict: RuleVerdict) -> None:
    explanation = explain(make_item(), rules=build_ruleset(with_mentions=with_mentions))
    assert explanation.chain[0].rules[-1].verdict is verdict
    assert {rule.verdict for rule in explanation.chain[0].rules[:-1]} == {RuleVerdict.NOTHING}


def test_what_could_not_be_read_and_loops_are_said() -> None:
    unseen = explain(make_item("PAY-1", parent="PAY-2"))
    assert unseen.item.bucket is Bucket.UNKNOWN
    assert list(say_limits(unseen)) == ["PAY-2 is named as something that it belongs to, but could not be read"]
    loop = explain(make_item("PAY-1", parent="PAY-2"), make_item("PAY-2", parent="PAY-1"))
    assert list(say_limits(loop)) == ["the parents form a loop; each was asked once"]


def test_an_item_without_an_address_is_no_link() -> None:
    explanation = explain(replace(make_item(), address=""))
    for form in EXPLAINERS:
        assert "https://" not in render_explanation(explanation, form, screen=Screen(is_terminal=True))


def test_the_ground_names_the_fingerprints_and_the_source() -> None:
    explanation = explain(make_item(), sources=(make_source(state=SourceState.STALE),))
    assert explanation.is_partial
    decided, source = say_ground(explanation)
    assert explanation.book_fingerprint in decided
    assert explanation.rules_fingerprint in decided
    assert source.startswith("Jira: stale")
    assert list(explain(make_item(source="elsewhere")).sources) == []


@pytest.mark.parametrize("form", EXPLAINERS)
@pytest.mark.parametrize(
    "screen", [Screen(), Screen(width=60, is_terminal=True), Screen(is_terminal=True, colour=True)]
)
@pytest.mark.parametrize(
    "explanation",
    [
        explain_unlinked(),
        explain_inherited(),
        explain(make_item("PAY-1", parent="PAY-2")),
        explain(make_item("PAY-1", labels=("okr/ret90",)), book=make_book()),
        explain(make_item("PAY-1", labels=("okr/ret90",))),
        explain(make_item("PAY-1", labels=("okr/ret90",)), rules=build_ruleset(with_mentions=True)),
    ],
)
def test_every_explanation_has_every_form(form: Format, screen: Screen, explanation: Explanation) -> None:
    text = re.sub(r"\\|\x1b\[[\d;]*m", "", render_explanation(explanation, form, screen=screen))
    assert explanation.item.key in text
    assert explanation.book_fingerprint in text
    for rejected in explanation.item.rejected:
        assert rejected[: len("label okr/...")] in text
