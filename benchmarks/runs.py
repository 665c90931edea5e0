"""Thousands of schedules of runs: `python -m benchmarks.runs --schedules 100000 --seed 1`.

In each, three hosts do pulls and a digest for forty minutes while processes die, sleep and wake up, clocks step, alarms
are missed, and hand-overs are lost and doubled. Ends with 1 where a slot had no row or two, or a run two ends or none.
"""

import argparse
import sys
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from itertools import repeat

from tests.machine.run_simulator import WRONG, play

CHUNK = 200


def play_chunk(first: int, count: int, give_up_at: float) -> tuple[Counter[str], list[int]]:
    """What was counted, and the seeds of schedules that went wrong."""
    counts: Counter[str] = Counter()
    failed = []
    for seed in range(first, first + count):
        if time.monotonic() > give_up_at:
            break
        played = play(seed)
        counts.update(schedules=1, rows=len(played.rows))
        counts.update({f"fault: {name}": number for name, number in played.faults.items()})
        counts.update({f"found: {name}": number for name, number in played.found.items()})
        if not played.is_fine:
            failed.append(seed)
    return counts, failed


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--schedules", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--minutes", type=float, default=120.0, help="begin no more schedules after so long")
    chosen = parser.parse_args()
    began = time.monotonic()
    counts: Counter[str] = Counter()
    failed: list[int] = []
    starts = range(chosen.seed, chosen.seed + chosen.schedules, CHUNK)
    sizes = [min(CHUNK, chosen.seed + chosen.schedules - start) for start in starts]
    give_up_at = time.monotonic() + 60 * chosen.minutes
    with ProcessPoolExecutor(chosen.processes) as pool:
        for counted, wrong in pool.map(play_chunk, starts, sizes, repeat(give_up_at)):
            counts.update(counted)
            failed += wrong
    print(f"{counts['schedules']:,} schedules, {counts['rows']:,} rows, {time.monotonic() - began:.0f} s")
    for name in sorted(name for name in counts if name.startswith(("fault: ", "found: "))):
        print(f"    {name:<50} {counts[name]:>12,}")
    for seed in failed[:20]:
        print(f"FAILED: seed {seed}; play({seed}) in tests/machine/run_simulator.py plays it again")
    print(f"wrong is: {'; '.join(WRONG.values())}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
