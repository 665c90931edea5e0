"""A pretended Jira behind real HTTP and an app that pulls it; the clock of both runs only when it is told to."""

import shutil
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import select

from align_sync.app import App, open_app
from align_sync.demo.fake_jira import FakeJira, Flavour, JiraSite
from align_sync.demo.faults import Action, Fault
from align_sync.demo.http_messages import Request, Response
from align_sync.demo.http_server import FakeServer
from align_sync.flows.pull import PullResult, SourceResult, pull
from align_sync.seams import Seams, pass_failpoint
from align_sync.settings import Settings
from align_sync.store.items import find_items, load_item
from align_sync.store.schema import item, membership, sprint
from align_sync.store.sweeps import SourceStatus, load_status
from align_sync.trackers.persistence import Patience
from align_sync.work import WorkItem

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
LONG_AGO = NOON - timedelta(days=20)
QUARTER = timedelta(minutes=15)
IMPATIENT = Patience(
    connect=timedelta(seconds=2),
    read=timedelta(seconds=0.3),
    total=timedelta(seconds=1),
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

    def tick(self, span: timedelta = QUARTER) -> None:
        with self._lock:
            self.at += span


@dataclass
class JiraWorld:
    """`failpoint` and `is_stopping` may be replaced at any time; `app` is opened anew by `reopen`."""

    clock: Clock
    site: JiraSite
    server: FakeServer
    database_url: str
    app: App = field(init=False)
    failpoint: Callable[[str], None] = pass_failpoint
    is_stopping: bool = False
    _open: ExitStack = field(default_factory=ExitStack)

    def reopen(self, *, patience: Patience = IMPATIENT, jira: Mapping[str, Any] | None = None, **changes: Any) -> App:
        """The app with these settings in the place of the present one."""
        self.close()
        settings = Settings.model_validate(
            {"database": {"url": self.database_url}, "jira": {**self.credentials(), **(jira or {})}, **changes}
        )
        self.app = self._open.enter_context(open_app(settings, seams=self.seams(), patience=patience))
        return self.app

    def credentials(self) -> dict[str, Any]:
        who: dict[str, Any] = {"email": self.site.email} if self.site.is_cloud else {}
        return {"url": self.server.url + self.site.context_path, "token": self.site.token, **who}

    def seams(self) -> Seams:
        return Seams(
            now=self.clock,
            sleep=self.clock.sleep,
            uniform=lambda low, _high: low,
            failpoint=self._reach,
            stopping=lambda: self.is_stopping,
        )

    def _reach(self, name: str) -> None:
        self.failpoint(name)

    def close(self) -> None:
        self._open.close()

    def pull_all(self, **named: Any) -> PullResult:
        return pull(self.app, **named)

    def pull(self, **named: Any) -> SourceResult:
        """The outcome for Jira; nothing is retried later, so the requests of this run are those counted."""
        self.server.requests.clear()
        (result,) = [one for one in pull(self.app, **named).sources if one.source == "jira"]
        return result

    def pull_well(self, **named: Any) -> SourceResult:
        result = self.pull(**named)
        assert result.failure is None, result.failure
        return result

    def fail(self, action: Action, path: str = "", **named: Any) -> Fault:
        return self.server.faults.add(Fault(action=action, path=path, **named))

    # what the store holds

    def status(self) -> SourceStatus:
        with self.app.store.read() as connection:
            status = load_status(connection, "jira")
        assert status is not None
        return status

    def item(self, key: str) -> WorkItem:
        with self.app.store.read() as connection:
            ((item_id, _),) = find_items(connection, key)
            return load_item(connection, item_id)

    def state(self, key: str) -> tuple[str, int]:
        """Present, gone or unreadable; and how many sweeps in a row missed it."""
        with self.app.store.read() as connection:
            row = connection.execute(select(item.c.state, item.c.missing_count).where(item.c.key == key)).one()
        return row.state, row.missing_count

    def members(self, sprint_id: int) -> set[str]:
        """Keys of the present items that are in the sprint now."""
        return {key for key, left_at in self.stays(sprint_id) if left_at is None}

    def stays(self, sprint_id: int) -> list[tuple[str, datetime | None]]:
        with self.app.store.read() as connection:
            rows = connection.execute(
                select(item.c.key, membership.c.left_at)
                .select_from(membership)
                .join(item, item.c.id == membership.c.item_id)
                .join(sprint, sprint.c.id == membership.c.sprint_id)
                .where(sprint.c.external_id == str(sprint_id))
                .order_by(membership.c.id)
            )
            return [(key, left_at) for key, left_at in rows]

    # what was asked for

    def asked(self, ending: str) -> list[Any]:
        """The bodies of the requests to addresses with this ending."""
        return [
            orjson.loads(entry.body) if entry.body else None
            for entry in self.server.requests
            if entry.path.endswith(ending)
        ]

    def fetched(self) -> list[str]:
        """The identifiers that issues were asked for by, in order, on either flavour."""
        if self.site.is_cloud:
            return sorted(name for body in self.asked("/bulkfetch") for name in body["issueIdsOrKeys"])
        queries = [body["jql"] for body in self.asked("/search") if body["jql"].startswith(("id in", "key in"))]
        return sorted(name.strip() for jql in queries for name in jql.split("(")[1].split(")")[0].split(","))

    def id_of(self, key: str) -> str:
        return str(self.site.issue(key).id)


def make_site(flavour: Flavour = Flavour.CLOUD, clock: Clock | None = None, **changes: Any) -> JiraSite:
    """One scrum board with a closed, an active and a future sprint; PAY-1 is an epic, PAY-2 to PAY-5 are its stories.

    PAY-2 to PAY-4 are in the active sprint 42, PAY-5 in the future sprint 43.
    """
    site = JiraSite(flavour, clock=clock or Clock(), **changes)
    site.add_board(7, "Payments", project_key="PAY")
    site.add_sprint(41, "Sprint 41", "closed", 7, start=LONG_AGO - timedelta(days=14), completed=LONG_AGO)
    site.add_sprint(42, "Sprint 42", "active", 7, start=NOON - timedelta(days=5), end=NOON + timedelta(days=9))
    site.add_sprint(43, "Sprint 43", "future", 7)
    site.add_issue("PAY-1", issue_type="Epic", created_at=LONG_AGO, labels=["okr/ret90"])
    for number, sprint_id in ((2, 42), (3, 42), (4, 42), (5, 43)):
        site.add_issue(f"PAY-{number}", parent_key="PAY-1", sprint_ids=[sprint_id], created_at=LONG_AGO, points=number)
    return site


@contextmanager
def jira_world(
    database_url: str,
    flavour: Flavour = Flavour.CLOUD,
    *,
    site: JiraSite | None = None,
    clock: Clock | None = None,
    settings: Mapping[str, Any] | None = None,
) -> Iterator[JiraWorld]:
    clock = clock or Clock()
    site = site or make_site(flavour, clock)
    with FakeServer(FakeJira(site)) as server:
        world = JiraWorld(clock, site, server, database_url)
        world.reopen(**(settings or {}))
        try:
            yield world
        finally:
            world.close()


def copy_of(template: Path, folder: Path) -> str:
    """The address of a prepared database of its own."""
    path = folder / "align-sync.db"
    shutil.copyfile(template, path)
    return f"sqlite:///{path}"


def change_answer(change: Callable[[Any], None]) -> Callable[[Request, Response], Response]:
    """A function for `Rewrite`: `change` alters the decoded answer in place."""

    def rewrite(_request: Request, response: Response) -> Response:
        told = orjson.loads(response.body)
        change(told)
        return Response(response.status, orjson.dumps(told), response.headers)

    return rewrite
