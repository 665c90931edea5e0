"""The service around the engines: its clock, its loops, its beginning and its end."""

import os
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from align_sync.app import App, open_app
from align_sync.daemon.alarm import Alarm, SlotTrigger
from align_sync.daemon.inline import InlineDispatcher
from align_sync.daemon.loop import Loop
from align_sync.daemon.once import Gathering, work_once
from align_sync.daemon.service import Service
from align_sync.errors import AlreadyRunningError, StoreError
from align_sync.flows import runs
from align_sync.jobs import Ended
from align_sync.scheduling.run import Run, RunKind, RunState
from align_sync.scheduling.schedule import Schedule
from align_sync.settings import Settings
from tests.flows.jira_world import copy_of

PATIENCE = timedelta(seconds=20)
SECOND = timedelta(seconds=1)
OFTEN = Schedule(id="sync:x", kind=RunKind.SYNC, subject="source:x", every=SECOND, catch_up=SECOND)
WEEKLY = Schedule(id="prune", kind=RunKind.PRUNE, subject="store", cron="0 9 * * mon", delay=timedelta(hours=1))


@pytest.fixture
def app(sqlite_template: Path, tmp_path: Path) -> Iterator[App]:
    settings = Settings.model_validate(
        {
            "database": {"url": copy_of(sqlite_template, tmp_path)},
            "serve": {"reconcile_every": "1s", "lease": "5s", "grace": "2s"},
        }
    )
    with open_app(settings) as opened:
        yield opened


def wait_until(holds: "threading.Event") -> None:
    assert holds.wait(PATIENCE.total_seconds())


def test_the_clock_ticks_for_each_slot_and_goes_on_after_a_tick_that_fails(app: App) -> None:
    woken, twice = list[Run](), threading.Event()

    class Broken(Gathering):
        """Only the first time; what it is told of is done at once."""

        def wake(self, run: Run) -> None:
            woken.append(run)
            runs.finish(app, claimed, runs.end_well("")) if (claimed := runs.claim(app, run.id)) else None
            if len(woken) == 1:
                raise StoreError("the database is away")
            twice.set()

    alarm = Alarm(app, Broken(), (OFTEN,))
    assert alarm.is_alive()
    alarm.start()
    wait_until(twice)
    alarm.stop()
    assert len({run.dedupe_key for run in woken}) == len(woken)
    assert alarm.faults == 1


def test_after_a_long_sleep_the_clock_asks_for_the_next_slot_that_is_to_come() -> None:
    monday, later = datetime(2026, 11, 23, 9, tzinfo=UTC), datetime(2026, 12, 9, 12, tzinfo=UTC)
    trigger = SlotTrigger(WEEKLY)
    assert trigger.get_next_fire_time(None, monday) == monday + timedelta(hours=1)
    assert trigger.get_next_fire_time(monday + timedelta(hours=1), later) == datetime(2026, 12, 14, 10, tzinfo=UTC)


def test_a_loop_outlives_what_goes_wrong_and_comes_at_once_when_it_is_poked() -> None:
    turns, third = list[float](), threading.Event()

    def work() -> None:
        turns.append(time.monotonic())
        if len(turns) == 3:
            third.set()
        if len(turns) == 1:
            raise StoreError("the database is away")
        if len(turns) == 2:
            raise ValueError("a fault of ours")

    loop = Loop("try", timedelta(hours=1), work)
    loop.start()
    while not third.wait(0.01):
        loop.poke()
    loop.stop()
    loop.join(PATIENCE)
    assert len(turns) >= 3
    assert loop.silent_for < PATIENCE


def test_what_waits_in_this_process_already_is_not_taken_twice(app: App) -> None:
    dispatcher, done = InlineDispatcher(1), list[int]()
    run = runs.ask(app, RunKind.PRUNE, "store")
    dispatcher.wake(run)
    dispatcher.wake(run)
    dispatcher.start(done.append)
    assert dispatcher.wait_until_idle(PATIENCE)
    assert done == [run.id]
    dispatcher.stop(PATIENCE)


class Slow:
    """The engine with work that lasts until it is told to stop, as a pull does at its next page."""

    def __init__(self, app: App) -> None:
        self.begun = threading.Event()
        self.ended_after = 0.0
        self._app = app

    def execute(self, run_id: int) -> None:
        self.begun.set()
        began = time.monotonic()
        wait_until(self._app.stop)
        self.ended_after = time.monotonic() - began
        assert run_id


def test_at_the_end_work_may_go_on_for_a_while_and_is_then_asked_to_stop(app: App) -> None:
    dispatcher, slow, leave = InlineDispatcher(1), Slow(app), threading.Event()
    service = Service(app, dispatcher, (), lambda _ended: None)
    service.begin(leave)
    assert service.unready() == ""
    dispatcher.start(slow.execute)
    dispatcher.wake(runs.ask(app, RunKind.PRUNE, "store"))
    wait_until(slow.begun)
    ending = threading.Thread(target=service.end)
    ending.start()
    time.sleep(0.2)
    assert service.unready() == "it is ending"
    assert not app.stop.is_set()
    ending.join(PATIENCE.total_seconds())
    assert not ending.is_alive()
    assert 0.8 < slow.ended_after < 1.9
    assert runs.list_services(app) == ()


def test_a_service_that_was_thought_dead_leaves_when_another_took_its_place(app: App) -> None:
    leave = threading.Event()
    service = Service(app, InlineDispatcher(1), (), lambda _ended: None)
    service.begin(leave)
    with open_app(app.settings) as other:
        with pytest.raises(AlreadyRunningError, match=rf"process {os.getpid()}\)"):
            runs.begin_service(other, started_at=other.now(), is_alone=True)
        with app.store.write() as connection:
            connection.exec_driver_sql("UPDATE lease SET until_at = '2020-01-01 00:00:00' WHERE name = 'daemon'")
        runs.begin_service(other, started_at=other.now(), is_alone=True)
        wait_until(leave)
        service.end()
    assert isinstance(service.failure, AlreadyRunningError)


def test_one_pass_does_what_is_due_in_an_order_in_which_each_finds_what_it_needs(app: App) -> None:
    begun = list[str]()
    for kind, subject in ((RunKind.PRUNE, "store"), (RunKind.READ, "metrics"), (RunKind.SYNC, "source:x")):
        runs.ask(app, kind, subject)

    def note(ended: Ended) -> None:
        begun.append(ended.run.kind)

    assert work_once(app, (), note).says == "nothing is due"
    assert begun == ["sync", "read", "prune"]
    states = {run.kind: run.state for run in runs.list_newest(app)}
    assert states == {RunKind.SYNC: RunState.DEAD, RunKind.READ: RunState.DEAD, RunKind.PRUNE: RunState.DONE}
    assert work_once(app, (), note).says == "nothing is due"
    assert len(begun) == 3
