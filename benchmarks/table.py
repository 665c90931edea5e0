"""The runs as a table in Markdown."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from statistics import median

from benchmarks.contestants import AGAIN, BY_HAND, FLOOR, Run

HEAD = (
    "latency a request", "who", "items", "seconds", "of that linking",
    "pull: times by hand", "pull: of the floor", "CPU seconds",
    "peak MB", "requests", "MB moved",
)  # fmt: skip


def median_of(runs: Sequence[Run]) -> Run:
    """One run with the medians of several of the same kind, and the largest peak of memory."""
    measures = [run.measure for run in runs]
    middle = replace(
        measures[0],
        seconds=median(one.seconds for one in measures),
        cpu_seconds=median(one.cpu_seconds for one in measures),
        peak_mb=max(one.peak_mb for one in measures),
    )
    return replace(runs[0], measure=middle, link_seconds=median(run.link_seconds for run in runs))


def find_run(runs: Iterable[Run], name: str, latency_ms: int) -> Run | None:
    return next((run for run in runs if run.name == name and run.latency_ms == latency_ms), None)


def draw_table(runs: Sequence[Run]) -> str:
    rows = [HEAD, tuple("---" for _ in HEAD), *(_row(run, runs) for run in runs)]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows) + "\n"


def _row(run: Run, runs: Sequence[Run]) -> tuple[str, ...]:
    by_hand = find_run(runs, BY_HAND, run.latency_ms)
    floor = find_run(runs, FLOOR, run.latency_ms)
    is_full = run.name != AGAIN and all(other.items == run.items for other in (by_hand, floor) if other)
    return (
        f"{run.latency_ms} ms",
        run.name,
        f"{run.items:,}",
        f"{run.measure.seconds:.2f}",
        f"{run.link_seconds:.2f}" if run.link_seconds else "-",
        f"{by_hand.pull_seconds / run.pull_seconds:.1f}" if by_hand and is_full else "-",
        f"{run.pull_seconds / floor.pull_seconds:.2f}" if floor and is_full else "-",
        f"{run.measure.cpu_seconds:.2f}",
        f"{run.measure.peak_mb:.0f}",
        str(run.counts.requests),
        f"{run.counts.sent_bytes / 1_000_000:.1f}",
    )
