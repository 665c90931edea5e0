"""Conditions of rules: the tables of tests/cases/conditions, the errors of filters, and laws that always hold."""

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from align_sync.linking.conditions import Conditions
from align_sync.linking.policy import ExemptionRule, Policy
from align_sync.linking.query.model import FilterError
from align_sync.linking.query.parser import DEEPEST_NESTING, parse_filter
from align_sync.linking.query.tokens import LONGEST_FILTER
from align_sync.work import ItemKind, StatusCategory, WorkItem
from tests.make import make_item

CASES = Path(__file__).parents[2] / "cases" / "conditions"
KNOWN_MEMBERS = {"reason", "conditions", "filter", "item", "team", "meets"}


def read_rows(*names: str) -> list[Any]:
    return list(_read_rows(*names))


def _read_rows(*names: str) -> Iterator[Any]:
    for name in names:
        for row in yaml.safe_load((CASES / f"{name}.yaml").read_text(encoding="utf-8")):
            yield pytest.param(row, id=f"{name}: {row.get('reason') or row['filter']}")


def read_item(said: dict[str, Any]) -> WorkItem:
    """What a row tells of the item; whatever it does not mention is as here."""
    kind = ItemKind(said.get("kind", "story"))
    item = make_item(
        said.get("key", "PAY-1"),
        source=said.get("source", "jira"),
        title=said.get("title", "Retry failed card payments"),
        kind=kind,
        labels=tuple(said.get("labels", ())),
        points=said.get("points", 3),
    )
    return replace(
        item,
        kind_name=said.get("kind_name", kind.value.title()),
        container=said.get("container", ""),
        components=tuple(said.get("components", ())),
        status=said.get("status", "In Progress"),
        status_category=StatusCategory(said.get("status_category", "in progress")),
        priority=said.get("priority"),
    )


def read_conditions(row: dict[str, Any]) -> Conditions:
    said: dict[str, Any] = dict(row.get("conditions") or {"filter": row.get("filter", "")})
    read: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in said.items()}
    return Conditions(**read)


@pytest.mark.parametrize("row", read_rows("conditions", "filters"))
def test_conditions_are_met_as_the_table_says(row: dict[str, Any]) -> None:
    assert row.keys() <= KNOWN_MEMBERS
    assert read_conditions(row).are_met(read_item(row["item"]), row.get("team", "Payments")) is row["meets"]


@pytest.mark.parametrize("row", read_rows("faults"))
def test_a_filter_that_cannot_be_read_says_where_and_what_to_write(row: dict[str, Any]) -> None:
    with pytest.raises(FilterError) as caught:
        parse_filter(row["filter"])
    assert str(caught.value).startswith(row["says"])
    assert caught.value.column == row["column"]


def test_brackets_have_a_greatest_depth() -> None:
    deep = "(" * DEEPEST_NESTING + "type = bug" + ")" * DEEPEST_NESTING
    assert parse_filter(deep) == parse_filter("type = bug")
    with pytest.raises(FilterError, match="brackets stand more than 20 deep; make two rules of it") as caught:
        parse_filter(f"({deep})")
    assert caught.value.column == DEEPEST_NESTING + 1


def test_a_filter_has_a_greatest_length() -> None:
    longest = "type = bug".ljust(LONGEST_FILTER)
    assert parse_filter(longest) == parse_filter("type = bug")
    with pytest.raises(FilterError, match="at most 2000 characters") as caught:
        parse_filter(f"{longest} ")
    assert caught.value.column == LONGEST_FILTER + 1


def test_a_long_word_is_cut_in_the_message() -> None:
    with pytest.raises(FilterError) as caught:
        parse_filter("x" * 1_500)
    assert len(str(caught.value)) < 250


@pytest.mark.parametrize(
    ("conditions", "asks", "named"),
    [
        (Conditions(projects=("PAY",)), False, ()),
        (Conditions(filter="summary ~ team"), False, ()),
        (Conditions(teams=("A", "B")), True, ("A", "B")),
        (Conditions(filter="type = bug and not (TEAM = A or team in (B, A))"), True, ("A", "B")),
        (Conditions(teams=("A",), filter="team != B and team ~ c"), True, ("A", "B")),
        (Conditions(filter="type = bug or team is empty"), True, ()),
    ],
)
def test_whether_the_team_matters_and_which_are_named(
    conditions: Conditions, asks: bool, named: tuple[str, ...]
) -> None:
    assert conditions.asks_for_team is asks
    assert conditions.named_teams == named
    rule = ExemptionRule(name="x", category="bug", conditions=conditions, reason="because")
    assert Policy(exemptions=(rule,)).asks_for_teams is asks


def test_only_conditions_that_say_nothing_are_empty() -> None:
    assert Conditions().is_empty
    assert not Conditions(filter="type = bug").is_empty


def test_a_rule_that_is_asked_is_compiled_once() -> None:
    conditions = Conditions(filter="type = bug")
    assert conditions.predicate is conditions.predicate
    assert conditions.predicate is Conditions(filter="type = bug").predicate
    assert conditions.predicate(make_item(kind=ItemKind.BUG), "")


def test_a_rule_is_part_of_the_fingerprint_of_its_policy() -> None:
    def fingerprint(text: str) -> str:
        rule = ExemptionRule(name="x", category="bug", conditions=Conditions(filter=text), reason="because")
        return Policy(exemptions=(rule,)).fingerprint

    assert fingerprint("type = bug") == fingerprint("type = bug")
    assert fingerprint("type = bug") != fingerprint("type = story")


NAMES = ("a", "B", "in", "Payment Gateway", 'say "x"', "back\\slash", "straße", "it's")
some = st.lists(st.sampled_from(NAMES), max_size=3)
items = st.builds(
    lambda labels, components, priority, points, category: replace(
        make_item(labels=tuple(labels), points=points),
        components=tuple(components),
        priority=priority,
        status_category=category,
    ),
    some,
    some,
    st.none() | st.sampled_from(NAMES),
    st.none() | st.sampled_from((0.0, 1.0, 2.5, 8.0)),
    st.sampled_from(list(StatusCategory)),
)
teams = st.sampled_from(("", *NAMES))


def quote(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


fields = st.sampled_from(("label", "component", "priority", "team", "project"))
values = st.sampled_from(NAMES).map(quote)
comparisons = st.one_of(
    st.builds("{} {} {}".format, fields, st.sampled_from(("=", "!=", "~", "!~")), values),
    st.builds("{} {} ({}, {})".format, fields, st.sampled_from(("in", "not in")), values, values),
    st.builds("{} is {}empty".format, fields, st.sampled_from(("", "not "))),
    st.builds(
        "points {} {}".format, st.sampled_from(("=", "!=", "<", "<=", ">", ">=")), st.sampled_from(("0", "2.5", "8"))
    ),
    st.builds("statusCategory {} {}".format, st.sampled_from(("=", "!=")), st.sampled_from(("done", "todo"))),
)
filters = st.recursive(
    comparisons,
    lambda inner: st.one_of(
        inner.map("not ({})".format),
        st.builds("({}) and ({})".format, inner, inner),
        st.builds("({}) or ({})".format, inner, inner),
    ),
    max_leaves=6,
)


def fault_of(text: str) -> FilterError | None:
    try:
        parse_filter(text)
    except FilterError as error:
        return error
    return None


def meets(text: str, item: WorkItem, team: str) -> bool:
    return Conditions(filter=text).are_met(item, team)


@settings(deadline=None)
@given(filters, items, teams)
def test_not_not_changes_nothing(text: str, item: WorkItem, team: str) -> None:
    assert meets(f"not not ({text})", item, team) == meets(f"not (not ({text}))", item, team) == meets(text, item, team)


@settings(deadline=None)
@given(filters, filters, items, teams)
def test_de_morgan_holds_for_empty_fields_too(left: str, right: str, item: WorkItem, team: str) -> None:
    assert meets(f"not (({left}) and ({right}))", item, team) == meets(f"not ({left}) or not ({right})", item, team)
    assert meets(f"not (({left}) or ({right}))", item, team) == meets(f"not ({left}) and not ({right})", item, team)


@settings(deadline=None)
@given(filters, items, teams)
def test_no_filter_and_its_contrary_are_met_at_once(text: str, item: WorkItem, team: str) -> None:
    assert not (meets(text, item, team) and meets(f"not ({text})", item, team))


@settings(deadline=None)
@given(fields, st.lists(values, min_size=1, max_size=4), items, teams)
def test_in_is_one_equal_or_the_other(field: str, wanted: list[str], item: WorkItem, team: str) -> None:
    among = ", ".join(wanted)
    one_of = " or ".join(f"{field} = {value}" for value in wanted)
    none_of = " and ".join(f"{field} != {value}" for value in wanted)
    assert meets(f"{field} in ({among})", item, team) == meets(one_of, item, team)
    assert meets(f"{field} not in ({among})", item, team) == meets(none_of, item, team)
    assert meets(f"not {field} in ({among})", item, team) == meets(none_of, item, team)


@settings(deadline=None)
@given(fields, values, items, teams)
def test_a_field_is_the_value_or_not_or_empty_and_never_two_of_it(
    field: str, value: str, item: WorkItem, team: str
) -> None:
    for same, other in (("=", "!="), ("~", "!~")):
        ways = (f"{field} {same} {value}", f"{field} {other} {value}", f"{field} is empty")
        assert [meets(way, item, team) for way in ways].count(True) == 1


@settings(deadline=None)
@given(filters)
def test_all_text_between_words_may_stand_in_any_case_and_with_any_blanks(text: str) -> None:
    loud = text.replace(" and ", " AND ").replace(" or ", "\tOr\n").replace("not (", "NOT  (").replace(" is ", " IS ")
    assert parse_filter(loud) == parse_filter(text)


PIECES = (
    *("and", "or", "not", "in", "is", "empty", "(", ")", ",", "=", "!=", "~", "<", "!", "&&", '"', "'", "\\", " "),
    *("type", "label", "points", "statusCategory", "a", "3", '"x y"', "\n", "\x00", "order by", "é", "&", "|"),
)


@settings(max_examples=300, deadline=None)
@given(st.text() | st.lists(st.sampled_from(PIECES)).map(" ".join) | st.lists(st.sampled_from(PIECES)).map("".join))
def test_any_text_is_a_filter_or_an_error_with_a_column_in_it(text: str) -> None:
    fault = fault_of(text)
    if fault is None:
        assert meets(text, make_item(), "Payments") in {True, False}
    else:
        assert 1 <= fault.column <= len(text) + 1
        assert fault.message


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from(PIECES), min_size=1, max_size=6))
def test_long_filters_are_read_in_a_moment(pieces: list[str]) -> None:
    piece = " ".join(pieces)
    text = (f"{piece} " * LONGEST_FILTER)[:LONGEST_FILTER]
    started = time.monotonic()
    fault_of(text)
    assert time.monotonic() - started < 0.5


HOSTILE = ("(", "not ", "!", '"', "'\\", "\\", "type=a and ", "type = a or (", "label in (", "a", "<", "&", "! (", "x=")


@pytest.mark.parametrize("piece", HOSTILE)
def test_filters_made_to_be_slow_are_not(piece: str) -> None:
    started = time.monotonic()
    with pytest.raises(FilterError):
        parse_filter((piece * LONGEST_FILTER)[:LONGEST_FILTER])
    assert time.monotonic() - started < 0.5
