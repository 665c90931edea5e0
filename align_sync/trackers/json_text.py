"""JSON as servers send it: halves of characters and NULs, which no database takes, do not spoil the whole answer."""

import json
from typing import Any

import orjson

_NUL = b"\\u0000"
_HALF = b"\\ud"


def read_json(body: bytes) -> Any:  # noqa: ANN401 -- what outside sends has no type until it is parsed
    """The decoded body. Raises `ValueError` where it is not JSON."""
    try:
        told: Any = orjson.loads(body)
    except ValueError:
        # A text that was cut in the middle of an emoji ends in half a surrogate pair, which only `json` lets pass.
        if _HALF not in body.lower():
            raise
        try:
            return _mend(json.loads(body))
        except RecursionError:
            raise ValueError("nested too deeply") from None
    return _mend(told) if _NUL in body else told


def mend_json(body: bytes) -> bytes:
    """The same text without what spoils it, for readers that are not ours; unchanged where it is no JSON."""
    if _NUL not in body and _HALF not in body.lower():
        return body
    try:
        return orjson.dumps(read_json(body))
    except ValueError:
        return body


def _mend(value: object) -> object:
    if isinstance(value, str):
        return value.replace("\0", "").encode("utf-8", "replace").decode()
    if isinstance(value, list):
        return [_mend(one) for one in value]
    if isinstance(value, dict):
        return {_mend(name): _mend(one) for name, one in value.items()}
    return value
