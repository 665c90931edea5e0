"""What every tracker can do, in the words of this product; the flows know trackers only through this.

Reading is done in two steps that all trackers share: list the identifiers (cheap, and the base of every check), then
fetch the items behind those that matter. A tracker does not know what is stored and decides nothing.
"""

import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from align_sync.errors import Problem
from align_sync.work import ItemRef, Sprint, WorkItem

Facts = dict[str, object]
"""What a tracker found out about its site and may remember between runs: a JSON object of the tracker's own making."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One answer: the items, what was wrong with single records, and which of the asked identifiers were left out.

    `unread` are identifiers that the source has but whose record could not be read: they are known to exist.
    `unplaced` are items whose sprint field could not be read: their sprints are to be taken from the listings.
    """

    items: tuple[WorkItem, ...]
    problems: tuple[Problem, ...] = ()
    missing: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
    unplaced: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SprintListing:
    """All open sprints that are in scope. `complete` is false where a board could not be read.

    `server_at` is the source's own clock when the listing began, where its answers tell it.
    """

    sprints: tuple[Sprint, ...]
    problems: tuple[Problem, ...] = ()
    complete: bool = True
    server_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who the credentials belong to, and what the server says it is."""

    account: str
    server: str = ""


class Traffic:
    """What one run cost, counted as it happens by the threads that work on it."""

    def __init__(self) -> None:
        self.requests = 0
        self.received_bytes = 0
        self.retries = 0
        self.throttled = 0
        self.waited_seconds = 0.0
        self._lock = threading.Lock()

    def add(
        self,
        *,
        requests: int = 0,
        received_bytes: int = 0,
        retries: int = 0,
        throttled: int = 0,
        waited_seconds: float = 0.0,
    ) -> None:
        with self._lock:
            self.requests += requests
            self.received_bytes += received_bytes
            self.retries += retries
            self.throttled += throttled
            self.waited_seconds += waited_seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What a tracker can do. `fetch_size` is how many items one request brings at the best."""

    kind: str
    fetch_size: int = 100
    exact_membership: bool = True


class Tracker(Protocol):
    """One configured connection. All methods may raise `SourceError`; the iterators may raise in mid-way."""

    source: str
    capabilities: Capabilities
    traffic: Traffic

    def check(self) -> Identity:
        """Ask who we are. Raises `AuthError` where the credentials are refused."""

    def facts(self) -> Facts:
        """What is worth remembering until the next run; given back to the constructor then."""

    def fetch_sprints(self, *, thorough: bool = True) -> SprintListing:
        """The open sprints of all boards or teams in scope, each once.

        Without `thorough` a tracker may leave out boards that had no open sprint when it looked last.
        """

    def fetch_sprint(self, external_id: str) -> Sprint | None:
        """One sprint that is no longer listed as open (closed, or deleted: None)."""

    def list_members(self, sprint_ids: Sequence[str]) -> Iterator[tuple[str, ...]]:
        """Pages of identifiers of all items in any of these sprints."""

    def list_changed(self, since: datetime) -> Iterator[tuple[str, ...]]:
        """Pages of identifiers of everything changed at or after `since`, in scope or not."""

    def fetch_items(self, refs: Iterable[ItemRef]) -> Iterator[Page]:
        """The items behind these references, several requests at a time, pages in no promised order."""

    def close(self) -> None:
        """Give the connections back."""
