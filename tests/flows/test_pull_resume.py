"""A pull that was cut off goes on; one that another process does is left to it; and none waits inside a transaction."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import event

from align_sync.app import App, is_dead, name_process
from align_sync.demo.faults import (
    Status,
)
from align_sync.errors import (
    AlreadyRunningError,
    InterruptedPullError,
    StoreError,
)
from align_sync.flows.pull.pages import ITEMS_A_TRANSACTION
from align_sync.store.leases import claim_lease, hold_lease, lease_name
from align_sync.store.sweeps import load_unfinished
from align_sync.sync.cursor import SweepKind
from tests.flows.jira_world import (
    LONG_AGO,
    Clock,
    JiraWorld,
    copy_of,
    jira_world,
    make_site,
)


@pytest.fixture
def world(sqlite_url: str) -> Iterator[JiraWorld]:
    """Pulled once, a quarter of an hour ago."""
    with jira_world(sqlite_url) as world:
        world.pull_well()
        world.clock.tick()
        yield world


def big_world(database_url: str) -> AbstractContextManager[JiraWorld]:
    """Enough issues for several transactions, fetched one request after the other."""
    clock = Clock()
    site = make_site(clock=clock)
    for number in range(10, 10 + ITEMS_A_TRANSACTION * 2):
        site.add_issue(f"PAY-{number}", sprint_ids=[42], parent_key="PAY-1", created_at=LONG_AGO)
    return jira_world(database_url, site=site, clock=clock, settings={"jira": {"concurrency": 1}})


class TestGoingOn:
    @pytest.mark.parametrize("kind", list(SweepKind))
    def test_a_stop_keeps_what_came_and_the_next_run_fetches_the_rest(self, database_url: str, kind: SweepKind) -> None:
        with big_world(database_url) as world:
            if kind is SweepKind.INCREMENTAL:
                world.pull_well()
                world.clock.tick(timedelta(minutes=30))
                for issue in list(world.site.truth.values()):
                    world.site.edit_issue(issue.key, summary="Other")
            total = 0

            def stop_at_fourth(name: str) -> None:
                nonlocal total
                total += name == "request.before" and bool(world.asked("/bulkfetch"))
                world.is_stopping = total >= 4

            world.failpoint = stop_at_fourth
            with pytest.raises(InterruptedPullError, match="jira: interrupted"):
                world.pull()
            first = set(world.fetched())
            world.is_stopping, world.failpoint = False, lambda _name: None
            world.clock.tick(timedelta(minutes=1))
            result = world.pull_well()
            assert (result.is_resumed, result.sweep) == (True, kind)
            second = set(world.fetched())
            assert first | second == {str(number) for number in world.site.truth}
            assert first.isdisjoint(second), "what has come is stored, to the last answer"
            assert len(second) < len(world.site.truth)
            assert len(world.members(42)) == len(world.site.truth) - 2
            assert world.status().progress.cursor_at == world.clock.at - timedelta(minutes=1)

    def test_a_crash_after_a_commit_loses_nothing_that_was_stored(self, sqlite_url: str) -> None:
        with big_world(sqlite_url) as world:
            stored = 0

            def crash(name: str) -> None:
                nonlocal stored
                stored += name == "commit.after" and bool(world.asked("/bulkfetch"))
                if stored == 1:
                    raise ZeroDivisionError

            world.failpoint = crash
            with pytest.raises(ZeroDivisionError):
                world.pull()
            first = world.fetched()
            world.failpoint = lambda _name: None
            world.clock.tick()
            result = world.pull_well()
            assert result.is_resumed
            assert result.new == len(world.site.truth) - ITEMS_A_TRANSACTION
            assert not set(first[:ITEMS_A_TRANSACTION]) & set(world.fetched())

    def test_an_incremental_sweep_is_not_gone_on_with_where_everything_is_asked_for(self, sqlite_url: str) -> None:
        with jira_world(sqlite_url) as world:
            world.pull_well()
            world.clock.tick()
            world.fail(Status(401), "/search/jql$")
            world.pull()
            result = world.pull_well(force_full=True)
            assert (result.is_resumed, result.sweep, result.unchanged) == (False, SweepKind.FULL, 5)
            assert world.status().progress.full_at == world.clock.at
            with world.app.store.read() as connection:
                assert load_unfinished(connection, "jira") is None

    def test_a_full_sweep_that_is_due_ends_an_incremental_one(self, sqlite_url: str) -> None:
        with jira_world(sqlite_url) as world:
            world.pull_well()
            world.clock.tick()
            world.fail(Status(401), "/search/jql$")
            world.pull()
            world.clock.tick(timedelta(days=1))
            result = world.pull_well()
            assert (result.is_resumed, result.sweep) == (False, SweepKind.FULL)
            assert world.pull_well().sweep is SweepKind.INCREMENTAL

    @pytest.mark.parametrize("words", ["locked", "full"])
    def test_a_database_in_trouble_stops_the_pull_and_the_next_one_goes_on(self, sqlite_url: str, words: str) -> None:
        with big_world(sqlite_url) as world:
            raised = sqlite3.OperationalError(
                {"locked": "database is locked", "full": "database or disk is full"}[words]
            )
            commits = 0

            def fail(name: str) -> None:
                nonlocal commits
                commits += name == "commit.before" and bool(world.asked("/bulkfetch"))
                if name == "commit.before" and commits == 2:
                    raise raised

            world.failpoint = fail
            with pytest.raises(StoreError) as caught:
                world.pull()
            assert words in str(caught.value)
            assert "run the command again" in str(caught.value)
            world.failpoint = lambda _name: None
            result = world.pull_well()
            assert (result.is_resumed, result.new) == (True, len(world.site.truth) - ITEMS_A_TRANSACTION)


class TestLease:
    def claim(self, app: App, owner: str) -> int:
        with app.store.write() as connection:
            return claim_lease(connection, lease_name("jira"), owner=owner, now=app.now())

    def failure_of(self, world: JiraWorld) -> BaseException | None:
        """Told as the outcome of the source, so that it stops no other."""
        return world.pull().failure

    @pytest.mark.parametrize("owner", ["another-host:1:1", name_process()], ids=["another host", "we"])
    def test_a_source_that_a_living_process_works_on_is_left_to_it(self, world: JiraWorld, owner: str) -> None:
        self.claim(world.app, owner)
        failure = self.failure_of(world)
        assert isinstance(failure, AlreadyRunningError)
        assert f"source:jira: another process works on it ({owner}, until 12:17:00 UTC" in str(failure)
        assert world.server.requests.total == 0

    def test_of_one_that_was_killed_it_is_taken_over_at_once(self, world: JiraWorld) -> None:
        host, number, start = name_process().split(":")
        dead = f"{host}:{number}:{int(start) - 1}"
        assert is_dead(dead)
        self.claim(world.app, dead)
        assert world.pull_well().failure is None

    def test_of_one_on_another_host_it_is_taken_over_when_its_time_is_up(self, world: JiraWorld) -> None:
        self.claim(world.app, "another-host:1:1")
        world.clock.tick(timedelta(seconds=121))
        assert world.pull_well().failure is None

    def test_it_is_given_back_whatever_happens(self, world: JiraWorld) -> None:
        world.fail(Status(401), times=1)
        world.pull()
        assert world.pull_well().failure is None

    def test_a_holder_that_was_thought_dead_writes_nothing_any_more(self, world: JiraWorld) -> None:
        """It sleeps, another takes over, and it wakes up in the middle of its work."""
        before = world.item("PAY-2").title
        world.site.edit_issue("PAY-2", summary="written by a zombie")
        fences: list[int] = []

        def overtake(name: str) -> None:
            if name == "request.after" and not fences:
                world.clock.tick(timedelta(seconds=121))
                fences.append(self.claim(world.app, "another-host:1:1"))

        world.failpoint = overtake
        failure = self.failure_of(world)
        assert isinstance(failure, AlreadyRunningError)
        assert "another process has taken over" in str(failure)
        assert world.item("PAY-2").title == before
        with world.app.store.write() as connection:
            hold_lease(connection, lease_name("jira"), fences[0], world.clock.at)


@pytest.mark.parametrize(
    ("owner", "dead"),
    [
        (name_process(), False),
        ("another-host:1:1", False),
        ("nonsense", False),
        (f"{name_process().split(':')[0]}:x:1", False),
        (f"{name_process().split(':')[0]}:4194305:1", True),
        (f"{name_process().split(':')[0]}:1:999999999999", True),
    ],
    ids=["we", "another host", "nonsense", "no number", "no such process", "a number given again"],
)
def test_who_is_certainly_dead(owner: str, *, dead: bool) -> None:
    assert is_dead(owner) is dead


def test_no_request_is_made_inside_a_transaction(sqlite_template: Path, tmp_path: Path) -> None:
    """Nobody waits for the network while the database is locked."""
    with big_world(copy_of(sqlite_template, tmp_path)) as world:
        open_transactions: list[str] = []
        seen: list[str] = []
        for engine in (world.app.store.writer, world.app.store.reader):
            event.listen(engine, "begin", lambda _connection: open_transactions.append("x"))
            for ending in ("commit", "rollback"):
                event.listen(engine, ending, lambda _connection: open_transactions.pop())

        def look(name: str) -> None:
            if name.startswith("request."):
                seen.append(name)
                # a page is written by the thread that reads the pages, while others fetch the next
                assert not open_transactions or is_worker()

        world.failpoint = look
        world.pull_well()
        world.site.delete_issue("PAY-10")
        world.pull_well()
        assert len(seen) > 20


def is_worker() -> bool:
    return threading.current_thread() is not threading.main_thread()
