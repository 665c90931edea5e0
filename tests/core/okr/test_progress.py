"""Progress and days behind: the hand-checked examples of the rules, and what holds in both directions."""

from datetime import date, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from align_sync.okr.model import Direction, Metric
from align_sync.okr.period import Span
from align_sync.okr.progress import days_behind, measure_progress

HUNDRED_DAYS = Span(date(2026, 1, 1), date(2026, 1, 1) + timedelta(days=100))
UP, DOWN, HOLD = Direction.INCREASE, Direction.DECREASE, Direction.HOLD

MEASURED = (
    ("half the way up", UP, 68, 80, 74, 0.5),
    ("two of seven hours down", DOWN, 9, 2, 7, 2 / 7),
    ("at the baseline, upwards", UP, 68, 80, 68, 0.0),
    ("at the target, upwards", UP, 68, 80, 80, 1.0),
    ("at the baseline, downwards", DOWN, 10, 2, 10, 0.0),
    ("at the target, downwards", DOWN, 10, 2, 2, 1.0),
    ("the wrong way, upwards", UP, 68, 80, 65, -0.25),
    ("the wrong way, downwards", DOWN, 9, 3, 10, -1 / 6),
    ("beyond the target", UP, 68, 80, 83, 1.25),
    ("down to nought", DOWN, 40, 0, 10, 0.75),
    ("from below nought", UP, -10, 10, 0, 0.5),
    ("the numbers say down, the word says up", UP, 10, 2, 6, 0.5),
    ("baseline and target are the same", UP, 5, 5, 5, None),
    ("no value yet", UP, 68, 80, None, None),
    ("no baseline", UP, None, 80, 74, None),
    ("no target", UP, 68, None, 74, None),
    ("a metric to hold", HOLD, 68, 80, 74, None),
    ("numbers beyond what can be divided", UP, 0, 5e-324, 1e308, None),
    ("a way longer than any number", UP, -1.7e308, 1.7e308, 1.7e308, None),
)


@pytest.mark.parametrize(
    ("direction", "baseline", "target", "current", "expected"),
    [row[1:] for row in MEASURED],
    ids=[row[0] for row in MEASURED],
)
def test_progress(
    direction: Direction, baseline: float | None, target: float | None, current: float | None, expected: float | None
) -> None:
    metric = Metric(direction=direction, baseline=baseline, target=target, current=current)

    assert measure_progress(metric) == (None if expected is None else pytest.approx(expected))


BEHIND = (
    ("a quarter done on day 40 of 100", 0.25, 40, 15),
    ("on plan", 0.4, 40, 0),
    ("ahead", 0.5, 40, -10),
    ("nothing done on the first day", 0, 0, 0),
    ("nothing done on day 40", 0, 40, 40),
    ("all done on the last day", 1, 100, 0),
    ("gone backwards", -0.1, 40, 50),
    ("beyond the target", 1.2, 40, -80),
    ("nothing is planned before the period", 0, -30, 0),
    ("a head start before the period", 0.1, -30, -10),
    ("after the period the delay stays", 0.9, 130, 10),
    ("after the period, reached", 1, 130, 0),
)


@pytest.mark.parametrize(("progress", "day", "expected"), [row[1:] for row in BEHIND], ids=[row[0] for row in BEHIND])
def test_days_behind_the_plan(progress: float, day: int, expected: float) -> None:
    today = HUNDRED_DAYS.start + timedelta(days=day)

    assert days_behind(progress, HUNDRED_DAYS, today) == pytest.approx(expected)


def test_a_plan_of_one_day_or_a_number_beyond_all_says_nothing() -> None:
    today = date(2026, 11, 23)

    assert days_behind(0.5, Span(today, today), today) is None
    assert days_behind(-1.7e308, HUNDRED_DAYS, today) is None


values = st.floats(-1e6, 1e6, allow_nan=False).map(lambda value: round(value, 3))
shares = st.floats(-2, 3, allow_nan=False)
days = st.dates(date(2025, 12, 1), date(2026, 6, 30))


def measure(baseline: float, target: float, current: float) -> float:
    direction = UP if target > baseline else DOWN
    progress = measure_progress(Metric(direction=direction, baseline=baseline, target=target, current=current))
    assert progress is not None
    return progress


@given(values, values, values, values)
def test_nearer_to_the_target_is_never_less_in_either_direction(
    baseline: float, target: float, one: float, other: float
) -> None:
    assume(baseline != target)
    farther, nearer = sorted((one, other), reverse=target < baseline)

    assert measure(baseline, target, baseline) == 0
    assert measure(baseline, target, target) == 1
    assert measure(baseline, target, farther) <= measure(baseline, target, nearer)


@given(values, values, values)
def test_both_directions_are_the_same_seen_in_a_mirror(baseline: float, target: float, current: float) -> None:
    assume(baseline != target)

    assert measure(baseline, target, current) == measure(-baseline, -target, -current)


@given(shares, shares, days, days)
def test_later_is_never_less_behind_and_more_progress_never_more(
    one: float, other: float, day: date, later: date
) -> None:
    less, more = sorted((one, other))
    day, later = sorted((day, later))
    behind = days_behind(less, HUNDRED_DAYS, day)
    with_more, when_later = days_behind(more, HUNDRED_DAYS, day), days_behind(less, HUNDRED_DAYS, later)

    assert behind is not None
    assert with_more is not None
    assert when_later is not None
    assert with_more <= behind <= when_later
