"""The engine without a queue: threads of this process, one run of a subject at a time, in the order of their asking.

It keeps nothing: what waits here stands in the ledger too, and is found there after a restart.
"""

import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from align_sync.flows.runs import Transaction
from align_sync.scheduling.run import Run


class InlineDispatcher:
    """A subject that is slow takes one worker; what else waits for it takes none."""

    name = "inline"

    def __init__(self, workers: int) -> None:
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="worker")
        self._changed = threading.Condition()
        self._waiting: deque[Run] = deque()
        self._known: set[int] = set()
        self._busy: set[str] = set()
        self._execute: Callable[[int], None] | None = None
        self._is_stopped = False

    def enlist(self, connection: Transaction, run: Run) -> None:
        """The ledger is all there is."""

    def wake(self, run: Run) -> None:
        with self._changed:
            if self._is_stopped or run.id in self._known:
                return
            self._known.add(run.id)
            self._waiting.append(run)
            self._hand_out()

    def start(self, execute: Callable[[int], None]) -> None:
        with self._changed:
            self._execute = execute
            self._hand_out()

    def stop(self, grace: timedelta) -> None:
        with self._changed:
            self._is_stopped = True
            self._known.difference_update(run.id for run in self._waiting)
            self._waiting.clear()
            self._changed.wait_for(lambda: not self._known, grace.total_seconds())
        self._pool.shutdown(wait=False)

    def health(self) -> str:
        return "it takes no more work" if self._is_stopped else ""

    def wait_until_idle(self, patience: timedelta) -> bool:
        """Whether nothing waits nor is under way, now or within this time."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._known, patience.total_seconds())

    def _hand_out(self) -> None:
        """Give the pool the first of each subject that nobody works on; the rest stays in line."""
        if self._execute is None:
            return
        left: deque[Run] = deque()
        for run in self._waiting:
            if run.subject in self._busy:
                left.append(run)
            else:
                self._busy.add(run.subject)
                self._pool.submit(self._do, self._execute, run)
        self._waiting = left

    def _do(self, execute: Callable[[int], None], run: Run) -> None:
        try:
            if not self._is_stopped:
                execute(run.id)
        finally:
            with self._changed:
                self._busy.discard(run.subject)
                self._known.discard(run.id)
                self._hand_out()
                self._changed.notify_all()
