"""Plans: the table of tests/cases/health/plans.yaml, and what holds for every plan."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from align_sync.okr.model import KeyResult, Pace
from align_sync.okr.period import Span
from align_sync.okr.plan_curve import PlanCurve, build_curve, days_behind
from tests.core.okr.okr_rows import HUNDRED_DAYS, START, day, make_key_result, read_rows


@pytest.mark.parametrize("row", read_rows("health/plans.yaml"))
def test_the_plan_says_what_was_worked_out_by_hand(row: dict[str, Any]) -> None:
    known = {"reason", "pace", "phases", "due", "day", "progress", "expected", "behind", "because"}
    assert known >= set(row) >= known - {"pace", "phases", "due"}
    curve = build_curve(make_key_result(row), HUNDRED_DAYS)
    assert curve is not None

    assert curve.share_on(day(row["day"])) == pytest.approx(row["expected"])
    assert days_behind(row["progress"], curve, day(row["day"])) == pytest.approx(row["behind"])


def test_where_there_is_no_time_there_is_no_plan() -> None:
    key_result = KeyResult(key="KR-1", title="t")

    assert build_curve(key_result, Span(START, START)) is None
    assert build_curve(make_key_result({"due": 0}), HUNDRED_DAYS) is None
    assert build_curve(make_key_result({"due": -300}), HUNDRED_DAYS) is None
    assert build_curve(make_key_result({"due": 1}), Span(START, START)) is not None


def test_a_progress_beyond_all_numbers_is_no_number_of_days() -> None:
    curve = PlanCurve(START, ((0.0, 0.0), (100.0, 1.0)))

    assert days_behind(-1.7e308, curve, day(40)) is None


days = st.integers(-40, 140).map(day)
shares = st.floats(0, 1, allow_nan=False)
progresses = st.floats(-2, 3, allow_nan=False)
curves = st.builds(
    KeyResult,
    key=st.just("KR-1"),
    title=st.just("t"),
    pace=st.sampled_from(Pace),
    phases=st.lists(st.tuples(days, st.integers(0, 100).map(lambda share: share / 100)), max_size=5).map(tuple),
    due=st.none() | st.integers(1, 200).map(day),
).map(lambda key_result: build_curve(key_result, HUNDRED_DAYS))


@given(curves, progresses, progresses, days, days)
def test_later_is_never_less_behind_and_more_progress_never_more(
    curve: PlanCurve, one: float, other: float, today: date, later: date
) -> None:
    less, more = sorted((one, other))
    today, later = sorted((today, later))
    behind = days_behind(less, curve, today)
    with_more, when_later = days_behind(more, curve, today), days_behind(less, curve, later)

    assert behind is not None
    assert with_more is not None
    assert when_later is not None
    assert with_more <= behind <= when_later
    assert curve.share_on(today) <= curve.share_on(later)


@given(curves, days)
def test_what_the_plan_asks_for_on_a_day_is_neither_behind_nor_ahead(curve: PlanCurve, today: date) -> None:
    assert days_behind(curve.share_on(today), curve, today) == pytest.approx(0, abs=1e-3)


@given(curves, shares, days)
def test_the_day_of_a_share_lies_within_the_plan(curve: PlanCurve, share: float, today: date) -> None:
    assert 0 <= curve.day_of(share, today) <= curve.length
    assert curve.share_on(curve.start + timedelta(days=curve.length)) == 1
