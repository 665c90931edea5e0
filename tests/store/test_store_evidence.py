"""The ledger of evidence: first seen once, ended and never deleted, told as of any instant; and what waits."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from align_sync.linking.deciding import Outcome
from align_sync.linking.evidence import Bucket, RuleKind
from align_sync.linking.reading import Ground
from align_sync.store.engine import Store
from align_sync.store.items import find_items, load_ids, mark_gone, save_unreadable
from align_sync.store.judging import load_above, load_below, load_idle, load_waiting, load_work, load_work_after
from align_sync.store.ledger import (
    GroundIds,
    begin_run,
    finish_run,
    load_first_seen,
    load_last_run,
    load_ledger,
    load_linked_rules,
    load_run_of,
    save_linked_rules,
    save_outcomes,
)
from align_sync.store.schema import evidence, ground, link_run
from align_sync.store.sweeps import touch_source
from align_sync.store.waiting import clear_waiting, mark_waiting
from align_sync.work import ItemKind, ItemRef, Parent
from tests.make import NOW, make_book, make_item, make_kr, make_ref, make_sprint
from tests.store.pulled_items import pull_items
from tests.store.told_world import DAY, ToldWorld, made, told_world

LATER = NOW + timedelta(hours=1)


@pytest.fixture
def world(database_url: str) -> Iterator[ToldWorld]:
    """PAY-1 with a label and PAY-2 below it, linked at NOW; a day later now."""
    with told_world(database_url) as world:
        world.tell(made("PAY-1", "okr/ret90"), made("PAY-2", parent="PAY-1"), sprints=[make_sprint("42")])
        world.apply(make_book("ret90", "act5"))
        world.link()
        world.clock.tick(DAY)
        yield world


class TestLedger:
    def test_what_persists_is_first_seen_once(self, world: ToldWorld) -> None:
        """Whatever else changes of the item, the book, or what it has beside."""
        world.tell(made("PAY-1", "okr/ret90", title="other"))
        world.link()
        world.apply(make_book("ret90", "act5", make_kr("new1", title="more")))
        world.link()
        world.tell(made("PAY-1", "okr/ret90", "okr/act5"))
        world.link()
        assert world.ledger("PAY-1") == [("ret90", NOW, False), ("act5", NOW + DAY, False)]
        assert world.ledger("PAY-2") == [("ret90", NOW, False), ("act5", NOW + DAY, False)]

    def test_what_is_over_is_ended_and_stays(self, world: ToldWorld) -> None:
        world.tell(made("PAY-1", "okr/act5"))
        world.link()
        ends = world.clock.at
        assert world.ledger("PAY-1") == [("act5", ends, False)]
        assert world.ledger("PAY-1", with_gone=True) == [("ret90", NOW, True), ("act5", ends, False)]
        world.clock.tick(DAY)
        world.tell(made("PAY-1", "okr/ret90"))
        world.link()
        told = [("ret90", NOW, True), ("act5", ends, True), ("ret90", ends + DAY, False)]
        assert world.ledger("PAY-1", with_gone=True) == told, "what comes back begins anew"

    def test_it_tells_what_held_at_an_instant(self, world: ToldWorld) -> None:
        world.tell(made("PAY-1", "okr/act5"))
        world.link()
        second = timedelta(seconds=1)
        held = [
            [line[0] for line in world.ledger("PAY-2", at=at)]
            for at in (NOW - second, NOW, NOW + DAY - second, NOW + DAY, NOW + 9 * DAY)
        ]
        assert held == [[], ["ret90"], ["ret90"], ["act5"], ["act5"]]
        ids = [world.id_of("PAY-2")]
        with world.app.store.read() as connection:
            seen = [load_first_seen(connection, ids, at=at) for at in (None, NOW - second, NOW, NOW + DAY)]
        assert seen == [{ids[0]: NOW + DAY}, {}, {ids[0]: NOW}, {ids[0]: NOW + DAY}]

    def test_last_seen_is_the_last_run_or_the_one_that_missed_it(self, world: ToldWorld) -> None:
        world.tell(made("PAY-1", "okr/act5"))
        world.link()
        world.clock.tick(DAY)
        world.tell(made("PAY-7"))
        world.link()
        with world.app.store.read() as connection:
            lines = list(load_ledger(connection, [world.id_of("PAY-1")], with_gone=True))
        assert [(line.evidence.key_result, line.last_seen_at) for line in lines] == [
            ("ret90", NOW + DAY),
            ("act5", NOW + 2 * DAY),
        ]

    def test_it_says_which_item_carries_it_and_how_far_up(self, world: ToldWorld) -> None:
        with world.app.store.read() as connection:
            (own,) = load_ledger(connection, [world.id_of("PAY-1")])
            (inherited,) = load_ledger(connection, [world.id_of("PAY-2")])
        assert (own.evidence.via, own.evidence.distance) == (make_ref("PAY-1"), 0)
        assert (inherited.evidence.via, inherited.evidence.distance) == (make_ref("PAY-1"), 1)
        assert (inherited.evidence.rule, inherited.evidence.field) == (RuleKind.LABEL, own.evidence.field)
        assert inherited.evidence.via.key == "PAY-1"

    def test_the_same_found_on_many_items_is_one_ground(self, world: ToldWorld) -> None:
        world.tell(*(made(f"PAY-{number}", "okr/ret90") for number in range(10, 20)))
        world.link()
        with world.app.store.read() as connection:
            assert connection.execute(select(func.count()).select_from(ground)).scalar_one() == 1
            assert connection.execute(select(func.count()).select_from(evidence)).scalar_one() == 12

    def test_an_item_knows_the_run_that_changed_its_verdict_last(self, world: ToldWorld) -> None:
        world.tell(made("PAY-2", "okr/act5", parent="PAY-1"))
        world.link()
        with world.app.store.read() as connection:
            runs = [load_run_of(connection, world.id_of(key)) for key in ("PAY-1", "PAY-2")]
            last = load_last_run(connection)
        assert [run and run[1] for run in runs] == [NOW, NOW + DAY]
        assert last == NOW + DAY

    def test_only_a_run_that_came_to_its_end_counts_as_the_last_one(self, store: Store) -> None:
        with store.write() as connection:
            assert load_last_run(connection) is None
            first = begin_run(connection, rules="r", is_full=True, now=NOW)
            assert load_last_run(connection) is None
            finish_run(connection, first, LATER)
            begin_run(connection, rules="r", is_full=False, now=LATER)
            assert load_last_run(connection) == NOW
            assert connection.execute(select(func.count()).select_from(link_run)).scalar_one() == 2

    def test_the_same_outcome_is_written_once(self, store: Store) -> None:
        found = Ground(rule=RuleKind.LABEL, field="labels", found="okr/ret90", key="ret90", weight=0.5)
        outcome = Outcome(bucket=Bucket.DIRECT, won=((None, found), (None, replace(found, weight=None))))
        with store.write() as connection:
            pull_items(connection, make_item("PAY-1"))
            (item_id,) = load_waiting(connection, with_below=False)
            run = begin_run(connection, rules="r", is_full=True, now=NOW)
            assert save_outcomes(connection, [(item_id, outcome)], GroundIds(), run) == 1
            later = begin_run(connection, rules="r", is_full=True, now=LATER)
            assert save_outcomes(connection, [(item_id, outcome)], GroundIds(), later) == 0
            lines = list(load_ledger(connection, [item_id]))
        assert [(line.evidence.weight, line.run_id, line.last_seen_at) for line in lines] == [
            (0.5, run, LATER),
            (None, run, LATER),
        ]

    def test_the_rules_of_the_last_linking_are_remembered(self, store: Store) -> None:
        with store.write() as connection:
            assert load_linked_rules(connection) is None
            for rules in ("one", "two"):
                save_linked_rules(connection, rules, NOW)
            assert load_linked_rules(connection) == "two"


class TestWaiting:
    def test_all_that_hangs_on_a_changed_item_is_found(self, store: Store) -> None:
        """By identifier and by key, over several levels, and never round a circle."""
        by_key = Parent(ItemRef(source="jira", external_id="", key="PAY-2"))
        with store.write() as connection:
            pull_items(
                connection,
                make_item("PAY-1", parent="PAY-4"),
                make_item("PAY-2", parent="PAY-1"),
                replace(make_item("PAY-3"), parents=(by_key,)),
                make_item("PAY-4", parent="PAY-3"),
                make_item("PAY-5"),
                make_item("PAY-6", container="PAY-5"),
            )
            ids = load_ids(connection, "jira", [f"id-PAY-{number}" for number in range(1, 7)])
            clear_waiting(connection, sorted(ids.values()))
            assert load_waiting(connection, with_below=True) == []
            pull_items(connection, make_item("PAY-1", parent="PAY-4", title="changed"))
            assert load_waiting(connection, with_below=False) == [ids["id-PAY-1"]]
            assert load_waiting(connection, with_below=True) == sorted(ids[f"id-PAY-{n}"] for n in range(1, 5))
            assert load_below(connection, [ids["id-PAY-5"]]) == [ids["id-PAY-5"], ids["id-PAY-6"]]

    def test_only_those_that_are_named_wait_no_more(self, store: Store) -> None:
        with store.write() as connection:
            mark_waiting(connection, [1, 2, 3, 3, 900])
            mark_waiting(connection, [2, 5])
            clear_waiting(connection, [])
            clear_waiting(connection, [1, 3, 4])
            assert load_waiting(connection, with_below=False) == [2, 5, 900]

    def test_only_present_items_that_are_worked_on_are_judged(self, store: Store) -> None:
        unreadable = ItemRef(source="jira", external_id="id-X-1", key="X-1")
        with store.write() as connection:
            pull_items(connection, make_item("PAY-1"), make_item("PAY-2", kind=ItemKind.CONTAINER), make_item("PAY-3"))
            mark_gone(connection, "jira", ["id-PAY-3"], LATER)
            save_unreadable(connection, [unreadable], sweep_id=1, now=NOW)
            assert [one.key for one in load_work(connection, range(1, 9), with_documents=True)] == ["PAY-1"]
            assert [one.key for one in load_work_after(connection, 0, 9, with_documents=False)] == ["PAY-1"]
            idle = load_idle(connection, range(1, 9))
            assert [(one.key, bool(one.content_hash)) for one in idle] == [
                ("PAY-2", True),
                ("PAY-3", False),
                ("X-1", False),
            ]
            assert list(load_above(connection, [unreadable, make_ref("PAY-3")])) == []

    def test_parents_are_found_by_identifier_and_by_key_in_each_source(self, store: Store) -> None:
        with store.write() as connection:
            pull_items(connection, make_item("PAY-1"), make_item("PAY-2"))
            pull_items(connection, make_item("PAY-1", source="linear"))
            asked = [make_ref("PAY-1"), ItemRef(source="jira", external_id="", key="PAY-2"), make_ref("PAY-9")]
            found = list(load_above(connection, [*asked, make_ref("PAY-1", "linear")]))
        assert sorted(one.source + one.key for one in found) == ["jiraPAY-1", "jiraPAY-2", "linearPAY-1"]


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("PAY-1", ["PAY-1@jira", "PAY-1@linear"]),
        ("pay-1", ["PAY-1@jira", "PAY-1@linear"]),
        ("id-PAY-2", ["PAY-2@jira"]),
        ("mixed-7", ["Mixed-7@jira"]),
        ("PAY", []),
        ("", []),
    ],
)
@pytest.mark.parametrize("is_known", [True, False])
def test_a_key_is_found_in_any_case_and_in_every_source(
    store: Store, text: str, keys: list[str], *, is_known: bool
) -> None:
    with store.write() as connection:
        for source in ("jira", "linear") if is_known else ():
            touch_source(connection, source, source, NOW)
        pull_items(connection, make_item("PAY-1"), make_item("PAY-2"), make_item("Mixed-7"))
        pull_items(connection, make_item("PAY-1", source="linear"))
        assert [f"{ref.key}@{ref.source}" for _, ref in find_items(connection, text)] == keys
