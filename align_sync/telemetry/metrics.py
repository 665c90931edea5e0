"""What is counted while the service works: a few numbers in memory, by names and outcomes, never by ids or titles.

Flows count here and know no more of it. `exposition.py` writes the counts down for Prometheus; the library for that is
loaded by the service alone, since most commands show no metrics.
"""

import threading
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from itertools import accumulate

SECONDS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 900.0)
"""Upper ends of the steps in which durations are counted: from one request to a first pull."""


@dataclass(frozen=True, slots=True)
class Told:
    """Name (without prefix and ending), what it means, and the names of its labels."""

    name: str
    help: str
    labels: tuple[str, ...] = ()


class Counter(Enum):
    """Only ever goes up."""

    RUNS = Told("runs", "Runs that ended, by what they did and how they ended.", ("kind", "outcome"))
    TICKS = Told("ticks", "Slots of schedules that came due.", ("kind", "outcome"))
    SOURCE_READS = Told("source_reads", "Passes over a source.", ("source", "outcome"))
    DELIVERIES = Told("deliveries", "Attempts to send a message.", ("channel", "outcome"))
    AMBIGUOUS = Told("outbox_ambiguous", "Attempts of which nobody knows whether they took effect.", ("channel",))
    DUPLICATES = Told("duplicates_healed", "Second copies of a message that were deleted.", ("channel",))
    FENCED = Told("fenced_writes", "Writes refused because somebody else had taken over.", ("kind",))
    LEASES_LOST = Told("lease_lost", "Leases that ran out under their holder.", ("kind",))
    REQUESTS = Told("http_requests", "Requests to trackers and channels.", ("target", "code_class"))
    WAITED = Told("rate_limit_blocked_seconds", "Seconds that a rate limit made us wait.", ("target",))


class Duration(Enum):
    """Seconds, counted in steps."""

    RUN = Told("run_duration_seconds", "How long runs took.", ("kind",))
    LATENESS = Told("tick_lateness_seconds", "How long after its time a slot was noticed.", ("kind",))
    REQUEST = Told("http_request_duration_seconds", "How long requests took.", ("target",))


@dataclass(frozen=True, slots=True)
class Measured:
    """How many were at most as long as each step of `SECONDS`, how many there were in all, and their sum."""

    below: tuple[int, ...]
    number: int
    total: float


class Tally:
    """Counts of one process; may be used from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: dict[tuple[Counter, tuple[str, ...]], float] = {}
        self._steps: dict[tuple[Duration, tuple[str, ...]], list[int]] = {}
        self._totals: dict[tuple[Duration, tuple[str, ...]], float] = {}

    def count(self, counter: Counter, *labels: str, by: float = 1) -> None:
        """Labels in the order of its names. Raises `ValueError` for another number of them."""
        key = (counter, _checked(counter.value, labels))
        with self._lock:
            self._counts[key] = self._counts.get(key, 0) + by

    def measure(self, duration: Duration, *labels: str, seconds: float) -> None:
        key = (duration, _checked(duration.value, labels))
        with self._lock:
            steps = self._steps.setdefault(key, [0] * (len(SECONDS) + 1))
            steps[bisect_left(SECONDS, seconds)] += 1
            self._totals[key] = self._totals.get(key, 0) + seconds

    def counts(self, counter: Counter) -> Iterator[tuple[tuple[str, ...], float]]:
        with self._lock:
            found = [(labels, value) for (one, labels), value in self._counts.items() if one is counter]
        yield from sorted(found)

    def measured(self, duration: Duration) -> Iterator[tuple[tuple[str, ...], Measured]]:
        with self._lock:
            found = [
                (labels, tuple(accumulate(steps)), self._totals[one, labels])
                for (one, labels), steps in self._steps.items()
                if one is duration
            ]
        for labels, below, total in sorted(found):
            yield labels, Measured(below=below[:-1], number=below[-1], total=total)


def _checked(told: Told, labels: tuple[str, ...]) -> tuple[str, ...]:
    if len(labels) != len(told.labels):
        raise ValueError(f"{told.name} is told by {', '.join(told.labels) or 'no label'}")
    return labels


TALLY = Tally()
"""That of this process."""
