"""What commands say after they have linked, also where another process was at it."""

import json
from collections.abc import Iterator

import pytest

from align_sync.cli.deciding import tell
from align_sync.cli.sync import show_json, show_text
from align_sync.flows.decide import Said, add_link
from align_sync.flows.link import LEASE, LinkResult
from align_sync.flows.pull import PullResult
from align_sync.jobs import SyncResult
from align_sync.store.leases import claim_lease
from tests.make import make_book, make_sprint
from tests.store.told_world import ToldWorld, made, told_world

ANA = Said(author="Ana", reason="it is for this")
TITLE = "PAY-3 Retry failed card payments"


@pytest.fixture
def world(sqlite_url: str) -> Iterator[ToldWorld]:
    with told_world(sqlite_url) as world:
        world.tell(made("PAY-3"), made("PAY-4"), sprints=[make_sprint("42")])
        world.apply(make_book("act5"))
        world.link()
        world.clock.tick()
        yield world


def test_a_decision_says_how_the_item_stands_now(world: ToldWorld, capsys: pytest.CaptureFixture[str]) -> None:
    tell(world.app, add_link(world.app, "PAY-3", "act5", ANA), "linked to act5")
    assert capsys.readouterr().out.splitlines() == [
        f"{TITLE}: linked to act5",
        "  now direct: linked by Ana: it is for this",
        "  1 item judged, 1 verdict changed; align-sync explain PAY-3",
    ]
    tell(world.app, add_link(world.app, "PAY-3", "act5", ANA), "linked to act5")
    assert capsys.readouterr().out == f"{TITLE}: said before, nothing changed\n"


def test_a_decision_says_that_another_process_counts_it(world: ToldWorld, capsys: pytest.CaptureFixture[str]) -> None:
    with world.app.store.write() as connection:
        claim_lease(connection, LEASE, owner="elsewhere:1:1", now=world.app.now())
    tell(world.app, add_link(world.app, "PAY-3", "act5", ANA), "linked to act5")
    assert capsys.readouterr().out.splitlines() == [
        f"{TITLE}: linked to act5",
        "  now direct: linked by Ana: it is for this",
        "  another process links now, and counts it in its next run; align-sync explain PAY-3",
    ]


@pytest.mark.parametrize(
    ("linked", "said"),
    [
        (LinkResult(is_busy=True), "link     another process links now, and goes on with this"),
        (LinkResult(), "link     0 items judged, 0 verdicts changed"),
        (
            LinkResult(judged=3, differing=2, was_full=True),
            "link     3 items judged, 2 verdicts changed (all: the book or a rule changed)",
        ),
    ],
)
def test_a_sync_says_what_was_linked_or_who_links(linked: LinkResult, said: str) -> None:
    result = SyncResult(pulled=PullResult(), linked=linked)
    assert show_text(result) == said
    assert json.loads(show_json(result))["linked"] == {
        "judged": linked.judged,
        "differing": linked.differing,
        "full": linked.was_full,
        "busy": linked.is_busy,
    }
