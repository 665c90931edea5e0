"""Effort against weight, the gap between them, and key results that nobody works on."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from align_sync.linking.evidence import Bucket
from align_sync.okr.model import Book
from align_sync.reports.idle import rank_idle, unplanned
from align_sync.reports.known import Known
from align_sync.reports.model import AlignmentReport, Filters, KeyResultLine, KeyResultWork, Lens, ReportItem
from align_sync.work import StatusCategory
from tests.core.reports.built import ITEMS, build
from tests.make import NOW, make_book, make_kr, make_report_item

D, X = Bucket.DIRECT, Bucket.UNKNOWN
WEIGHTED = make_book(make_kr("a", weight=5), make_kr("b", weight=3), make_kr("c", weight=2))


def serve(key_result: str, count: int, *, points: float | None = 1, days: float = 0.0) -> list[ReportItem]:
    return [
        make_report_item(f"{key_result}-{n}", D, key_results=(key_result,), points=points, days=days)
        for n in range(count)
    ]


def gap_of(report: AlignmentReport, lens: Lens) -> float | None:
    return next(gap.gap for gap in report.gaps if gap.lens is lens)


def test_the_gap_is_half_of_what_effort_and_weights_differ_by() -> None:
    report = build(*serve("a", 2), *serve("b", 3), *serve("c", 5), book=WEIGHTED)
    assert [line.weight_share for line in report.key_results] == pytest.approx([0.5, 0.3, 0.2])
    assert [line.effort[Lens.ITEMS] for line in report.key_results] == pytest.approx([0.2, 0.3, 0.5])
    assert gap_of(report, Lens.ITEMS) == pytest.approx(0.3)


def test_effort_is_measured_in_each_lens_by_itself() -> None:
    items = (*serve("a", 1, points=8, days=1), *serve("b", 1, points=2, days=3))
    efforts = [line.effort for line in build(*items, book=WEIGHTED).key_results]
    assert [effort[Lens.ITEMS] for effort in efforts] == [0.5, 0.5, 0.0]
    assert [effort[Lens.POINTS] for effort in efforts] == [0.8, 0.2, 0.0]
    assert [effort[Lens.DAYS] for effort in efforts] == [0.25, 0.75, 0.0]


def test_an_item_for_two_key_results_is_split_in_effort() -> None:
    items = (make_report_item("A-1", D, key_results=("a", "b"), points=6), *serve("a", 1, points=2))
    efforts = [line.effort for line in build(*items, book=WEIGHTED).key_results]
    assert [effort[Lens.POINTS] for effort in efforts] == [5 / 8, 3 / 8, 0.0]


def test_no_gap_is_told_where_nothing_can_be_compared() -> None:
    assert {gap.gap for gap in build(make_report_item(), book=WEIGHTED).gaps} == {None}
    weightless = build(*serve("a", 1), book=make_book(make_kr("a", weight=0)))
    assert gap_of(weightless, Lens.ITEMS) is None
    # Nobody worked on it, and half of the points are guessed.
    report = build(*serve("a", 1), *serve("b", 1, points=None), book=WEIGHTED)
    assert [gap.gap is None for gap in report.gaps] == [False, True, True]
    assert set(report.key_results[0].effort) == {Lens.ITEMS}


def two_teams() -> Book:
    own = make_book("a", make_kr("b", weight=3)).objectives[0]
    other = replace(make_book("c", team="Search").objectives[0], key="O-2")
    return Book(objectives=(own, other))


def test_a_team_is_compared_by_its_own_key_results() -> None:
    items = (*serve("a", 3), *serve("b", 1), *serve("c", 9))
    report = build(*items, book=two_teams(), filters=Filters(teams=("payments",)))
    # What it does for others says nothing of how it divides its work among its own.
    assert [line.effort.get(Lens.ITEMS) for line in report.key_results] == [0.75, 0.25, None]
    assert [line.weight_share for line in report.key_results] == [0.25, 0.75, 0.0]
    assert gap_of(report, Lens.ITEMS) == 0.5
    without_own = build(*serve("a", 3), book=make_book("a", "b", team="Board"), filters=Filters(teams=("Payments",)))
    assert [line.effort[Lens.ITEMS] for line in without_own.key_results] == [1.0, 0.0]


@given(items=ITEMS, lens=st.sampled_from(Lens))
def test_efforts_and_weights_are_whole_and_give_the_gap(items: list[ReportItem], lens: Lens) -> None:
    report = build(*items, book=make_book(make_kr("ret90", weight=2), "nps", "idle"), unknown_limit=1)
    efforts = [line.effort[lens] for line in report.key_results if lens in line.effort]
    gap = gap_of(report, lens)
    assert sum(line.weight_share for line in report.key_results) == pytest.approx(1)
    if not efforts:
        assert gap is None
        return
    assert sum(efforts) == pytest.approx(1)
    weights = [line.weight_share for line in report.key_results]
    assert gap == pytest.approx(sum(abs(s - w) for s, w in zip(efforts, weights, strict=True)) / 2)
    assert gap is not None
    assert 0 <= gap <= 1


def lines_by_key(report: AlignmentReport) -> dict[str, KeyResultLine]:
    return {line.key: line for line in report.key_results}


def test_a_key_result_is_idle_where_no_open_or_recent_work_is_stored() -> None:
    work = (
        KeyResultWork(key_result="a", has_open=True),
        KeyResultWork(key_result="b", has_recent=True, planned=2),
        KeyResultWork(key_result="c", last_work_at=NOW - timedelta(days=30)),
    )
    # The sprint that is reported on may be an old one: what the store says of today decides.
    known = Known(work=work, has_sprint_ahead=True, days_behind={"c": 6.0})
    lines = lines_by_key(build(*serve("c", 1), book=WEIGHTED, known=known))
    assert [(line.is_idle, line.planned) for line in lines.values()] == [(False, 0), (False, 2), (True, 0)]
    assert (lines["c"].last_work_at, lines["c"].days_behind) == (NOW - timedelta(days=30), 6.0)
    assert (lines["a"].has_open, lines["b"].has_recent, lines["a"].days_behind) == (True, True, None)
    assert [line.key for line in unplanned(lines.values())] == ["a", "c"]


def test_what_the_store_does_not_say_is_seen_in_the_items() -> None:
    done = replace(make_report_item("A-2", D, key_results=("b",)), status_category=StatusCategory.DONE)
    lines = lines_by_key(build(*serve("a", 2), done, replace(done, key="A-3", external_id="3"), book=WEIGHTED))
    assert [(line.has_open, line.has_recent, line.is_idle) for line in lines.values()] == [
        (True, False, False),
        (False, True, False),
        (False, False, True),
    ]


def test_without_a_coming_sprint_nothing_is_called_unplanned() -> None:
    known = Known(work=(KeyResultWork(key_result="a", planned=3),))
    report = build(book=WEIGHTED, known=known)
    assert {line.planned for line in report.key_results} == {None}
    assert unplanned(report.key_results) == ()


def idle(key: str, weight: float, days_behind: float | None = None, last_days_ago: int | None = None) -> KeyResultLine:
    line = build(book=make_book(key)).key_results[0]
    last_work_at = None if last_days_ago is None else NOW - timedelta(days=last_days_ago)
    return replace(line, is_idle=True, weight=weight, days_behind=days_behind, last_work_at=last_work_at)


def test_idle_key_results_are_ranked_by_what_they_cost() -> None:
    expected = (
        idle("late", 2, 10),
        idle("heavy", 6, 3),
        idle("little", 1, 4),
        # Unknown, or ahead of the plan: only the weight speaks.
        idle("unknown", 5),
        idle("ahead", 4, -100),
        idle("never", 1),
        idle("long", 1, None, 90),
        idle("same", 1, None, 90),
        idle("short", 1, 0, 3),
    )
    busy = replace(idle("busy", 9, 99), is_idle=False)
    assert rank_idle((busy, *reversed(expected))) == expected
