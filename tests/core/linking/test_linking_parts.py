from dataclasses import replace
from datetime import date

import pytest

from align_sync.linking.conditions import Conditions
from align_sync.linking.evidence import Evidence, Rejected, RejectReason, RuleKind, Strength
from align_sync.linking.index import build_index
from align_sync.linking.policy import MappingRule, Policy
from align_sync.linking.reading import Ground
from align_sync.linking.ruleset import DEFAULT_LABEL_PATTERNS, build_ruleset
from align_sync.linking.text import LONGEST_TEXT, read_mentions, read_urls
from align_sync.linking.words import say_found, say_rejected
from align_sync.okr.model import KeyResultState
from tests.make import make_book, make_kr, make_ref


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("see https://a.example/x.", ("https://a.example/x",)),
        ("(see https://a.example/x)", ("https://a.example/x",)),
        ("https://a.example/x_(y)", ("https://a.example/x_(y)",)),
        ("https://a.example/x).), and so on", ("https://a.example/x",)),
        ("[words](https://a.example/x)", ("https://a.example/x",)),
        ("[words|https://a.example/x]", ("https://a.example/x",)),
        ("**https://a.example/x**", ("https://a.example/x",)),
        ("<https://a.example/x>", ("https://a.example/x",)),
        ("HTTP://A.example", ("HTTP://A.example",)),
        ("https://a.example/x https://b.example https://a.example/x", ("https://a.example/x", "https://b.example")),
        ("ftp://a.example, a.example, https://", ()),
    ],
)
def test_addresses_are_read_without_what_stands_around_them(text: str, found: tuple[str, ...]) -> None:
    assert read_urls(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("KR: ret90", ("ret90",)),
        ("kr = KR-2.3.", ("KR-2.3",)),
        ("before\n* KR: ret90, nps\nafter", ("ret90", "nps")),
        ("> **KR:** `ret90`", ("ret90",)),
        ("**KR:** ret90", ("ret90",)),
        ("KR: *ret90*", ("ret90",)),
        ("KR: _ret90_", ("ret90",)),
        ("KR: ret_90", ("ret_90",)),
        ("KR: ret90\r\nKR: nps", ("ret90", "nps")),
        ("KR: ret90\nkr: ret90", ("ret90",)),
        ("KR: ,", ()),
        ("KR: *", ()),
        ("KR:\nret90", ()),
        ("OKR: ret90", ()),
        ("the KR: ret90", ()),
        ("kroner: 90", ()),
    ],
)
def test_only_lines_that_begin_so_are_mentions(text: str, found: tuple[str, ...]) -> None:
    assert read_mentions(text) == found


def test_no_word_is_cut_in_two_where_a_text_is_too_long() -> None:
    head = "KR: nps\n".ljust(LONGEST_TEXT - 8)

    assert read_mentions(f"{head}\nKR: KR-12") == ("nps",)
    assert read_urls(f"{head} https://a.example") == ()
    assert read_urls("https://a.example/" + "x" * LONGEST_TEXT) == ()


def test_the_fingerprint_of_an_index_changes_with_what_linking_reads() -> None:
    before = build_index(make_book("ret90", "nps")).fingerprint

    assert build_index(make_book("nps", "ret90")).fingerprint == before
    assert build_index(make_book("ret90", make_kr("nps", title="Said in other words"))).fingerprint == before
    assert build_index(make_book("ret90", make_kr("nps", labels=("voice",)))).fingerprint != before
    assert build_index(make_book("ret90", make_kr("nps", state=KeyResultState.CLOSED))).fingerprint != before


def test_the_fingerprint_of_the_rules_changes_with_every_rule() -> None:
    fingerprints = {
        build_ruleset().fingerprint,
        build_ruleset(label_patterns=()).fingerprint,
        build_ruleset(url_patterns=("(?P<kr>x)",)).fingerprint,
        build_ruleset(with_mentions=True).fingerprint,
        build_ruleset(with_text_urls=True).fingerprint,
        build_ruleset(depth=3).fingerprint,
    }

    assert len(fingerprints) == 6


def test_texts_are_wanted_only_where_a_rule_reads_them() -> None:
    assert not build_ruleset().wants_text
    assert build_ruleset(with_mentions=True).wants_text
    assert build_ruleset(with_text_urls=True).wants_text


def test_what_a_stronger_rule_decided_is_said_in_words() -> None:
    rejected = Rejected(
        reason=RejectReason.WEAKER, key="nps", rule=RuleKind.LABEL, field="labels", found="okr/nps", via=make_ref()
    )

    assert say_rejected(rejected) == "label okr/nps names nps, but a stronger rule decided"


def test_values_with_braces_are_said_as_they_are() -> None:
    evidence = Evidence(key_result="nps", rule=RuleKind.FIELD, field="{found}", found="{field}", via=make_ref())

    assert say_found(evidence) == "field {found} says {field}"


@pytest.mark.parametrize(
    ("patterns", "form"),
    [
        (DEFAULT_LABEL_PATTERNS, "okr/{key}"),
        ((r"^goal[:/-](?P<kr>.+)$",), "goal:{key}"),
        ((r"^okr\.(?P<kr>[A-Z]+-[\d.]+)$",), "okr.{key}"),
        # A pattern that cannot be turned round is not guessed at.
        ((r"^x(a|b)?(?P<kr>[a-z]{3})$",), "{key}, as your label pattern wants it"),
    ],
)
def test_the_advice_names_a_label_that_the_patterns_read(patterns: tuple[str, ...], form: str) -> None:
    assert build_ruleset(label_patterns=patterns).label_form == form


@pytest.mark.parametrize(
    ("rule", "strength"),
    [
        (RuleKind.MANUAL, Strength.DECIDED),
        (RuleKind.FIELD, Strength.STRUCTURED),
        (RuleKind.NAMED, Strength.STRUCTURED),
        (RuleKind.RELATION, Strength.STRUCTURED),
        (RuleKind.LABEL, Strength.LABELLED),
        (RuleKind.URL, Strength.MENTIONED),
        (RuleKind.MENTION, Strength.MENTIONED),
        (RuleKind.MAPPING, Strength.ASSUMED),
    ],
)
def test_how_much_stands_behind_evidence_follows_from_its_rule(rule: RuleKind, strength: Strength) -> None:
    assert Evidence(key_result="nps", rule=rule, field="x", found="y", via=make_ref()).strength is strength


def test_the_fingerprint_of_a_policy_changes_with_every_rule_and_their_order() -> None:
    first = MappingRule(
        name="a", key_result="nps", conditions=Conditions(labels=("x",)), owner="Ana", expires_on=date(2026, 12, 31)
    )
    second = replace(first, name="b", conditions=Conditions(filter="type = bug"))
    policies = (
        Policy(),
        Policy(mappings=(first,)),
        Policy(mappings=(first, second)),
        Policy(mappings=(second, first)),
        Policy(mappings=(replace(first, expires_on=date(2027, 1, 1)),)),
    )

    assert len({policy.fingerprint for policy in policies}) == len(policies)
    assert Policy().is_empty
    assert not policies[1].is_empty


def test_only_a_policy_with_teams_asks_for_teams() -> None:
    rule = MappingRule(name="a", key_result="nps", conditions=Conditions(), owner="Ana", expires_on=date(2026, 12, 31))

    assert not Policy(mappings=(rule,)).asks_for_teams
    assert Policy(mappings=(replace(rule, conditions=Conditions(filter="team = Payments")),)).asks_for_teams


def test_equal_grounds_are_one_entry_of_a_table() -> None:
    ground = Ground(rule=RuleKind.LABEL, field="labels", found="okr/nps", key="nps")

    assert {ground: 1}[replace(ground)] == 1
    assert replace(ground, found="OKR/nps") not in {ground: 1}


def test_no_text_is_near_to_any_key_of_an_empty_book() -> None:
    assert build_index(make_book()).suggest("ret90") is None
