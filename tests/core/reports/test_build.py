"""From judged items to the report: filters, figures, notes and order."""

from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from align_sync.errors import Problem
from align_sync.linking.evidence import Bucket
from align_sync.okr.model import Book, KeyResultState
from align_sync.reports.build import natural_order
from align_sync.reports.model import Filters, ReportItem, SourceLine, SourceState, Standing
from align_sync.work import Sprint
from tests.core.reports.story import make_report, rich_book, rich_items
from tests.make import NOW, make_book, make_kr, make_report_item, make_source, make_sprint

ITEMS = st.lists(
    st.builds(
        make_report_item,
        st.sampled_from(["PAY-1", "PAY-2", "PAY-10", "SRC-1", "SRC-2"]),
        st.sampled_from(Bucket),
        source=st.sampled_from(["jira", "linear"]),
        team=st.sampled_from(["Payments", "Search", ""]),
        key_results=st.sampled_from([("ret90",), ("nps",), ("ret90", "nps"), ()]),
        points=st.sampled_from([None, 1.0, 5.0]),
    ),
    max_size=12,
)


@given(items=ITEMS, random=st.randoms(use_true_random=False))
def test_the_order_of_the_input_does_not_matter(items: list[ReportItem], random: Random) -> None:
    shuffled = items.copy()
    random.shuffle(shuffled)
    assert make_report(*shuffled) == make_report(*items)


@given(items=ITEMS)
def test_the_figures_of_the_teams_add_up_to_the_headline(items: list[ReportItem]) -> None:
    report = make_report(*items)
    for bucket in Bucket:
        assert sum(line.tally.counts[bucket] for line in report.teams) == report.headline.counts[bucket]
    assert report.headline.total == len({(item.source, item.external_id) for item in items}) == len(report.items)


@given(items=ITEMS, bucket=st.sampled_from(Bucket), team=st.sampled_from(["Payments", "(no team)"]))
def test_each_figure_of_a_team_can_be_listed_exactly(items: list[ReportItem], bucket: Bucket, team: str) -> None:
    whole = make_report(*items)
    figure = sum(line.tally.counts[bucket] for line in whole.teams if (line.team or "(no team)") == team)
    listed = make_report(*items, filters=Filters(teams=(team,), buckets=(bucket,)))
    assert len(listed.items) == figure
    assert {item.bucket for item in listed.items} <= {bucket}


@given(items=ITEMS)
def test_the_shares_of_key_results_add_up_to_the_linked_items(items: list[ReportItem]) -> None:
    report = make_report(*items)
    linked = [item for item in report.items if item.links]
    assert sum(line.share_sum for line in report.key_results) == pytest.approx(len(linked))


def test_a_bucket_filter_hides_items_but_keeps_the_figures() -> None:
    items = (make_report_item("PAY-1"), make_report_item("PAY-2", Bucket.DIRECT))
    report = make_report(*items, filters=Filters(buckets=(Bucket.UNLINKED,)))
    assert [item.key for item in report.items] == ["PAY-1"]
    assert report.headline.coverage == 0.5
    assert report.teams[0].tally.total == 2


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
                "2 records of Jira could not be read",
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


def test_the_rich_report_holds_what_it_promises() -> None:
    report = make_report(*rich_items(), book=rich_book())
    assert (len(report.teams), len(report.key_results)) == (12, 14)
    assert len(report.items) > 130
