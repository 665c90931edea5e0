"""Several sources asked at once, each for as long as it may take: none delays the others, none hides them."""

import time
from collections import deque
from collections.abc import Callable, Sequence
from datetime import timedelta
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Generic, TypeVar

import structlog

from align_sync.errors import AlignSyncError, InterruptedPullError, ReadingError

Told = TypeVar("Told")

LOOK_SECONDS = 0.2
"""How often a wait looks up to see whether it should stop."""

log = structlog.get_logger(__name__)


def ask_each(
    asks: Sequence[Callable[[], Told]], *, workers: int, timeout: timedelta, stopping: Callable[[], bool]
) -> list[Told | AlignSyncError]:
    """What each ask gave, or why it gave nothing, in their order. Raises `InterruptedPullError`.

    One that is late is left to itself: its thread ends with the process at the latest, and nobody waits for it.
    """
    return _Round(asks, workers=workers, timeout=timeout).run(stopping)


class _Round(Generic[Told]):
    def __init__(self, asks: Sequence[Callable[[], Told]], *, workers: int, timeout: timedelta) -> None:
        self._asks = asks
        self._workers = workers
        self._timeout = timeout
        self._waiting = deque(range(len(asks)))
        self._until: dict[int, float] = {}
        self._answers: SimpleQueue[tuple[int, Told | AlignSyncError]] = SimpleQueue()
        self._outcomes: dict[int, Told | AlignSyncError] = {}

    def run(self, stopping: Callable[[], bool]) -> list[Told | AlignSyncError]:
        while self._waiting or self._until:
            self._start()
            self._take()
            self._give_up_on_late()
            interrupted = any(isinstance(outcome, InterruptedPullError) for outcome in self._outcomes.values())
            if interrupted or stopping():
                raise InterruptedPullError(where="okr read")
        return [self._outcomes[number] for number in range(len(self._asks))]

    def _start(self) -> None:
        while self._waiting and len(self._until) < self._workers:
            number = self._waiting.popleft()
            self._until[number] = time.monotonic() + self._timeout.total_seconds()
            Thread(target=self._ask, args=(number,), name=f"reading-{number}", daemon=True).start()

    def _ask(self, number: int) -> None:
        try:
            self._answers.put((number, self._asks[number]()))
        except AlignSyncError as error:
            self._answers.put((number, error))
        except Exception as error:
            log.exception("reading.broke")
            fault = ReadingError(f"a fault of align-sync itself ({type(error).__name__})", advice="run it with --debug")
            self._answers.put((number, fault))

    def _take(self) -> None:
        wait = max(0.0, min(LOOK_SECONDS, min(self._until.values()) - time.monotonic()))
        try:
            number, outcome = self._answers.get(timeout=wait)
        except Empty:
            return
        if self._until.pop(number, None) is not None:
            self._outcomes[number] = outcome

    def _give_up_on_late(self) -> None:
        now = time.monotonic()
        for number in [number for number, until in self._until.items() if until <= now]:
            del self._until[number]
            self._outcomes[number] = ReadingError(
                f"no answer came within {self._timeout.total_seconds():g} s", advice="readings.timeout sets the limit"
            )
