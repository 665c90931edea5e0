"""What every engine has to pass: how to open each, and a world in which the work of runs is told by the test.

To add an engine, add it to `ENGINES`: the tests of `test_conformance.py` then run with it too.
"""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from align_sync.app import App, open_app
from align_sync.daemon.dispatcher import Dispatcher
from align_sync.daemon.inline import InlineDispatcher
from align_sync.daemon.queue.dispatcher import ProcrastinateDispatcher
from align_sync.flows import runs
from align_sync.flows.queue import prepare_queue
from align_sync.jobs import Ended, ask, execute, reconcile, tick
from align_sync.scheduling.run import Run, RunKind
from align_sync.scheduling.schedule import Schedule
from align_sync.seams import Seams
from align_sync.settings import Settings
from tests.databases import TEMPLATE, Postgres
from tests.engine.queue_world import Tables, queue_template, wait_until
from tests.flows.jira_world import Clock, copy_of

PATIENCE = timedelta(seconds=20)
OPEN_JOBS = "SELECT 1 FROM procrastinate_jobs WHERE status IN ('todo', 'doing')"
SECRET = "CANARY-9d1f07"
JIRA = Schedule(
    id="sync:jira",
    kind=RunKind.SYNC,
    subject="source:jira",
    every=timedelta(minutes=15),
    catch_up=timedelta(minutes=15),
)
LINEAR = replace(JIRA, id="sync:linear", subject="source:linear")
DIGEST = Schedule(
    id="digest:Payments", kind=RunKind.DIGEST, subject="team:Payments", every=timedelta(days=7),
    catch_up=timedelta(hours=48),
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Engine:
    """`settle` waits until nothing is under way that the dispatcher was given."""

    url: Callable[[pytest.FixtureRequest, Path], str]
    open: Callable[[App], Dispatcher]
    settle: Callable[[App, Dispatcher], None]
    settings: Mapping[str, Any] = field(default_factory=dict)


def sqlite_file(request: pytest.FixtureRequest, folder: Path) -> str:
    return copy_of(request.getfixturevalue("sqlite_template"), folder)


def postgres_database(request: pytest.FixtureRequest, _folder: Path) -> str:
    server: Postgres = request.getfixturevalue("postgres")
    return server.make_database(TEMPLATE)


def open_inline(app: App) -> Dispatcher:
    return InlineDispatcher(app.settings.serve.workers)


def settle_inline(_app: App, dispatcher: Dispatcher) -> None:
    assert isinstance(dispatcher, InlineDispatcher)
    assert dispatcher.wait_until_idle(PATIENCE)


def queue_database(request: pytest.FixtureRequest, _folder: Path) -> str:
    server: Postgres = request.getfixturevalue("postgres")
    return server.make_database(queue_template(server))


def open_procrastinate(app: App) -> Dispatcher:
    """One that looks more often than it needs to where tests wait for it."""
    return ProcrastinateDispatcher(prepare_queue(app), serve=app.settings.serve, poll_every=timedelta(seconds=0.05))


def settle_procrastinate(app: App, _dispatcher: Dispatcher) -> None:
    tables = Tables(app.settings.database.url.get_secret_value())
    wait_until(lambda: not tables.ask(OPEN_JOBS), PATIENCE)


ENGINES: dict[str, Engine] = {
    "inline-sqlite": Engine(url=sqlite_file, open=open_inline, settle=settle_inline),
    "inline-postgres": Engine(url=postgres_database, open=open_inline, settle=settle_inline),
    "procrastinate-postgres": Engine(
        url=queue_database,
        open=open_procrastinate,
        settle=settle_procrastinate,
        settings={"engine": "procrastinate"},
    ),
}


@dataclass
class EngineWorld:
    """`behave` is what the work of every run does; `ended` are the runs that ended here, `worked` those begun."""

    engine: Engine
    url: str
    clock: Clock
    app: App = field(init=False)
    dispatcher: Dispatcher = field(init=False)
    behave: Callable[[App, Run], str] = lambda _app, _run: "well"
    ended: list[Ended] = field(default_factory=list)
    worked: list[int] = field(default_factory=list)
    _open: ExitStack = field(default_factory=ExitStack)

    def open_app(self, owner: str) -> App:
        """One more process on the same database, that goes by the same clock."""
        settings = {
            "database": {"url": self.url},
            "jira": {"url": "http://127.0.0.1:9", "email": "demo@example.com", "token": SECRET},
            **self.engine.settings,
        }
        seams = Seams(now=self.clock, sleep=self.clock.sleep, uniform=lambda _low, high: high)
        app = self._open.enter_context(open_app(Settings.model_validate(settings), seams=seams))
        return replace(app, owner=owner)

    def start(self) -> None:
        self.app = self.open_app("here:1:0")
        self.dispatcher = self.engine.open(self.app)
        self.dispatcher.start(self.execute)

    def close(self) -> None:
        self.dispatcher.stop(PATIENCE)
        self._open.close()

    def execute(self, run_id: int) -> None:
        if ended := execute(self.app, run_id, work=self.work()):
            self.ended.append(ended)

    def work(self) -> dict[RunKind, Callable[[App, Run], str]]:
        def do(app: App, run: Run) -> str:
            self.worked.append(run.id)
            return self.behave(app, run)

        return dict.fromkeys(RunKind, do)

    def ask(self, subject: str = "source:jira", kind: RunKind = RunKind.SYNC) -> Run:
        self.clock.tick(timedelta(milliseconds=1))
        return ask(self.app, kind, subject, self.dispatcher)

    def lost(self, subject: str = "source:jira", kind: RunKind = RunKind.SYNC) -> Run:
        """A row that nobody was told of."""
        self.clock.tick(timedelta(milliseconds=1))
        return runs.ask(self.app, kind, subject)

    def tick(self, schedule: Schedule = JIRA, app: App | None = None) -> Run | None:
        at = self.clock()
        return tick(app or self.app, schedule, at, self.dispatcher)

    def reconcile(self, *schedules: Schedule) -> tuple[int, int]:
        """Makes good what was missed, and waits for what comes of it."""
        done = reconcile(self.app, self.dispatcher, schedules)
        self.settle()
        return done.caught_up, done.handed_over

    def settle(self) -> None:
        self.engine.settle(self.app, self.dispatcher)

    def run(self, run: Run | int) -> Run:
        """The row as it is now."""
        return runs.show(self.app, run if isinstance(run, int) else run.id)

    def all(self) -> tuple[Run, ...]:
        """The oldest first."""
        return runs.list_newest(self.app, newest=1000)[::-1]


@contextmanager
def engine_world(engine: Engine, request: pytest.FixtureRequest, folder: Path) -> Iterator[EngineWorld]:
    world = EngineWorld(engine, engine.url(request, folder), Clock())
    world.start()
    try:
        yield world
    finally:
        world.close()


class Gate:
    """Work that goes on until it is let go; `wait_for` tells when so many are in it."""

    def __init__(self) -> None:
        self.inside: list[str] = []
        self._open, self._changed = threading.Event(), threading.Condition()

    def __call__(self, _app: App, run: Run) -> str:
        with self._changed:
            self.inside.append(run.subject)
            self._changed.notify_all()
        assert self._open.wait(PATIENCE.total_seconds())
        return "let go"

    def wait_for(self, number: int) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.inside) >= number, PATIENCE.total_seconds())

    def let_go(self) -> None:
        self._open.set()
