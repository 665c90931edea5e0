"""What a pull keeps of the past: versions of items and sprints, who had an item in progress, when stays began."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from align_sync.app import App, open_app
from align_sync.demo.fake_jira import Flavour
from align_sync.demo.fake_linear import PERSONAL_KEY, FakeLinear, LinearSite
from align_sync.demo.faults import Rewrite
from align_sync.demo.http_server import FakeServer
from align_sync.flows.pull import pull
from align_sync.seams import Seams
from align_sync.settings import Settings
from align_sync.store.history import read_sprint
from align_sync.store.schema import item, item_version, membership, progress_span, sprint, sprint_version, sweep
from align_sync.work import SprintRef, SprintState, read_document
from tests.flows.jira_world import (
    IMPATIENT,
    LONG_AGO,
    NOON,
    QUARTER,
    Clock,
    JiraWorld,
    change_answer,
    jira_world,
    make_site,
)

SPRINT_FIELD = "customfield_10020"


@pytest.fixture(params=list(Flavour), ids=str)
def world(request: pytest.FixtureRequest, sqlite_url: str) -> Iterator[JiraWorld]:
    """PAY-2 is in progress with Ana since ten days, as only Cloud tells; pulled once, a quarter of an hour ago."""
    with jira_world(sqlite_url, request.param) as world:
        begun_at = NOON - timedelta(days=10)
        world.site.edit_issue("PAY-2", status="In Progress", assignee="Ana", updated_at=begun_at)
        world.pull_well()
        world.clock.tick()
        yield world


def versions(app: App) -> list[tuple[str, str, str, datetime, datetime]]:
    """Key, title, state, and from when until when that was known."""
    with app.store.read() as connection:
        rows = connection.execute(select(item_version).order_by(item_version.c.id)).all()
    work = [(read_document(row.document), row) for row in rows]
    return [(one.key, one.title, row.state, row.known_from_at, row.known_until_at) for one, row in work]


def spans(app: App) -> list[tuple[str, str, datetime, datetime | None]]:
    with app.store.read() as connection:
        rows = connection.execute(
            select(item.c.key, progress_span.c.person, progress_span.c.began_at, progress_span.c.ended_at)
            .join(item, item.c.id == progress_span.c.item_id)
            .order_by(progress_span.c.id)
        )
        return [(row.key, row.person, row.began_at, row.ended_at) for row in rows]


def entries(app: App) -> dict[str, tuple[datetime, datetime]]:
    """When each item entered its sprint, and when that was learnt; the last stay counts."""
    with app.store.read() as connection:
        rows = connection.execute(
            select(item.c.key, membership.c.entered_at, membership.c.entered_known_at)
            .join(membership, membership.c.item_id == item.c.id)
            .order_by(membership.c.id)
        )
        return {row.key: (row.entered_at, row.entered_known_at) for row in rows}


class TestVersions:
    def test_a_first_pull_and_one_that_finds_nothing_new_keep_none(self, world: JiraWorld) -> None:
        assert world.pull_well(force_full=True).unchanged == 5
        assert versions(world.app) == []

    def test_an_item_that_changed_is_kept_as_it_was(self, world: JiraWorld) -> None:
        world.site.edit_issue("PAY-3", summary="Other")
        changed_at = world.clock.at
        world.pull_well()
        assert versions(world.app) == [("PAY-3", "Summary of PAY-3", "present", NOON, changed_at)]

    def test_an_item_that_goes_and_comes_back_was_gone(self, world: JiraWorld) -> None:
        world.site.forbid("PAY-2")
        times = []
        for _ in range(2):
            world.pull_well()
            times.append(world.clock.at)
            world.clock.tick()
        world.site.allow("PAY-2")
        back_at = world.clock.at
        world.pull_well()
        assert versions(world.app) == [
            ("PAY-2", "Summary of PAY-2", "present", NOON, times[1]),
            ("PAY-2", "Summary of PAY-2", "gone", times[1], back_at),
        ]

    def test_a_sprint_that_ends_is_kept_as_it_was(self, world: JiraWorld) -> None:
        world.site.close_sprint(42)
        ended_at = world.clock.at
        world.pull_well()
        with world.app.store.read() as connection:
            row = connection.execute(select(sprint_version)).one()
        before = read_sprint(row.document, SprintRef(source="jira", external_id="42"))
        assert (before.name, before.state) == ("Sprint 42", SprintState.ACTIVE)
        assert (row.known_from_at, row.known_until_at) == (NOON, ended_at)


class TestSpans:
    def begun_at(self, world: JiraWorld) -> datetime:
        return NOON - timedelta(days=10) if world.site.is_cloud else NOON

    def test_work_ends_when_the_status_changes(self, world: JiraWorld) -> None:
        assert spans(world.app) == [("PAY-2", "Ana", self.begun_at(world), None)]
        done_at = world.clock.at
        world.site.edit_issue("PAY-2", status="Done")
        world.clock.tick()
        world.pull_well()
        told = done_at if world.site.is_cloud else world.clock.at
        assert spans(world.app) == [("PAY-2", "Ana", self.begun_at(world), told)]

    def test_another_status_in_progress_changes_nothing(self, world: JiraWorld) -> None:
        world.site.edit_issue("PAY-2", status="In Review")
        assert world.pull_well().changed == 1
        assert spans(world.app) == [("PAY-2", "Ana", self.begun_at(world), None)]

    def test_work_changes_hands_when_that_is_seen(self, world: JiraWorld) -> None:
        world.site.edit_issue("PAY-2", assignee="Ben")
        world.clock.tick()
        world.pull_well()
        seen_at = world.clock.at
        assert spans(world.app) == [
            ("PAY-2", "Ana", self.begun_at(world), seen_at),
            ("PAY-2", "Ben", seen_at, None),
        ]

    def test_work_that_is_taken_and_begun_between_two_pulls_counts_from_its_beginning(self, world: JiraWorld) -> None:
        begun_at = world.clock.at
        world.site.edit_issue("PAY-3", status="In Progress", assignee="Ben")
        world.clock.tick()
        world.pull_well()
        told = begun_at if world.site.is_cloud else world.clock.at
        assert spans(world.app)[1:] == [("PAY-3", "Ben", told, None)]

    def test_work_on_a_deleted_issue_ends_with_it(self, world: JiraWorld) -> None:
        world.site.delete_issue("PAY-2")
        world.pull_well()
        assert spans(world.app)[0][3] is None, "one look is not enough"
        world.clock.tick()
        world.pull_well()
        assert spans(world.app) == [("PAY-2", "Ana", self.begun_at(world), world.clock.at)]


class TestEntries:
    def test_at_the_first_reading_items_entered_at_their_last_update_at_the_latest(self, world: JiraWorld) -> None:
        begun_at = NOON - timedelta(days=10)
        others = dict.fromkeys(("PAY-3", "PAY-4", "PAY-5"), (LONG_AGO, NOON))
        assert entries(world.app) == {"PAY-2": (begun_at, NOON), **others}

    def test_later_they_entered_between_two_pulls_however_old_they_are(self, world: JiraWorld) -> None:
        world.site.add_issue("PAY-9", sprint_ids=[42], created_at=LONG_AGO)
        world.site.close_sprint(42, move_open_to=43)
        world.pull_well()
        assert entries(world.app)["PAY-9"] == (world.clock.at, world.clock.at)
        assert entries(world.app)["PAY-3"] == (world.clock.at, world.clock.at)

    def test_a_full_reading_later_is_not_the_first(self, world: JiraWorld) -> None:
        world.site.add_issue("PAY-9", sprint_ids=[42], created_at=LONG_AGO)
        world.pull_well(force_full=True)
        assert entries(world.app)["PAY-9"] == (world.clock.at, world.clock.at)

    def test_a_first_reading_that_is_gone_on_with_is_still_the_first(self, sqlite_url: str) -> None:
        clock = Clock()
        with jira_world(sqlite_url, clock=clock, site=make_site(clock=clock)) as world:

            def stop(name: str) -> None:
                if name == "commit.before" and _has_sweep(world):
                    raise ZeroDivisionError

            world.failpoint = stop
            with pytest.raises(ZeroDivisionError):
                world.pull()
            world.failpoint = lambda _name: None
            clock.tick()
            assert world.pull_well().is_resumed
            assert entries(world.app)["PAY-2"] == (LONG_AGO, clock.at)

    @pytest.mark.parametrize("is_first", [True, False])
    def test_what_a_listing_alone_tells_follows_the_same_rule(self, sqlite_url: str, *, is_first: bool) -> None:
        with jira_world(sqlite_url) as world:
            if not is_first:
                world.pull_well()
                world.clock.tick()
            world.site.add_issue("PAY-9", sprint_ids=[42], created_at=LONG_AGO)
            world.fail(Rewrite(change_answer(_empty("PAY-9"))), r"/bulkfetch$", times=None)
            world.pull_well()
            expected = LONG_AGO if is_first else world.clock.at
            assert entries(world.app)["PAY-9"] == (expected, world.clock.at)
            world.clock.tick()
            world.site.edit_issue("PAY-9", sprint_ids=[])
            world.pull_well()
            with world.app.store.read() as connection:
                row = connection.execute(
                    select(membership).join(item, item.c.id == membership.c.item_id).where(item.c.key == "PAY-9")
                ).one()
            assert (row.left_at, row.left_known_at) == (world.clock.at, world.clock.at)


def _has_sweep(world: JiraWorld) -> bool:
    """Sprints are stored and a sweep has begun, so that the next thing to be written are items."""
    with world.app.store.read() as connection:
        return connection.execute(select(sweep.c.id)).first() is not None


def _empty(key: str) -> Callable[[Any], None]:
    def empty(told: Any) -> None:
        for issue in told["issues"]:
            if issue.get("key") == key:
                issue["fields"][SPRINT_FIELD] = None

    return empty


class TestFields:
    def test_components_come_and_change(self, world: JiraWorld) -> None:
        world.site.edit_issue("PAY-3", components=["Ledger", "Cards"])
        world.pull_well()
        assert world.item("PAY-3").components == ("Ledger", "Cards")
        assert world.item("PAY-2").components == ()
        world.clock.tick()
        world.site.edit_issue("PAY-3", components=[])
        assert world.pull_well().changed == 1
        assert world.item("PAY-3").components == ()

    def test_only_cloud_tells_since_when_the_category_holds(self, world: JiraWorld) -> None:
        told = NOON - timedelta(days=10) if world.site.is_cloud else None
        assert world.item("PAY-2").category_since == told


@contextmanager
def linear_app(database_url: str, clock: Clock, site: LinearSite) -> Iterator[App]:
    with FakeServer(FakeLinear(site)) as server:
        settings = Settings.model_validate(
            {"database": {"url": database_url}, "linear": {"token": PERSONAL_KEY, "url": server.url}}
        )
        seams = Seams(now=clock, sleep=clock.sleep, uniform=lambda low, _high: low)
        with open_app(settings, seams=seams, patience=IMPATIENT) as app:
            yield app


def test_linear_tells_when_issues_entered_their_cycle_and_since_when_they_are_in_progress(sqlite_url: str) -> None:
    clock = Clock(datetime(2026, 11, 20, 9, tzinfo=UTC))
    site = LinearSite(clock)
    team = site.add_team("ENG", "Engineering")
    cycles = [site.add_cycle(team, number, starts_at=NOON + timedelta(days=14 * number - 3)) for number in (0, 1)]
    one = site.add_issue("ENG-1", cycle=cycles[0], assignee="Ada")
    two = site.add_issue("ENG-2", assignee="Ada")
    added_at = clock.at
    clock.tick(timedelta(days=1))
    site.edit_issue(one, state="In Progress")
    begun_at = clock.at
    clock.tick(timedelta(days=2))
    with linear_app(sqlite_url, clock, site) as app:
        (result,) = pull(app).sources
        assert result.failure is None
        pulled_at = clock.at
        assert entries(app) == {"ENG-1": (added_at, pulled_at)}
        assert spans(app) == [("ENG-1", "Ada", begun_at, None)]
        clock.tick()
        moved_at = clock.at
        site.edit_issue(one, state="Done")
        site.edit_issue(two, cycle=cycles[1])
        clock.tick(QUARTER / 3)
        pull(app)
        assert entries(app)["ENG-2"] == (moved_at, clock.at)
        assert spans(app) == [("ENG-1", "Ada", begun_at, moved_at)]
        assert [(key, state, until) for key, _, state, _, until in versions(app)] == [("ENG-1", "present", clock.at)]
        with app.store.read() as connection:
            names = connection.execute(select(sprint.c.external_id)).scalars()
            assert set(names) == {cycle.id for cycle in cycles}
