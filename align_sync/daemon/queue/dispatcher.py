"""Hands runs to whichever worker is free, on any host, through the queue in PostgreSQL.

The queue only carries the number of a run. Whether it is still to be done, by whom, and when again, stands in the
ledger: the queue retries nothing, drops no doubles and keeps no time table of its own, as its ways to do so were
seen to do things twice, or never.
"""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from align_sync.daemon.queue.enlisting import Enlisting
from align_sync.daemon.queue.worker import POLL_EVERY, Worker
from align_sync.flows.runs import Transaction
from align_sync.scheduling.run import Run
from align_sync.settings_service import ServeSettings

TIDYING = timedelta(seconds=2)
"""Of the grace: for writing down in the queue what was given up."""


class ProcrastinateDispatcher:
    """A job of the queue for each run; jobs of one subject come one after another on all hosts together."""

    name = "procrastinate"

    def __init__(
        self, arguments: Mapping[str, Any], *, serve: ServeSettings, poll_every: timedelta = POLL_EVERY
    ) -> None:
        self._enlisting = Enlisting()
        grace = max(serve.grace - TIDYING, serve.grace / 2)
        self._worker = Worker(arguments, side_by_side=serve.workers, grace=grace, poll_every=poll_every)

    def enlist(self, connection: Transaction, run: Run) -> None:
        self._enlisting.enlist(connection, run)

    def wake(self, run: Run) -> None:
        """Nothing is left to do: the commit itself told the workers."""

    def start(self, execute: Callable[[int], None]) -> None:
        self._worker.start(execute)

    def stop(self, grace: timedelta) -> None:
        self._worker.stop(grace)

    def health(self) -> str:
        return self._worker.problem
