"""When a failed request is worth repeating, and how long to wait before: what the source asks for, else a backoff."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import ParamSpec, TypeVar

import structlog
from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt

from align_sync.errors import RetriableError
from align_sync.seams import Seams
from align_sync.trackers.base import Traffic

log = structlog.get_logger(__name__)

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long to wait for what.

    `attempts` counts the first one; `longest_wait` is for one pause that a source asks for: beyond it the source is
    given up for this run, and the next run goes on.
    """

    connect: timedelta = timedelta(seconds=10)
    read: timedelta = timedelta(seconds=60)
    total: timedelta = timedelta(seconds=180)
    attempts: int = 5
    longest_wait: timedelta = timedelta(seconds=90)
    first_backoff: timedelta = timedelta(seconds=0.5)
    longest_backoff: timedelta = timedelta(seconds=20)


@dataclass(frozen=True, slots=True, kw_only=True)
class Persistence:
    """Repeats a call that failed for a passing reason. Sleep and randomness come from outside."""

    source: str
    patience: Patience
    seams: Seams
    traffic: Traffic

    def call(self, ask: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The result of the call, or its last error."""
        return Retrying(
            retry=retry_if_exception(self._is_worth_retrying),
            stop=stop_after_attempt(self.patience.attempts),
            wait=self._wait_before_retry,
            before_sleep=self._count_retry,
            sleep=self.seams.sleep,
            reraise=True,
        )(ask, *args, **kwargs)

    def _is_worth_retrying(self, error: BaseException) -> bool:
        if not isinstance(error, RetriableError) or self.seams.stopping():
            return False
        return error.retry_at is None or error.retry_at - self.seams.now() <= self.patience.longest_wait

    def _wait_before_retry(self, state: RetryCallState) -> float:
        """Seconds: what the source asked for and a little more, else half to all of an exponential backoff."""
        error = state.outcome.exception() if state.outcome else None
        first, longest = self.patience.first_backoff, self.patience.longest_backoff
        if isinstance(error, RetriableError) and error.retry_at is not None:
            left = (error.retry_at - self.seams.now()).total_seconds()
            return max(left, 0.0) + self.seams.uniform(0.0, first.total_seconds() / 2)
        ceiling = min(longest, first * (1 << (state.attempt_number - 1))).total_seconds()
        return ceiling / 2 + self.seams.uniform(0.0, ceiling / 2)

    def _count_retry(self, state: RetryCallState) -> None:
        error = state.outcome.exception() if state.outcome else None
        self.traffic.add(retries=1, waited_seconds=state.upcoming_sleep)
        log.info(
            "request.retried",
            source=self.source,
            attempt=state.attempt_number,
            wait=round(state.upcoming_sleep, 2),
            reason=error.args[0] if error and error.args else "",
        )
