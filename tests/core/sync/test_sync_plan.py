"""What a page means for the store: tables, and the laws behind them."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from align_sync.sync.plan import Known, Move, PagePlan, Upsert, date_entry, plan_page, plan_stays
from align_sync.work import WorkItem, hash_document, to_document
from tests.make import NOW, make_item

SPRINTS = frozenset({"41", "42", "43"})
ID = "id-PAY-1"
BEFORE = make_item("PAY-1", labels=("a",))
STAMP = BEFORE.updated_at
assert STAMP is not None


def known(item: WorkItem, *, sprint_ids: frozenset[str] = frozenset(), is_present: bool = True) -> Known:
    return Known(
        item_id=1,
        content_hash=hash_document(to_document(item)),
        updated_at=item.updated_at,
        is_present=is_present,
        sprint_ids=sprint_ids,
    )


def upsert(item: WorkItem) -> Upsert:
    document = to_document(item)
    return Upsert(item=item, document=document.decode(), content_hash=hash_document(document))


def move(sprint_id: str, at: datetime = NOW) -> Move:
    return Move(external_id=ID, sprint_id=sprint_id, at=at)


def stamped(item: WorkItem, at: datetime | None) -> WorkItem:
    return replace(item, updated_at=at)


EARLIER, LATER = STAMP - timedelta(seconds=1), STAMP + timedelta(seconds=1)
OTHER = replace(BEFORE, title="Other")
IN_42 = replace(BEFORE, sprint_ids=("42",))
PAGES: list[tuple[str, WorkItem, Known | None, PagePlan]] = [
    ("new", BEFORE, None, PagePlan(created=(upsert(BEFORE),))),
    ("new in sprints", IN_42, None, PagePlan(created=(upsert(IN_42),), entered=(move("42"),))),
    ("the same", BEFORE, known(BEFORE), PagePlan(same=(ID,))),
    ("only the stamp differs", stamped(BEFORE, LATER), known(BEFORE), PagePlan(same=(ID,))),
    ("changed", stamped(OTHER, LATER), known(BEFORE), PagePlan(changed=(upsert(stamped(OTHER, LATER)),))),
    ("changed in the same second", OTHER, known(BEFORE), PagePlan(changed=(upsert(OTHER),))),
    ("an older answer", stamped(OTHER, EARLIER), known(BEFORE), PagePlan(older=(ID,))),
    ("older, in other sprints", stamped(IN_42, EARLIER), known(BEFORE), PagePlan(older=(ID,))),
    ("no stamp before", OTHER, known(stamped(BEFORE, None)), PagePlan(changed=(upsert(OTHER),))),
    (
        "no stamp now",
        stamped(OTHER, None),
        known(BEFORE),
        PagePlan(changed=(upsert(stamped(OTHER, None)),)),
    ),
    ("back from the dead", BEFORE, known(BEFORE, is_present=False), PagePlan(same=(ID,), revived=(ID,))),
    (
        "back and changed",
        OTHER,
        known(BEFORE, is_present=False),
        PagePlan(changed=(upsert(OTHER),)),
    ),
    (
        "moved on",
        IN_42,
        known(IN_42, sprint_ids=frozenset({"41"})),
        PagePlan(same=(ID,), entered=(move("42"),), left=(move("41"),)),
    ),
    (
        "to the backlog",
        BEFORE,
        known(BEFORE, sprint_ids=frozenset({"41", "42"})),
        PagePlan(same=(ID,), left=(move("41"), move("42"))),
    ),
    (
        "a sprint that nobody knows",
        replace(BEFORE, sprint_ids=("99",)),
        None,
        PagePlan(created=(upsert(replace(BEFORE, sprint_ids=("99",))),)),
    ),
    (
        "archived",
        replace(IN_42, archived_at=NOW),
        known(IN_42, sprint_ids=frozenset({"42"})),
        PagePlan(changed=(upsert(replace(IN_42, archived_at=NOW)),), left=(move("42"),)),
    ),
]


@pytest.mark.parametrize(("item", "before", "plan"), [page[1:] for page in PAGES], ids=[page[0] for page in PAGES])
def test_a_page_is_compared_by_content(item: WorkItem, before: Known | None, plan: PagePlan) -> None:
    stored = {} if before is None else {ID: before}
    assert plan_page([item], stored, SPRINTS, now=NOW, is_first=False) == plan


def test_what_cannot_be_placed_stays_where_it_is() -> None:
    before = known(BEFORE, sprint_ids=frozenset({"41"}))
    plan = plan_page([IN_42], {ID: before}, SPRINTS, frozenset({ID}), now=NOW, is_first=False)
    assert (plan.entered, plan.left) == ((), ())


def test_an_item_that_comes_twice_in_a_page_counts_once_as_it_came_last() -> None:
    plan = plan_page([BEFORE, OTHER], {}, SPRINTS, now=NOW, is_first=False)
    assert plan.created == (upsert(OTHER),)


AFTER_NOW = NOW + timedelta(minutes=3)
LONG_AGO = NOW - timedelta(days=30)
ENTRIES: list[tuple[str, datetime | None, datetime | None, bool, datetime]] = [
    ("told by the tracker", LONG_AGO, STAMP, False, LONG_AGO),
    ("told, at the first reading", LONG_AGO, STAMP, True, LONG_AGO),
    ("told by a clock ahead of ours", AFTER_NOW, STAMP, False, NOW),
    ("not told: since the last pull", None, STAMP, False, NOW),
    ("not told at the first reading: at the last update at the latest", None, STAMP, True, STAMP),
    ("the last update by a clock ahead of ours", None, AFTER_NOW, True, NOW),
    ("nothing is known", None, None, True, NOW),
    ("nothing is known later", None, None, False, NOW),
]


@pytest.mark.parametrize(
    ("told", "updated_at", "is_first", "entered_at"), [row[1:] for row in ENTRIES], ids=[row[0] for row in ENTRIES]
)
def test_when_an_item_entered_a_sprint(
    told: datetime | None, updated_at: datetime | None, *, is_first: bool, entered_at: datetime
) -> None:
    assert date_entry(told, updated_at, now=NOW, is_first=is_first) == entered_at
    item = replace(IN_42, updated_at=updated_at, sprint_entered=() if told is None else (("42", told),))
    plan = plan_page([item], {}, SPRINTS, now=NOW, is_first=is_first)
    assert plan.entered == (move("42", entered_at),)


def test_what_the_tracker_tells_of_one_sprint_says_nothing_of_another_and_nothing_of_leaving() -> None:
    item = replace(BEFORE, sprint_ids=("42", "43"), sprint_entered=(("42", LONG_AGO), ("41", LONG_AGO)))
    before = frozenset({"41"})
    entered, left = plan_stays(item, before, SPRINTS, now=NOW, is_first=False)
    assert entered == (move("42", LONG_AGO), move("43"))
    assert left == (move("41"),)


sprint_sets = st.frozensets(st.sampled_from(["40", "41", "42", "43", "99"]))


@given(before=sprint_sets, told=sprint_sets, stored=sprint_sets, archived=st.booleans())
def test_stays_become_what_the_item_says_of_the_sprints_that_are_stored(
    before: frozenset[str], told: frozenset[str], stored: frozenset[str], *, archived: bool
) -> None:
    """The algebra of sets: out of what was, minus what left, plus what entered, comes what is."""
    before &= stored
    item = replace(BEFORE, sprint_ids=tuple(sorted(told)), archived_at=NOW if archived else None)
    stays = plan_stays(item, before, stored, now=NOW, is_first=True)
    entered, left = ({one.sprint_id for one in moves} for moves in stays)
    assert before - left | entered == (frozenset() if archived else told & stored)
    assert not entered & before
    assert left <= before


items = st.builds(
    lambda number, title, at, sprints: replace(
        make_item(f"PAY-{number}", title=title),
        updated_at=None if at is None else NOW + timedelta(seconds=at),
        sprint_ids=tuple(sorted(sprints)),
    ),
    st.integers(1, 6),
    st.sampled_from(["a", "b", "c"]),
    st.none() | st.integers(0, 3),
    sprint_sets,
)


@given(pages=st.lists(st.lists(items, max_size=8), max_size=5))
def test_every_item_is_in_one_part_of_the_plan_and_a_second_look_finds_nothing(pages: list[list[WorkItem]]) -> None:
    stored: Mapping[str, Known] = {}
    for page in pages:
        plan = plan_page(page, stored, SPRINTS, now=NOW, is_first=False)
        written = [one.item.ref.external_id for one in (*plan.created, *plan.changed)]
        assert sorted((*written, *plan.same, *plan.older)) == sorted({item.ref.external_id for item in page})
        stored = after(plan, stored)
        written_items = [one.item for one in (*plan.created, *plan.changed)]
        again = plan_page(written_items, stored, SPRINTS, now=NOW, is_first=False)
        assert (again.created, again.changed, again.entered, again.left) == ((), (), (), ())


def after(plan: PagePlan, stored: Mapping[str, Known]) -> dict[str, Known]:
    """What the store knows once the plan is carried out."""
    result = dict(stored)
    for one in (*plan.created, *plan.changed):
        external_id = one.item.ref.external_id
        before = result.get(external_id)
        result[external_id] = known(one.item, sprint_ids=before.sprint_ids if before else frozenset())
    for one_move in plan.entered:
        before = result[one_move.external_id]
        result[one_move.external_id] = replace(before, sprint_ids=before.sprint_ids | {one_move.sprint_id})
    for one_move in plan.left:
        before = result[one_move.external_id]
        result[one_move.external_id] = replace(before, sprint_ids=before.sprint_ids - {one_move.sprint_id})
    return result
