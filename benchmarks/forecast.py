"""How often the forecast's interval holds: a backtest on made-up series of several kinds, against naive forecasts.

Run it with `python -m benchmarks.forecast [SERIES_A_KIND]`. The parameters of the model were chosen on the seeds below
`FIRST_SEED`; the table is of seeds from there on, so that it is no report of the model's own making.
"""

import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from math import exp, pi, sin, sqrt
from random import Random
from statistics import fmean, median
from time import monotonic

from align_sync.okr.forecast import SHARE, plan_forecast
from align_sync.okr.metrics import SourceKind
from align_sync.okr.model import Direction, Metric
from align_sync.okr.readings import Reading, ReadingStatus

FIRST_SEED = 1_000
SERIES = 400
DAYS = 91
BEGINNING = datetime(2026, 10, 1, 12, tzinfo=UTC)
DUE = date(2026, 12, 31)
Z = 1.2815515655446004
"""Of a normal distribution the interval of this many deviations to both sides holds 80 %."""

Path = Callable[[Random], Callable[[float], float]]


def drifting(random: Random) -> Callable[[float], float]:
    drift, wander = random.uniform(-0.2, 1.2), random.uniform(0.01, 0.06)
    steps = [0.0]
    for _ in range(DAYS):
        steps.append(steps[-1] + drift / DAYS + random.gauss(0, wander))
    return lambda share: steps[round(share * DAYS)]


def linear(random: Random) -> Callable[[float], float]:
    slope = random.uniform(0, 1.3)
    return lambda share: slope * share


def s_curve(random: Random) -> Callable[[float], float]:
    height, middle, width = random.uniform(0.4, 1.3), random.uniform(0.3, 0.8), random.uniform(0.06, 0.2)
    return lambda share: height / (1 + exp((middle - share) / width))


def seasonal(random: Random) -> Callable[[float], float]:
    slope, height = random.uniform(0, 1.2), random.uniform(0.05, 0.25)
    days, phase = random.choice((7, 14, 30, 45)), random.uniform(0, 2 * pi)
    return lambda share: slope * share + height * sin(2 * pi * share * DAYS / days + phase)


def flat(random: Random) -> Callable[[float], float]:
    level = random.uniform(0, 0.2)
    return lambda _: level


def step(random: Random) -> Callable[[float], float]:
    height, when = random.uniform(0.3, 1.2), random.uniform(0.1, 0.95)
    return lambda share: height if share >= when else 0.0


KINDS: dict[str, Path] = {
    "random walk with drift": drifting,
    "linear with noise": linear,
    "S-curve": s_curve,
    "seasonal": seasonal,
    "flat": flat,
    "step": step,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One series as it was known on a day, with what it came to on the due day."""

    readings: tuple[Reading, ...]
    metric: Metric
    outcome: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    low: float
    value: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One case with our forecast and the naive ones; `way` from baseline to target makes cases comparable."""

    outcome: float
    way: float
    ours: Interval
    last: Interval
    line: Interval
    chance: float
    is_reached: bool


def make_case(kind: str, seed: int) -> Case:
    """Half of them go down, some are read on irregular days, and they are known for 30 to 85 % of the time."""
    random = Random(f"{kind} {seed}")  # a seed of text is the same on every machine
    path = KINDS[kind](random)
    noise = 0.0 if kind == "random walk with drift" else random.choice((0.01, 0.03, 0.06, 0.12))
    known, is_regular = random.uniform(0.3, 0.85) * DAYS, random.random() < 0.5
    days, day = [], 0.0
    while day <= known:
        days.append(day)
        day += 7 if is_regular else random.uniform(2, 14)
    way = random.choice((-1, 1)) * random.choice((0.7, 12, 350, 90_000))
    baseline = random.choice((0.0, 40.0, 1_000.0))
    readings = tuple(
        Reading(
            metric="m",
            as_of_at=BEGINNING + timedelta(days=day),
            value=baseline + way * (path(day / DAYS) + random.gauss(0, noise)),
            source=SourceKind.MANUAL,
            series="",
            status=ReadingStatus.OK,
            recorded_at=BEGINNING + timedelta(days=day),
        )
        for day in days
    )
    direction = Direction.INCREASE if way > 0 else Direction.DECREASE
    target = baseline + way * random.choice((0.5, 0.8, 1.0))
    metric = Metric(direction=direction, baseline=baseline, target=target)
    return Case(readings=readings, metric=metric, outcome=baseline + way * (path(1.0) + random.gauss(0, noise)))


def try_case(case: Case) -> Trial | None:
    forecast = plan_forecast(case.readings, case.metric, due=DUE)
    baseline, target = case.metric.baseline, case.metric.target
    if forecast is None or baseline is None or target is None:
        return None
    days = [(one.as_of_at - BEGINNING) / timedelta(days=1) for one in case.readings]
    values = [one.value for one in case.readings if one.value is not None]
    ahead = DAYS - days[-1]
    slope = (values[-1] - values[0]) / (days[-1] - days[0])
    return Trial(
        outcome=case.outcome,
        way=abs(target - baseline),
        ours=Interval(low=forecast.low, value=forecast.value, high=forecast.high),
        last=naive(days, values, ahead=ahead, slope=0.0),
        line=naive(days, values, ahead=ahead, slope=slope),
        chance=forecast.chance,
        is_reached=case.outcome >= target if target > baseline else case.outcome <= target,
    )


def naive(days: Sequence[float], values: Sequence[float], *, ahead: float, slope: float) -> Interval:
    """On from the last value, with what the changes so far differ from the slope as the deviation of one day."""
    pairs = zip(days, days[1:], values, values[1:], strict=False)
    daily = fmean((after - before - slope * (end - start)) ** 2 / (end - start) for start, end, before, after in pairs)
    value = values[-1] + slope * ahead
    reach = Z * sqrt(daily * ahead)
    return Interval(low=value - reach, value=value, high=value + reach)


def run(kind: str, seeds: Iterable[int]) -> list[Trial]:
    return [trial for seed in seeds if (trial := try_case(make_case(kind, seed)))]


def covered(trials: Sequence[Trial], choose: Callable[[Trial], Interval]) -> float:
    return fmean(choose(trial).low <= trial.outcome <= choose(trial).high for trial in trials)


def penalise(trials: Sequence[Trial], choose: Callable[[Trial], Interval]) -> float:
    """The mean interval score, in ways to go: the width, and of what lies outside ten times the distance at 80 %.

    It is the least for the interval that is as narrow as it can be and still holds; less is better.
    """
    return fmean(_penalise(choose(trial), trial.outcome) / trial.way for trial in trials)


def _penalise(interval: Interval, outcome: float) -> float:
    missed = max(interval.low - outcome, outcome - interval.high, 0.0)
    return interval.high - interval.low + 2 / (1 - SHARE) * missed


def compare_widths(trials: Sequence[Trial], choose: Callable[[Trial], Interval]) -> float:
    """The median width of ours in relation to that of a naive one."""
    widths = ((trial.ours.high - trial.ours.low, choose(trial)) for trial in trials)
    return median(ours / (other.high - other.low or 1e-300) for ours, other in widths)


def brier(trials: Sequence[Trial]) -> tuple[float, float]:
    """Of the chance, and of the base rate as a forecast that knows the kind and nothing of the series."""
    rate = fmean(trial.is_reached for trial in trials)
    return fmean((trial.chance - trial.is_reached) ** 2 for trial in trials), rate * (1 - rate)


HEAD = (
    "series", "n", "holds: ours", "last value", "straight line", "width by last value", "by straight line",
    "score: ours", "last value", "straight line", "Brier: chance", "base rate",
)  # fmt: skip


def draw_row(name: str, trials: Sequence[Trial]) -> str:
    chance, base = brier(trials)
    holds = " | ".join(f"{100 * covered(trials, choose):.0f} %" for choose in CHOICES)
    widths = " | ".join(f"{compare_widths(trials, choose):.2f}" for choose in CHOICES[1:])
    scores = " | ".join(f"{penalise(trials, choose):.2f}" for choose in CHOICES)
    return f"| {name} | {len(trials)} | {holds} | {widths} | {scores} | {chance:.3f} | {base:.3f} |"


CHOICES: tuple[Callable[[Trial], Interval], ...] = (
    lambda trial: trial.ours,
    lambda trial: trial.last,
    lambda trial: trial.line,
)


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else SERIES
    began = monotonic()
    by_kind = {kind: run(kind, range(FIRST_SEED, FIRST_SEED + count)) for kind in KINDS}
    seconds = monotonic() - began
    every = [trial for trials in by_kind.values() for trial in trials]
    print(f"| {' | '.join(HEAD)} |\n|{' --- |' * len(HEAD)}")
    for kind, trials in by_kind.items():
        print(draw_row(kind, trials))
    print(draw_row("all", every))
    print(f"\n{1000 * seconds / len(every):.1f} ms a forecast; the interval is to hold {100 * SHARE:.0f} %.")


if __name__ == "__main__":
    main()
