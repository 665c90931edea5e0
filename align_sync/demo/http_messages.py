"""What a fake server is asked and what it answers: plain values without a socket behind them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Protocol

import orjson


def nothing() -> Mapping[str, str]:
    return MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request; header names are in lower case, query values in the order sent."""

    method: str
    path: str
    query: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    headers: Mapping[str, str] = field(default_factory=nothing)
    body: bytes = b""

    def first(self, name: str, default: str | None = None) -> str | None:
        values = self.query.get(name)
        return values[0] if values else default

    def json(self) -> object:
        """Raise ValueError where the body is no JSON."""
        value: object = orjson.loads(self.body)
        return value


@dataclass(frozen=True, slots=True)
class Response:
    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=nothing)

    def with_headers(self, extra: Mapping[str, str]) -> "Response":
        """Add headers; those already there win."""
        return Response(self.status, self.body, {**extra, **self.headers})


class Fake(Protocol):
    """A pretended server; `answer` is called from many threads at once."""

    @property
    def name(self) -> str: ...

    def answer(self, request: Request) -> Response: ...


JSON_TYPE = "application/json;charset=UTF-8"


def json_response(value: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    return Response(status, orjson.dumps(value), {"Content-Type": JSON_TYPE, **(headers or {})})
