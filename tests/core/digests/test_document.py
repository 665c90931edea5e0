"""Digests as they are kept."""

from dataclasses import replace

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from align_sync.digests.document import hash_digest, read_digest, write_digest
from align_sync.digests.model import Digest
from align_sync.errors import StoreError
from tests.core.digests.made import make, make_leadership, make_news, make_partial, make_report

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@pytest.mark.parametrize("digest", [make(), make_news(), make_leadership(), make_partial()])
def test_a_digest_is_read_back_equal(digest: Digest) -> None:
    read = read_digest(write_digest(digest))

    assert read == digest
    assert write_digest(read) == write_digest(digest)


@given(st.builds(make_news, team=TEXT, coverage=st.none() | st.floats(0, 1), unlinked=st.integers(0), reason=TEXT))
@settings(max_examples=40, deadline=None)
def test_any_digest_is_read_back_equal(digest: Digest) -> None:
    assert read_digest(write_digest(digest)) == digest


def test_a_field_that_came_later_has_its_default_and_one_from_the_future_is_refused() -> None:
    told = orjson.loads(write_digest(make_news()))
    del told["closed_channels"]
    assert read_digest(orjson.dumps(told)) == make_news()

    with pytest.raises(StoreError, match=r"has the field mood, which this version does not know; a later version"):
        read_digest(orjson.dumps({**told, "mood": "fine"}))
    told["largest"][1]["mood"] = "fine"
    with pytest.raises(StoreError, match=r"the field largest\.mood"):
        read_digest(orjson.dumps(told))


@pytest.mark.parametrize("document", [b"", b"{", b"[]", b"{}", b"\xff"])
def test_what_is_no_digest_is_refused_with_words(document: bytes) -> None:
    with pytest.raises(StoreError, match=r"a stored digest cannot be read: .+; run align-sync doctor"):
        read_digest(document)


def test_the_hash_tells_two_apart() -> None:
    digest = make(make_report())

    assert hash_digest(digest) == hash_digest(make(make_report()))
    assert hash_digest(digest) != hash_digest(replace(digest, unlinked=3))
