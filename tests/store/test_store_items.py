"""Items, sprints and stays as stored, on both databases."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Connection, func, select

from align_sync.store.engine import Store
from align_sync.store.items import (
    GONE,
    PRESENT,
    UNREADABLE,
    count_present,
    find_items,
    forget_unreadable,
    load_ids,
    load_item,
    load_known,
    load_members,
    load_missed,
    load_seen,
    load_silent_parts,
    load_stored,
    load_unseen,
    load_unseen_parents,
    mark_gone,
    mark_missing,
    save_unreadable,
)
from align_sync.store.schema import item, membership, parent_edge, waiting
from align_sync.store.scope import count_members, load_place, load_scope
from align_sync.store.sprints import load_sprint_ids, load_sprints, save_moves, save_sprints
from align_sync.store.upsert import in_portions
from align_sync.sync.absence import Missing
from align_sync.sync.plan import Move
from align_sync.work import ItemRef, Parent, Sprint, SprintState
from tests.make import NOW, make_item, make_ref, make_sprint
from tests.store.pulled_items import pull_items

LATER = NOW + timedelta(hours=1)


def states(connection: Connection) -> dict[str, tuple[str, int, bool]]:
    """State, how often it was missing, and whether it waits to be linked, by key."""
    waits = set(connection.execute(select(waiting.c.item_id)).scalars())
    rows = connection.execute(select(item.c.id, item.c.key, item.c.state, item.c.missing_count))
    return {row.key: (row.state, row.missing_count, row.id in waits) for row in rows}


def keys(refs: Iterable[ItemRef]) -> list[str]:
    return [ref.key for ref in refs]


class TestItems:
    def test_an_item_comes_back_as_it_went(self, store: Store) -> None:
        one = make_item("PAY-1", labels=("kr/ret90",), parent="PAY-100", relations=(("blocks", "PAY-2"),))
        with store.write() as connection:
            pull_items(connection, one)
            ((item_id, ref),) = find_items(connection, "pay-1")
            assert ref == one.ref
            assert load_item(connection, item_id) == one

    @pytest.mark.parametrize("times", [1, 2, 3])
    def test_the_same_items_again_change_nothing_but_that_they_were_seen(self, store: Store, times: int) -> None:
        with store.write() as connection:
            plans = [
                pull_items(connection, make_item("PAY-1"), make_item("PAY-2"), sweep_id=number)
                for number in range(times + 1)
            ]
            assert (plans[-1].created, plans[-1].changed, len(plans[-1].same)) == ((), (), 2)
            assert set(load_seen(connection, "jira", times)) == {"id-PAY-1", "id-PAY-2"}
            assert len(load_seen(connection, "jira", times - 1)) == 0
            changed_at = connection.execute(select(func.max(item.c.changed_at))).scalar_one()
            assert changed_at == NOW

    def test_a_change_replaces_what_was_known_and_keeps_when_it_was_first_seen(self, store: Store) -> None:
        before = make_item("PAY-1", parent="PAY-100")
        after = replace(before, ref=replace(before.ref, key="OPS-9"), title="Other", parents=(Parent(make_ref("X-1")),))
        with store.write() as connection:
            pull_items(connection, before)
            pull_items(connection, after, now=LATER)
            row = connection.execute(select(item)).one()
            assert (row.key, row.title, row.first_seen_at, row.changed_at) == ("OPS-9", "Other", NOW, LATER)
            edges = connection.execute(select(parent_edge.c.parent_key)).all()
            assert [edge.parent_key for edge in edges] == ["X-1"]

    def test_two_sources_may_use_the_same_key_and_identifier(self, store: Store) -> None:
        ours, theirs = make_item("PAY-1"), make_item("PAY-1", source="linear")
        with store.write() as connection:
            pull_items(connection, ours)
            pull_items(connection, theirs)
            assert [ref.source for _, ref in find_items(connection, "PAY-1")] == ["jira", "linear"]
            assert load_stored(connection, "linear", ["id-PAY-1", "id-PAY-2"]) == ["id-PAY-1"]
            assert count_present(connection, "jira") == 1

    def test_a_page_of_more_items_than_a_statement_takes(self, store: Store) -> None:
        many = [make_item(f"PAY-{number}") for number in range(1_203)]
        with store.write() as connection:
            pull_items(connection, *many)
            pull_items(connection, *(replace(one, title="changed") for one in many[::2]), *many[1::2], sweep_id=2)
            assert len(load_seen(connection, "jira", 2)) == len(many)
            assert len(load_ids(connection, "jira", [one.ref.external_id for one in many])) == len(many)

    def test_hostile_text_is_stored_as_it_is(self, store: Store) -> None:
        title = "'; DROP TABLE item; -- \x1b[31m \u202e \u200d \U0001f3af \n\t %s {} :name"
        with store.write() as connection:
            pull_items(connection, make_item("PAY-1", title=title))
            ((item_id, _),) = find_items(connection, "PAY-1")
            assert load_item(connection, item_id).title == title

    def test_an_item_that_is_gone_and_comes_back_is_present_again(self, store: Store) -> None:
        with store.write() as connection:
            pull_items(connection, make_item("PAY-1"))
            mark_gone(connection, "jira", ["id-PAY-1"], LATER)
            assert states(connection)["PAY-1"] == (GONE, 1, True)
            plan = pull_items(connection, make_item("PAY-1"))
            assert plan.revived == ("id-PAY-1",)
            assert states(connection)["PAY-1"] == (PRESENT, 0, True)

    def test_being_missed_is_counted_once_a_sweep_and_forgotten_when_seen(self, store: Store) -> None:
        with store.write() as connection:
            pull_items(connection, make_item("PAY-1"))
            mark_missing(connection, "jira", ["id-PAY-1"], sweep_id=2)
            assert load_missed(connection, "jira", ["id-PAY-1", "id-PAY-7"]) == (
                Missing(external_id="id-PAY-1", missed_before=1),
            )
            assert set(load_seen(connection, "jira", 2)) == {"id-PAY-1"}, "a resumed sweep does not look for it again"
            pull_items(connection, make_item("PAY-1"), sweep_id=3)
            assert states(connection)["PAY-1"][:2] == (PRESENT, 0)

    def test_what_is_gone_is_not_missed_any_more(self, store: Store) -> None:
        with store.write() as connection:
            pull_items(connection, make_item("PAY-1"))
            mark_gone(connection, "jira", ["id-PAY-1"], LATER)
            assert load_missed(connection, "jira", ["id-PAY-1"]) == ()


class TestParents:
    def test_parents_that_nobody_knows_are_named_once_by_identifier_or_key(self, store: Store) -> None:
        by_key = Parent(ItemRef(source="jira", external_id="", key="EPIC-1"))
        with store.write() as connection:
            pull_items(
                connection,
                make_item("PAY-1", parent="PAY-100"),
                make_item("PAY-2", parent="PAY-100"),
                replace(make_item("PAY-3"), parents=(by_key,)),
                replace(make_item("PAY-4"), parents=(by_key,)),
            )
            assert keys(load_unseen_parents(connection, "jira")) == ["EPIC-1", "PAY-100"]
            pull_items(connection, make_item("PAY-100"), make_item("EPIC-1"))
            assert load_unseen_parents(connection, "jira") == []

    def test_an_unreadable_parent_is_asked_for_again_only_after_it_was_forgotten(self, store: Store) -> None:
        by_key = Parent(ItemRef(source="jira", external_id="", key="EPIC-1"))
        with store.write() as connection:
            pull_items(connection, make_item("PAY-1", parent="PAY-100"), replace(make_item("PAY-3"), parents=(by_key,)))
            unseen = load_unseen_parents(connection, "jira")
            for _ in range(2):
                save_unreadable(connection, unseen, sweep_id=1, now=NOW)
            assert load_unseen_parents(connection, "jira") == []
            assert states(connection)["PAY-100"] == (UNREADABLE, 0, False)
            assert find_items(connection, "PAY-100") == [], "it is no item that a person may ask for"
            assert count_present(connection, "jira") == 2
            forget_unreadable(connection, "jira")
            assert keys(load_unseen_parents(connection, "jira")) == ["EPIC-1", "PAY-100"]

    def test_an_unreadable_parent_that_becomes_readable_is_an_item(self, store: Store) -> None:
        with store.write() as connection:
            pull_items(connection, make_item("PAY-1", parent="PAY-100"))
            save_unreadable(connection, load_unseen_parents(connection, "jira"), sweep_id=1, now=NOW)
            pull_items(connection, make_item("PAY-100", title="The epic"))
            assert states(connection)["PAY-100"] == (PRESENT, 0, True)

    def test_parts_that_name_no_sprint_are_found_by_what_they_are_part_of(self, store: Store) -> None:
        by_key = Parent(ItemRef(source="jira", external_id="", key="PAY-1"))
        with store.write() as connection:
            save_sprints(connection, [make_sprint("42")], NOW)
            pull_items(
                connection,
                *(make_item(key) for key in ("PAY-1", "PAY-2", "PAY-3")),
                replace(make_item("PAY-11", parent="PAY-1"), sprint_ids=("7", "8")),
                replace(make_item("PAY-12"), parents=(by_key,)),
                replace(make_item("PAY-13", parent="PAY-1"), sprint_ids=("42",)),
                make_item("PAY-14", parent="PAY-1"),
                make_item("PAY-15", parent="PAY-11"),
                make_item("PAY-21", parent="PAY-2"),
            )
            pull_items(connection, make_item("PAY-91", source="linear", parent="PAY-1"))
            mark_gone(connection, "jira", ["id-PAY-14"], LATER)
            ids = load_ids(connection, "jira", ["id-PAY-1", "id-PAY-2", "id-PAY-3"])
            found = [load_silent_parts(connection, [item_id], {"42"}) for item_id in ids.values()]
            assert dict(zip(ids, map(sorted, found), strict=True)) == {
                "id-PAY-1": ["id-PAY-11", "id-PAY-12"],
                "id-PAY-2": ["id-PAY-21"],
                "id-PAY-3": [],
            }
            assert sorted(load_silent_parts(connection, ids.values(), {"42"})) == [
                "id-PAY-11",
                "id-PAY-12",
                "id-PAY-21",
            ]
            assert load_silent_parts(connection, [], ()) == []


class TestStays:
    def test_who_is_in_an_open_sprint_is_a_member(self, store: Store) -> None:
        active, closed = make_sprint("42"), replace(make_sprint("41"), state=SprintState.CLOSED)
        with store.write() as connection:
            save_sprints(connection, [active, closed], NOW)
            pull_items(
                connection,
                replace(make_item("PAY-2"), sprint_ids=("41", "42", "99")),
                replace(make_item("PAY-1"), sprint_ids=("42",)),
                replace(make_item("PAY-3"), sprint_ids=("41",)),
                make_item("PAY-4"),
            )
            assert list(load_members(connection, "jira")) == ["id-PAY-1", "id-PAY-2"]
            assert load_known(connection, "jira", ["id-PAY-2"])["id-PAY-2"].sprint_ids == {"41", "42"}
            assert count_members(connection, "jira") == 2
            assert load_unseen(connection, "jira", sweep_id=1) == []
            assert load_unseen(connection, "jira", sweep_id=2) == ["id-PAY-1", "id-PAY-2"]

    def test_a_parent_matters_to_a_sweep_even_in_no_sprint(self, store: Store) -> None:
        by_key = Parent(ItemRef(source="jira", external_id="", key="PAY-101"))
        with store.write() as connection:
            pull_items(
                connection,
                make_item("PAY-1", parent="PAY-100"),
                replace(make_item("PAY-2"), parents=(by_key,)),
                make_item("PAY-100"),
                make_item("PAY-101"),
            )
            assert load_unseen(connection, "jira", sweep_id=2) == ["id-PAY-100", "id-PAY-101"]

    def test_leaving_and_coming_back_are_two_stays(self, store: Store) -> None:
        inside, outside = replace(make_item("PAY-1"), sprint_ids=("42",)), make_item("PAY-1")
        with store.write() as connection:
            save_sprints(connection, [make_sprint("42")], NOW)
            for hour, one in enumerate((inside, outside, inside, inside)):
                pull_items(connection, one, now=NOW + timedelta(hours=hour))
            rows = connection.execute(select(membership).order_by(membership.c.id)).all()
        assert [(row.entered_at, row.left_at) for row in rows] == [
            (NOW, NOW + timedelta(hours=1)),
            (NOW + timedelta(hours=2), None),
        ]

    def test_a_stay_tells_when_it_held_and_when_that_was_learnt(self, store: Store) -> None:
        inside = replace(make_item("PAY-1"), sprint_ids=("42",))
        with store.write() as connection:
            save_sprints(connection, [make_sprint("42")], NOW)
            pull_items(connection, inside, is_first=True)
            pull_items(connection, replace(inside, sprint_ids=()), now=LATER)
            row = connection.execute(select(membership)).one()
        assert (row.entered_at, row.entered_known_at) == (inside.updated_at, NOW)
        assert (row.left_at, row.left_known_at) == (LATER, LATER)

    def test_the_same_stay_cannot_begin_twice(self, store: Store) -> None:
        with store.write() as connection:
            save_sprints(connection, [make_sprint("42")], NOW)
            pull_items(connection, make_item("PAY-1"))
            ids, sprints = load_ids(connection, "jira", ["id-PAY-1"]), load_sprint_ids(connection, "jira")
            move = Move(external_id="id-PAY-1", sprint_id="42", at=NOW)
            for _ in range(2):
                save_moves(connection, [move], [], item_ids=ids, sprint_ids=sprints, now=NOW)
            assert len(connection.execute(select(membership)).all()) == 1

    def test_what_is_gone_leaves_its_sprints(self, store: Store) -> None:
        with store.write() as connection:
            save_sprints(connection, [make_sprint("42")], NOW)
            pull_items(connection, replace(make_item("PAY-1"), sprint_ids=("42",)))
            mark_gone(connection, "jira", ["id-PAY-1"], LATER)
            assert list(load_members(connection, "jira")) == []
            row = connection.execute(select(membership)).one()
            assert (row.left_at, row.left_known_at) == (LATER, LATER)


class TestSprints:
    def test_only_what_differs_is_written(self, store: Store) -> None:
        one, two = make_sprint("42"), make_sprint("43", name="Next")
        with store.write() as connection:
            assert save_sprints(connection, [one, two], NOW) == 2
            assert save_sprints(connection, [one, two], LATER) == 0
            renamed = replace(two, name="After that", state=SprintState.CLOSED, completed_at=LATER)
            assert save_sprints(connection, [one, renamed], LATER) == 1
            assert load_sprints(connection, "jira") == (one, renamed)

    def test_the_order_is_the_same_on_every_database(self, store: Store) -> None:
        early = replace(make_sprint("9"), starts_at=NOW - timedelta(days=40))
        undated = replace(make_sprint("8"), starts_at=None, ends_at=None)
        other = make_sprint("7", source="linear")
        with store.write() as connection:
            save_sprints(connection, [other, undated, make_sprint("42"), early], NOW)
            assert [one.ref.external_id for one in load_sprints(connection)] == ["9", "42", "8", "7"]
            assert load_sprints(connection, "linear") == (other,)
            assert set(load_sprint_ids(connection, "jira")) == {"8", "9", "42"}


class TestScope:
    """Which items a report on given sprints is about."""

    @pytest.fixture
    def sprints(self) -> tuple[Sprint, Sprint]:
        closed = replace(make_sprint("41"), state=SprintState.CLOSED, completed_at=NOW)
        return closed, make_sprint("42")

    def test_an_item_counts_once_under_the_first_sprint_that_it_is_in(
        self, store: Store, sprints: tuple[Sprint, Sprint]
    ) -> None:
        with store.write() as connection:
            save_sprints(connection, sprints, NOW)
            pull_items(connection, replace(make_item("PAY-1"), sprint_ids=("41", "42")), make_item("PAY-2"))
            (scoped,) = load_scope(connection, sprints)
            assert (scoped.item.key, scoped.sprint.ref.external_id) == ("PAY-1", "41")
            assert scoped.entered_at == NOW
            assert load_scope(connection, []) == ()

    @pytest.mark.parametrize(
        ("left_at", "counts"),
        [
            (NOW - timedelta(days=1), False),  # it was taken out while the sprint ran
            (NOW, True),  # it was moved on when the sprint closed
            (NOW + timedelta(days=1), True),
            (None, True),
        ],
    )
    def test_who_stayed_to_the_end_of_a_closed_sprint_was_in_it(
        self, store: Store, sprints: tuple[Sprint, Sprint], left_at: datetime | None, *, counts: bool
    ) -> None:
        inside = replace(make_item("PAY-1"), sprint_ids=("41",))
        with store.write() as connection:
            save_sprints(connection, sprints, NOW)
            pull_items(connection, inside, now=NOW - timedelta(days=9))
            if left_at is not None:
                pull_items(connection, replace(inside, sprint_ids=("42",)), now=left_at)
            assert bool(load_scope(connection, sprints[:1])) is counts

    def test_what_is_gone_is_in_no_report(self, store: Store, sprints: tuple[Sprint, Sprint]) -> None:
        with store.write() as connection:
            save_sprints(connection, sprints, NOW)
            pull_items(connection, replace(make_item("PAY-1"), sprint_ids=("41", "42")))
            mark_gone(connection, "jira", ["id-PAY-1"], LATER)
            assert load_scope(connection, sprints) == ()
            assert count_members(connection, "jira") == 0

    def test_the_place_of_an_item_is_its_active_sprint_first(
        self, store: Store, sprints: tuple[Sprint, Sprint]
    ) -> None:
        with store.write() as connection:
            save_sprints(connection, sprints, NOW)
            pull_items(connection, replace(make_item("PAY-1"), sprint_ids=("41", "42")), make_item("PAY-2"))
            ids = load_ids(connection, "jira", ["id-PAY-1", "id-PAY-2"])
            assert load_place(connection, ids["id-PAY-1"]) == (sprints[1], NOW)
            assert load_place(connection, ids["id-PAY-2"]) is None


def test_portions_lose_and_repeat_nothing() -> None:
    assert [list(portion) for portion in in_portions(range(5), 2)] == [[0, 1], [2, 3], [4]]
    assert list(in_portions([], 2)) == []
    assert [list(portion) for portion in in_portions(iter("ab"), 2)] == [["a", "b"]]
