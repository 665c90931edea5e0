"""The goals of linking and of a team's report, each with what was measured and whether it is reached."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from benchmarks.link_course import CHANGED, FIRST, PANDAS, RELINK, REPORT, LinkRun, Plans
from benchmarks.link_table import cost_of, find_link_run

MOST_SECONDS = 60.0
MOST_MB = 1_000.0
MOST_SECONDS_CHANGED = 1.0
MOST_SECONDS_REPORT = 0.2
MOST_GROWTH = 1.3
"""Of the cost of an item from each size to the next, ten times as large: what is linear has none."""


def judge_link_goals(runs: Sequence[LinkRun], plans: Sequence[Plans]) -> Iterator[str]:
    """One line a goal, for the largest store; growth from each size to the next."""
    sizes = sorted({run.items for run in runs})
    largest = [run for run in runs if run.items == sizes[-1]]
    relink = find_link_run(largest, RELINK, sizes[-1])
    pandas = find_link_run(largest, PANDAS, sizes[-1])
    at = f"{sizes[-1]:,} items"
    if relink is not None:
        seconds, peak = relink.measure.seconds, relink.measure.peak_mb
        yield _say(f"{at}: full re-link in at most {MOST_SECONDS:g} s", f"{seconds:.1f} s", seconds <= MOST_SECONDS)
        yield _say(f"{at}: full re-link in at most {MOST_MB:g} MB", f"{peak:.0f} MB", peak <= MOST_MB)
        yield _say(f"{at}: a changed book is linked without pulling", "no source was set", reached=True)
    for name in (FIRST, RELINK):
        ours = find_link_run(largest, name, sizes[-1])
        if ours is not None and pandas is not None:
            yield from _judge_beside(ours, pandas, at)
    yield from _judge_quick(largest, at)
    for plan in plans:
        found = "; ".join(plan.scans) or f"none in {plan.statements} statements"
        yield _say(f"{plan.items:,} items: a team's report reads no large table whole", found, reached=not plan.scans)
    yield from _judge_growth(runs, sizes)


def _judge_beside(ours: LinkRun, pandas: LinkRun, at: str) -> Iterator[str]:
    """Whole processes, since an analyst's script is one."""
    times = pandas.measure.seconds / ours.measure.seconds
    yield _say(f"{at}: {ours.name} at least as fast as the {PANDAS}", f"{times:.2f} times", reached=times >= 1)
    part = ours.measure.peak_mb / pandas.measure.peak_mb
    yield _say(f"{at}: {ours.name} in at most the memory of the {PANDAS}", f"{part:.2f} of it", reached=part <= 1)


def _judge_quick(runs: Sequence[LinkRun], at: str) -> Iterator[str]:
    for name, limit in ((CHANGED, MOST_SECONDS_CHANGED), (REPORT, MOST_SECONDS_REPORT)):
        for run in runs:
            if run.name == name:
                yield _say(f"{at}: {name} in at most {limit:g} s", f"{run.seconds:.3f} s", reached=run.seconds <= limit)


def _judge_growth(runs: Sequence[LinkRun], sizes: Sequence[int]) -> Iterator[str]:
    for name in (FIRST, RELINK):
        for small, large in pairwise(sizes):
            before, after = find_link_run(runs, name, small), find_link_run(runs, name, large)
            if before is not None and after is not None:
                growth = cost_of(after) / cost_of(before)
                wanted = f"{name}: an item of {large:,} costs at most {MOST_GROWTH} times one of {small:,}"
                yield _say(wanted, f"{growth:.2f}", reached=growth <= MOST_GROWTH)


def _say(wanted: str, measured: str, reached: object) -> str:
    return f"- {wanted}: {measured} — {'reached' if reached else 'NOT reached'}"
