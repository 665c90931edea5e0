"""A pretended workspace behind real HTTP, and a tracker on it whose clock runs only when it sleeps."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from align_sync.demo.fake_linear import PERSONAL_KEY, Allowances, FakeLinear, LinearSite
from align_sync.demo.http_messages import Request, Response
from align_sync.demo.http_server import FakeServer
from align_sync.seams import Seams
from align_sync.settings import LinearSettings
from align_sync.trackers.base import Page, Tracker
from align_sync.trackers.linear.client import open_linear
from align_sync.trackers.persistence import Patience
from align_sync.work import ItemRef, WorkItem

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
IMPATIENT = Patience(
    connect=timedelta(seconds=2),
    read=timedelta(seconds=0.2),
    total=timedelta(seconds=2),
    attempts=3,
    first_backoff=timedelta(seconds=0.5),
)


@dataclass
class Clock:
    at: datetime = NOON
    slept: list[float] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self) -> datetime:
        return self.at

    def sleep(self, seconds: float) -> None:
        with self._lock:
            self.slept.append(seconds)
            self.at += timedelta(seconds=seconds)


@dataclass
class LinearWorld:
    clock: Clock
    site: LinearSite
    server: FakeServer
    tracker: Tracker

    def reopen(self, *, token: str = PERSONAL_KEY, team_names: dict[str, str] | None = None, **changes: Any) -> Tracker:
        """Another tracker in the place of the present one."""
        self.tracker.close()
        text = changes.pop("want_text", False)
        seams = changes.pop("seams", None) or Seams(
            now=self.clock, sleep=self.clock.sleep, uniform=lambda low, _high: low
        )
        patience = changes.pop("patience", IMPATIENT)
        settings = LinearSettings.model_validate({"token": token, "url": self.server.url, **changes})
        self.tracker = open_linear(
            settings,
            source="linear",
            team_names=team_names or {},
            seams=seams,
            facts={},
            want_text=text,
            patience=patience,
        )
        return self.tracker

    def fetch(self, *names: str) -> Page:
        """All pages of these identifiers as one; a name with a dash and no digits of a UUID is a key."""
        pages = list(self.tracker.fetch_items(ItemRef(source="linear", external_id=name) for name in names))
        return Page(
            items=tuple(item for page in pages for item in page.items),
            problems=tuple(problem for page in pages for problem in page.problems),
            missing=tuple(name for page in pages for name in page.missing),
            unread=tuple(name for page in pages for name in page.unread),
        )

    def fetch_one(self, name: str) -> WorkItem:
        (item,) = self.fetch(name).items
        return item

    def asked(self, operation: str) -> list[dict[str, Any]]:
        """The variables of all requests for this operation so far."""
        bodies = [orjson.loads(entry.body) for entry in self.server.requests]
        return [body["variables"] for body in bodies if f"query {operation}(" in body["query"]]


@contextmanager
def linear_world(allowances: Allowances | None = None) -> Iterator[LinearWorld]:
    """Two teams, Engineering with a past, an active and a future cycle."""
    clock = Clock()
    site = LinearSite(clock)
    engineering = site.add_team("ENG", "Engineering")
    site.add_team("OPS", "Operations")
    for number, days in ((11, -17), (12, -3), (13, 11)):
        site.add_cycle(engineering, number, starts_at=NOON + timedelta(days=days))
    with FakeServer(FakeLinear(site, allowances)) as server:
        seams = Seams(now=clock, sleep=clock.sleep, uniform=lambda low, _high: low)
        tracker = open_linear(
            LinearSettings.model_validate({"token": PERSONAL_KEY, "url": server.url}),
            source="linear",
            team_names={},
            seams=seams,
            facts={},
            patience=IMPATIENT,
        )
        world = LinearWorld(clock, site, server, tracker)
        try:
            yield world
        finally:
            world.tracker.close()


def names_operation(operation: str) -> Any:
    """A condition for faults: the request asks this operation."""
    return lambda request: f"query {operation}(".encode() in request.body


def change_data(change: Any) -> Any:
    """A function for `Rewrite`: `change` alters the decoded answer in place."""

    def rewrite(_request: Request, response: Response) -> Response:
        told = orjson.loads(response.body)
        change(told)
        return Response(response.status, orjson.dumps(told), response.headers)

    return rewrite
