"""Where items hang and where they are: parents, boards, sprints, and fields that tell it badly."""

from collections.abc import Iterator
from typing import Any

import pytest

from align_sync.demo.fake_jira import BoardType, Flavour
from align_sync.demo.faults import Rewrite
from align_sync.store.items import load_members
from align_sync.store.sprints import load_sprints
from align_sync.work import ItemRef, Parent, SprintState
from tests.flows.jira_world import LONG_AGO, NOON, Clock, JiraWorld, change_answer, jira_world, make_site

SPRINT_FIELD = "customfield_10020"


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


class TestPlacing:
    """A sprint field that cannot be read: the listings tell where the item is."""

    @pytest.fixture
    def odd(self, world: JiraWorld) -> JiraWorld:
        def spoil(told: Any) -> None:
            for issue in told["issues"]:
                if issue.get("key") == "PAY-2" and SPRINT_FIELD in issue.get("fields", {}):
                    issue["fields"][SPRINT_FIELD] = [{"name": "who knows"}]

        world.site.edit_issue("PAY-2")
        world.fail(Rewrite(change_answer(spoil)), r"/(bulkfetch|search)$", times=None)
        return world

    def test_it_stays_where_the_listings_show_it(self, odd: JiraWorld) -> None:
        result = odd.pull_well()
        assert "the sprint field cannot be read; the sprints are taken from the listings" in str(result.problems[0])
        assert "PAY-2" in str(result.problems[0])
        assert odd.members(42) == {"PAY-2", "PAY-3", "PAY-4"}
        assert odd.status().problem_count == 1

    def test_it_moves_with_the_listings(self, odd: JiraWorld) -> None:
        odd.pull_well()
        odd.clock.tick()
        odd.site.edit_issue("PAY-2", sprint_ids=[43])
        result = odd.pull_well()
        assert (result.entered, result.left) == (1, 1)
        assert (odd.members(42), odd.members(43)) == ({"PAY-3", "PAY-4"}, {"PAY-2", "PAY-5"})

    def test_an_epic_without_such_a_field_asks_for_no_listing(self, world: JiraWorld) -> None:
        def hide(told: Any) -> None:
            for issue in told["issues"]:
                if issue.get("key") == "PAY-1":
                    issue["fields"].pop(SPRINT_FIELD, None)

        world.site.edit_issue("PAY-1", summary="Other")
        world.fail(Rewrite(change_answer(hide)), r"/(bulkfetch|search)$", times=None)
        assert world.pull_well().requests == 4

    def test_it_leaves_when_no_listing_shows_it(self, odd: JiraWorld) -> None:
        odd.pull_well()
        odd.clock.tick()
        odd.site.edit_issue("PAY-2", sprint_ids=[])
        assert odd.pull_well().left == 1
        assert odd.members(42) == {"PAY-3", "PAY-4"}
        assert odd.state("PAY-2") == ("present", 0)


class TestParents:
    def test_a_parent_that_may_not_be_seen_is_told_once_and_asked_for_again_by_a_full_pull(
        self, sqlite_url: str
    ) -> None:
        clock = Clock()
        site = make_site(clock=clock)
        site.forbid("PAY-1")
        with jira_world(sqlite_url, site=site, clock=clock) as world:
            (problem,) = world.pull_well().problems
            assert str(problem) == (
                "jira: parents that the account cannot read: PAY-1; what hangs on them is unknown, not unlinked;"
                " give the account the right to browse their projects"
            )
            assert world.state("PAY-1") == ("unreadable", 0)
            clock.tick()
            assert (world.pull_well().problems, world.fetched()) == ((), [])
            site.allow("PAY-1")
            assert world.pull_well(force_full=True).problems == ()
            assert world.state("PAY-1")[0] == "present"

    def test_an_epic_that_data_center_names_by_key_is_found_and_stays_found(self, sqlite_url: str) -> None:
        clock = Clock()
        site = make_site(Flavour.DATACENTER, clock)
        site.add_issue("PAY-8", epic_key="PAY-1", sprint_ids=[42], created_at=LONG_AGO)
        site.add_issue("PAY-9", epic_key="PAY-77", sprint_ids=[42], created_at=LONG_AGO)
        with jira_world(sqlite_url, site=site, clock=clock) as world:
            (problem,) = world.pull_well().problems
            assert "parents that the account cannot read: PAY-77" in str(problem)
            assert world.item("PAY-8").parents == (Parent(ItemRef(source="jira", external_id="", key="PAY-1")),)
            clock.tick()
            assert (world.pull_well().requests, world.fetched()) == (3, [])

    def test_an_epic_that_moved_is_not_asked_for_for_ever(self, sqlite_url: str) -> None:
        """Data Center names it by its old key, and answers it under the new one."""
        clock = Clock()
        site = make_site(Flavour.DATACENTER, clock)
        site.add_issue("PAY-8", epic_key="PAY-1", sprint_ids=[42], created_at=LONG_AGO)
        site.move_issue("PAY-1", "OPS")
        site.edit_issue("PAY-8", epic_key="PAY-1", touch=False)
        clock.tick()
        with jira_world(sqlite_url, site=site, clock=clock) as world:
            world.pull_well()
            clock.tick()
            assert world.pull_well().requests == 3


class TestBoards:
    def test_a_sprint_on_two_boards_is_one_and_belongs_to_the_board_of_its_origin(self, world: JiraWorld) -> None:
        world.site.add_board(8, "Another", project_key="PAY")
        world.site.show_sprint(8, 42)
        world.pull_well(force_full=True)
        with world.app.store.read() as connection:
            (sprint,) = [one for one in load_sprints(connection) if one.ref.external_id == "42"]
        assert (sprint.board, sprint.team) == ("7", "Payments")
        assert world.members(42) == {"PAY-2", "PAY-3", "PAY-4"}

    def test_boards_of_every_kind_are_read_as_far_as_they_have_sprints(self, world: JiraWorld) -> None:
        world.site.add_board(8, "Kanban", BoardType.KANBAN, "PAY")
        world.site.add_board(9, "Team-managed", BoardType.SIMPLE, "PAY")
        world.site.add_board(10, "Private", project_key="PAY", private=True)
        world.site.add_sprint(50, "Simple sprint", "active", 9, start=NOON)
        result = world.pull_well(force_full=True)
        assert result.problems == ()
        assert set(sprints_of(world)) == {"42", "43", "50"}
        assert not any("/board/8/" in entry.path for entry in world.server.requests)

    def test_a_named_team_gives_its_name_to_its_board(self, world: JiraWorld) -> None:
        world.reopen(teams=[{"name": "The Payers", "jira_board": 7}])
        world.pull_well()
        with world.app.store.read() as connection:
            assert {one.team for one in load_sprints(connection)} == {"The Payers"}
            assert len(list(load_members(connection, "jira"))) == 4
