"""Explanations: what each rule said on each item of the chain."""

import csv
import io
import json
import re
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from align_sync.linking.evidence import Bucket, RuleKind, Waiting
from align_sync.linking.ruleset import build_ruleset
from align_sync.reports.explain import Basis, Explanation, RuleVerdict
from align_sync.reports.model import DisputeLine, SourceState
from align_sync.reports.render import Format, Screen
from align_sync.reports.render.explain import EXPLAINERS, render_explanation
from align_sync.reports.render.explain_csv import COLUMNS
from align_sync.reports.render.explain_schema import explanation_schema
from align_sync.reports.render.explain_words import (
    list_sections,
    say_circumstances,
    say_ground,
    say_limits,
    say_serves,
    say_verdict,
)
from align_sync.reports.render.wording import BUCKET_WORDS
from tests.core.reports.explained import (
    DISPUTED,
    exempt_by_hand,
    explain,
    explain_everything,
    explain_inherited,
    explain_unlinked,
    link_by_hand,
)
from tests.core.reports.hostile import HOSTILE
from tests.golden_files import Golden
from tests.make import NOW, make_book, make_item, make_kr, make_source


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
        assert [rule.rule for rule in line.rules] == [kind for kind in RuleKind if kind is not RuleKind.MAPPING]


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


def test_the_ground_names_the_basis_and_the_source() -> None:
    explanation = explain(make_item(), sources=(make_source(state=SourceState.STALE),))
    assert explanation.is_partial
    decided, basis, same, source = say_ground(explanation)
    assert decided == "decided Mon 23 Nov 2026, 14:30 CET, looking up to 10 steps up"
    for part in (explanation.basis.book_fingerprint, explanation.basis.rules_fingerprint, "5f0c6e3f", "link run 7"):
        assert part in basis
    assert explanation.basis.policy_fingerprint in basis
    assert same == "the same basis gives the same verdict"
    assert source.startswith("Jira: stale")
    assert list(explain(make_item(source="elsewhere")).sources) == []


def test_what_was_never_linked_nor_applied_is_said_so() -> None:
    explanation = explain(make_item())
    bare = Basis(
        book_fingerprint="", rules_fingerprint="r", policy_fingerprint="p", content_hash="", run=None, run_at=None
    )
    assert list(say_ground(replace(explanation, basis=bare)))[1] == (
        "basis: OKR book (none), rules r, settings p, item (not stored), not linked in a run yet"
    )


def test_one_rule_that_found_right_and_wrong_has_a_line_for_each() -> None:
    explanation = explain(make_item("PAY-1", labels=("okr/gone", "okr/nps")))
    assert said(explanation) == [
        ("PAY-1", "label", "counts", "label okr/nps, so it serves nps"),
        ("PAY-1", "label", "does not count", "label okr/gone names no key result of the book"),
    ]
    for form in (Format.MARKDOWN, Format.TABLE):
        assert "counts: label okr/gone" not in render_explanation(explanation, form).replace("not count", "")


def test_a_link_by_hand_stands_first_and_outdoes_the_label() -> None:
    explanation = explain(make_item("PAY-1", labels=("okr/ret90",)), decided={"PAY-1": link_by_hand("nps", share=0.5)})
    assert said(explanation) == [
        ("PAY-1", "manual", "counts", "linked by Bo: it is theirs, so it serves nps"),
        ("PAY-1", "label", "does not count", "label okr/ret90 names ret90, but a stronger rule decided"),
    ]


def test_what_a_person_exempted_counts_no_more_on_the_item_and_above_it() -> None:
    own = explain(make_item("PAY-1", labels=("okr/ret90",)), decided={"PAY-1": exempt_by_hand()})
    above = explain(
        make_item("PAY-1", parent="PAY-2"), make_item("PAY-2", labels=("okr/nps",)), decided={"PAY-2": exempt_by_hand()}
    )
    assert {own.item.bucket, above.item.bucket} == {Bucket.EXEMPT}
    assert said(own) == [("PAY-1", "label", "does not count", "label okr/ret90 names ret90, but a person exempted it")]
    assert said(above) == [("PAY-2", "label", "does not count", "label okr/nps names nps, but a person exempted it")]


def test_a_link_by_hand_lifts_an_exemption_so_that_only_its_distance_speaks_against_it() -> None:
    both = replace(exempt_by_hand(), links=link_by_hand().links)
    explanation = explain(
        make_item("PAY-1", labels=("okr/nps",), parent="PAY-2"), make_item("PAY-2"), decided={"PAY-2": both}
    )
    assert said(explanation)[1:] == [
        ("PAY-2", "manual", "does not count", "linked by hand: it is theirs names nps, but a nearer item decided")
    ]


def test_an_ancestor_beyond_the_depth_is_said_not_to_have_been_asked() -> None:
    explanation = explain_everything()
    assert [line.key for line in explanation.chain] == ["PAY-412", "PAY-301"]
    assert list(say_limits(explanation)) == [
        "what is farther above than 1 step was not asked, by the setting for depth"
    ]


ENDS = Waiting(day=1, days=3, since_at=NOW - timedelta(days=3), ends_on=date(2026, 11, 25))
NOT_BEGUN = Waiting(day=0, days=3)


@pytest.mark.parametrize(
    ("explanation", "sentences"),
    [
        (explain(make_item()), []),
        (
            explain(make_item(), waiting=ENDS),
            ["grace: counted from Fri 20 Nov 2026, 14:30 CET, 1 of 3 used, until 25 Nov 2026"],
        ),
        (explain(make_item(), waiting=replace(ENDS, since_at=None)), ["grace: 1 of 3 used, until 25 Nov 2026"]),
        (explain(make_item(), waiting=NOT_BEGUN), ["grace: 3 working days from the begin of its sprint on"]),
        (explain(make_item(), decided={"PAY-1": exempt_by_hand()}), ["exemption: until 31 Dec 2026"]),
        (explain(make_item(), decided={"PAY-1": exempt_by_hand(until=None)}), ["exemption: without an end"]),
        (
            explain(make_item(), decided={"PAY-1": DISPUTED}),
            [
                (
                    "disputed by Bo: the epic is right, since Sun 22 Nov 2026, 14:30 CET; "
                    "nobody is asked to act until that is settled"
                )
            ],
        ),
        (
            explain(make_item(labels=("okr/nps",)), decided={"PAY-1": DISPUTED}),
            ["disputed by Bo: the epic is right, since Sun 22 Nov 2026, 14:30 CET"],
        ),
    ],
)
def test_grace_exemption_and_dispute_are_told_with_their_days(explanation: Explanation, sentences: list[str]) -> None:
    assert list(say_circumstances(explanation)) == sentences
    for form in (Format.TABLE, Format.MARKDOWN):
        text = render_explanation(explanation, form)
        assert all(sentence in text for sentence in sentences)


def test_decisions_and_evidence_are_told_with_their_state_and_times() -> None:
    _, decided, known = list_sections(explain_everything())
    assert [(fact.state, fact.counts) for fact in decided.facts] == [
        ("in force", True),
        ("ended", False),
        ("ran out", False),
    ]
    assert [(fact.state, fact.counts) for fact in known.facts] == [("holds", True), ("gone", False)]
    assert "recorded Sun 25 Oct 2026, 14:30 CET; ended Tue 3 Nov 2026, 14:30 CET" in decided.facts[1].says
    assert list_sections(explain(make_item())) == ()


COMPLETE = list(EXPLAINERS)


@pytest.mark.parametrize("form", COMPLETE)
@pytest.mark.parametrize("screen", [Screen(), Screen(width=400, is_terminal=True)])
def test_every_section_is_in_every_form(form: Format, screen: Screen) -> None:
    explanation = explain_everything()
    text = re.sub(r"\\", "", render_explanation(explanation, form, screen=screen))
    assert explanation.item.because in text
    for line in explanation.policy:
        assert line.name in text
        assert line.says in text
    for decision in explanation.decisions:
        assert decision.says in text
    for known in explanation.ledger:
        assert known.says in text
        assert known.strength in text


def test_the_verdict_is_the_sentence_of_the_report() -> None:
    for explanation in (explain_unlinked(), explain_inherited(), explain_everything()):
        assert say_verdict(explanation) == f"{BUCKET_WORDS[explanation.item.bucket]}: {explanation.match.because}"
        assert explanation.item.because == explanation.match.because


def test_the_json_keeps_its_schema_and_the_schema_names_every_member() -> None:
    Draft202012Validator.check_schema(explanation_schema())
    validator = Draft202012Validator(explanation_schema(), format_checker=FormatChecker())
    exempted = explain(make_item(), decided={"PAY-1": exempt_by_hand()}, waiting=ENDS)
    for explanation in (explain_everything(), explain_inherited(), explain_unlinked(), exempted):
        value = json.loads(render_explanation(explanation, Format.JSON))
        validator.validate(value)
        assert_described(value, explanation_schema())


def assert_described(value: Any, schema: Any) -> None:
    if isinstance(value, dict):
        assert set(value) <= set(schema["properties"])
        for name, member in value.items():
            assert_described(member, schema["properties"][name])
    if isinstance(value, list):
        for member in value:
            assert_described(member, schema["items"])


def test_each_record_of_the_csv_has_the_verdict_and_every_column() -> None:
    rows = list(csv.reader(io.StringIO(render_explanation(explain_everything(is_sample=True), Format.CSV))))
    assert {len(row) for row in rows} == {len(COLUMNS)}
    assert {tuple(row[:4]) for row in rows[1:]} == {("SAMPLE DATA", "PAY-412", "rule", "mapping rule Checkout of Ana")}
    assert list(dict.fromkeys(row[4] for row in rows[1:])) == ["chain", "settings", "decision", "evidence"]


TERMINAL = Screen(width=100, is_terminal=True)


@pytest.mark.parametrize(
    ("name", "form", "screen"),
    [
        ("terminal.txt", Format.TABLE, TERMINAL),
        ("piped.tsv", Format.TABLE, Screen()),
        ("explain.md", Format.MARKDOWN, Screen()),
        ("explain.json", Format.JSON, Screen()),
        ("explain.csv", Format.CSV, Screen()),
    ],
)
def test_an_explanation_of_everything_looks_as_it_did(golden: Golden, name: str, form: Format, screen: Screen) -> None:
    golden(f"explain/everything.{name}", render_explanation(explain_everything(is_sample=True), form, screen=screen))


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
    assert explanation.basis.book_fingerprint in text or form is Format.CSV
    for rejected in explanation.item.rejected:
        assert rejected[: len("label okr/...")] in text


CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("form", EXPLAINERS)
@pytest.mark.parametrize("screen", [Screen(), TERMINAL])
def test_no_text_of_people_or_settings_acts(text: str, form: Format, screen: Screen) -> None:
    whole = explain_everything()
    dispute = DisputeLine(author=text, reason=text, since_at=NOW)
    explanation = replace(
        whole,
        item=replace(whole.item, title=text, because=text, address=text, dispute=dispute, rejected=(text,)),
        policy=tuple(replace(line, name=text, says=text) for line in whole.policy),
        decisions=tuple(replace(line, author=text, says=text) for line in whole.decisions),
        ledger=tuple(replace(line, says=text, key_result=text) for line in whole.ledger),
    )
    written = render_explanation(explanation, form, screen=screen)
    assert not CONTROL.search(written)
    if form is Format.TABLE and not screen.is_terminal:
        for name, tabs in (("chain", 5), ("rules of the settings", 3), ("decisions", 5), ("evidence", 6)):
            rows = written.split(f"\n# {name}\n")[1].split("\n\n")[0].splitlines()
            assert {row.count("\t") for row in rows} == {tabs}
    if form in {Format.MARKDOWN, Format.HTML}:
        assert "<script" not in written
    if form is Format.CSV:
        cells = [one for record in csv.reader(io.StringIO(written)) for one in record]
        assert not [one for one in cells if one.lstrip().startswith(("=", "+", "@", "\uff1d"))]
