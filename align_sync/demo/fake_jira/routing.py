"""From a request to the function that answers it, and the errors of Jira's REST API."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from align_sync.demo.http_messages import Request, Response, json_response


class JiraProblemError(Exception):
    """An answer of 4xx; the words are Jira's own."""

    def __init__(self, status: int, *messages: str) -> None:
        super().__init__(status, *messages)
        self.status = status
        self.messages = messages

    def response(self) -> Response:
        return json_response({"errorMessages": list(self.messages), "errors": {}}, self.status)


@dataclass(frozen=True, slots=True)
class Call:
    """A request on its way to an endpoint; `path` holds the named parts of the address."""

    request: Request
    path: dict[str, str] = field(default_factory=dict)

    def query_int(self, name: str, default: int) -> int:
        text = self.request.first(name)
        if text is None or not text:
            return default
        try:
            return int(text)
        except ValueError:
            raise JiraProblemError(400, f"The value '{text}' of the parameter '{name}' is not a number.") from None

    def query_list(self, name: str) -> tuple[str, ...]:
        """Both forms: the parameter repeated, and one parameter with commas."""
        values = self.request.query.get(name, ())
        return tuple(part.strip() for value in values for part in value.split(",") if part.strip())


Endpoint = Callable[[Call], Response]


@dataclass(frozen=True, slots=True)
class Route:
    """`{name}` in `path` stands for one part of an address; several methods are joined by a comma."""

    methods: str
    path: str
    endpoint: Endpoint


class Router:
    def __init__(self, routes: Iterable[Route]) -> None:
        self._routes = [(_pattern(route.path), frozenset(route.methods.split(",")), route.endpoint) for route in routes]

    def answer(self, request: Request) -> Response:
        allowed: set[str] = set()
        for pattern, methods, endpoint in self._routes:
            match = pattern.fullmatch(request.path.rstrip("/") or "/")
            if match is None:
                continue
            if request.method not in methods:
                allowed |= methods
                continue
            try:
                return endpoint(Call(request, match.groupdict()))
            except JiraProblemError as problem:
                return problem.response()
        if allowed:
            return Response(405, b"", {"Allow": ", ".join(sorted(allowed))})
        return json_response({"message": f"null for uri: {request.path}", "status-code": 404}, 404)


def _pattern(path: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/]+)", re.escape(path)))
