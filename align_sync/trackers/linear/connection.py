"""Asking Linear one operation, or page after page of a list, with guards against lists that never end."""

import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import structlog

from align_sync.errors import FatalError, SkippableError
from align_sync.trackers.http import JsonClient
from align_sync.trackers.linear.answers import ADVICE, TooComplexError
from align_sync.trackers.linear.fields import Connection, Record
from align_sync.trackers.linear.queries import Operation, text_of

log = structlog.get_logger(__name__)

LARGEST_PAGE = 250
MOST_PAGES = 20_000
"""Five million records; a list that is longer goes round in a circle of ever new cursors."""

MOST_EMPTY_PAGES = 3

Variables = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Listing:
    """Which list of which operation is read: `root` is its field in the answer, `most` the largest page to ask for."""

    operation: Operation
    root: str
    most: int = LARGEST_PAGE


@dataclass(slots=True)
class GraphConnection:
    """Safe to use from several threads. Learns how large a page Linear accepts of each operation."""

    client: JsonClient
    path: str
    _sizes: dict[Operation, int] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def ask(self, operation: Operation, variables: Variables | None = None) -> Record:
        """The `data` of the answer, complete."""
        # No null ever goes out: in a filter it need not mean the same as leaving the variable out.
        told = self.client.post_json(self.path, {"query": text_of(operation), "variables": variables or {}})
        where = f"{self.client.source}: {operation.value}"
        # Errors were seen to before (`answers.error_of`), so what is left is whole.
        if not isinstance(told, dict) or not isinstance(told.get("data"), dict):
            raise FatalError("the answer is not that of Linear: it holds no data", where=where, advice=ADVICE.url)
        return Record(told["data"], where)

    def pages(self, listing: Listing, variables: Variables) -> Iterator[tuple[object, ...]]:
        """The raw nodes, page by page. Raises `FatalError` where the list cannot come to an end."""
        seen: set[str] = set()
        empty = 0
        cursor: str | None = None
        for _ in range(MOST_PAGES):
            page = self._page(listing, variables, cursor)
            if page.nodes:
                yield page.nodes
            if not page.has_next:
                return
            empty = 0 if page.nodes else empty + 1
            cursor = page.cursor
            if not cursor or cursor in seen:
                raise self._endless(listing, "the same cursor came twice" if cursor else "a next page has no cursor")
            if empty >= MOST_EMPTY_PAGES:
                raise self._endless(listing, f"{empty} pages in a row were empty and announced more")
            seen.add(cursor)
        raise self._endless(listing, f"more than {MOST_PAGES} pages")

    def _page(self, listing: Listing, variables: Variables, cursor: str | None) -> Connection:
        after = {} if cursor is None else {"after": cursor}
        while True:
            first = self._sizes.get(listing.operation, listing.most)
            try:
                told = self.ask(listing.operation, {**variables, **after, "first": first})
            except TooComplexError as error:
                self._shrink(listing, first, error)
                continue
            return self._read(listing, told)

    def _shrink(self, listing: Listing, first: int, error: TooComplexError) -> None:
        if first <= 1:
            raise FatalError(
                f"{error.problem.message}, even for a single record",
                where=f"{self.client.source}: {listing.operation.value}",
                advice="update align-sync",
            ) from None
        with self._lock:
            self._sizes[listing.operation] = min(first // 2, self._sizes.get(listing.operation, first))
        log.info("page.halved", source=self.client.source, operation=listing.operation.value, size=first // 2)

    def _read(self, listing: Listing, told: Record) -> Connection:
        try:
            return told.connection(listing.root)
        except SkippableError as error:
            raise FatalError(
                f"the answer is not that of Linear: {error.problem.message}",
                where=told.where,
                advice=ADVICE.url,
            ) from None

    def _endless(self, listing: Listing, what: str) -> FatalError:
        return FatalError(
            f"Linear's list of {listing.root} does not end: {what}",
            where=f"{self.client.source}: {listing.operation.value}",
            advice="try again later, and report it to Linear's support if it stays so",
        )


def split_address(url: str) -> tuple[str, str]:
    """The address of the server and the path of its GraphQL; a bare server means the usual path."""
    parts = urlsplit(url)
    path = parts.path.rstrip("/")
    return f"{parts.scheme}://{parts.netloc}", path or "/graphql"
