"""Forecasts: what they need, what must hold for any series, and a short backtest; the long one is in benchmarks/."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import chain

import pytest

from align_sync.okr.forecast import MOST_READINGS, UNBOUNDED, Bounds, plan_forecast
from align_sync.okr.metrics import SourceKind
from align_sync.okr.model import Direction, Metric, MetricKind
from align_sync.okr.readings import Reading, ReadingStatus
from align_sync.okr.standing import Forecast
from benchmarks.forecast import KINDS, brier, covered, make_case, penalise, run

BEGINNING = datetime(2026, 10, 1, 12, tzinfo=UTC)
DUE = date(2026, 12, 31)
TO_100 = Metric(baseline=0, target=100)
NOISY = (0, 9, 12, 22, 26, 37, 41, 48)


def make_readings(values: Sequence[float | None], days: Sequence[float] | None = None) -> list[Reading]:
    """A reading a week where no days are given."""
    return [
        Reading(
            metric="m",
            as_of_at=BEGINNING + timedelta(days=day),
            value=value,
            source=SourceKind.MANUAL,
            series="s",
            status=ReadingStatus.OK,
            recorded_at=BEGINNING + timedelta(days=day),
        )
        for value, day in zip(values, days or [7 * number for number in range(len(values))], strict=True)
    ]


def foresee(
    values: Sequence[float],
    metric: Metric = TO_100,
    *,
    days: Sequence[float] | None = None,
    bounds: Bounds = UNBOUNDED,
    due: date = DUE,
) -> Forecast:
    forecast = plan_forecast(make_readings(values, days), metric, due=due, bounds=bounds)
    assert forecast is not None
    return forecast


HOLD = Direction.HOLD
SILENT = (
    ("three readings", NOISY[:3], None, TO_100, DUE),
    ("four on three days less a bit", NOISY[:4], (0, 1, 2, 2.9), TO_100, DUE),
    ("the last reading is of the due day", NOISY[:4], None, TO_100, date(2026, 10, 22)),
    ("the due day is over", NOISY, None, TO_100, date(2026, 11, 1)),
    ("no readings", (), None, TO_100, DUE),
    ("no value in one of four", (0, None, 12, 22), None, TO_100, DUE),
    ("no target", NOISY, None, Metric(baseline=0), DUE),
    ("no baseline", NOISY, None, Metric(target=100), DUE),
    ("baseline is target", NOISY, None, Metric(baseline=5, target=5), DUE),
    ("zones", (0, 0, 1, 1, 2), None, Metric(kind=MetricKind.ORDINAL, baseline=0, target=2), DUE),
    ("a band without ends", NOISY, None, Metric(direction=HOLD), DUE),
    ("a band upside down", NOISY, None, Metric(direction=HOLD, low=9, high=7), DUE),
    ("a way beyond all numbers", NOISY, None, Metric(baseline=-1.7e308, target=1.7e308), DUE),
    ("changes beyond all numbers", (-1.7e308, 0, 1e308, 1.7e308), None, TO_100, DUE),
    ("values beyond all numbers", (0, 4e307, 1e308, 1.7e308), None, TO_100, DUE),
)


@pytest.mark.parametrize(
    ("values", "days", "metric", "due"), [row[1:] for row in SILENT], ids=[row[0] for row in SILENT]
)
def test_there_is_none_without_enough_to_go_by(
    values: Sequence[float | None], days: Sequence[float] | None, metric: Metric, due: date
) -> None:
    assert plan_forecast(make_readings(values, days), metric, due=due) is None


def test_four_readings_on_three_days_are_enough() -> None:
    forecast = foresee(NOISY[:4], days=(0, 1, 2, 3))

    assert (forecast.on, forecast.share) == (DUE, 0.8)
    assert forecast.low < forecast.value < forecast.high


def test_a_steady_way_goes_on_also_where_the_days_between_readings_differ() -> None:
    days = (0, 3, 5, 14, 16, 30, 33, 47)

    forecast = foresee([day * 1.2 for day in days], days=days)

    assert forecast.value == pytest.approx(1.2 * 91, rel=0.05)
    assert forecast.chance > 0.75
    slow = foresee([day * 0.6 for day in days], days=days)
    assert slow.value == pytest.approx(0.6 * 91, rel=0.05)
    assert slow.chance < 0.1


def test_what_never_moved_is_not_known_for_certain() -> None:
    forecast = foresee([40.0] * 8)

    assert forecast.value == pytest.approx(40, abs=0.5)
    assert 1 < forecast.high - forecast.low < 30
    assert forecast.chance == pytest.approx(0.017, abs=0.005)  # that of a break, which no reading foretells
    hold = foresee([0.0] * 8, Metric(direction=HOLD, high=0))
    assert hold.low < 0 < hold.high


def test_down_is_up_seen_in_a_mirror() -> None:
    up, down = foresee(NOISY), foresee([-value for value in NOISY], Metric(baseline=0, target=-100))

    assert (down.value, down.low, down.high) == pytest.approx((-up.value, -up.high, -up.low))
    assert down.chance == pytest.approx(up.chance)


def test_the_unit_and_the_point_of_zero_do_not_matter() -> None:
    plain = foresee(NOISY)

    other = foresee([1_000 + 0.001 * value for value in NOISY], Metric(baseline=1_000, target=1_000.1))

    assert (other.value, other.low, other.high) == pytest.approx(
        tuple(1_000 + 0.001 * value for value in (plain.value, plain.low, plain.high))
    )
    assert other.chance == pytest.approx(plain.chance, rel=1e-6)


def test_farther_ahead_and_noisier_is_wider() -> None:
    plain, farther = foresee(NOISY), foresee(NOISY, due=date(2027, 3, 31))
    noisier = foresee([value + 12 * (-1) ** number for number, value in enumerate(NOISY)])

    assert farther.high - farther.low > plain.high - plain.low
    assert noisier.high - noisier.low > plain.high - plain.low


def test_bounds_cut_the_interval_and_a_target_at_a_bound_can_be_reached() -> None:
    to_nought = Metric(direction=Direction.DECREASE, baseline=40, target=0)
    falling = (40, 33, 29, 22, 17, 10, 6, 2)

    free, bounded = foresee(falling, to_nought), foresee(falling, to_nought, bounds=Bounds(lowest=0))

    assert free.low < 0
    assert bounded.low == 0
    assert bounded.chance == pytest.approx(free.chance)
    above = foresee(NOISY, bounds=Bounds(highest=60))
    assert (above.high, above.chance) == (60, 0)
    assert foresee(NOISY, bounds=Bounds(highest=100)).chance == pytest.approx(foresee(NOISY).chance)
    assert foresee(falling, to_nought, bounds=Bounds(lowest=1)).chance == 0


def test_the_chance_of_a_metric_to_hold_is_to_be_inside_its_band() -> None:
    values = (93, 92, 94, 93, 92, 93, 94, 93)

    def chance(metric: Metric, bounds: Bounds = UNBOUNDED) -> float:
        return foresee(values, metric, bounds=bounds).chance

    below, inside, above = (
        chance(Metric(direction=HOLD, low=low, high=high, tolerance=10))
        for low, high in ((None, 90), (90, 96), (96, None))
    )
    assert inside > 0.7
    assert below + inside + above == pytest.approx(1)
    narrow = Metric(direction=HOLD, low=90, high=96, tolerance=10)
    assert chance(narrow, Bounds(lowest=90, highest=96)) == pytest.approx(1)


def test_a_milestone_needs_neither_baseline_nor_target() -> None:
    assert foresee((0, 0.2, 0.3, 0.5, 0.6), Metric(kind=MetricKind.MILESTONE)).chance > 0.3


def test_old_readings_are_left_out_where_there_are_too_many() -> None:
    days = [number / 2 for number in range(MOST_READINGS + 20)]
    values = [*([5_000.0] * 20), *(day * 0.9 for day in days[20:])]

    assert foresee(values, days=days) == foresee(values[20:], days=days[20:])


def test_a_backtest_on_series_of_many_kinds() -> None:
    by_kind = {kind: run(kind, range(50_000, 50_030)) for kind in KINDS}
    trials = list(chain.from_iterable(by_kind.values()))

    assert 0.74 <= covered(trials, lambda trial: trial.ours) <= 0.90
    assert all(covered(of_kind, lambda trial: trial.ours) >= 0.4 for of_kind in by_kind.values())
    ours = penalise(trials, lambda trial: trial.ours)
    assert ours < penalise(trials, lambda trial: trial.last)
    assert ours < penalise(trials, lambda trial: trial.line)
    chance, base_rate = brier(trials)
    assert chance < base_rate


def test_made_up_series_go_both_ways_and_are_the_same_on_every_machine() -> None:
    directions = [make_case("flat", seed).metric.direction for seed in range(40)]

    assert 10 < directions.count(Direction.DECREASE) < 30
    assert make_case("flat", 1) == make_case("flat", 1)
    assert make_case("flat", 1) != make_case("flat", 2)
