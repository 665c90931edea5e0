"""Faults to inject into a fake server: which request goes wrong, how often, and how.

    faults = Faults()
    faults.add(Fault(path=r"/bulkfetch$", times=2, action=Status(429, headers={"Retry-After": "1"})))
    faults.add(Fault(path=r"/search", nth=3, action=Reset()))
    faults.add(Fault(action=Rewrite(lambda request, answer: replace(answer, body=b"[]"))))

Rules are tried in the order added; the first that applies to a request wins and uses up one of its times.
"""

import gzip
import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from email.utils import format_datetime

from align_sync.demo.http_messages import JSON_TYPE, Request, Response, nothing

_HTML = {"Content-Type": "text/html;charset=UTF-8"}
LOGIN_PAGE = b"""<!DOCTYPE html><html><head><title>Log in - Single Sign-On</title></head>
<body><form action="/login" method="post"><input name="username"><input name="password"></form></body></html>"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """An answer and the way it goes over the wire."""

    response: Response
    wait: timedelta = timedelta(0)
    chunk: int = 0
    pause: timedelta = timedelta(0)
    missing: int = 0
    reset: bool = False


Answer = Callable[[], Response]


class Action:
    """What a fault does instead of the good answer, which `answer` makes (side effects included)."""

    __slots__ = ()

    def deliver(self, request: Request, answer: Answer) -> Delivery:
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Status(Action):
    """Another status; the good answer is never made."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=nothing)

    def deliver(self, request: Request, answer: Answer) -> Delivery:
        del request, answer
        return Delivery(response=Response(self.status, self.body, self.headers))


@dataclass(frozen=True, slots=True)
class Slow(Action):
    """The good answer, after a wait."""

    wait: timedelta

    def deliver(self, request: Request, answer: Answer) -> Delivery:
        del request
        return Delivery(response=answer(), wait=self.wait)


@dataclass(frozen=True, slots=True)
class Drip(Action):
    """The good answer, its body in small pieces with a pause after each."""

    chunk: int = 16
    pause: timedelta = timedelta(milliseconds=20)

    def deliver(self, request: Request, answer: Answer) -> Delivery:
        del request
        return Delivery(response=answer(), chunk=self.chunk, pause=self.pause)


@dataclass(frozen=True, slots=True)
class Reset(Action):
    """The connection is torn down without an answer; with `after_answer` the request was carried out."""

    after_answer: bool = False

    def deliver(self, request: Request, answer: Answer) -> Delivery:
        del request
        return Delivery(response=answer() if self.after_answer else Response(), reset=True)


@dataclass(frozen=True, slots=True)
class Truncate(Action):
    """The good answer announces its length, ends `missing` bytes early and closes the connection."""

    missing: int = 10

    def deliver(self, request: Request, answer: Answer) -> Delivery:
        del request
        return Delivery(response=answer(), missing=self.missing)


@dataclass(frozen=True, slots=True)
class Malformed(Action):
    """The good answer with its second half cut off, and the length of what is left: broken JSON."""

    def deliver(self, request: Request, answer: Answer) -> Delivery:
        del request
        good = answer()
        return Delivery(response=replace(good, body=good.body[: max(1, len(good.body) // 2)]))


@dataclass(frozen=True, slots=True)
class LoginPage(Action):
    """200 and the HTML of a single sign-on page."""

    status: int = 200

    def deliver(self, request: Request, answer: Answer) -> Delivery:
        del request, answer
        return Delivery(response=Response(self.status, LOGIN_PAGE, _HTML))


@dataclass(frozen=True, slots=True)
class Empty(Action):
    """A success that says JSON and has no body."""

    status: int = 200

    def deliver(self, request: Request, answer: Answer) -> Delivery:
        del request, answer
        return Delivery(response=Response(self.status, b"", {"Content-Type": JSON_TYPE}))


@dataclass(frozen=True, slots=True)
class Redirect(Action):
    location: str = "https://login.example.com/saml?target=jira"
    status: int = 302

    def deliver(self, request: Request, answer: Answer) -> Delivery:
        del request, answer
        return Delivery(response=Response(self.status, b"", {"Location": self.location}))


@dataclass(frozen=True, slots=True)
class GzipBomb(Action):
    """A small compressed body that unpacks to `size` bytes of valid JSON."""

    size: int = 64 * 1024 * 1024

    def deliver(self, request: Request, answer: Answer) -> Delivery:
        del request, answer
        body = gzip.compress(b'"' + b" " * (self.size - 2) + b'"', compresslevel=9)
        headers = {"Content-Type": JSON_TYPE, "Content-Encoding": "gzip"}
        return Delivery(response=Response(200, body, headers))


@dataclass(frozen=True, slots=True)
class Rewrite(Action):
    """The good answer, changed by a function."""

    change: Callable[[Request, Response], Response]

    def deliver(self, request: Request, answer: Answer) -> Delivery:
        return Delivery(response=self.change(request, answer()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Which requests go wrong: all of the conditions must hold.

    `nth` counts matching requests from 1 and hits that one only; `times` is how many are hit, None for all.
    """

    action: Action
    method: str | None = None
    path: str = ""
    when: Callable[[Request], bool] | None = None
    times: int | None = 1
    nth: int | None = None

    def concerns(self, request: Request) -> bool:
        return (
            (self.method is None or self.method == request.method)
            and re.search(self.path, request.path) is not None
            and (self.when is None or self.when(request))
        )


@dataclass(slots=True)
class _Rule:
    fault: Fault
    seen: int = 0
    hit: int = 0

    def takes(self, request: Request) -> bool:
        if self.fault.times is not None and self.hit >= self.fault.times:
            return False
        if not self.fault.concerns(request):
            return False
        self.seen += 1
        if self.fault.nth is not None and self.seen != self.fault.nth:
            return False
        self.hit += 1
        return True


@dataclass(slots=True)
class Faults:
    """A thread-safe list of faults that can be changed while the server runs."""

    _rules: list[_Rule] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, fault: Fault) -> Fault:
        with self._lock:
            self._rules.append(_Rule(fault))
        return fault

    def clear(self) -> None:
        with self._lock:
            self._rules.clear()

    def hits(self, fault: Fault) -> int:
        """How often this fault struck."""
        with self._lock:
            return sum(rule.hit for rule in self._rules if rule.fault is fault)

    def take(self, request: Request) -> Action | None:
        """The action for this request, used up; None where nothing goes wrong."""
        with self._lock:
            for rule in self._rules:
                if rule.takes(request):
                    return rule.fault.action
        return None


def http_date(at: datetime) -> str:
    """The date form of Retry-After, e.g. `Mon, 23 Nov 2026 10:00:00 GMT`; `at` is in UTC."""
    return format_datetime(at, usegmt=True)


def epoch_ms(at: datetime) -> str:
    """The form Linear gives its X-RateLimit-*-Reset headers."""
    return str(round(at.timestamp() * 1000))


def iso_minute(at: datetime) -> str:
    """The form Jira Cloud gives X-RateLimit-Reset, e.g. `2026-11-23T10:00Z`; `at` is in UTC."""
    return at.strftime("%Y-%m-%dT%H:%MZ")
