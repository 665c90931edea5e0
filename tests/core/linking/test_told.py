"""What is kept of an item for linking: every rule finds on it what it finds on the item itself."""

from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from align_sync.linking.bulk import StoredItem
from align_sync.linking.index import BookIndex, build_index
from align_sync.linking.reading import Reader
from align_sync.linking.ruleset import RuleSet
from align_sync.linking.told import has_labels_only, read_above, read_words, write_above, write_words
from align_sync.work import ItemKind, ItemRef, Parent, ParentKind, Relation, Url, WorkItem, to_document
from tests.core.linking.worlds import INDEXES, RULESETS, items, labels, marks, parents
from tests.make import make_book, make_item, make_kr, make_ref

SAID = ("labels", "marks", "relations", "urls", "mentions")
ODD = ("", "{", "{voice}", '{"labels": ["okr/ret90"]}', "two\nlines", "okr/ret90\nokr/nps", "\n", "okr/ret90\n")
NAMING = build_index(make_book("ret90", make_kr("nps", labels=("{voice}", "two\nlines", "{"), items=("PAY-2",))))
READERS = [(index, rules) for index in (*INDEXES, NAMING) for rules in RULESETS]

words = st.text(st.characters(exclude_categories=["Cs"]), max_size=6)
odd_labels = st.lists(labels | st.sampled_from(ODD) | words, max_size=4).map(tuple)


@st.composite
def talkative_items(draw: st.DrawFn) -> WorkItem:
    """With labels of every sort, and with anything else that an item may say."""
    made = draw(items(draw(st.sampled_from(("PAY-1", "PAY-2", "OPS-5")))))
    return replace(
        made,
        kind=draw(st.sampled_from(ItemKind)),
        labels=draw(odd_labels),
        marks=draw(st.just(()) | st.lists(marks | st.tuples(words, words), max_size=2).map(tuple)),
    )


def store(item: WorkItem) -> StoredItem:
    return StoredItem(
        item_id=1,
        source=item.ref.source,
        external_id=item.ref.external_id,
        key=item.key,
        kind=item.kind.value,
        content_hash="",
        words=write_words(item),
        above=write_above(item),
        document=to_document(item).decode(),
    )


@given(talkative_items(), st.sampled_from(READERS))
def test_the_rules_find_on_what_is_kept_what_they_find_on_the_item(
    item: WorkItem, reads: tuple[BookIndex, RuleSet]
) -> None:
    kept = read_words(write_words(item), item.ref, item.kind)
    if item.kind is ItemKind.CONTAINER:  # it counts by its title too, which only its document tells
        kept = replace(kept, title=item.title)

    assert Reader(*reads).read(kept) == Reader(*reads).read(item)


@given(st.lists(talkative_items(), max_size=4), st.sampled_from(READERS))
def test_a_row_of_the_store_says_what_the_item_says_whatever_was_read_before(
    said: list[WorkItem], reads: tuple[BookIndex, RuleSet]
) -> None:
    reader = Reader(*reads)

    assert [reader.read_stored(store(one)) for one in said] == [Reader(*reads).read(one) for one in said]


@given(talkative_items())
@example(make_item(labels=("",)))
@example(make_item(labels=("{", "okr/ret90")))
@example(make_item(labels=("okr/ret90", "{")))
@example(make_item(labels=("two\nlines",)))
def test_all_that_an_item_says_comes_back_in_its_order(item: WorkItem) -> None:
    kept = read_words(write_words(item), item.ref, item.kind)

    assert [getattr(kept, name) for name in SAID] == [getattr(item, name) for name in SAID]
    assert (kept.ref, kept.kind) == (item.ref, item.kind)


@pytest.mark.parametrize(
    ("item", "text"),
    [
        (make_item(), ""),
        (make_item(labels=("okr/ret90",)), "okr/ret90"),
        (make_item(labels=("okr/ret90", "{voice}")), "okr/ret90\n{voice}"),
        (make_item(labels=("{voice}", "okr/ret90")), '{"labels":["{voice}","okr/ret90"]}'),
        (make_item(labels=("two\nlines",)), '{"labels":["two\\nlines"]}'),
        (make_item(labels=("a", "")), '{"labels":["a",""]}'),
        (make_item(labels=("",)), '{"labels":[""]}'),
        (make_item(mentions=("ret90",)), '{"mentions":["ret90"]}'),
        (make_item(marks=(("cf", "ret90"),)), '{"marks":[["cf","ret90"]]}'),
    ],
)
def test_labels_are_told_in_the_plainest_form_that_is_no_other(item: WorkItem, text: str) -> None:
    assert write_words(item) == text
    assert has_labels_only(text) is not text.startswith("{")


def test_relations_and_addresses_come_back_whole() -> None:
    item = replace(
        make_item(relations=(("blocks", "GOAL-1"),)),
        urls=(Url(address="https://wiki.example/okr/nps", title="Goals", place="remote link"),),
    )
    kept = read_words(write_words(item), item.ref, item.kind)

    assert kept.relations == (Relation("blocks", make_ref("GOAL-1")),)
    assert kept.relations[0].target.key == "GOAL-1"
    assert kept.urls == item.urls


@given(parents)
def test_what_an_item_hangs_on_comes_back_with_keys_and_kinds(above: tuple[Parent, ...]) -> None:
    kept = read_above(write_above(replace(make_item(), parents=above)))

    assert [(one.ref, one.ref.key, one.kind) for one in kept] == [(one.ref, one.ref.key, one.kind) for one in above]


def test_what_hangs_on_the_same_has_the_same_text_above_it() -> None:
    by_key = Parent(ItemRef(source="jira", external_id="", key="PAY-9"), ParentKind.CONTAINER)
    one, other = (replace(make_item(key, labels=(key,)), parents=(by_key,)) for key in ("PAY-1", "PAY-2"))

    assert write_above(one) == write_above(other) != ""
    assert write_above(make_item()) == ""
