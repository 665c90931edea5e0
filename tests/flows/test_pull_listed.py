"""Items that a listing shows in an open sprint while their own field does not: the listing is believed."""

from collections.abc import Iterator
from typing import Any

import pytest

from align_sync.demo.fake_jira import Flavour
from align_sync.demo.faults import Rewrite
from tests.flows.jira_world import JiraWorld, change_answer, jira_world

SPRINT_FIELD = "customfield_10020"


@pytest.fixture(params=list(Flavour), ids=str)
def world(request: pytest.FixtureRequest, sqlite_url: str) -> Iterator[JiraWorld]:
    """PAY-9 is a sub-task of PAY-2 that the search finds in sprint 42 and whose own sprint field is empty."""
    with jira_world(sqlite_url, request.param) as world:

        def empty(told: Any) -> None:
            for issue in told["issues"]:
                if issue.get("key") == "PAY-9" and SPRINT_FIELD in issue.get("fields", {}):
                    issue["fields"][SPRINT_FIELD] = None

        world.site.add_issue("PAY-9", issue_type="Sub-task", parent_key="PAY-2", sprint_ids=[42])
        world.fail(Rewrite(change_answer(empty)), r"/(bulkfetch|search)$", times=None)
        world.pull_well()
        world.clock.tick()
        yield world


def test_a_sub_task_without_a_sprint_of_its_own_is_in_the_sprint_that_lists_it(world: JiraWorld) -> None:
    assert world.members(42) == {"PAY-2", "PAY-3", "PAY-4", "PAY-9"}
    assert world.members(43) == {"PAY-5"}


def test_it_stays_there_when_it_is_read_again_and_no_stay_is_written_twice(world: JiraWorld) -> None:
    world.site.edit_issue("PAY-9", summary="Other")
    result = world.pull_well()
    assert (result.changed, result.entered, result.left) == (1, 0, 0)
    assert world.stays(42).count(("PAY-9", None)) == 1


def test_it_moves_with_the_listings(world: JiraWorld) -> None:
    world.site.edit_issue("PAY-9", sprint_ids=[43])
    world.pull_well()
    assert (world.members(42), world.members(43)) == ({"PAY-2", "PAY-3", "PAY-4"}, {"PAY-5", "PAY-9"})


def test_it_leaves_when_no_listing_shows_it(world: JiraWorld) -> None:
    world.site.edit_issue("PAY-9", sprint_ids=[])
    world.pull_well()
    assert "PAY-9" not in world.members(42)


def test_a_sprint_that_is_opened_again_has_its_items_though_none_was_touched(sqlite_url: str) -> None:
    with jira_world(sqlite_url) as world:
        world.site.edit_issue("PAY-5", sprint_ids=[41, 43])
        world.pull_well()
        world.clock.tick()
        world.site.start_sprint(41)
        assert world.pull_well().entered == 1
        assert (world.members(41), world.members(43)) == ({"PAY-5"}, {"PAY-5"})
