"""The goals of a pull, each with what was measured and whether it is reached."""

from collections.abc import Iterator, Sequence

from benchmarks.contestants import AGAIN, BY_HAND, FLOOR, OURS, Run
from benchmarks.table import find_run

TIMES_BY_HAND = {150: 12.0, 0: 10.0}
MOST_OF_THE_FLOOR = 1.5
MOST_MB = 150.0
MOST_REQUESTS = 6
MOST_SECONDS_UNCHANGED = 1.2
MOST_SECONDS_IDENTIFIERS = 2.5
MOST_GROWTH = 1.2
MOST_LINK_SECONDS = 3.0


def judge_goals(runs: Sequence[Run], large: Run | None) -> Iterator[str]:
    """One line a goal; nothing is said of what was not measured."""
    for latency_ms, times in TIMES_BY_HAND.items():
        ours = find_run(runs, OURS, latency_ms)
        if ours is None:
            continue
        at = f"at {latency_ms} ms"
        by_hand = find_run(runs, BY_HAND, latency_ms)
        if by_hand is not None:
            measured = by_hand.pull_seconds / ours.pull_seconds
            yield _say(f"{at}: at least {times:g} times faster than by hand", f"{measured:.1f}", measured >= times)
        floor = find_run(runs, FLOOR, latency_ms)
        if floor is not None and latency_ms:
            measured = ours.pull_seconds / floor.pull_seconds
            yield _say(
                f"{at}: at most {MOST_OF_THE_FLOOR} times the floor", f"{measured:.2f}", measured <= MOST_OF_THE_FLOOR
            )
        peak = ours.measure.peak_mb
        yield _say(f"{at}: at most {MOST_MB:g} MB", f"{peak:.0f} MB", peak <= MOST_MB)
        link = ours.link_seconds
        yield _say(f"{at}: linking in at most {MOST_LINK_SECONDS:g} s", f"{link:.2f} s", link <= MOST_LINK_SECONDS)
        yield from _judge_unchanged(find_run(runs, AGAIN, latency_ms), at)
    small = find_run(runs, OURS, 0)
    if large is not None and small is not None:
        growth = large.measure.peak_mb / small.measure.peak_mb
        wanted = f"memory of {large.items:,} items at most {MOST_GROWTH} times that of {small.items:,}"
        yield _say(wanted, f"{growth:.2f}", growth <= MOST_GROWTH)


def _judge_unchanged(again: Run | None, at: str) -> Iterator[str]:
    if again is None:
        return
    requests, seconds = again.counts.requests, again.measure.seconds
    wanted = f"{at}, nothing changed: at most {MOST_REQUESTS} requests"
    yield _say(wanted, str(requests), requests <= MOST_REQUESTS)
    limit = MOST_SECONDS_UNCHANGED if at == "at 0 ms" else MOST_SECONDS_IDENTIFIERS
    wanted = f"{at}, nothing changed, all identifiers checked: a whole process in at most {limit} s"
    yield _say(wanted, f"{seconds:.2f} s", seconds <= limit)


def _say(wanted: str, measured: str, reached: object) -> str:
    return f"- {wanted}: {measured} — {'reached' if reached else 'NOT reached'}"
