"""Reads request bodies as strictly as Jira does: no unknown members, no nulls, the right types."""

from collections.abc import Mapping
from enum import Enum

from align_sync.demo.fake_jira.routing import JiraProblemError
from align_sync.demo.http_messages import Request

INVALID = "Invalid request payload. Refer to the REST API documentation and try again."


class Member(Enum):
    TEXT = "text"
    TEXTS = "texts"
    NUMBER = "number"
    NUMBERS = "numbers"
    SWITCH = "switch"


def read_body(request: Request, members: Mapping[str, Member]) -> dict[str, object]:
    if "json" not in request.headers.get("content-type", ""):
        raise JiraProblemError(415, "Unsupported Media Type")
    try:
        body = request.json()
    except ValueError:
        raise JiraProblemError(400, INVALID) from None
    if not isinstance(body, dict):
        raise JiraProblemError(400, INVALID)
    for name, value in body.items():
        if name not in members or not _fits(value, members[name]):
            raise JiraProblemError(400, INVALID)
    return body


def _is_number(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _fits(value: object, member: Member) -> bool:
    match member:
        case Member.TEXT:
            return isinstance(value, str)
        case Member.NUMBER:
            return _is_number(value)
        case Member.SWITCH:
            return isinstance(value, bool)
        case Member.TEXTS:
            return isinstance(value, list) and all(isinstance(one, str) for one in value)
        case Member.NUMBERS:
            return isinstance(value, list) and all(_is_number(one) for one in value)


def text_in(body: Mapping[str, object], name: str) -> str | None:
    value = body.get(name)
    return value if isinstance(value, str) else None


def number_in(body: Mapping[str, object], name: str, default: int) -> int:
    value = body.get(name)
    return value if isinstance(value, int) else default


def texts_in(body: Mapping[str, object], name: str) -> tuple[str, ...] | None:
    value = body.get(name)
    return tuple(str(one) for one in value) if isinstance(value, list) else None


def numbers_in(body: Mapping[str, object], name: str) -> tuple[int, ...]:
    value = body.get(name)
    return tuple(int(one) for one in value) if isinstance(value, list) else ()
