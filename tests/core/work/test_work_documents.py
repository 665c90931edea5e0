"""What is stored of an item, and the hash that tells a real change from a touched stamp."""

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta, timezone

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from align_sync.work import (
    ItemKind,
    ItemRef,
    Parent,
    ParentKind,
    Relation,
    SprintState,
    StatusCategory,
    Url,
    WorkItem,
    hash_document,
    read_document,
    to_document,
    unique,
)
from tests.make import NOW, make_item

words = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
moments = st.datetimes(
    datetime(1990, 1, 1),  # noqa: DTZ001 -- bounds are naive by its rules
    datetime(2090, 1, 1),  # noqa: DTZ001 -- the same
    timezones=st.sampled_from([UTC, timezone(timedelta(hours=5, minutes=45)), timezone(-timedelta(hours=8))]),
)
instants = st.none() | moments
refs = st.builds(ItemRef, source=st.sampled_from(["jira", "linear"]), external_id=words, key=words)
items = st.builds(
    WorkItem,
    ref=refs,
    title=words,
    kind=st.sampled_from(ItemKind),
    kind_name=words,
    status=words,
    status_category=st.sampled_from(StatusCategory),
    category_since=instants,
    container=words,
    components=st.lists(words, max_size=2).map(tuple),
    assignee=st.none() | words.filter(bool),
    priority=st.none() | words.filter(bool),
    points=st.none() | st.floats(allow_nan=False, allow_infinity=False),
    labels=st.lists(words, max_size=3).map(tuple),
    parents=st.lists(st.builds(Parent, refs, st.sampled_from(ParentKind)), max_size=2).map(tuple),
    relations=st.lists(st.builds(Relation, words, refs), max_size=2).map(tuple),
    urls=st.lists(st.builds(Url, address=words, title=words, place=words), max_size=2).map(tuple),
    marks=st.lists(st.tuples(words, words), max_size=2).map(tuple),
    mentions=st.lists(words, max_size=2).map(tuple),
    sprint_ids=st.lists(words, max_size=3).map(tuple),
    sprint_entered=st.lists(st.tuples(words, moments), max_size=2).map(tuple),
    address=words,
    created_at=instants,
    updated_at=instants,
    archived_at=instants,
)


@given(items)
def test_a_document_is_read_back_as_it_was_written(item: WorkItem) -> None:
    document = to_document(item)
    read = read_document(document, updated_at=item.updated_at)
    assert read == item
    assert read.ref.key == item.ref.key, "the key does not count for equality of references"
    assert read_document(document.decode()) == replace(item, updated_at=None)
    assert to_document(read) == document


@given(items, instants)
def test_the_hash_does_not_see_the_stamp(item: WorkItem, stamp: datetime | None) -> None:
    assert hash_document(to_document(item)) == hash_document(to_document(replace(item, updated_at=stamp)))


@given(items, items)
def test_what_differs_in_content_differs_in_hash(one: WorkItem, other: WorkItem) -> None:
    other = replace(other, updated_at=one.updated_at)
    same = hash_document(to_document(one)) == hash_document(to_document(other))
    assert same == (to_document(one) == to_document(other))
    if one != other:
        assert not same


CHANGES: dict[str, object] = {
    "title": "Other",
    "kind": ItemKind.BUG,
    "kind_name": "Defect",
    "status": "Done",
    "status_category": StatusCategory.DONE,
    "category_since": NOW,
    "container": "OPS",
    "components": ("ledger",),
    "assignee": "Luca",
    "priority": "High",
    "points": 0.0,
    "labels": ("kr/ret90",),
    "parents": (Parent(ItemRef(source="jira", external_id="7")),),
    "relations": (Relation("blocks", ItemRef(source="jira", external_id="8")),),
    "urls": (Url(address="https://example.com", place="text"),),
    "marks": (("customfield_1", "ret90"),),
    "mentions": ("ret90",),
    "sprint_ids": ("42",),
    "sprint_entered": (("42", NOW),),
    "address": "https://elsewhere.example",
    "created_at": NOW,
    "archived_at": NOW,
}


def test_the_table_of_changes_names_every_field() -> None:
    assert {field.name for field in fields(WorkItem)} == {*CHANGES, "ref", "updated_at"}


@pytest.mark.parametrize("name", CHANGES)
def test_each_field_counts(name: str) -> None:
    item = make_item("PAY-1", points=None)
    changed = WorkItem(**{field.name: getattr(item, field.name) for field in fields(WorkItem)} | {name: CHANGES[name]})
    assert hash_document(to_document(changed)) != hash_document(to_document(item))


def test_a_new_key_is_a_change_and_nothing_and_zero_points_are_not_the_same() -> None:
    item = make_item("PAY-1", points=None)
    moved = replace(item, ref=replace(item.ref, key="OPS-1"))
    assert moved == item, "identity is the identifier"
    assert to_document(moved) != to_document(item)
    assert b"points" not in to_document(item)
    assert orjson.loads(to_document(replace(item, points=0.0)))["points"] == 0.0


def test_what_is_empty_is_not_written_so_that_a_new_field_changes_no_stored_hash() -> None:
    told = orjson.loads(to_document(make_item("PAY-1")))
    assert not {"components", "category_since", "sprint_entered"} & told.keys()


def test_a_document_from_before_a_field_was_added_can_be_read() -> None:
    item = read_document(b'{"ref":{"source":"jira","external_id":"1","key":"PAY-1"},"title":"Old"}')
    assert item == WorkItem(ref=ItemRef(source="jira", external_id="1", key="PAY-1"), title="Old")


@pytest.mark.parametrize(("state", "is_open"), [("future", True), ("active", True), ("closed", False)])
def test_a_sprint_is_open_until_it_is_closed(state: str, *, is_open: bool) -> None:
    assert SprintState(state).is_open is is_open


def test_a_reference_is_shown_by_its_key_else_by_its_identifier() -> None:
    assert str(ItemRef(source="jira", external_id="1", key="PAY-1")) == "PAY-1"
    assert str(ItemRef(source="jira", external_id="1")) == "jira:1"
    assert unique(["b", "", "a", "b"]) == ("b", "a")
