"""A thread that does the same thing again and again, and outlives whatever goes wrong with it."""

import threading
import time
from collections.abc import Callable
from datetime import timedelta

import structlog

from align_sync.errors import AlignSyncError

log = structlog.get_logger(__name__)


class Loop:
    """Does `work` at once, then `every` so often, and whenever it is poked."""

    def __init__(self, name: str, every: timedelta, work: Callable[[], object]) -> None:
        self.name = name
        self._every, self._work = every, work
        self._poked, self._is_over = threading.Event(), threading.Event()
        self._done_at = time.monotonic()
        self._thread = threading.Thread(target=self._turn, name=name, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def poke(self) -> None:
        """Do it now rather than later."""
        self._poked.set()

    def stop(self) -> None:
        """No more turns after the one under way; `join` waits for it."""
        self._is_over.set()
        self._poked.set()

    def join(self, patience: timedelta) -> None:
        self._thread.join(patience.total_seconds())

    @property
    def silent_for(self) -> timedelta:
        """How long ago it last did its work to the end, or was made."""
        return timedelta(seconds=time.monotonic() - self._done_at)

    def _turn(self) -> None:
        while not self._is_over.is_set():
            try:
                self._work()
            except AlignSyncError as error:
                log.warning("loop.failed", loop=self.name, problem=str(error))
            except Exception:
                log.exception("loop.failed", loop=self.name)
            else:
                self._done_at = time.monotonic()
            self._poked.wait(self._every.total_seconds())
            self._poked.clear()
