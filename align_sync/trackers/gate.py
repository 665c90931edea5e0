"""How many requests may be under way at once: more while answers are good, half as many after each "slow down"."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from align_sync.seams import Seams

LEAST_CONCURRENCY = 1
LONGEST_PAUSE_STEP_SECONDS = 0.5


class Gate:
    """Additive increase, multiplicative decrease, shared by all threads of one source.

    A pause holds back every thread, since the limits of the trackers are per account and not per request.
    """

    def __init__(self, most: int, seams: Seams) -> None:
        self._most = max(most, LEAST_CONCURRENCY)
        self._limit = float(self._most)
        self._under_way = 0
        self._paused_until: datetime | None = None
        self._generation = 0
        self._seams = seams
        self._changed = threading.Condition()

    @property
    def limit(self) -> int:
        return int(self._limit)

    @contextmanager
    def pass_through(self) -> Iterator[int]:
        """Wait for a place and hold it; yields a generation to give back to `slow_down`."""
        self._wait_out_pause()
        with self._changed:
            while self._under_way >= int(self._limit):
                self._changed.wait()
            self._under_way += 1
            generation = self._generation
        try:
            yield generation
        finally:
            with self._changed:
                self._under_way -= 1
                self._changed.notify_all()

    def speed_up(self) -> None:
        """One good answer: about one place more per round of answers."""
        with self._changed:
            if self._limit < self._most:
                self._limit = min(self._most, self._limit + 1 / self._limit)
                self._changed.notify_all()

    def slow_down(self, generation: int, until: datetime | None = None) -> None:
        """One throttled answer. Those of requests sent before the last halving tell nothing new and do not count."""
        with self._changed:
            if generation >= self._generation:
                self._generation += 1
                self._limit = max(float(LEAST_CONCURRENCY), self._limit / 2)
            if until is not None and (self._paused_until is None or until > self._paused_until):
                self._paused_until = until

    def _wait_out_pause(self) -> None:
        while True:
            with self._changed:
                until = self._paused_until
                if until is None:
                    return
                left = (until - self._seams.now()).total_seconds()
                if left <= 0:
                    self._paused_until = None
                    return
            if self._seams.stopping():
                return
            self._seams.sleep(min(left, LONGEST_PAUSE_STEP_SECONDS))
