"""Thousands of schedules of the sending protocol: `python -m benchmarks.outbox --schedules 100000 --seed 1`.

In each, three workers send six messages while processes die and pause, answers are lost and history lags. Beside ours
stand what a loop that retries does, and one that never sends twice. Ends with 1 where one of ours went wrong.
"""

import argparse
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from functools import partial

from tests.machine import known_bugs
from tests.machine.outbox_simulator import HARSH, TAME, WRONG, Odds, play

CHUNK = 500
COMPARED = 20
"""Of so many schedules one is played with the others, too."""


def play_chunk(
    first: int, count: int, odds: Odds, bug: Callable[[], Iterator[None]] | None
) -> tuple[Counter[str], list[int]]:
    """What was counted, and the seeds of schedules that went wrong."""
    counts: Counter[str] = Counter()
    failed = []
    with contextmanager(bug or _no_bug)():
        for seed in range(first, first + count):
            played = play(seed, odds)
            counts.update(schedules=1, messages=played.messages, lost=played.lost)
            counts.update(duplicate=played.duplicates, stuck=played.stuck)
            counts.update({f"fault: {name}": number for name, number in played.faults.items()})
            counts.update({f"found: {name}": number for name, number in played.found.items()})
            if not played.is_fine:
                failed.append(seed)
    return counts, failed


def _no_bug() -> Iterator[None]:
    yield


def play_all(
    pool: ProcessPoolExecutor, first: int, count: int, odds: Odds, bug: Callable[[], Iterator[None]] | None = None
) -> tuple[Counter[str], list[int]]:
    starts = range(first, first + count, CHUNK)
    sizes = [min(CHUNK, first + count - start) for start in starts]
    counts: Counter[str] = Counter()
    failed: list[int] = []
    for counted, wrong in pool.map(partial(play_chunk, odds=odds, bug=bug), starts, sizes):
        counts.update(counted)
        failed += wrong
    return counts, failed


def tell(name: str, counts: Counter[str], seconds: float) -> None:
    messages = counts["messages"]
    shares = "  ".join(
        f"{one} {counts[one]:,} ({counts[one] / messages:.1%})" for one in ("lost", "duplicate", "stuck")
    )
    print(
        f"{name:<34} {counts['schedules']:>8,} schedules {messages:>9,} messages  {shares}  {seconds:.0f} s", flush=True
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--schedules", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--processes", type=int, default=2)
    chosen = parser.parse_args()
    with ProcessPoolExecutor(chosen.processes) as pool:
        start = time.monotonic()
        ours, failed = play_all(pool, chosen.seed, chosen.schedules, HARSH)
        tell("outbox, look first, sweep", ours, time.monotonic() - start)
        for name in sorted(name for name in ours if name.startswith(("fault: ", "found: "))):
            print(f"    {name:<50} {ours[name]:>9,}")
        few = max(1, chosen.schedules // COMPARED)
        for name, odds, bug in (
            ("the same, no lag, pause or sweep", TAME, None),
            ("naive retry, no lag, pause or sweep", TAME, known_bugs.naive_retry),
            ("at most once", HARSH, known_bugs.at_most_once),
        ):
            start = time.monotonic()
            counts, wrong = play_all(pool, chosen.seed, few, odds, bug)
            tell(name, counts, time.monotonic() - start)
            failed += wrong if bug is None else []
    for seed in failed[:20]:
        print(f"FAILED: seed {seed}; play({seed}) in tests/machine/outbox_simulator.py plays it again")
    print(f"wrong is also: {'; '.join(WRONG.values())}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
