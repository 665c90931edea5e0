"""From judged items to the report: filters, figures, notes and order."""

from dataclasses import replace
from datetime import timedelta
from math import fsum
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from align_sync.errors import Problem
from align_sync.linking.evidence import Bucket
from align_sync.okr.model import Book, KeyResultState
from align_sync.reports.model import (
    ExemptionLine,
    Filters,
    Lens,
    ReportItem,
    SignalKind,
    SourceLine,
    SourceState,
    Standing,
)
from align_sync.reports.order import natural_order
from align_sync.work import Sprint
from tests.core.reports.built import ITEMS, POLICY_RULES, build, make_rule
from tests.core.reports.story import make_report, rich_book, rich_items
from tests.make import NOW, make_book, make_kr, make_report_item, make_source, make_sprint


@given(items=ITEMS, random=st.randoms(use_true_random=False))
def test_the_order_of_the_input_does_not_matter(items: list[ReportItem], random: Random) -> None:
    shuffled = items.copy()
    random.shuffle(shuffled)
    assert build(*shuffled) == build(*items)


@given(items=ITEMS, lens=st.sampled_from(Lens))
def test_the_figures_of_the_teams_add_up_to_the_headline(items: list[ReportItem], lens: Lens) -> None:
    report = build(*items, count_by=lens, budgets={"Search": 0.1})
    for bucket in Bucket:
        of_teams = fsum(line.tally.counts[bucket] for line in report.teams)
        assert of_teams == pytest.approx(report.headline.counts[bucket])
    assert fsum(line.tally.over for line in report.teams) == pytest.approx(report.headline.over)
    assert sum(line.tally.imputed for line in report.teams) == report.headline.imputed
    assert report.lenses[0].total == len({(item.source, item.external_id) for item in items}) == len(report.items)


@given(items=ITEMS, lens=st.sampled_from(Lens))
def test_the_lens_of_the_policy_gives_the_headline(items: list[ReportItem], lens: Lens) -> None:
    report = build(*items, count_by=lens)
    assert [figures.lens for figures in report.lenses] == list(Lens)
    assert report.headline in report.lenses
    for tally in (report.headline, *(line.tally for line in report.teams)):
        assert tally.lens is lens
        assert tally.coverage is None or 0 <= tally.coverage <= 1
        assert (tally.coverage is None) is bool(tally.withheld)
    assert all(line.tally in line.lenses and len(line.lenses) == len(Lens) for line in report.teams)


@given(items=ITEMS)
def test_the_shares_of_key_results_add_up_to_the_linked_items(items: list[ReportItem]) -> None:
    report = build(*items)
    assert sum(line.share_sum for line in report.key_results) == pytest.approx(report.lenses[0].linked)


def test_a_bucket_filter_hides_items_but_keeps_the_figures() -> None:
    items = (make_report_item("PAY-1"), make_report_item("PAY-2", Bucket.DIRECT))
    report = make_report(*items, filters=Filters(buckets=(Bucket.UNLINKED,)))
    assert [item.key for item in report.items] == ["PAY-1"]
    assert report.headline.coverage == 0.5
    assert report.teams[0].tally.total == 2


MIXED = (
    make_report_item("A-1", Bucket.DIRECT, key_results=("ret90", "nps")),
    make_report_item("A-2", Bucket.RULE, key_results=("nps",), rule="Checkout"),
    make_report_item("A-3", Bucket.EXEMPT, category="bug", rule="Upkeep"),
    replace(
        make_report_item("A-4", Bucket.EXEMPT),
        exempted=ExemptionLine(category="ktlo", reason="r", rule="", author="Ana", expires_on=None, says="s"),
    ),
    make_report_item("A-5", points=None),
    make_report_item("A-6", is_disputed=True),
    make_report_item("A-7", team="Search", is_disputed=True, points=None),
    *(make_report_item(f"S-{n}", Bucket.DIRECT, team="Search", key_results=("nps",), points=2) for n in range(5)),
)


@pytest.mark.parametrize(
    ("filters", "keys"),
    [
        (Filters(key_results=("RET90",)), "A-1"),
        (Filters(key_results=("ret90", "nps"), teams=("Payments",)), "A-1 A-2"),
        (Filters(categories=("bug", "security")), "A-3"),
        (Filters(categories=("bug", "ktlo")), "A-3 A-4"),
        (Filters(categories=("BUG",)), "A-3"),
        (Filters(categories=("Ktlo", "Bug")), "A-3 A-4"),
        (Filters(rules=("Checkout",)), "A-2"),
        (Filters(rules=("CHECKOUT",)), "A-2"),
        (Filters(rules=("checkout", "upKeep")), "A-2 A-3"),
        (Filters(signals=(SignalKind.CROWDED,)), "S-0 S-1 S-2 S-3 S-4"),
        (Filters(signals=(SignalKind.CROWDED,), teams=("Payments",)), ""),
        (Filters(only_disputed=True), "A-6 A-7"),
        (Filters(only_imputed=True), "A-5 A-7"),
        (Filters(only_imputed=True, only_disputed=True), "A-7"),
        (Filters(buckets=(Bucket.EXEMPT,), categories=("ktlo",)), "A-4"),
    ],
)
def test_filters_of_the_list_leave_the_figures_alone(filters: Filters, keys: str) -> None:
    rules = tuple(make_rule(kind, name) for kind, name in POLICY_RULES)
    report = build(*MIXED, filters=filters, rules=rules)
    assert sorted(item.key for item in report.items) == keys.split()
    whole = build(*MIXED, filters=Filters(teams=filters.teams), rules=rules)
    assert replace(report, items=(), filters=whole.filters) == replace(whole, items=())


def test_teams_that_differ_in_case_are_told_apart_where_they_are_named_exactly() -> None:
    items = (make_report_item("A-1"), make_report_item("A-2", team="payments"))
    named = {
        name: {item.key for item in build(*items, filters=Filters(teams=(name,))).items}
        for name in ("Payments", "payments", "PAYMENTS")
    }
    assert named == {"Payments": {"A-1"}, "payments": {"A-2"}, "PAYMENTS": {"A-1", "A-2"}}


def test_a_filter_for_a_source_does_not_change_what_stands_in_for_an_estimate() -> None:
    items = (
        make_report_item("A-1", points=8, source="linear"),
        make_report_item("A-2", points=None),
        make_report_item("A-3", points=2),
    )
    narrowed = build(*items, filters=Filters(sources=("jira",)))
    assert [item.imputed_points for item in narrowed.items] == [None, 5.0]


def test_disputes_are_counted_by_what_decided_and_ask_nobody_to_act() -> None:
    items = (
        make_report_item("A-1", is_disputed=True, points=99),
        make_report_item("A-2", Bucket.DIRECT, is_disputed=True),
        make_report_item("A-3", Bucket.RULE, is_disputed=True),
        make_report_item("A-4", Bucket.RULE, is_disputed=True),
        make_report_item("A-5"),
        make_report_item("B-1", team="Search", is_disputed=True),
    )
    report = build(*items, filters=Filters(teams=("Payments",)))
    assert report.disputed == {"label": 1, "mapping": 2, "unlinked": 1}
    assert [(item.key, bool(item.fixes)) for item in report.items[:2]] == [("A-5", True), ("A-1", False)]
    # It is still missing, until somebody agrees.
    assert report.headline.counts[Bucket.UNLINKED] == 2


def test_rules_say_how_many_items_of_the_scope_they_decided() -> None:
    rules = tuple(make_rule(kind, name) for kind, name in POLICY_RULES)
    other = make_report_item("B-1", Bucket.RULE, team="Mobile", rule="Checkout")
    assert [rule.decided for rule in build(*MIXED, other, rules=rules).rules] == [2, 1]
    narrowed = build(*MIXED, other, rules=rules, filters=Filters(teams=("Mobile",))).rules
    assert [(rule.decided, rule.matched) for rule in narrowed] == [(1, 9), (0, 9)]


def test_each_team_is_held_to_its_own_budget() -> None:
    items = [
        make_report_item(f"{team}-{n}", Bucket.EXEMPT if n < 5 else Bucket.DIRECT, team=team)
        for team in ("Ant", "Bee")
        for n in range(10)
    ]
    sprints = (make_sprint("9", team="Cat"),)
    report = build(*items, sprints=sprints, default_budget=0.4, budgets={"Ant": 0.5, "Cat": 0.1})
    lines = {line.team: line.tally for line in report.teams}
    assert {team: (tally.budget, tally.over) for team, tally in lines.items()} == {
        "Ant": (0.5, 0),
        "Bee": (0.4, 1),
        "Cat": (0.1, 0),
    }
    assert report.headline.coverage == pytest.approx(10 / 11)
    assert report.standing is Standing.ON_TRACK


def test_filters_for_teams_and_sources_narrow_the_figures() -> None:
    items = (
        make_report_item("PAY-1"),
        make_report_item("SRC-1", Bucket.DIRECT, team="Search", source="linear"),
        make_report_item("SRC-2", team="Search"),
    )
    sources = (make_source(), make_source("linear", state=SourceState.STALE))
    by_team = make_report(*items, sources=sources, filters=Filters(teams=("search",)))
    assert [item.key for item in by_team.items] == ["SRC-2", "SRC-1"]
    assert by_team.is_partial
    by_source = make_report(*items, sources=sources, filters=Filters(sources=("jira",)))
    assert [item.key for item in by_source.items] == ["PAY-1", "SRC-2"]
    assert not by_source.is_partial


def test_items_that_need_action_come_first_then_by_team_size_and_number() -> None:
    items = (
        make_report_item("PAY-2", Bucket.DIRECT, points=13),
        make_report_item("PAY-3", Bucket.UNKNOWN),
        make_report_item("SRC-1", team="Search", points=8),
        make_report_item("PAY-10", points=2),
        make_report_item("PAY-9", Bucket.INVALID, points=2),
        make_report_item("PAY-11", points=None),
        make_report_item("PAY-12", points=5),
    )
    expected = ["PAY-12", "PAY-9", "PAY-10", "PAY-11", "SRC-1", "PAY-3", "PAY-2"]
    assert [item.key for item in make_report(*items).items] == expected


def test_keys_are_ordered_as_people_read_numbers() -> None:
    assert sorted(["PAY-10", "PAY-9", "B", "pay-1", "7"], key=natural_order) == ["7", "B", "pay-1", "PAY-9", "PAY-10"]


def test_an_item_that_comes_twice_is_counted_once() -> None:
    item = make_report_item("PAY-1")
    assert make_report(item, replace(item, sprint="Sprint 43")).headline.total == 1


def test_teams_come_with_the_lowest_coverage_first_and_withheld_ones_last() -> None:
    items = (
        make_report_item("A-1", Bucket.DIRECT, team="Ant"),
        make_report_item("B-1", team="Bee"),
        make_report_item("C-1", Bucket.UNKNOWN, team="Cat"),
        make_report_item("D-1", Bucket.DIRECT, team="Dog", source="linear"),
        make_report_item("D-2", team="Dog"),
    )
    sprints = (make_sprint("42", team="Bee", name="Bee 7"), make_sprint("99", team="Elk", name="Elk 1"))
    lines = make_report(*items, sprints=sprints).teams
    assert [(line.team, line.source, line.standing) for line in lines] == [
        ("Bee", "jira", Standing.OFF_TRACK),
        ("Dog", "jira, linear", Standing.OFF_TRACK),
        ("Ant", "jira", Standing.ON_TRACK),
        ("Cat", "jira", Standing.UNKNOWN),
        # Its sprint is empty: that is said, and is not a coverage of zero.
        ("Elk", "jira", Standing.UNKNOWN),
    ]
    assert lines[0].sprints == ("Bee 7", "Sprint 42")
    assert lines[4].tally.withheld == "no item is in scope"


def test_sprints_say_how_many_items_they_hold() -> None:
    items = (make_report_item("PAY-1"), make_report_item("PAY-2", team="Search"))
    sprints = (make_sprint("42"), make_sprint("7", name="Sprint 7", team="Payments"), make_sprint("8", team=""))
    whole = make_report(*items, sprints=sprints)
    assert [(line.external_id, line.items) for line in whole.sprints] == [("8", 0), ("7", 0), ("42", 2)]
    # A sprint of another team stays where it holds an item of the team that was asked for.
    narrowed = make_report(*items, sprints=sprints, filters=Filters(teams=("Search",)))
    assert [(line.external_id, line.items) for line in narrowed.sprints] == [("42", 1)]
    assert make_report(*items, sprints=sprints, filters=Filters(sources=("linear",))).sprints == ()


def test_key_results_are_the_active_ones_and_idle_where_nothing_serves_them() -> None:
    book = make_book("ret90", "nps", make_kr("old", state=KeyResultState.CLOSED), "new")
    items = (
        make_report_item("PAY-1", Bucket.DIRECT, key_results=("ret90", "nps")),
        make_report_item("PAY-2", Bucket.INHERITED, key_results=("nps",)),
        make_report_item("SRC-1", Bucket.DIRECT, key_results=("ret90",), team="Search"),
    )
    lines = make_report(*items, book=book).key_results
    assert [(line.key, line.items, line.share_sum, line.is_idle) for line in lines] == [
        ("ret90", 2, 1.5, False),
        ("nps", 2, 1.5, False),
        ("new", 0, 0.0, True),
    ]
    narrowed = make_report(*items, book=book, filters=Filters(teams=("Search",))).key_results
    # What other teams work on is not idle, only outside the selection.
    assert [(line.key, line.items, line.is_idle) for line in narrowed] == [
        ("ret90", 1, False),
        ("nps", 0, False),
        ("new", 0, True),
    ]


STALE = make_source(state=SourceState.STALE, complete_at=NOW - timedelta(days=3, hours=4, minutes=18))


@pytest.mark.parametrize(
    ("book", "sprints", "sources", "filters", "notes"),
    [
        (None, (make_sprint(),), (make_source(),), Filters(), ()),
        (
            Book(),
            (make_sprint(),),
            (make_source(),),
            Filters(),
            ("no OKR book has been applied: align-sync okr apply FILE",),
        ),
        (
            make_book(make_kr(state=KeyResultState.ARCHIVED)),
            (make_sprint(),),
            (make_source(),),
            Filters(),
            ("the OKR book has no active key result, so that no work can serve one",),
        ),
        (None, (), (make_source(),), Filters(), ("no sprint is active",)),
        (None, (), (make_source(),), Filters(sprint="last"), ("no sprint matches last",)),
        (None, (make_sprint(),), (), Filters(), ("no source has been read: align-sync sync",)),
        (
            None,
            (make_sprint(),),
            (make_source(),),
            Filters(teams=("Paymnts", "search")),
            ("no team in scope is called Paymnts; there is Payments, Search",),
        ),
        (None, (make_sprint(),), (STALE,), Filters(), ("Jira was last read completely Fri 10:12, 3 d ago",)),
        (
            None,
            (make_sprint(),),
            (replace(STALE, source="jira-main", complete_at=NOW - timedelta(days=9)),),
            Filters(),
            ("jira-main was last read completely Sat 14 Nov 2026, 14:30 CET, 9 d ago",),
        ),
        (
            None,
            (make_sprint(),),
            (make_source(state=SourceState.NEVER, complete_at=None, failure="401", problems=2),),
            Filters(),
            (
                "Jira was never read completely",
                "the last reading of Jira stopped: 401",
                "reading Jira met 2 problems, see there",
            ),
        ),
    ],
)
def test_what_limits_the_figures_is_said_in_words(
    book: Book | None,
    sprints: tuple[Sprint, ...],
    sources: tuple[SourceLine, ...],
    filters: Filters,
    notes: tuple[str, ...],
) -> None:
    items = (
        make_report_item("PAY-1", Bucket.DIRECT, key_results=("ret90", "nps")),
        make_report_item("SRC-1", team="Search"),
    )
    report = make_report(*items, book=book, sprints=sprints, sources=sources, filters=filters)
    assert report.notes == notes
    assert report.is_partial is (not sources or sources[0].state is not SourceState.FRESH)


def test_a_team_that_nobody_knows_is_said_even_where_there_are_none() -> None:
    report = make_report(sprints=(), filters=Filters(teams=("Payments",)))
    assert "no team in scope is called Payments" in report.notes


def test_idle_key_results_are_doubted_where_a_source_is_late() -> None:
    report = make_report(sources=(make_source("linear", state=SourceState.PARTIAL),))
    assert "key results without work may have work that was not read from Linear" in report.notes


def test_data_is_as_old_as_its_oldest_complete_reading() -> None:
    older = make_source("linear", complete_at=NOW - timedelta(hours=3))
    never = make_source("jira-two", state=SourceState.NEVER, complete_at=None)
    assert make_report(sources=(make_source(), older, never)).data_as_of == NOW - timedelta(hours=3)
    assert make_report(sources=(never,)).data_as_of is None


def test_problems_are_sorted_and_kept() -> None:
    problems = (Problem(message="b"), Problem(message="a"))
    assert [problem.message for problem in make_report(problems=problems).problems] == ["a", "b"]


@pytest.mark.parametrize(
    ("filters", "note"),
    [
        (Filters(key_results=("NPS",)), None),
        (Filters(key_results=("npss",)), "no active key result in scope is called npss"),
        (Filters(rules=("Upkeep",)), None),
        (Filters(rules=("upkeep",)), None),
        (Filters(rules=("Upkeeping",)), "no rule of the settings is called Upkeeping; there is Checkout, Upkeep"),
        (
            Filters(as_of_at=NOW - timedelta(days=3)),
            "this is how things stood on Fri 20 Nov 2026, 14:30 CET, as far as it was known then",
        ),
    ],
)
def test_what_was_asked_for_in_vain_is_said(filters: Filters, note: str | None) -> None:
    rules = tuple(make_rule(kind, name) for kind, name in POLICY_RULES)
    notes = build(make_report_item(), filters=filters, rules=rules).notes
    assert notes == (() if note is None else (note,))


def test_an_unknown_rule_is_said_where_there_are_none() -> None:
    assert build(filters=Filters(rules=("Upkeep",))).notes == ("no rule of the settings is called Upkeep",)


def test_the_rich_report_holds_what_it_promises() -> None:
    report = make_report(*rich_items(), book=rich_book())
    assert (len(report.teams), len(report.key_results)) == (12, 14)
    assert len(report.items) > 130
