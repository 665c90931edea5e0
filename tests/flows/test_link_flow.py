"""Linking what was pulled: only what changed or hangs on it, everything where the book changed, and never half."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from align_sync.flows import link as flow
from align_sync.flows.link import LinkResult, link
from align_sync.linking.evidence import Bucket
from align_sync.okr.model import Book
from align_sync.store.books import save_book
from align_sync.store.verdicts import load_all_ids, load_matches, load_waiting, load_work
from tests.flows.jira_world import NOON, JiraWorld, jira_world
from tests.make import make_book


@pytest.fixture
def world(database_url: str) -> Iterator[JiraWorld]:
    """PAY-1, an epic with a label, and four stories under it."""
    with jira_world(database_url) as world:
        world.pull_well()
        apply(world, make_book("ret90", "act5"))
        world.clock.tick()
        yield world


def apply(world: JiraWorld, book: Book) -> None:
    with world.app.store.write() as connection:
        save_book(connection, book, fingerprint="x", now=NOON, author="Ana")


def buckets(world: JiraWorld) -> dict[str, Bucket]:
    with world.app.store.read() as connection:
        matches = load_matches(connection, load_work(connection, load_all_ids(connection)))
    return {match.ref.key: match.bucket for match in matches.values()}


def test_stories_inherit_from_their_epic(world: JiraWorld) -> None:
    assert link(world.app) == LinkResult(judged=5, differing=5, was_full=True)
    assert buckets(world) == {"PAY-1": Bucket.DIRECT} | {f"PAY-{number}": Bucket.INHERITED for number in (2, 3, 4, 5)}


def test_a_second_linking_finds_nothing_to_do(world: JiraWorld) -> None:
    link(world.app)
    assert link(world.app) == LinkResult()


def test_only_what_changed_is_judged_again(world: JiraWorld) -> None:
    link(world.app)
    world.site.edit_issue("PAY-3", labels=["okr/act5"])
    world.pull_well()
    assert link(world.app) == LinkResult(judged=1, differing=1)
    assert buckets(world)["PAY-3"] is Bucket.DIRECT


def test_a_change_above_is_judged_below(world: JiraWorld) -> None:
    link(world.app)
    world.site.edit_issue("PAY-1", labels=[])
    world.pull_well()
    assert link(world.app) == LinkResult(judged=5, differing=5)
    assert set(buckets(world).values()) == {Bucket.UNLINKED}


def test_another_book_judges_everything_and_writes_what_differs(world: JiraWorld) -> None:
    link(world.app)
    apply(world, make_book("act5"))
    result = link(world.app)
    assert (result.judged, result.differing, result.was_full) == (5, 5, True)
    apply(world, make_book("act5", "other"))
    assert replace(link(world.app), differing=0) == LinkResult(judged=5, was_full=True)


def test_what_hangs_on_an_unreadable_parent_is_unknown(world: JiraWorld) -> None:
    world.site.add_issue("OPS-1", issue_type="Epic")
    world.site.add_issue("OPS-2", parent_key="OPS-1", sprint_ids=[42])
    world.site.forbid("OPS-1")
    world.pull_well()
    link(world.app)
    assert buckets(world)["OPS-2"] is Bucket.UNKNOWN


def test_an_interrupted_linking_goes_on_where_it_was(world: JiraWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flow, "ITEMS_A_TRANSACTION", 2)
    link(world.app)
    world.site.edit_issue("PAY-1", labels=[])
    world.pull_well()

    def crash(name: str) -> None:
        if name == "commit.after":
            raise ZeroDivisionError

    world.failpoint = crash
    with pytest.raises(ZeroDivisionError):
        link(world.app)
    world.failpoint = lambda _name: None
    with world.app.store.read() as connection:
        waiting = len(load_waiting(connection))
    assert waiting == 5, "what hangs on a waiting item waits with it"
    link(world.app)
    assert set(buckets(world).values()) == {Bucket.UNLINKED}
    assert link(world.app) == LinkResult()


def test_an_interrupted_full_linking_is_full_again(world: JiraWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    """The rules are remembered last of all, so that no item keeps a verdict of the old book."""
    monkeypatch.setattr(flow, "ITEMS_A_TRANSACTION", 2)
    link(world.app)
    apply(world, make_book("act5"))
    commits = 0

    def crash(name: str) -> None:
        nonlocal commits
        commits += name == "commit.after"
        if commits == 2:
            raise ZeroDivisionError

    world.failpoint = crash
    with pytest.raises(ZeroDivisionError):
        link(world.app)
    world.failpoint = lambda _name: None
    assert link(world.app).was_full
    assert set(buckets(world).values()) == {Bucket.INVALID}


def test_what_a_pull_changes_meanwhile_goes_on_waiting(world: JiraWorld) -> None:
    """Judged by its old self and marked as done, its new label would never be seen."""
    link(world.app)
    world.site.edit_issue("PAY-3", summary="Other")
    world.pull_well()
    begun: list[str] = []
    match_portion = flow._match_portion

    def match_and_pull(*arguments: Any) -> Any:
        found = match_portion(*arguments)
        if not begun:
            begun.append("once")
            world.clock.tick()
            world.site.edit_issue("PAY-3", labels=["okr/act5"])
            world.pull_well()
        return found

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(flow, "_match_portion", match_and_pull)
        assert link(world.app).judged == 0
    assert link(world.app).judged == 1
    assert buckets(world)["PAY-3"] is Bucket.DIRECT
