"""Pages read ahead: the next one is asked for while the one before it is still in use."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

Pages = Iterator[tuple[str, ...]]


@contextmanager
def read_ahead(pages: Pages, *, name: str) -> Iterator[Pages]:
    """The same pages; the first one is asked for at once. What asking raises, comes in its turn."""
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix=name) as pool:
        first = pool.submit(next, pages, None)

        def take() -> Pages:
            ahead = first
            while (page := ahead.result()) is not None:
                ahead = pool.submit(next, pages, None)
                yield page

        yield take()
