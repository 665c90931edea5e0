"""Several services on one PostgreSQL while everything fails around them: is anything missed, done twice, or stuck?

`python -m benchmarks.chaos --minutes 10 --workers 3 --faults 100 --seed 1`
"""

import argparse
import sys
import time
from dataclasses import asdict, dataclass
from datetime import timedelta

from align_sync.app import read_clock
from benchmarks.chaos_check import (
    RECOVERED_WITHIN,
    Findings,
    check,
    expected_slots,
    load_items,
    percentile,
    recovery_times,
    wait_until_settled,
)
from benchmarks.chaos_faults import Course, inject, plan_faults
from benchmarks.chaos_messages import writing
from benchmarks.chaos_world import World, open_world

GRACE = timedelta(seconds=40)
STARTED_WITHIN = timedelta(seconds=60)


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """`problems` is empty where all is as it should be."""

    findings: Findings
    course: Course
    recovered: dict[str, list[timedelta]]
    settled_after: timedelta
    problems: tuple[str, ...]


def run_chaos(*, span: timedelta, workers: int, faults: int, seed: int) -> Result:
    with open_world(workers) as world:
        print(f"logs: {world.settings.parent}", file=sys.stderr)
        _prepare(world)
        before = load_items(world)
        began_at = read_clock()
        with writing(world) as writer:
            course = inject(world, plan_faults(span, faults, workers, seed), span)
        ended_at = read_clock()
        keys = expected_slots(world, began_at, ended_at)
        settled_after = wait_until_settled(world, keys)
        codes = [replica.end(GRACE) for replica in world.replicas]
        findings = check(world, keys, writer.written, before, codes)
        recovered = recovery_times(world, course)
    return Result(
        findings=findings,
        course=course,
        recovered=recovered,
        settled_after=settled_after,
        problems=tuple(_judge(findings, recovered)),
    )


def _judge(findings: Findings, recovered: dict[str, list[timedelta]]) -> list[str]:
    problems = [f"{number} {name.replace('_', ' ')}" for name, number in findings.faults().items()]
    for what, limit in RECOVERED_WITHIN.items():
        if (slow := percentile(recovered[what], 95)) > limit:
            problems.append(f"of 20 {what}s one was not done {slow.total_seconds():.0f} s after a fault")
    return problems


def _prepare(world: World) -> None:
    """A database with one pass in it, and all services up."""
    world.run("sync")
    world.run("db", "upgrade")
    for replica in world.replicas:
        replica.set_clock(timedelta(0))
        replica.start()
    deadline = time.monotonic() + STARTED_WITHIN.total_seconds()
    while len(world.database.ask("SELECT owner FROM daemon")) < len(world.replicas):
        if time.monotonic() > deadline:
            raise RuntimeError(f"the services do not start; see {world.settings.parent}")
        time.sleep(0.2)


def draw(result: Result) -> str:
    rows = [("what", "how many"), ("---", "---:")]
    rows += [(f"fault: {kind}", str(number)) for kind, number in result.course.counts.items()]
    rows += [(name.replace("_", " "), str(number)) for name, number in asdict(result.findings).items()]
    for what, times in result.recovered.items():
        seconds = [percentile(times, share).total_seconds() for share in (50, 95, 100)]
        rows.append((f"{what}s struck by a fault", str(len(times))))
        rows.append((f"{what}s: done after, half / 19 of 20 / all", " / ".join(f"{one:.1f} s" for one in seconds)))
    rows.append(("nothing open any more after the last fault", f"{result.settled_after.total_seconds():.1f} s"))
    return "\n".join(f"| {name} | {number} |" for name, number in rows)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--workers", type=int, default=3)
    parser.add_argument("--faults", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    span = timedelta(minutes=asked.minutes)
    result = run_chaos(span=span, workers=asked.workers, faults=asked.faults, seed=asked.seed)
    print(draw(result))
    for problem in result.problems:
        print(f"NOT AS IT SHOULD BE: {problem}")
    return 1 if result.problems else 0


if __name__ == "__main__":
    sys.exit(main())
