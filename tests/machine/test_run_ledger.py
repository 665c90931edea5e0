"""The ledger of runs in memory, that the simulator plays with, does whatever flows and store do."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from align_sync.app import App, open_app
from align_sync.errors import RetriableError
from align_sync.flows import runs
from align_sync.scheduling.run import Run, RunState
from align_sync.scheduling.slots import newest_due
from align_sync.seams import Seams
from align_sync.settings import Settings
from tests.databases import TEMPLATE, Postgres
from tests.flows.jira_world import Clock, copy_of
from tests.machine import known_bugs
from tests.machine.memory_runs import MemoryRuns
from tests.machine.run_simulator import SCHEDULES

OWNERS = ("one:1:0", "two:1:0", "three:1:0")
STEPS = 160


@contextmanager
def open_apps(url: str, clock: Clock) -> Iterator[dict[str, App]]:
    """Processes of other hosts, so that nothing is known of their death."""
    seams = Seams(now=clock, sleep=clock.sleep, uniform=lambda _low, high: high)
    with open_app(Settings.model_validate({"database": {"url": url}}), seams=seams) as app:
        yield {owner: replace(app, owner=owner) for owner in OWNERS}


def told(run: Run | None) -> tuple[object, ...]:
    if run is None:
        return ()
    return (run.dedupe_key, run.state, run.attempt, run.next_attempt_at, run.lease_until_at, run.fence, run.owner)


class Both:
    """The same done to either. A server leaves numbers out where a key was known already."""

    def __init__(self, apps: dict[str, App], clock: Clock, seed: int) -> None:
        self.apps, self.clock, self.rng = apps, clock, random.Random(seed)
        self.numbers = dict[int, int]()
        self.memory, self.held = MemoryRuns(), list[tuple[App, runs.Claimed, runs.Claimed]]()

    def step(self) -> None:
        act = self.rng.choice((self.tick, self.claim, self.claim, self.renew, self.finish, self.note, self.wait))
        act(self.apps[self.rng.choice(OWNERS)])
        app = self.apps[OWNERS[0]]
        rows = runs.list_newest(app, newest=1_000)[::-1]
        assert [told(row) for row in rows] == [told(row) for row in self.memory.rows.values()], act.__name__
        now = self.clock()
        assert list(map(told, runs.list_due(app))) == list(map(told, self.memory.due(now)))

    def tick(self, app: App) -> None:
        schedule = self.rng.choice(SCHEDULES)
        slot = newest_due(schedule, self.clock())
        assert slot is not None
        stored, ours = runs.tick(app, schedule, slot), self.memory.tick(schedule, slot, self.clock())
        assert told(stored) == told(ours)
        if stored is not None and ours is not None:
            self.numbers[ours.id] = stored.id

    def claim(self, app: App) -> None:
        if self.memory.rows:
            run_id = self.rng.choice(list(self.memory.rows))
            stored, ours = runs.claim(app, self.numbers[run_id]), self.memory.claim(run_id, app.owner, self.clock())
            assert (stored is None) == (ours is None)
            if stored is not None and ours is not None:
                assert (stored.fence, told(stored.run)) == (ours.fence, told(ours.run))
                self.held.append((app, stored, ours))

    def renew(self, _app: App) -> None:
        if self.held:
            app, stored, ours = self.rng.choice(self.held)
            assert runs.renew(app, stored) is self.memory.renew(ours, self.clock())

    def finish(self, _app: App) -> None:
        if self.held:
            app, stored, ours = self.rng.choice(self.held)
            ending = self.rng.choice(
                (
                    runs.end_well("well"),
                    runs.Ending(state=RunState.FAILED, wait=timedelta(seconds=40)),
                    runs.Ending(state=RunState.DEAD),
                    runs.Ending(state=RunState.QUEUED, is_untried=True),
                )
            )
            assert told(runs.finish(app, stored, ending)) == told(self.memory.finish(ours, ending, self.clock()))

    def note(self, app: App) -> None:
        is_failure = self.rng.random() < 0.8
        runs.note_source(app, "jira", RetriableError("no answer") if is_failure else None)
        self.memory.note("source:jira", self.clock(), is_failure=is_failure)

    def wait(self, _app: App) -> None:
        self.clock.tick(timedelta(seconds=self.rng.choice((1, 5, 20, 61, 400, 1_000))))


def play_both(url: str, seed: int) -> None:
    clock = Clock()
    with open_apps(url, clock) as apps:
        both = Both(apps, clock, seed)
        for _ in range(STEPS):
            both.step()


@pytest.mark.parametrize("seed", [1, 2, *(pytest.param(seed, marks=pytest.mark.long) for seed in range(3, 60))])
def test_it_does_what_the_store_does(sqlite_template: Path, tmp_path: Path, seed: int) -> None:
    play_both(copy_of(sqlite_template, tmp_path), seed)


@pytest.mark.postgres
def test_it_does_what_the_store_does_on_a_server(postgres: Postgres) -> None:
    play_both(postgres.make_database(TEMPLATE), seed=3)


def test_it_finds_that_the_store_does_not_look_at_the_fence(sqlite_template: Path, tmp_path: Path) -> None:
    with contextmanager(known_bugs.no_fence_in_the_store_of_runs)(), pytest.raises(AssertionError):
        play_both(copy_of(sqlite_template, tmp_path), seed=1)
