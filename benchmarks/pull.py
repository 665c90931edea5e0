"""How long a pull takes and what it needs, beside what people write by hand and beside the floor, in one run.

`python -m benchmarks.pull` prints a table in Markdown. Each contestant runs in a process of its own against the same
pretended Jira, which runs in another; a line's figures are medians of the rounds. By hand is run once a latency unless
`--by-hand-rounds` says more, as it takes minutes.
"""

import argparse
import platform
import sqlite3
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.contestants import Course, Run
from benchmarks.goals import judge_goals
from benchmarks.jira_process import JiraProcess
from benchmarks.table import draw_table, median_of

LARGE = 200_000
LATENCIES_MS = (150, 0)


def main() -> None:
    options = _parse()
    print(_describe_machine(), flush=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        runs = list(_run_latencies(options, folder))
        large = _run_large(options, folder) if options.large else None
    print(draw_table([*runs, *([large] if large else [])]))
    for line in judge_goals(runs, large):
        print(line)


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.pull", description=__doc__)
    parser.add_argument("--items", type=int, default=20_000, help="issues in the one open sprint (20,000)")
    parser.add_argument("--rounds", type=int, default=3, help="how often each contestant runs (3)")
    parser.add_argument("--by-hand-rounds", type=int, default=1, help="how often the slow one runs; 0 leaves it out")
    parser.add_argument("--latency-ms", type=int, action="append", help="instead of 150 and 0; may be repeated")
    parser.add_argument("--large", action="store_true", help=f"also {LARGE:,} issues, for the memory they take")
    return parser.parse_args()


def _describe_machine() -> str:
    versions = f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}"
    return f"{platform.machine()}, {_count_processors()} processors, {platform.system()}; {versions}\n"


def _count_processors() -> int:
    return sum(line.startswith("processor") for line in Path("/proc/cpuinfo").read_text(encoding="ascii").splitlines())


def _run_latencies(options: argparse.Namespace, folder: Path) -> Iterator[Run]:
    with JiraProcess(options.items) as jira:
        for latency_ms in options.latency_ms or LATENCIES_MS:
            course = Course(jira=jira, folder=folder, items=options.items, latency_ms=latency_ms)
            yield from _run_rounds(course, options.rounds, options.by_hand_rounds)


def _run_rounds(course: Course, rounds: int, by_hand_rounds: int) -> Iterator[Run]:
    """In turns, so that a machine that grows slow meanwhile is slow for all."""
    ours, floors, again, by_hand = list[Run](), list[Run](), list[Run](), list[Run]()
    for number in range(max(rounds, by_hand_rounds)):
        if number < rounds:
            ours.append(_said(course.run_ours()))
            again.append(_said(course.run_again()))
            floors.append(_said(course.run_floor(ours[0].counts.fields)))
        if number < by_hand_rounds:
            by_hand.append(_said(course.run_by_hand()))
    yield from (median_of(runs) for runs in (by_hand, floors, ours, again) if runs)


def _run_large(options: argparse.Namespace, folder: Path) -> Run:
    """The same with ten times the issues: only its memory matters."""
    del options
    with JiraProcess(LARGE) as jira:
        return _said(Course(jira=jira, folder=folder, items=LARGE, latency_ms=0).run_ours())


def _said(run: Run) -> Run:
    """A sign of life, since a round takes a while."""
    sys.stderr.write(f"{run.name}: {run.items:,} items, {run.latency_ms} ms: {run.measure.seconds:.2f} s\n")
    sys.stderr.flush()
    return run


if __name__ == "__main__":
    main()
