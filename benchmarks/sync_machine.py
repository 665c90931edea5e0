"""The long form of the state machine of the pull: `python -m benchmarks.sync_machine --histories 10000`.

Each history is 40 steps of people, time and network against a pretended Jira over real HTTP and a real SQLite file;
after them everything must be known. Prints how many histories and steps were played and what failed, with its seed.
"""

import argparse
import logging
import os
import tempfile
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import structlog
from hypothesis import HealthCheck, settings
from hypothesis import seed as seeded
from hypothesis.stateful import invariant, run_state_machine_as_test

from align_sync.demo.fake_jira import Flavour
from align_sync.seams import pass_failpoint
from align_sync.store.engine import open_store
from align_sync.store.migrate import prepare_schema
from tests.machine.test_machine_pull import PullMachine

STEPS = 40
CHUNK = 50
FAST_FOLDER = Path("/dev/shm")
"""A file system in memory, where there is one."""


def play(number: int, flavour: Flavour, folder: Path) -> tuple[Counter[str], str]:
    """One portion of histories with a seed of its own. The string is what failed, empty where nothing did."""
    tempfile.tempdir = str(folder)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    played: Counter[str] = Counter()

    class Counted(PullMachine):
        def __init__(self) -> None:
            super().__init__()
            played["histories"] += 1

        def teardown(self) -> None:
            played["looks"] += self.looks
            super().teardown()

        @invariant()
        def one_more_step(self) -> None:
            played["steps"] += 1

    Counted.flavour = flavour
    Counted.template = folder / "template.db"
    chosen = settings(
        max_examples=CHUNK,
        stateful_step_count=STEPS,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    try:
        run_state_machine_as_test(seeded(number)(Counted), settings=chosen, _min_steps=STEPS)
    except Exception as error:
        return played, f"seed {number}, {flavour}: {type(error).__name__}: {error}"
    return played, ""


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--histories", type=int, default=10_000)
    asked.add_argument("--seed", type=int, default=1, help="of the first portion; each has its own")
    asked.add_argument("--workers", type=int, default=2)
    options = asked.parse_args()
    began, total, failures = time.monotonic(), Counter[str](), list[str]()
    flavours = list(Flavour)
    room = FAST_FOLDER if os.access(FAST_FOLDER, os.W_OK) else Path(tempfile.gettempdir())
    with tempfile.TemporaryDirectory(dir=room) as folder, ProcessPoolExecutor(options.workers) as pool:
        store = open_store(f"sqlite:///{folder}/template.db", failpoint=pass_failpoint)
        prepare_schema(store)
        store.close()
        portions = range(-(-options.histories // CHUNK))
        tasks = [
            pool.submit(play, options.seed + number, flavours[number % len(flavours)], Path(folder))
            for number in portions
        ]
        for task in tasks:
            played, failure = task.result()
            total += played
            if failure:
                failures.append(failure)
                print(failure, flush=True)
    seconds = time.monotonic() - began
    print("| histories | steps | full looks | failures | seconds |\n| --- | --- | --- | --- | --- |")
    print(f"| {total['histories']:,} | {total['steps']:,} | {total['looks']:,} | {len(failures)} | {seconds:.0f} |")


if __name__ == "__main__":
    main()
