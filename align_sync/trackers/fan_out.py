"""Several requests at once, answers as they come, memory bounded by what is under way."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import TypeVar

from align_sync.errors import InterruptedPullError
from align_sync.seams import Seams

Ask = TypeVar("Ask")
Told = TypeVar("Told")

LOOK_SECONDS = 0.2
"""How often a wait looks up to see whether it should stop."""


def fan_out(
    asks: Iterable[Ask], fetch: Callable[[Ask], Told], *, workers: int, seams: Seams, source: str
) -> Iterator[Told]:
    """`fetch` of each ask, in no promised order; the first error ends it, after what is under way was given too.

    No more than `workers` and a few answers that wait to be taken are held at a time.
    """
    most = workers + max(2, workers // 4)
    left = iter(asks)
    under_way: set[Future[Told]] = set()
    pool = ThreadPoolExecutor(max_workers=workers, thread_name_prefix=source)
    try:
        while True:
            for ask in left:
                under_way.add(pool.submit(fetch, ask))
                if len(under_way) >= most:
                    break
            if not under_way:
                return
            done, under_way = wait(under_way, timeout=LOOK_SECONDS, return_when=FIRST_COMPLETED)
            failed = next((one for one in done if one.exception() is not None), None)
            yield from (one.result() for one in done if one.exception() is None)
            if failed is not None or seams.stopping():
                yield from _drain(pool, under_way)
                if failed is not None:
                    failed.result()
                raise InterruptedPullError(where=source)
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _drain(pool: ThreadPoolExecutor, under_way: Iterable[Future[Told]]) -> Iterator[Told]:
    """It is waited for in any case, and what has come is not thrown away."""
    pool.shutdown(wait=True, cancel_futures=True)
    yield from (one.result() for one in under_way if not one.cancelled() and one.exception() is None)
