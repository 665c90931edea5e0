"""What a site hides or lacks: parents that vanish from sight, boards, fields of the settings, and a missing book."""

from collections.abc import Iterator

import pytest

from align_sync.demo.faults import Status
from align_sync.demo.story import find_example_okrs
from align_sync.flows.link import link
from align_sync.flows.okr import apply
from align_sync.flows.report import report
from align_sync.linking.evidence import Bucket
from align_sync.reports.model import Filters
from tests.flows.jira_world import JiraWorld, jira_world


@pytest.fixture
def world(sqlite_url: str) -> Iterator[JiraWorld]:
    with jira_world(sqlite_url) as world:
        world.pull_well()
        world.clock.tick()
        yield world


def buckets(world: JiraWorld) -> dict[str, Bucket]:
    link(world.app)
    return {item.key: item.bucket for item in report(world.app, Filters()).items}


def test_without_a_book_nothing_is_judged(world: JiraWorld) -> None:
    assert set(buckets(world).values()) == {Bucket.UNKNOWN}
    built = report(world.app, Filters())
    assert built.headline.coverage is None
    assert "okr apply" in built.items[0].because


def test_an_epic_that_is_hidden_later_makes_its_children_unknown_and_not_unlinked(world: JiraWorld) -> None:
    apply(world.app, [find_example_okrs()], author="test")
    assert set(buckets(world).values()) == {Bucket.INHERITED}
    world.site.forbid("PAY-1")
    for _ in range(3):
        world.pull_well(force_full=True)
        world.clock.tick()
    assert "parents that the account cannot read: PAY-1" in str(world.status().problems)
    assert set(buckets(world).values()) == {Bucket.UNKNOWN}
    world.site.allow("PAY-1")
    world.site.edit_issue("PAY-1")
    world.pull_well(force_full=True)
    assert set(buckets(world).values()) == {Bucket.INHERITED}


def test_a_board_that_was_deleted_is_forgotten_in_the_same_pull(world: JiraWorld) -> None:
    world.site.add_board(8, "Old", project_key="PAY")
    world.pull_well(force_full=True)
    world.clock.tick()
    world.fail(Status(404), r"/board/8/sprint", times=None)
    world.site.boards.pop(8)
    assert world.pull_well(force_full=True).problems == ()


def test_no_board_at_all_is_told_and_keeps_what_is_known(world: JiraWorld) -> None:
    world.site.boards.clear()
    result = world.pull(force_full=True)
    assert "no board that can have sprints is visible" in str(result.failure)
    assert world.members(42) == {"PAY-2", "PAY-3", "PAY-4"}


@pytest.mark.parametrize(
    ("named", "hint"),
    [("customfield_10021", "did you mean customfield_10020"), ("Sprint", "customfield_10020 (Sprint)")],
)
def test_a_field_of_the_settings_that_the_site_lacks_is_told(world: JiraWorld, named: str, hint: str) -> None:
    world.reopen(jira={"kr_fields": [named]})
    (problem,) = world.pull_well().problems
    assert f"the site has no field with the id '{named}'" in problem.message
    assert hint in problem.advice
