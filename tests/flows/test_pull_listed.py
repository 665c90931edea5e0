"""Items that a listing shows in an open sprint while their own field does not: the listing is believed."""

from collections.abc import Iterator
from typing import Any

import pytest

from align_sync.demo.fake_jira import Flavour
from align_sync.demo.faults import Rewrite
from align_sync.sync.cursor import SweepKind
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


def edit_silently(world: JiraWorld, sprint_ids: list[int]) -> None:
    """PAY-2 goes there, and PAY-9 with it, as on a real site: only the parent says so and is touched."""
    world.pull_well()  # so that what PAY-9 said at first is not within reach of the next one
    world.clock.tick()
    world.site.edit_issue("PAY-2", sprint_ids=sprint_ids)
    world.site.edit_issue("PAY-9", sprint_ids=sprint_ids, touch=False)


@pytest.mark.parametrize(
    ("sprint_ids", "in_42", "in_43"),
    [
        ([43], {"PAY-3", "PAY-4"}, {"PAY-2", "PAY-5", "PAY-9"}),
        ([42, 43], {"PAY-2", "PAY-3", "PAY-4", "PAY-9"}, {"PAY-2", "PAY-5", "PAY-9"}),
        ([], {"PAY-3", "PAY-4"}, {"PAY-5"}),
    ],
)
def test_it_follows_its_parent_though_only_the_parent_was_touched(
    world: JiraWorld, sprint_ids: list[int], in_42: set[str], in_43: set[str]
) -> None:
    edit_silently(world, sprint_ids)
    result = world.pull_well()
    assert result.sweep is SweepKind.INCREMENTAL
    assert (world.members(42), world.members(43)) == (in_42, in_43)


def test_it_is_not_even_read_when_it_follows(world: JiraWorld) -> None:
    edit_silently(world, [43])
    result = world.pull_well()
    assert world.fetched() == [world.id_of("PAY-2")]
    assert (result.entered, result.left) == (2, 2)
    world.clock.tick()
    assert world.pull_well().entered == 0


def test_what_says_its_sprint_itself_stays_where_it_says(world: JiraWorld) -> None:
    world.site.add_issue("PAY-10", issue_type="Sub-task", parent_key="PAY-2", sprint_ids=[42])
    edit_silently(world, [43])
    world.pull_well()
    assert world.members(42) == {"PAY-3", "PAY-4", "PAY-10"}


def test_a_parent_that_stays_asks_for_no_listing(world: JiraWorld) -> None:
    requests = []
    for key in ("PAY-3", "PAY-2"):
        world.pull_well()
        world.clock.tick()
        world.site.edit_issue(key, summary="Other")
        requests.append(world.pull_well().requests)
    assert requests[0] == requests[1]


def test_a_sprint_that_is_opened_again_has_its_items_though_none_was_touched(sqlite_url: str) -> None:
    with jira_world(sqlite_url) as world:
        world.site.edit_issue("PAY-5", sprint_ids=[41, 43])
        world.pull_well()
        world.clock.tick()
        world.site.start_sprint(41)
        assert world.pull_well().entered == 1
        assert (world.members(41), world.members(43)) == ({"PAY-5"}, {"PAY-5"})
