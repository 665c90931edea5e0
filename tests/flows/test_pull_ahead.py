"""Pages that are read ahead are the same pages, asked for one before they are needed."""

import threading
from collections.abc import Iterator

import pytest

from align_sync.errors import RetriableError
from align_sync.flows.pull.ahead import Pages, read_ahead


class Listing:
    """Pages of a source that notes how many were asked for, and may fail after the last."""

    def __init__(self, *pages: tuple[str, ...], error: Exception | None = None) -> None:
        self.pages, self.error = pages, error
        self.asked = 0
        self.threads: set[str] = set()

    def __iter__(self) -> Iterator[tuple[str, ...]]:
        for page in self.pages:
            self.threads.add(threading.current_thread().name)
            self.asked += 1
            yield page
        if self.error is not None:
            raise self.error


@pytest.mark.parametrize("pages", [(), (("1",),), (("1", "2"), (), ("3",))])
def test_all_pages_come_in_their_order_the_empty_ones_too(pages: tuple[tuple[str, ...], ...]) -> None:
    with read_ahead(iter(pages), name="test") as ahead:
        assert tuple(ahead) == pages


def test_one_page_and_no_more_is_asked_for_before_it_is_needed() -> None:
    listing = Listing(("1",), ("2",), ("3",), ("4",))
    with read_ahead(iter(listing), name="test") as ahead:
        assert next(ahead) == ("1",)
    assert listing.asked == 2
    assert {name.partition("_")[0] for name in listing.threads} == {"test"}


def test_the_first_page_is_asked_for_at_once_and_waited_for_at_the_end() -> None:
    listing = Listing(("1",), ("2",))
    with read_ahead(iter(listing), name="test"):
        pass
    assert listing.asked == 1


def test_a_failure_comes_after_the_pages_before_it() -> None:
    listing = Listing(("1",), ("2",), error=RetriableError("no answer"))
    seen: list[tuple[str, ...]] = []

    def read(ahead: Pages) -> None:
        seen.extend(ahead)

    with read_ahead(iter(listing), name="test") as ahead, pytest.raises(RetriableError, match="no answer"):
        read(ahead)
    assert seen == [("1",), ("2",)]
