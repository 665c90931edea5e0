"""The runs of linking as a table in Markdown."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from statistics import median

from benchmarks.link_course import CHANGED, FIRST, PANDAS, PROCESS, RELINK, REPORT, LinkRun

HEAD = (
    "items",
    "who",
    "seconds",
    "of that the work itself",
    "judged",
    "microseconds an item",
    "CPU seconds",
    "peak MB",
)
ORDER = (FIRST, RELINK, PANDAS, CHANGED, REPORT, PROCESS)


def take_medians(runs: Sequence[LinkRun]) -> list[LinkRun]:
    """One run for each size and name, with the medians of several and the largest peak of memory."""
    sizes = sorted({run.items for run in runs})
    groups = [[run for run in runs if run.items == size and run.name == name] for size in sizes for name in ORDER]
    return [_median_of(group) for group in groups if group]


def _median_of(runs: Sequence[LinkRun]) -> LinkRun:
    measures = [run.measure for run in runs]
    middle = replace(
        measures[0],
        seconds=median(one.seconds for one in measures),
        cpu_seconds=median(one.cpu_seconds for one in measures),
        peak_mb=max(one.peak_mb for one in measures),
    )
    return replace(runs[0], measure=middle, seconds=median(run.seconds for run in runs))


def find_link_run(runs: Iterable[LinkRun], name: str, items: int) -> LinkRun | None:
    return next((run for run in runs if run.name == name and run.items == items), None)


def cost_of(run: LinkRun) -> float:
    """Microseconds of work for every item that was judged."""
    return run.seconds / run.judged * 1_000_000


def draw_link_table(runs: Sequence[LinkRun]) -> str:
    rows = [HEAD, tuple("---" for _ in HEAD), *(_row(run) for run in runs)]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows) + "\n"


def _row(run: LinkRun) -> tuple[str, ...]:
    is_report, is_process = run.name == REPORT, run.name == PROCESS
    return (
        f"{run.items:,}",
        run.name,
        "-" if is_report else f"{run.measure.seconds:.2f}",
        "-" if is_process else f"{run.seconds:.3f}",
        "-" if is_process else f"{run.judged:,}",
        "-" if is_report or is_process else f"{cost_of(run):.1f}",
        "-" if is_report else f"{run.measure.cpu_seconds:.2f}",
        f"{run.measure.peak_mb:.0f}",
    )
