"""What happens on a Jira between two pulls, and that the store knows it afterwards; both flavours.

The cases are those that broke other tools.
"""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from align_sync.demo.fake_jira import Flavour, PageLimits
from align_sync.demo.faults import Rewrite
from align_sync.errors import UnsafeSweepError
from align_sync.flows.link import link
from align_sync.flows.okr import load_current_book
from align_sync.store.sprints import load_sprints
from align_sync.sync.cursor import SweepKind
from align_sync.work import ItemRef, SprintState
from tests.flows.jira_world import LONG_AGO, NOON, QUARTER, Clock, JiraWorld, change_answer, jira_world, make_site


@pytest.fixture(params=list(Flavour), ids=str)
def world(request: pytest.FixtureRequest, sqlite_url: str) -> Iterator[JiraWorld]:
    """Pulled once, a quarter of an hour ago."""
    with jira_world(sqlite_url, request.param) as world:
        world.pull_well()
        world.clock.tick()
        yield world


def sprints_of(world: JiraWorld) -> dict[str, tuple[str, SprintState]]:
    with world.app.store.read() as connection:
        return {one.ref.external_id: (one.name, one.state) for one in load_sprints(connection)}


class TestCounts:
    def test_the_first_pull_is_full_and_tells_what_it_found(self, database_url: str) -> None:
        with jira_world(database_url) as world:
            result = world.pull_well()
        assert (result.sweep, result.new, result.changed, result.unchanged) == (SweepKind.FULL, 5, 0, 0)
        assert (result.gone, result.entered, result.left, result.sprints) == (0, 4, 0, 2)
        assert (result.is_complete, result.is_resumed, result.problems) == (True, False, ())
        assert result.requests == world.server.requests.total
        assert result.received_bytes > 1_000

    def test_a_second_pull_fetches_nothing_and_changes_nothing(self, world: JiraWorld) -> None:
        result = world.pull_well()
        assert (result.sweep, result.requests) == (SweepKind.INCREMENTAL, 3)
        assert (result.new, result.changed, result.unchanged, result.gone) == (0, 0, 0, 0)
        assert (result.entered, result.left, result.sprints) == (0, 0, 0)
        assert world.fetched() == []

    def test_a_full_pull_finds_everything_the_same(self, world: JiraWorld) -> None:
        result = world.pull_well(force_full=True)
        assert (result.sweep, result.new, result.changed, result.unchanged) == (SweepKind.FULL, 0, 0, 5)

    def test_only_what_changed_is_fetched(self, world: JiraWorld) -> None:
        world.site.edit_issue("PAY-3", summary="Other", labels=["okr/act5"])
        result = world.pull_well()
        assert (result.changed, result.unchanged) == (1, 0)
        assert world.fetched() == [world.id_of("PAY-3")]
        assert (world.item("PAY-3").title, world.item("PAY-3").labels) == ("Other", ("okr/act5",))

    def test_a_touched_stamp_is_no_change(self, world: JiraWorld) -> None:
        world.site.edit_issue("PAY-3")
        assert (world.pull_well().changed, world.fetched()) == (0, [world.id_of("PAY-3")])


class TestSprints:
    def test_start_close_and_new_name_are_seen_without_a_touched_issue(self, world: JiraWorld) -> None:
        world.site.close_sprint(42)
        world.site.start_sprint(43)
        world.site.rename_sprint(43, "The new one")
        result = world.pull_well()
        assert result.sprints == 2
        assert sprints_of(world) == {
            "42": ("Sprint 42", SprintState.CLOSED),
            "43": ("The new one", SprintState.ACTIVE),
        }
        assert world.members(42) == {"PAY-2", "PAY-3", "PAY-4"}, "who was in it at its end was in it"

    def test_what_a_closing_sprint_moves_on_is_in_the_next_one(self, world: JiraWorld) -> None:
        """Jira does this without touching the stamps of the issues."""
        world.site.edit_issue("PAY-2", status="Done", touch=False)
        world.site.close_sprint(42, move_open_to=43)
        world.pull_well()
        assert world.members(43) == {"PAY-3", "PAY-4", "PAY-5"}
        assert world.members(42) == {"PAY-2", "PAY-3", "PAY-4"}, "the field keeps closed sprints"

    def test_a_deleted_sprint_is_closed(self, world: JiraWorld) -> None:
        world.site.delete_sprint(43)
        world.pull_well()
        assert sprints_of(world)["43"][1] is SprintState.CLOSED

    def test_a_closed_sprint_in_the_field_of_an_issue_is_of_no_interest(self, world: JiraWorld) -> None:
        world.site.edit_issue("PAY-2", sprint_ids=[41, 42])
        world.pull_well()
        assert world.item("PAY-2").sprint_ids == ("41", "42")
        assert world.stays(41) == []

    def test_parallel_sprints_of_a_board_both_count(self, world: JiraWorld) -> None:
        world.site.start_sprint(43)
        world.pull_well()
        assert [state for _, state in sprints_of(world).values()] == [SprintState.ACTIVE] * 2
        assert (world.members(42), world.members(43)) == ({"PAY-2", "PAY-3", "PAY-4"}, {"PAY-5"})


class TestMoves:
    def test_between_sprints(self, world: JiraWorld) -> None:
        world.site.edit_issue("PAY-2", sprint_ids=[43])
        result = world.pull_well()
        assert (result.entered, result.left) == (1, 1)
        assert (world.members(42), world.members(43)) == ({"PAY-3", "PAY-4"}, {"PAY-2", "PAY-5"})

    @pytest.mark.parametrize("touch", [True, False])
    def test_to_the_backlog_and_back_is_kept_as_history(self, world: JiraWorld, *, touch: bool) -> None:
        left_at = world.clock.at
        world.site.edit_issue("PAY-2", sprint_ids=[], touch=touch)
        assert world.pull_well().left == 1
        assert world.members(42) == {"PAY-3", "PAY-4"}
        world.clock.tick()
        world.site.edit_issue("PAY-2", sprint_ids=[42], touch=touch)
        assert world.pull_well().entered == 1
        assert [left for key, left in world.stays(42) if key == "PAY-2"] == [left_at, None]
        assert world.state("PAY-2") == ("present", 0)

    def test_to_another_project_the_key_changes_and_the_item_stays(self, world: JiraWorld) -> None:
        before = world.id_of("PAY-2")
        moved = world.site.move_issue("PAY-2", "OPS")
        assert world.pull_well().changed == 1
        assert world.item(moved.key).ref == ItemRef(source="jira", external_id=before)
        assert world.members(42) == {moved.key, "PAY-3", "PAY-4"}

    def test_a_new_issue_in_an_open_sprint_comes_with_its_parents(self, world: JiraWorld) -> None:
        world.site.add_issue("INI-1", issue_type="Initiative", created_at=LONG_AGO)
        world.site.add_issue("OPS-1", issue_type="Epic", parent_key="INI-1", created_at=LONG_AGO)
        world.site.add_issue("OPS-2", parent_key="OPS-1", created_at=LONG_AGO)
        world.site.add_issue("OPS-3", issue_type="Sub-task", parent_key="OPS-2", sprint_ids=[42])
        result = world.pull_well()
        assert result.new == 4
        assert [world.item(key).parents[0].ref.external_id or "by key" for key in ("OPS-3", "OPS-2")]
        assert world.item("INI-1").parents == ()
        assert world.members(42) == {"PAY-2", "PAY-3", "PAY-4", "OPS-3"}

    def test_a_parent_that_changes_is_read_again_though_it_is_in_no_sprint(self, world: JiraWorld) -> None:
        world.site.edit_issue("PAY-1", labels=["okr/act5"])
        assert world.pull_well().changed == 1
        assert world.item("PAY-1").labels == ("okr/act5",)


class TestGone:
    def test_a_deleted_issue_is_suspected_and_then_gone(self, world: JiraWorld) -> None:
        world.site.delete_issue("PAY-2")
        assert world.pull_well().gone == 0
        assert world.state("PAY-2") == ("present", 1)
        assert world.members(42) == {"PAY-2", "PAY-3", "PAY-4"}, "one look is not enough"
        world.clock.tick()
        assert world.pull_well().gone == 1
        assert world.state("PAY-2") == ("gone", 2)
        assert world.members(42) == {"PAY-3", "PAY-4"}
        world.clock.tick()
        assert (world.pull_well().gone, world.fetched()) == (0, []), "and not asked for any more"

    def test_an_issue_that_comes_back_in_between_is_not_gone(self, world: JiraWorld) -> None:
        world.site.forbid("PAY-2")
        world.pull_well()
        assert world.state("PAY-2") == ("present", 1)
        world.site.allow("PAY-2")
        world.clock.tick()
        world.pull_well(force_full=True)
        assert world.state("PAY-2") == ("present", 0)

    def test_an_issue_that_comes_back_from_the_dead_lives(self, world: JiraWorld) -> None:
        world.site.forbid("PAY-2")
        for _ in range(2):
            world.pull_well()
            world.clock.tick()
        assert world.state("PAY-2") == ("gone", 2)
        world.site.allow("PAY-2")
        assert world.pull_well().entered == 1
        assert world.state("PAY-2") == ("present", 0)
        assert world.members(42) == {"PAY-2", "PAY-3", "PAY-4"}

    def test_a_deleted_parent_goes_too_and_what_hung_on_it_is_linked_again(self, world: JiraWorld) -> None:
        link(world.app)
        world.site.delete_issue("PAY-1")
        for _ in range(2):
            world.pull_well(force_full=True)
            world.clock.tick()
        assert world.state("PAY-1")[0] == "gone"
        assert link(world.app).judged == 4

    def test_a_sweep_that_is_interrupted_after_its_count_does_not_count_twice(self, world: JiraWorld) -> None:
        """The count is stored before the sweep ends; a sweep that goes on is still the same look."""
        world.site.delete_issue("PAY-2")
        commits = 0

        def fail(name: str) -> None:
            nonlocal commits
            commits += name == "commit.after"
            if commits and name == "commit.before":
                with world.app.store.read() as connection:
                    connection.exec_driver_sql("SELECT 1")
                if world.state("PAY-2") == ("present", 1):
                    raise ZeroDivisionError

        world.failpoint = fail
        with pytest.raises(ZeroDivisionError):
            world.pull()
        world.failpoint = lambda _name: None
        assert world.state("PAY-2") == ("present", 1)
        world.clock.tick()
        result = world.pull_well()
        assert (result.is_resumed, result.gone) == (True, 0)
        assert world.state("PAY-2") == ("present", 1)
        world.clock.tick()
        assert world.pull_well().gone == 1

    @pytest.mark.parametrize(("force_full", "missing"), [(True, 5), (False, 4)])
    def test_losing_sight_of_everything_is_not_believed(
        self, world: JiraWorld, *, force_full: bool, missing: int
    ) -> None:
        """However few: nobody clears all open sprints at once, but an account can lose a permission."""
        for key in ("PAY-1", "PAY-2", "PAY-3", "PAY-4", "PAY-5"):
            world.site.forbid(key)
        for _ in range(3):
            failure = world.pull(force_full=force_full).failure
            assert isinstance(failure, UnsafeSweepError)
            assert str(failure) == (
                f"jira: {missing} of 5 known items are not there any more, more than is believed at once; check the"
                " account's permissions; if it is true: align-sync sync --source jira --accept-shrink"
            )
            assert world.state("PAY-2") == ("present", 0)
            assert world.status().failure == str(failure)
            world.clock.tick()
        assert world.pull_well(force_full=force_full, accept_shrink=True).gone == missing
        assert world.members(42) == set()
        assert world.pull_well().failure is None, "the way out that is named leads out"

    def test_what_is_read_before_a_refusal_is_read_again_after_it(self, world: JiraWorld) -> None:
        """A sweep that a person must decide on does not freeze the rest of the source meanwhile."""
        for number in range(100, 112):
            world.site.add_issue(f"PAY-{number}", sprint_ids=[42], created_at=LONG_AGO)
        world.pull_well()
        for number in range(100, 112):
            world.site.delete_issue(f"PAY-{number}")
        for title in ("one", "two", "three"):
            world.clock.tick()
            world.site.edit_issue("PAY-2", summary=title)
            assert isinstance(world.pull().failure, UnsafeSweepError)
            assert world.item("PAY-2").title == title


class TestLag:
    """The search index shows a change minutes after it was made."""

    def test_a_late_change_is_caught_by_the_overlap(self, world: JiraWorld) -> None:
        world.site.index_lag = timedelta(minutes=5)
        world.site.edit_issue("PAY-2", summary="Late")
        world.clock.tick(timedelta(seconds=1))
        world.pull_well()
        assert world.item("PAY-2").title != "Late"
        world.clock.tick()
        world.pull_well()
        assert world.item("PAY-2").title == "Late"

    def test_a_very_late_change_is_caught_by_the_wide_look(self, world: JiraWorld) -> None:
        world.site.index_lag = timedelta(hours=3)
        world.site.edit_issue("PAY-2", summary="Very late")
        world.site.index_lag = timedelta(0)
        for _ in range(12):
            world.pull_well()
            world.clock.tick()
        assert world.item("PAY-2").title != "Very late"
        for _ in range(5):
            world.pull_well()
            world.clock.tick()
        assert world.item("PAY-2").title == "Very late"

    def test_an_issue_that_is_indexed_late_is_in_its_sprint_in_the_end(self, world: JiraWorld) -> None:
        world.site.index_lag = timedelta(minutes=20)
        world.site.add_issue("PAY-9", sprint_ids=[42])
        world.pull_well()
        assert "PAY-9" not in world.members(42)
        world.clock.tick(timedelta(minutes=21))
        world.pull_well()
        assert "PAY-9" in world.members(42)

    def test_what_is_listed_and_was_deleted_meanwhile_is_told_and_no_tombstone(self, world: JiraWorld) -> None:
        world.site.add_issue("PAY-9", sprint_ids=[42])
        world.site.index_lag = timedelta(minutes=20)
        world.site.delete_issue("PAY-9")
        (problem,) = world.pull_well().problems
        assert str(problem) == (
            "jira: items that were listed but could not be read: 1; they may be deleted meanwhile;"
            " if it stays so: give the account the right to browse their projects"
        )
        world.clock.tick(timedelta(minutes=21))
        assert world.pull_well().problems == ()

    def test_an_issue_that_left_is_shown_a_while_and_then_not(self, world: JiraWorld) -> None:
        world.site.index_lag = timedelta(minutes=20)
        world.site.edit_issue("PAY-2", sprint_ids=[])
        world.clock.tick(timedelta(minutes=21))
        world.pull_well()
        assert world.members(42) == {"PAY-3", "PAY-4"}


class TestClocks:
    @pytest.mark.parametrize("skew", [timedelta(minutes=-4), timedelta(minutes=4)])
    def test_a_clock_of_ours_that_is_wrong_loses_nothing(self, sqlite_url: str, skew: timedelta) -> None:
        """The site's clock stamps the changes; ours may be behind it or ahead of it."""
        site_clock = Clock()
        ours = Clock(NOON + skew)
        with jira_world(sqlite_url, site=make_site(clock=site_clock), clock=ours) as world:
            world.pull_well()
            for number in range(6):
                for clock in (site_clock, ours):
                    clock.tick(timedelta(minutes=7))
                world.site.edit_issue("PAY-2", summary=f"edit {number}")
                world.pull_well()
                assert world.item("PAY-2").title == f"edit {number}"

    @pytest.mark.parametrize("zone", ["America/Los_Angeles", "Pacific/Kiritimati", "Asia/Kathmandu"])
    def test_the_time_zone_of_the_account_does_not_matter(self, sqlite_url: str, zone: str) -> None:
        clock = Clock()
        with jira_world(sqlite_url, site=make_site(clock=clock, account_timezone=zone), clock=clock) as world:
            world.pull_well()
            clock.tick()
            world.site.edit_issue("PAY-2", summary="Other")
            assert world.pull_well().changed == 1
            assert world.fetched() == [world.id_of("PAY-2")]


class TestSize:
    def test_more_changes_in_one_minute_than_a_page_holds(self, sqlite_url: str) -> None:
        clock = Clock()
        site = make_site(clock=clock, limits=PageLimits(identifiers_only=100))
        for number in range(10, 798):
            site.add_issue(f"PAY-{number}", sprint_ids=[42], created_at=LONG_AGO)
        with jira_world(sqlite_url, site=site, clock=clock) as world:
            assert world.pull_well().new == 793
            clock.tick()
            for number in range(10, 798):
                site.edit_issue(f"PAY-{number}", status="Done")
            clock.tick(timedelta(minutes=1))
            assert world.pull_well().changed == 788
            assert len(world.asked("/search/jql")) == 8 + 8

    @pytest.mark.parametrize("flavour", list(Flavour))
    def test_edits_while_pages_are_read_lose_nothing(self, sqlite_url: str, flavour: Flavour) -> None:
        """Every page that is given moves some issues to the end of an order by `updated`."""
        clock = Clock()
        site = make_site(flavour, clock, limits=PageLimits(identifiers_only=7, datacenter=7))
        site.shifting_pages = True
        for number in range(10, 70):
            site.add_issue(f"PAY-{number}", sprint_ids=[42], created_at=LONG_AGO)
        with jira_world(sqlite_url, site=site, clock=clock) as world:
            world.pull_well()
            clock.tick()
            for number in range(10, 70):
                site.edit_issue(f"PAY-{number}", summary="first")
            clock.tick(timedelta(seconds=1))
            numbers = iter(range(10, 70))

            def edit_one(_told: object) -> None:
                clock.tick(timedelta(seconds=1))
                site.edit_issue(f"PAY-{next(numbers)}", points=8)

            world.fail(Rewrite(change_answer(edit_one)), r"/search", when=lambda r: b"updated" in r.body, times=None)
            world.pull_well()
            assert {world.item(f"PAY-{number}").title for number in range(10, 70)} == {"first"}


def test_a_pull_touches_no_book(world: JiraWorld) -> None:
    assert load_current_book(world.app) is None
    assert world.status().progress.cursor_at == NOON
    world.pull_well()
    assert world.status().progress.cursor_at == NOON + QUARTER
