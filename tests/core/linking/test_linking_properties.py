"""What holds for every item, whatever its labels, its text and its ancestors."""

import time
from collections.abc import Callable
from dataclasses import replace
from math import isclose
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from align_sync.linking.ancestry import find_ancestry
from align_sync.linking.evidence import Bucket, Match, RejectReason
from align_sync.linking.index import build_index
from align_sync.linking.matcher import match_item, with_source_unread
from align_sync.linking.ruleset import build_ruleset
from align_sync.linking.text import read_mentions, read_urls
from align_sync.okr.model import KeyResultState
from align_sync.work import ItemRef, Parent, ParentKind, Relation, Url, WorkItem
from tests.make import make_book, make_item, make_kr, make_ref

BOOK = make_book(
    *(f"KR-{number}" for number in range(1, 13)),
    "ret90",
    make_kr("nps", labels=("voice",), items=("PAY-301",)),
    make_kr("old", state=KeyResultState.CLOSED, successor="ret90"),
    make_kr("gone", state=KeyResultState.ARCHIVED),
)
INDEX = build_index(BOOK)
RULES = build_ruleset(with_mentions=True, url_patterns=(r"/krs/(?P<kr>[^/\s]+)",))
NAMES = ("A", "B", "C", "D")

words = st.text(max_size=20)
keys = st.sampled_from(("KR-1", "KR-11", "kr-12", "ret90", "nps", "old", "gone", "zzz", "ret9"))
shares = st.sampled_from(("", "=0.7", "=.3", "=1", "=0.0", "=2"))
labels = st.one_of(
    st.builds(lambda prefix, key, share: prefix + key + share, st.sampled_from(("okr/", "OKR:", "")), keys, shares),
    st.sampled_from(("voice", "backend")),
    words,
    words.map("okr/".__add__),
)
label_sets = st.lists(labels, max_size=4).map(tuple)
parents = st.lists(
    st.builds(Parent, st.sampled_from(NAMES).map(make_ref), st.sampled_from(ParentKind)), max_size=3
).map(tuple)
ancestors = st.builds(
    lambda key, labels, parents: replace(make_item(key, labels=labels), parents=parents),
    st.sampled_from(NAMES),
    st.one_of(st.just(()), label_sets),
    parents,
)
worlds = st.lists(ancestors, max_size=4).map(lambda items: {item.key: item for item in items})
items = st.builds(
    lambda labels, parents: replace(make_item(labels=labels), parents=parents),
    st.one_of(st.just(()), label_sets),
    parents,
)


def link(item: WorkItem, world: dict[str, WorkItem] | None = None) -> Match:
    known = world or {}
    return match_item(item, find_ancestry(item, lambda ref: known.get(ref.key), depth=RULES.depth), INDEX, RULES)


@settings(deadline=None)
@given(items, worlds)
def test_every_item_is_in_one_bucket_and_the_verdict_agrees_with_it(item: WorkItem, world: dict[str, WorkItem]) -> None:
    match = link(item, world)

    assert match.bucket in Bucket
    assert match.because
    assert bool(match.links) == bool(match.evidence) == match.bucket.is_linked
    distances = {evidence.distance for evidence in match.evidence}
    assert len(distances) <= 1
    if match.bucket.is_linked:
        assert (distances == {0}) == (match.bucket is Bucket.DIRECT)
    if match.bucket is Bucket.INVALID:
        assert {entry.reason for entry in match.rejected} <= {
            RejectReason.UNKNOWN_KEY,
            RejectReason.CLOSED,
            RejectReason.ARCHIVED,
        }
    if match.bucket is Bucket.UNLINKED:
        assert not match.rejected
    assert match.bucket.is_actionable == (match.bucket in {Bucket.INVALID, Bucket.UNLINKED})


@settings(deadline=None)
@given(items, worlds)
def test_shares_sum_to_one_and_none_is_negative(item: WorkItem, world: dict[str, WorkItem]) -> None:
    match = link(item, world)

    if match.links:
        assert isclose(sum(entry.share for entry in match.links), 1, abs_tol=1e-9)
        assert min(entry.share for entry in match.links) >= 0
        assert len({entry.key_result for entry in match.links}) == len(match.links)


@settings(deadline=None)
@given(items, worlds, st.randoms(use_true_random=False))
def test_the_order_of_labels_changes_neither_bucket_nor_links(
    item: WorkItem, world: dict[str, WorkItem], random: Random
) -> None:
    def shuffle(old: WorkItem) -> WorkItem:
        shuffled = list(old.labels)
        random.shuffle(shuffled)
        return replace(old, labels=tuple(shuffled))

    before, after = link(item, world), link(shuffle(item), {key: shuffle(old) for key, old in world.items()})

    assert (before.bucket, before.links) == (after.bucket, after.links)


@settings(deadline=None)
@given(st.integers(0, 200), st.sampled_from(("okr/KR-{}", "OKR:kr-{}", "KR-{}", "kr-{}=0.5", "okr/{}")))
def test_a_number_finds_its_own_key_only(number: int, form: str) -> None:
    match = link(make_item(labels=(form.format(number),)))

    if 1 <= number <= 12:
        assert [entry.key_result for entry in match.links] == [f"KR-{number}"]
    else:
        assert match.bucket is Bucket.INVALID


@settings(deadline=None)
@given(items, worlds, st.sampled_from(NAMES))
def test_an_ancestor_that_vanishes_leaves_no_item_unlinked_that_was_not(
    item: WorkItem, world: dict[str, WorkItem], dropped: str
) -> None:
    before = link(item, world)
    after = link(item, {key: known for key, known in world.items() if key != dropped})

    if after.bucket is Bucket.UNLINKED:
        assert before.bucket is Bucket.UNLINKED
    if before.bucket is Bucket.UNKNOWN:
        assert after.bucket in {Bucket.UNKNOWN, Bucket.INHERITED}


@settings(deadline=None)
@given(
    labels=st.lists(st.text(), max_size=3),
    marks=st.lists(st.tuples(words, st.text()), max_size=3),
    mentions=st.lists(st.text(), max_size=3),
    addresses=st.lists(st.text(), max_size=3),
    title=st.text(),
    key=st.text(),
    verb=st.text(),
)
def test_no_text_makes_matching_fail(  # one argument for each field that holds foreign text
    *,
    labels: list[str],
    marks: list[tuple[str, str]],
    mentions: list[str],
    addresses: list[str],
    title: str,
    key: str,
    verb: str,
) -> None:
    item = replace(
        make_item(labels=tuple(labels), marks=tuple(marks), mentions=tuple(mentions), title=title),
        ref=ItemRef(source="jira", external_id="1", key=key),
        relations=(Relation(verb, ItemRef(source="jira", external_id="", key=key)),),
        urls=tuple(Url(address=address, place="text") for address in addresses),
    )

    assert link(item).ref == item.ref


@settings(deadline=None)
@given(st.text())
def test_no_text_makes_the_readers_fail(text: str) -> None:
    for address in read_urls(text):
        assert address.casefold().startswith("http")
        assert address in text
    for key in read_mentions(text):
        assert key in text
        assert key.split() == [key]


@settings(max_examples=30, deadline=None)
@given(st.text(alphabet="kKrR:= \t\n*_>-,a(.)http/\r\u00a0", min_size=1, max_size=8))
def test_long_texts_are_read_in_a_moment(piece: str) -> None:
    text = piece * (100_000 // len(piece))
    started = time.monotonic()

    read_urls(text)
    read_mentions(text)

    assert time.monotonic() - started < 1


HOSTILE: tuple[str, ...] = (
    "\n" * 100_000,
    " " * 100_000,
    "- " * 50_000,
    "* kr" * 25_000,
    "kr: " + "," * 100_000,
    "kr: " + "a, " * 33_000,
    "kr: a" + " " * 100_000,
    "http://a" + ")" * 100_000,
    "http://a" + ")." * 50_000,
    "http://a" + "(" * 50_000 + ")" * 50_000,
    "https://" * 12_500,
    "kr: " + "_" * 100_000,
)


@pytest.mark.parametrize("text", HOSTILE, ids=[text[:12] for text in HOSTILE])
@pytest.mark.parametrize("read", [read_urls, read_mentions])
def test_texts_made_to_be_slow_are_not(text: str, read: Callable[[str], tuple[str, ...]]) -> None:
    started = time.monotonic()

    read(text)

    assert time.monotonic() - started < 1


@settings(deadline=None)
@given(items, worlds)
def test_a_source_read_in_part_accuses_nobody(item: WorkItem, world: dict[str, WorkItem]) -> None:
    match = link(item, world)

    unread = with_source_unread(match, "jira was not read to the end")

    if match.bucket.is_actionable:
        assert (unread.bucket, unread.because) == (Bucket.UNKNOWN, "jira was not read to the end")
    else:
        assert unread == match
