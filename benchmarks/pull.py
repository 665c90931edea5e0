"""How long a pull takes and what it needs, beside what people write by hand and beside the floor, in one run.

`python -m benchmarks.pull` prints tables in Markdown. Each contestant runs in a process of its own against the same
pretended Jira, which runs in another; figures are medians of the rounds. What is written by hand takes minutes: it runs
once a latency unless `--by-hand-repeat` says more.
"""

import argparse
import platform
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from benchmarks.contestants import AGAIN, BY_HAND, BY_HAND_BY_DEFAULT, FLOOR, OURS, Course, Run
from benchmarks.goals import judge_goals
from benchmarks.jira_process import JiraProcess
from benchmarks.table import draw_table, median_of

LATENCIES_MS = (150, 0)
SLOW = frozenset({BY_HAND, BY_HAND_BY_DEFAULT})
LARGE = "large"
TIMES_LARGE = 10
NAMES = {"by-hand": BY_HAND, "by-hand-2": BY_HAND_BY_DEFAULT, "floor": FLOOR, "ours": OURS, "again": AGAIN}
SERVERS = ((BY_HAND, FLOOR, OURS, AGAIN), (BY_HAND_BY_DEFAULT,))
"""Who shares a server: it remembers the answers that it has made, but not those of both versions of its API."""


def main() -> None:
    options = _parse()
    print(_describe_machine(), flush=True)
    with tempfile.TemporaryDirectory() as name:
        runs = list(_run_latencies(options, Path(name)))
        large = _run_large(options, Path(name)) if LARGE in options.only else None
    print(draw_table([*runs, *([large] if large else [])]))
    for line in judge_goals(runs, large):
        print(line)


def _parse() -> argparse.Namespace:
    choices = (*NAMES, LARGE)
    parser = argparse.ArgumentParser(prog="python -m benchmarks.pull", description=__doc__)
    parser.add_argument("--items", type=int, default=20_000, help="issues in the one open sprint (20,000)")
    parser.add_argument("--latency-ms", type=int, action="append", help="instead of 150 and 0; may be repeated")
    parser.add_argument("--repeat", type=int, default=5, help="how often each contestant runs (5)")
    parser.add_argument("--by-hand-repeat", type=int, default=1, help="how often the slow ones run (1)")
    parser.add_argument("--only", choices=choices, action="append", help="only this; may be repeated")
    parser.add_argument("--quick", action="store_true", help="2,000 issues, once, without latency: whether it works")
    options = parser.parse_args()
    options.only = set(options.only or choices)
    if "again" in options.only:
        options.only.add("ours")
    if options.quick:
        options.items, options.repeat, options.latency_ms = 2_000, 1, [0]
    return options


def _describe_machine() -> str:
    machine = f"{platform.system()} on {platform.machine()}, {_count_processors()} processors ({_name_processor()})"
    versions = f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}"
    return f"{machine}; {versions}; {time.strftime('%Y-%m-%d')}\n"


def _count_processors() -> int:
    return len(_processor_lines("processor"))


def _name_processor() -> str:
    return next(iter(_processor_lines("model name")), "unknown")


def _processor_lines(name: str) -> list[str]:
    lines = Path("/proc/cpuinfo").read_text(encoding="ascii").splitlines()
    return [line.partition(":")[2].strip() for line in lines if line.startswith(name)]


def _run_latencies(options: argparse.Namespace, folder: Path) -> Iterator[Run]:
    wanted = {NAMES[name] for name in options.only if name in NAMES}
    for sharing in SERVERS:
        names = [name for name in sharing if name in wanted]
        if names:
            with JiraProcess(options.items) as jira:
                course = Course(jira=jira, folder=folder, items=options.items, latency_ms=0)
                fields = _warm_up(course, names)
                for latency_ms in options.latency_ms or LATENCIES_MS:
                    yield from _run_rounds(replace(course, latency_ms=latency_ms).contestants(fields), names, options)


def _warm_up(course: Course, names: Sequence[str]) -> tuple[str, ...]:
    """The server makes its answers before anybody is measured; returns the fields that ours asks for."""
    fields = course.run_ours().counts.fields
    for name in names:
        if name in SLOW:
            course.contestants(fields)[name]()
    return fields


def _run_rounds(
    contestants: Mapping[str, Callable[[], Run]], names: Sequence[str], options: argparse.Namespace
) -> Iterator[Run]:
    """In turns, so that a machine that grows slow meanwhile is slow for all."""
    runs: dict[str, list[Run]] = {name: [] for name in names}
    for number in range(max(options.repeat, options.by_hand_repeat)):
        for name, measured in runs.items():
            if number < (options.by_hand_repeat if name in SLOW else options.repeat):
                measured.append(_said(contestants[name]()))
    yield from (median_of(measured) for measured in runs.values() if measured)


def _run_large(options: argparse.Namespace, folder: Path) -> Run:
    """The same with ten times the issues, once: only its memory matters."""
    items = options.items * TIMES_LARGE
    with JiraProcess(items) as jira:
        return _said(Course(jira=jira, folder=folder, items=items, latency_ms=0).run_ours())


def _said(run: Run) -> Run:
    """A sign of life, since a round takes a while."""
    sys.stderr.write(f"{run.name}: {run.items:,} items, {run.latency_ms} ms: {run.measure.seconds:.2f} s\n")
    sys.stderr.flush()
    return run


if __name__ == "__main__":
    main()
