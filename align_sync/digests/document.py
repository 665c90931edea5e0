"""A digest as JSON that is read back whole: what the store keeps, and the hash that tells two apart."""

import hashlib
from collections.abc import Iterator
from typing import Any

import orjson
from pydantic import TypeAdapter, ValidationError

from align_sync.digests.model import Digest
from align_sync.errors import StoreError

_DIGEST: TypeAdapter[Digest] = TypeAdapter(Digest)


def write_digest(digest: Digest) -> bytes:
    return _DIGEST.dump_json(digest)


def write_json(digest: Digest) -> dict[str, Any]:
    """The same as values of JSON."""
    told: dict[str, Any] = _DIGEST.dump_python(digest, mode="json")
    return told


def read_digest(document: bytes) -> Digest:
    """The digest that `write_digest` wrote, of this version or an earlier one.

    Raises `StoreError` where a later version wrote it: to leave out what one does not know would tell half of it.
    """
    try:
        told = orjson.loads(document)
        digest = _DIGEST.validate_json(document)
    except (ValueError, ValidationError) as error:
        reason = error.errors()[0]["msg"] if isinstance(error, ValidationError) else "it is no JSON"
        raise StoreError(f"a stored digest cannot be read: {reason}", advice="run align-sync doctor") from None
    if unknown := next(_find_unknown(told, write_json(digest)), ""):
        raise StoreError(
            f"a stored digest has the field {unknown}, which this version does not know",
            advice="a later version wrote it: install that one",
        )
    return digest


def _find_unknown(told: object, known: object, place: str = "") -> Iterator[str]:
    if isinstance(told, dict) and isinstance(known, dict):
        for name, value in told.items():
            if name not in known:
                yield f"{place}{name}"
            else:
                yield from _find_unknown(value, known[name], f"{place}{name}.")
    if isinstance(told, list) and isinstance(known, list):
        for one, same in zip(told, known, strict=False):
            yield from _find_unknown(one, same, place)


def hash_digest(digest: Digest) -> str:
    """Equal exactly where two digests are equal."""
    return hashlib.sha256(write_digest(digest)).hexdigest()
