"""Progress: the tables of tests/cases/progress, the faults of other formulas, and what holds in both directions."""

from collections.abc import Sequence
from itertools import pairwise
from math import isfinite
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from align_sync.okr.model import Direction, Metric, MetricKind
from align_sync.okr.progress import clamp_progress, explain_unmeasured, measure_progress
from tests.core.okr.okr_rows import read_rows


def make_metric(told: dict[str, Any]) -> Metric:
    words = {**told, "kind": MetricKind(told.get("kind", "metric"))}
    words["direction"] = Direction(told.get("direction", "increase"))
    words["checkpoints"] = tuple((value, share) for value, share in told.get("checkpoints", ()))
    return Metric(**words)


@pytest.mark.parametrize("row", read_rows("progress"))
def test_progress_is_what_was_worked_out_by_hand(row: dict[str, Any]) -> None:
    assert set(row) <= {"reason", "metric", "value", "progress", "because", "why"}
    metric, value = make_metric(row["metric"]), row.get("value")

    progress = measure_progress(metric, value)

    assert progress == (pytest.approx(row["progress"]) if "progress" in row else None)
    assert explain_unmeasured(metric, value) == row.get("why", "")
    assert ("because" in row) == ("progress" in row)


def test_only_what_is_shown_is_cut() -> None:
    assert [clamp_progress(share) for share in (-0.25, 0.0, 0.4, 1.0, 1.25)] == [0, 0, 0.4, 1, 1]


def sorted_points(points: Sequence[tuple[float, float]], value: float) -> float:
    """As another tool does it: the points by their values, nothing up to the first and all from the last on."""
    points = sorted(points)
    if value <= points[0][0]:
        return 0.0
    if value >= points[-1][0]:
        return 1.0
    for (start, low), (end, high) in pairwise(points):
        if value <= end:
            return low + (high - low) * (value - start) / (end - start)
    raise AssertionError


def test_points_in_the_order_of_their_values_turn_a_falling_metric_upside_down() -> None:
    theirs = [(10.0, 0.0), (5.0, 0.5), (2.0, 1.0)]
    ours = make_metric({"direction": "decrease", "baseline": 10, "target": 2, "checkpoints": [[5, 0.5]]})

    assert (sorted_points(theirs, 10), sorted_points(theirs, 2)) == (1, 0)
    assert (measure_progress(ours, 10), measure_progress(ours, 2)) == (0, 1)


def test_a_share_of_the_target_divides_by_nothing_and_knows_no_start() -> None:
    def theirs(start: float, target: float, value: float) -> float:
        return 100 / (target - start) * (value - start)

    with pytest.raises(ZeroDivisionError):
        theirs(5, 5, 5)
    assert measure_progress(Metric(baseline=5, target=5), 5) is None


def test_two_formulas_for_one_number_differ_as_soon_as_it_goes_backwards() -> None:
    def browser(start: float, target: float, value: float) -> float:
        return (value - start) / (target - start)

    def server(start: float, target: float, value: float) -> float:
        return min(max((value - start) / (target - start), 0.0), 1.0)

    assert (browser(68, 80, 65), server(68, 80, 65)) == (-0.25, 0)
    assert measure_progress(Metric(baseline=68, target=80), 65) == -0.25


values = st.floats(-1e6, 1e6, allow_nan=False).map(lambda value: round(value, 3))
shares = st.floats(0, 1, allow_nan=False)


@st.composite
def ways(draw: st.DrawFn) -> Metric:
    """A metric to raise or to lower, half of them with checkpoints."""
    baseline, target = draw(values), draw(values)
    assume(abs(target - baseline) > 0.01)
    gone = sorted(draw(st.lists(st.floats(0.01, 0.99), max_size=4, unique=True)))
    reached = sorted(draw(st.lists(shares, min_size=len(gone), max_size=len(gone))))
    checkpoints = tuple((baseline + (target - baseline) * way, share) for way, share in zip(gone, reached, strict=True))
    direction = Direction.INCREASE if target > baseline else Direction.DECREASE
    metric = Metric(direction=direction, baseline=baseline, target=target, checkpoints=checkpoints)
    assume(measure_progress(metric, baseline) is not None)  # not two checkpoints that are one to a float
    return metric


@given(ways(), values, values)
def test_baseline_is_0_and_target_1_and_nearer_to_it_is_never_less(metric: Metric, one: float, other: float) -> None:
    assert metric.baseline is not None
    assert metric.target is not None
    farther, nearer = sorted((one, other), reverse=metric.target < metric.baseline)
    less, more = measure_progress(metric, farther), measure_progress(metric, nearer)

    assert measure_progress(metric, metric.baseline) == 0
    assert measure_progress(metric, metric.target) == 1
    assert less is not None
    assert more is not None
    assert less <= more


@given(ways(), values)
def test_both_directions_are_the_same_seen_in_a_mirror(metric: Metric, value: float) -> None:
    assert metric.baseline is not None
    assert metric.target is not None
    mirrored = Metric(
        baseline=-metric.baseline,
        target=-metric.target,
        checkpoints=tuple((-value, share) for value, share in metric.checkpoints),
    )

    assert measure_progress(metric, value) == measure_progress(mirrored, -value)


every = st.none() | st.floats()


@given(
    st.builds(
        Metric,
        kind=st.sampled_from(MetricKind),
        direction=st.sampled_from(Direction),
        baseline=every,
        target=every,
        low=every,
        high=every,
        tolerance=every,
        checkpoints=st.lists(st.tuples(st.floats(), shares), max_size=3).map(tuple),
    ),
    every,
)
def test_whatever_the_numbers_progress_is_a_number_or_unknown_for_a_reason(metric: Metric, value: float | None) -> None:
    progress = measure_progress(metric, value)

    assert progress is None or isfinite(progress)
    assert (progress is None) == bool(explain_unmeasured(metric, value))
