"""Whole processes of `okr apply` and `okr lint` over a generated book, beside the floor that the same files set.

    python -m benchmarks.okr [--apply 5000] [--lint 1000] [--runs 3]

The floor reads the same files with PyYAML's fastest loader and writes what it read once as JSON, in its own process.
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from statistics import median

from benchmarks.measured import Measure, measure

ROOT = Path(__file__).resolve().parents[1]
KEY_RESULTS_A_FILE = 250
KEY_RESULTS_AN_OBJECTIVE = 5

FLOOR = """\
import json, sys, pathlib, yaml
files = sorted(pathlib.Path(sys.argv[1]).glob("*.yaml"))
told = [yaml.load(path.read_text(), Loader=yaml.CSafeLoader) for path in files]
pathlib.Path(sys.argv[2]).write_text(json.dumps(told, default=str))
"""
HEAD = ("command", "key results", "seconds", "of the floor", "CPU seconds", "peak MB", "goal")
# What the linter finds in a generated book decides nothing here.
_OPTIONS = {"apply": ("--yes",), "lint": ()}
GOALS = {"apply": "under 5 s", "lint": "under 2 s"}

_SET = """\
apiVersion: align-sync.dev/v1
kind: OKRSet
metadata: {{name: team-{team}}}
spec:
  team: team-{team}
  period: 2026-Q4
  level: team
  objectives:
"""
_OBJECTIVE = """\
    - id: O-{number}
      title: Customers get their money back without asking us twice
      owner: giulia@acme.example
      keyResults:
"""
_KEY_RESULT = """\
        - id: KR-{number}
          title: The refund error rate of market {number} falls from 2.4 % to 0.5 %
          owner: luca@acme.example
          type: committed
          indicator: lag
          due: 2026-12-31
          metric:
            unit: percent
            direction: decrease
            baseline: 2.4
            baselineOn: 2026-10-01
            target: 0.5
            source: "sql:refund_errors_{number}"
            current: 1.5
            currentOn: 2026-11-02
          pace: linear
          match:
            labels: [okr-refunds-{number}]
            keywords: [refund, chargeback]
"""


def write_files(folder: Path, count: int) -> None:
    """A book of so many key results, as teams write them: some hundreds in a file."""
    folder.mkdir(parents=True)
    for team, first in enumerate(range(0, count, KEY_RESULTS_A_FILE)):
        numbers = range(first, min(first + KEY_RESULTS_A_FILE, count))
        text = _SET.format(team=team) + "".join(_write_entries(numbers))
        (folder / f"team-{team:03}.yaml").write_text(text, encoding="utf-8")


def _write_entries(numbers: Sequence[int]) -> Iterator[str]:
    for number in numbers:
        if number % KEY_RESULTS_AN_OBJECTIVE == 0:
            yield _OBJECTIVE.format(number=number // KEY_RESULTS_AN_OBJECTIVE)
        yield _KEY_RESULT.format(number=number)


def run_often(command: Sequence[str], folder: Path, runs: int) -> Measure:
    """The medians of several runs, each in a folder of its own: an empty database every time."""
    environment = {"PYTHONPATH": str(ROOT), "PATH": os.environ["PATH"], "HOME": str(folder)}
    measures = []
    for _ in range(runs):
        with tempfile.TemporaryDirectory(dir=folder) as own:
            measures.append(measure(command, folder=Path(own), environment=environment))
    return replace(
        measures[0],
        seconds=median(one.seconds for one in measures),
        cpu_seconds=median(one.cpu_seconds for one in measures),
        peak_mb=max(one.peak_mb for one in measures),
    )


def compare(kind: str, count: int, folder: Path, runs: int) -> Iterator[tuple[str, ...]]:
    """The rows of one command and of its floor."""
    files = folder / kind
    write_files(files, count)
    ours = [sys.executable, "-m", "align_sync", "okr", kind, str(files), *_OPTIONS[kind]]
    floor = run_often([sys.executable, "-c", FLOOR, str(files), str(folder / "floor.json")], folder, runs)
    own = run_often(ours, folder, runs)
    yield _row(f"okr {kind}", count, own, f"{own.seconds / floor.seconds:.1f}", GOALS[kind])
    yield _row("floor: yaml and json alone", count, floor, "1.0", "")


def _row(name: str, count: int, one: Measure, of_floor: str, goal: str) -> tuple[str, ...]:
    return (name, f"{count:,}", f"{one.seconds:.2f}", of_floor, f"{one.cpu_seconds:.2f}", f"{one.peak_mb:.0f}", goal)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--apply", type=int, default=5_000, help="key results of the book that is applied")
    parser.add_argument("--lint", type=int, default=1_000, help="key results of the book that is linted")
    parser.add_argument("--runs", type=int, default=3, help="of which the median counts")
    chosen = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        rows = [
            *(compare("apply", chosen.apply, folder, chosen.runs) if chosen.apply else ()),
            *(compare("lint", chosen.lint, folder, chosen.runs) if chosen.lint else ()),
        ]
    for row in (HEAD, tuple("---" for _ in HEAD), *rows):
        print(f"| {' | '.join(row)} |")


if __name__ == "__main__":
    main()
