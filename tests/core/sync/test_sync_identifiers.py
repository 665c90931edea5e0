"""The set of identifiers is a set, whatever they look like and in whatever order they come; and it is small."""

import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from align_sync.sync.identifiers import IdentifierSet

IDENTIFIERS = st.one_of(
    st.integers(0, 30).map(str),
    st.sampled_from(
        ["", "0", "00", "007", "-1", "+1", "1.0", "1e3", "\u0661", "\u00b2", "9" * 18, "9" * 19, "9" * 40, " 1", "a"]
    ),
    st.uuids().map(str),
)


@given(st.lists(IDENTIFIERS), st.lists(IDENTIFIERS))
def test_it_holds_what_was_added_and_nothing_else(added: list[str], others: list[str]) -> None:
    identifiers = IdentifierSet(added)
    assert set(identifiers) == set(added)
    assert len(identifiers) == len(list(identifiers)) == len(set(added))
    assert [one in identifiers for one in others] == [one in set(added) for one in others]


@given(st.lists(IDENTIFIERS))
def test_adding_tells_what_is_new(added: list[str]) -> None:
    identifiers = IdentifierSet()
    assert [one for one in added if identifiers.add(one)] == list(dict.fromkeys(added))


@given(st.lists(IDENTIFIERS), st.lists(IDENTIFIERS))
def test_without_leaves_out_what_is_known_and_changes_nothing(added: list[str], known: list[str]) -> None:
    identifiers = IdentifierSet(added)
    assert sorted(identifiers.without(iter(known))) == sorted(set(added).difference(known))
    assert set(identifiers) == set(added)


def test_numbers_come_in_their_order_and_the_rest_after_them() -> None:
    assert list(IdentifierSet(["9", "10", "b", "2", "a", "100"])) == ["9", "10", "100", "2", "a", "b"]


@pytest.mark.parametrize("other", [1, None, b"1", ("1",)])
def test_only_texts_are_in_it(other: object) -> None:
    assert other not in IdentifierSet(["1"])


def test_a_large_listing_takes_little_memory() -> None:
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    identifiers = IdentifierSet(str(number) for number in range(10_000, 210_000))
    taken = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    assert len(identifiers) == 200_000
    assert taken < 3_000_000
