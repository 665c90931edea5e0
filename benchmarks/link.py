"""How long linking takes and what it needs, beside the same job as a merge in pandas, in one run.

`python -m benchmarks.link` prints a table in Markdown and the goals. Stores of 10,000, 100,000 and 1,000,000 items with
two labels and three ancestors each are made first. Each contestant runs in a process of its own; figures are medians of
the rounds. What ours and pandas say of every item is compared, and one difference ends the run.
"""

import argparse
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.link_course import LinkCourse, LinkRun, Plans, make_pandas
from benchmarks.link_goals import judge_link_goals
from benchmarks.link_table import draw_link_table, take_medians
from benchmarks.pull import _describe_machine

SIZES = "10000,100000,1000000"
FEWEST = 10_000


def main() -> None:
    options = _parse()
    print(_describe_machine(), flush=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(options.keep or name).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        pandas = options.pandas_python or make_pandas(folder)
        plans: list[Plans] = []
        runs: list[LinkRun] = []
        for items in options.sizes:
            course = LinkCourse(folder=folder, items=items, pandas=pandas)
            for _ in range(options.repeat):
                runs += _said(course.run_links())
                if not options.without_report:
                    runs += _said(course.run_reports())
            if not options.without_report:
                plans.append(course.check_plans())
    medians = take_medians(runs)
    print(draw_link_table(medians))
    for line in judge_link_goals(medians, plans):
        print(line)


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.link", description=__doc__)
    parser.add_argument("--sizes", type=_read_sizes, default=SIZES, help=f"items of each store ({SIZES})")
    parser.add_argument("--repeat", type=int, default=1, help="how often each contestant runs (1)")
    parser.add_argument("--keep", type=Path, help="a folder for the stores and pandas, kept for the next run")
    parser.add_argument("--pandas-python", type=Path, help="a Python that has pandas and orjson, instead of a new one")
    parser.add_argument("--without-report", action="store_true", help="measure linking alone")
    return parser.parse_args()


def _read_sizes(text: str) -> tuple[int, ...]:
    sizes = tuple(sorted({int(size) for size in text.split(",")}))
    if sizes[0] < FEWEST:
        raise argparse.ArgumentTypeError(f"a store has at least {FEWEST} items: fewer do not fill the hierarchy")
    return sizes


def _said(runs: Iterator[LinkRun]) -> Iterator[LinkRun]:
    """A sign of life, since a round takes a while."""
    for run in runs:
        told = f"{run.seconds:.3f} s, a process of {run.measure.seconds:.2f} s, {run.measure.peak_mb:.0f} MB"
        sys.stderr.write(f"{run.name}: {run.items:,} items: {told}\n")
        sys.stderr.flush()
        yield run


if __name__ == "__main__":
    main()
