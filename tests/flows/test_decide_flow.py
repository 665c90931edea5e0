"""Decisions: made, replaced and taken back, each with author and reason, and refused with the way out."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select

from align_sync.errors import UserError
from align_sync.flows.decide import (
    LONGEST_REASON,
    Said,
    add_exemption,
    add_link,
    dispute,
    expire_exemption,
    list_decisions,
    remove_link,
    withdraw_dispute,
)
from align_sync.flows.link import LinkResult
from align_sync.linking.decisions import DecisionKind
from align_sync.linking.evidence import Bucket, RuleKind
from align_sync.okr.model import KeyResultState
from align_sync.reports.decided import DecisionList
from align_sync.store.schema import decision
from align_sync.store.sweeps import touch_source
from tests.make import NOW, make_book, make_kr, make_sprint
from tests.store.same_report import find_differences
from tests.store.told_world import DAY, QUARTER, ToldWorld, made, told_world

ANA = Said(author="Ana", reason="it is for this")
LUCA = Said(author="Luca", reason="not any more")


@pytest.fixture
def world(database_url: str) -> Iterator[ToldWorld]:
    """PAY-1 has a label, PAY-2 hangs on it, PAY-3 has nothing; PAY-9 is in two sources."""
    with told_world(database_url, policy={"categories": ["gardening"]}) as world:
        items = made("PAY-1", "okr/ret90"), made("PAY-2", parent="PAY-1"), made("PAY-3"), made("PAY-9")
        world.tell(*items, sprints=[make_sprint("42")])
        world.tell(made("PAY-9", source="linear"), sprints=[make_sprint("42", source="linear")], source="linear")
        old = make_kr("old1", state=KeyResultState.CLOSED, successor="ret90")
        older = make_kr("old2", state=KeyResultState.CLOSED)
        world.apply(make_book("ret90", "act5", old, older))
        world.link()
        world.clock.tick()
        yield world


def rows(world: ToldWorld) -> list[tuple[str, str, str, bool]]:
    """Kind, key result or category, author, and whether it was ended."""
    with world.app.store.read() as connection:
        told = connection.execute(select(decision).order_by(decision.c.id)).all()
    return [(row.kind, row.key_result or row.category, row.author, row.ended_at is not None) for row in told]


class TestLink:
    def test_it_counts_before_whatever_the_tracker_says(self, world: ToldWorld) -> None:
        result = add_link(world.app, "PAY-1", "ACT5", ANA, share=0.5)
        assert (result.ref.key, result.what, result.is_new) == ("PAY-1", "act5", True)
        world.link()
        item = world.item("PAY-1")
        assert (item.bucket, item.decided_by, [link.key_result for link in item.links]) == (
            Bucket.DIRECT,
            RuleKind.MANUAL,
            ["act5"],
        )
        assert [link.key_result for link in world.item("PAY-2").links] == ["act5"]
        world.check_verdicts()

    def test_several_stand_beside_each_other(self, world: ToldWorld) -> None:
        add_link(world.app, "PAY-3", "act5", ANA, share=0.25)
        add_link(world.app, "PAY-3", "ret90", ANA)
        assert {link.key_result: link.share for link in world.item("PAY-3").links} == {"act5": 0.25, "ret90": 0.75}

    def test_the_same_again_changes_nothing(self, world: ToldWorld) -> None:
        add_link(world.app, "PAY-3", "act5", ANA)
        world.link()
        world.clock.tick()
        again = add_link(world.app, "PAY-3", "act5", replace(ANA, reason="  it is\n for this "))
        assert not again.is_new
        assert len(rows(world)) == 1
        assert world.link() == LinkResult()

    def test_the_same_again_with_its_beginning_changes_nothing(self, world: ToldWorld) -> None:
        since = replace(ANA, since_at=NOW - DAY)
        results = [add_link(world.app, "PAY-3", "act5", since).is_new for _ in range(2)]
        assert (results, len(rows(world))) == ([True, False], 1)

    @pytest.mark.parametrize(
        "said", [replace(ANA, reason="other"), replace(ANA, author="Luca"), replace(ANA, expires_on=date(2026, 12, 1))]
    )
    def test_another_reason_author_or_end_replaces_it(self, world: ToldWorld, said: Said) -> None:
        add_link(world.app, "PAY-3", "act5", ANA)
        world.clock.tick()
        assert add_link(world.app, "PAY-3", "act5", said).is_new
        assert [row[3] for row in rows(world)] == [True, False]
        (line,) = list_decisions(world.app, DecisionKind.LINK).decisions
        assert (line.author, line.reason, line.expires_on) == (said.author, said.reason, said.expires_on)
        ended, _ = list_decisions(world.app, DecisionKind.LINK, with_ended=True).decisions
        assert (ended.ended_by, ended.end_reason, ended.ended_at) == (
            said.author,
            "replaced by a newer one",
            world.clock.at,
        )

    @pytest.mark.parametrize(
        ("key", "says"),
        [
            ("act6", "the OKR book has no key result 'act6'; did you mean act5?"),
            ("zzz", "the OKR book has no key result 'zzz'; align-sync okr tree lists them"),
            ("old1", "old1 takes no work: closed key result; its successor is ret90"),
            ("old2", "old2 takes no work: closed key result; align-sync okr tree lists those that do"),
        ],
    )
    def test_a_key_result_that_takes_no_work_is_refused(self, world: ToldWorld, key: str, says: str) -> None:
        with pytest.raises(UserError) as caught:
            add_link(world.app, "PAY-3", key, ANA)
        assert str(caught.value).endswith(says)
        assert rows(world) == []

    @pytest.mark.parametrize("share", [0, -0.5, 1.01])
    def test_a_share_is_above_nought_and_at_most_one(self, world: ToldWorld, share: float) -> None:
        with pytest.raises(UserError, match="a share is above 0 and at most 1"):
            add_link(world.app, "PAY-3", "act5", ANA, share=share)

    def test_what_the_tracker_says_is_not_removed_here(self, world: ToldWorld) -> None:
        with pytest.raises(UserError, match=r"has no such link made by hand.*dispute PAY-1"):
            remove_link(world.app, "PAY-1", "ret90", LUCA)

    def test_one_to_a_key_result_that_was_closed_since_can_be_removed(self, world: ToldWorld) -> None:
        add_link(world.app, "PAY-3", "act5", ANA)
        world.apply(make_book("ret90"))
        assert remove_link(world.app, "PAY-3", "ACT5", LUCA).what == "ACT5"
        assert rows(world) == [("link", "act5", "Ana", True)]


@pytest.mark.parametrize("is_sample", [False, True])
def test_a_list_of_decisions_says_the_zone_of_its_times_and_whether_it_is_a_sample(
    world: ToldWorld, *, is_sample: bool
) -> None:
    add_link(world.app, "PAY-3", "act5", ANA)
    world.reopen(timezone="Europe/Rome")
    if is_sample:
        with world.app.store.write() as connection:
            touch_source(connection, "linear", "linear", world.clock.at, is_sample=True)
    for kind, listed in ((DecisionKind.LINK, 1), (DecisionKind.DISPUTE, 0)):
        found = list_decisions(world.app, kind)
        assert isinstance(found, DecisionList)
        assert (len(found.decisions), found.timezone, found.is_sample) == (listed, "Europe/Rome", is_sample)


class TestExemption:
    def test_the_newer_one_stands(self, world: ToldWorld) -> None:
        add_exemption(world.app, "PAY-3", "ktlo", ANA)
        add_exemption(world.app, "PAY-3", "gardening", ANA)
        assert rows(world) == [("exemption", "ktlo", "Ana", True), ("exemption", "gardening", "Ana", False)]
        item = world.item("PAY-3")
        assert (item.bucket, item.exempted and item.exempted.category) == (Bucket.EXEMPT, "gardening")

    def test_an_unknown_category_is_refused_with_those_that_there_are(self, world: ToldWorld) -> None:
        with pytest.raises(UserError, match=r"there is no category 'gardenin'; did you mean gardening.*ktlo, bug"):
            add_exemption(world.app, "PAY-3", "gardenin", ANA)

    def test_it_ends_with_its_last_day(self, world: ToldWorld) -> None:
        add_exemption(world.app, "PAY-3", "ktlo", replace(ANA, expires_on=date(2026, 11, 23)))
        world.link()
        assert world.item("PAY-3").bucket is Bucket.EXEMPT
        assert len(list_decisions(world.app, DecisionKind.EXEMPTION).decisions) == 1
        world.clock.tick(DAY)
        assert world.item("PAY-3").bucket is Bucket.UNLINKED
        with pytest.raises(UserError, match="made by hand"):
            expire_exemption(world.app, "PAY-3", LUCA)
        assert list_decisions(world.app, DecisionKind.EXEMPTION).decisions == ()


class TestDispute:
    def test_the_verdict_stands_and_is_marked(self, world: ToldWorld) -> None:
        before = world.item("PAY-1")
        dispute(world.app, "PAY-1", ANA)
        world.link()
        item = world.item("PAY-1")
        assert (item.bucket, item.because) == (before.bucket, before.because)
        assert item.dispute is not None
        assert (item.dispute.author, item.dispute.reason) == ("Ana", "it is for this")
        withdraw_dispute(world.app, "PAY-1", LUCA)
        assert world.item("PAY-1") == before
        with pytest.raises(UserError, match="nobody disputes this item now"):
            withdraw_dispute(world.app, "PAY-1", LUCA)


UNDONE: dict[str, tuple[Callable[[ToldWorld], object], Callable[[ToldWorld], object]]] = {
    "link": (
        lambda world: add_link(world.app, "PAY-1", "act5", ANA),
        lambda world: remove_link(world.app, "PAY-1", "act5", LUCA),
    ),
    "exemption": (
        lambda world: add_exemption(world.app, "PAY-1", "ktlo", ANA),
        lambda world: expire_exemption(world.app, "PAY-1", LUCA),
    ),
    "dispute": (
        lambda world: dispute(world.app, "PAY-1", ANA),
        lambda world: withdraw_dispute(world.app, "PAY-1", LUCA),
    ),
}


@pytest.mark.parametrize("name", UNDONE)
def test_what_is_made_and_taken_back_leaves_all_as_it_was(world: ToldWorld, name: str) -> None:
    """The verdicts, links and sentences; only the ledger knows that it was otherwise for a time."""
    make, undo = UNDONE[name]
    before, buckets = world.report(), world.buckets()
    make(world)
    world.link()
    assert find_differences(before, world.report()) != {}
    undo(world)
    world.link()
    after = world.report()
    links = [(item.key, item.bucket, item.because, item.links) for item in after.items]
    assert links == [(item.key, item.bucket, item.because, item.links) for item in before.items]
    assert after.headline == before.headline
    assert world.buckets() == buckets
    world.check_verdicts()


KINDS: dict[str, Callable[[ToldWorld, Said], object]] = {
    "link": lambda world, said: add_link(world.app, "PAY-3", "act5", said),
    "exemption": lambda world, said: add_exemption(world.app, "PAY-3", "ktlo", said),
    "dispute": lambda world, said: dispute(world.app, "PAY-3", said),
    "removal": lambda world, said: remove_link(world.app, "PAY-3", "act5", said),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("said", "says"),
    [
        (replace(ANA, reason=" "), "a reason is missing"),
        (replace(ANA, reason="..."), "a reason is missing"),
        (replace(ANA, reason="…\n."), "a reason is missing"),
        (replace(ANA, reason="x" * (LONGEST_REASON + 1)), "more than 500 characters"),
        (replace(ANA, author=" "), "nobody knows who says so"),
        (replace(ANA, expires_on=date(2026, 11, 22)), "2026-11-22 is over; name a day from 2026-11-23 on"),
        (replace(ANA, since_at=NOW + QUARTER + DAY), "it cannot begin to hold in the future"),
    ],
)
def test_what_makes_no_sense_is_refused(sqlite_url: str, kind: str, said: Said, says: str) -> None:
    with told_world(sqlite_url) as world:
        world.tell(made("PAY-3"), sprints=[make_sprint("42")])
        world.apply(make_book("act5"))
        with pytest.raises(UserError, match=says):
            KINDS[kind](world, said)
        assert rows(world) == []


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("PAY-404", "no item is called 'PAY-404'; name a key such as PAY-12, or run align-sync sync"),
        ("PAY-9", "'PAY-9' names several items; name one of: PAY-9@jira, PAY-9@linear"),
        ("PAY-3@linear", "no item is called 'PAY-3@linear'"),
    ],
)
def test_an_item_must_be_named_so_that_there_is_one(world: ToldWorld, name: str, says: str) -> None:
    with pytest.raises(UserError) as caught:
        add_link(world.app, name, "act5", ANA)
    assert says in str(caught.value)


def test_of_two_with_one_key_that_of_the_source_is_meant(world: ToldWorld) -> None:
    add_link(world.app, " pay-9@linear ", "act5", ANA)
    found = {item.source: item.bucket for item in world.report().items if item.key == "PAY-9"}
    assert found == {"jira": Bucket.UNLINKED, "linear": Bucket.DIRECT}
    assert [line.source for line in list_decisions(world.app, DecisionKind.LINK, name="PAY-9@linear").decisions] == [
        "linear"
    ]


def test_a_decision_on_what_goes_and_comes_back_still_holds(world: ToldWorld) -> None:
    add_link(world.app, "PAY-3", "act5", ANA)
    world.link()
    world.tell(gone=["PAY-3"])
    world.link()
    world.check_verdicts()
    world.tell(made("PAY-3"))
    world.link()
    assert world.buckets()["PAY-3"] is Bucket.DIRECT
    world.check_verdicts()
