"""One JSON request over real HTTP: every way in which a server can fail, and what is said of it."""

import gzip
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import orjson
import pytest

from align_sync.demo.faults import (
    Action,
    Drip,
    Empty,
    Fault,
    GzipBomb,
    LoginPage,
    Malformed,
    Redirect,
    Reset,
    Rewrite,
    Slow,
    Status,
    Truncate,
    http_date,
)
from align_sync.demo.http_messages import Request, Response, json_response
from align_sync.demo.http_server import FakeServer
from align_sync.errors import (
    AuthError,
    FatalError,
    ForbiddenError,
    InterruptedPullError,
    RefusedError,
    RetriableError,
    SourceError,
)
from align_sync.seams import Seams
from align_sync.trackers.gate import Gate
from align_sync.trackers.http import Advice, JsonClient
from align_sync.trackers.json_text import mend_json, read_json
from align_sync.trackers.persistence import Patience
from tests.flows.jira_world import NOON, Clock

TOKEN = "s3cret-canary-token"
PATIENCE = Patience(
    connect=timedelta(seconds=2),
    read=timedelta(seconds=0.15),
    total=timedelta(seconds=0.4),
    attempts=3,
    first_backoff=timedelta(seconds=1),
    longest_backoff=timedelta(seconds=8),
)


class Echo:
    """Answers what it was asked."""

    name = "echo"

    def answer(self, request: Request) -> Response:
        body: Any = orjson.loads(request.body) if request.body else None
        return json_response({"path": request.path, "query": dict(request.query), "body": body})


@dataclass
class World:
    server: FakeServer
    clock: Clock
    client: JsonClient

    def fail(self, action: Action, **named: Any) -> Fault:
        return self.server.faults.add(Fault(action=action, **named))

    def reopen(self, **changes: Any) -> JsonClient:
        self.client.close()
        self.client = make_client(self.server.url, self.clock, **changes)
        return self.client

    def fails_with(self, kind: type[SourceError]) -> SourceError:
        with pytest.raises(SourceError) as caught:
            self.client.get("/thing")
        assert type(caught.value) is kind
        assert TOKEN not in str(caught.value)
        return caught.value


def make_client(
    url: str, clock: Clock, *, patience: Patience = PATIENCE, stopping: Callable[[], bool] = lambda: False
) -> JsonClient:
    seams = Seams(now=clock, sleep=clock.sleep, uniform=lambda low, _high: low, stopping=stopping)
    return JsonClient(
        source="jira",
        base_url=url,
        headers=lambda: {"Authorization": f"Bearer {TOKEN}"},
        advice=Advice(token="make a new token", url="check the address"),
        seams=seams,
        gate=Gate(4, seams),
        patience=patience,
    )


@pytest.fixture
def world() -> Iterator[World]:
    clock = Clock()
    with FakeServer(Echo()) as server:
        made = World(server, clock, make_client(server.url, clock))
        try:
            yield made
        finally:
            made.client.close()


def test_a_question_goes_out_signed_and_comes_back_read(world: World) -> None:
    told = world.client.get_json("/thing", {"a": "ü&=", "b": 2})
    assert told == {"path": "/thing", "query": {"a": ["ü&="], "b": ["2"]}, "body": None}
    assert world.client.post_json("/other", {"jql": "x"})["body"] == {"jql": "x"}
    sent = world.server.requests[0].headers
    assert (sent["authorization"], sent["accept"]) == (f"Bearer {TOKEN}", "application/json")
    assert (world.client.traffic.requests, world.client.traffic.retries) == (2, 0)
    assert world.client.traffic.received_bytes > 0


def test_the_clock_of_the_server_is_that_of_its_first_answer(world: World) -> None:
    for seconds in (5, 50):
        stamp = {"Date": http_date(NOON + timedelta(seconds=seconds))}
        world.fail(Status(200, b"{}", {"Content-Type": "application/json", **stamp}))
        world.client.get("/thing")
    assert world.client.server_at == NOON + timedelta(seconds=5)


@pytest.mark.parametrize("text", ["yesterday", "Mon, 99 Nov 2026 10:00:00 GMT"])
def test_a_clock_that_cannot_be_read_is_none(world: World, text: str) -> None:
    world.fail(Status(200, b"{}", {"Content-Type": "application/json", "Date": text}))
    world.client.get("/thing")
    assert world.client.server_at is None


FATAL: list[tuple[Action, type[SourceError], str]] = [
    (Status(401), AuthError, "jira: /thing: the credentials are refused (401); make a new token"),
    (
        Status(401, b'{"code":401,"message":"Unauthorized; scope does not match"}'),
        AuthError,
        "jira: /thing: the credentials are refused (401): Unauthorized; scope does not match; make a new token",
    ),
    (Status(403), ForbiddenError, "jira: /thing: access is forbidden (403); make a new token"),
    (
        LoginPage(),
        AuthError,
        "jira: /thing: a web page came back where data was asked for, mostly a login page; make a new token",
    ),
    (
        Status(410, b'{"errorMessages":["The requested API has been removed."],"errors":{}}'),
        FatalError,
        (
            "jira: /thing: the address was removed by the server (410): The requested API has been removed.; update"
            " align-sync; this version asks for an address that the server has taken away"
        ),
    ),
    (
        Redirect("https://user:pass@login.example.com/saml?token=x"),
        FatalError,
        "jira: /thing: the server sends us on to login.example.com, which is not followed; check the address",
    ),
    (
        Redirect("", 307),
        FatalError,
        "jira: /thing: the server sends us on to another address, which is not followed; check the address",
    ),
    (
        Status(400, b'{"errorMessages":["Bad JQL."],"errors":{"jql":"no such field"},"message":"Oh"}'),
        RefusedError,
        "jira: /thing: the server refused the request (400): Bad JQL.; jql: no such field; Oh; check the address",
    ),
    (
        Status(404, b"nothing here"),
        RefusedError,
        "jira: /thing: the server refused the request (404); check the address",
    ),
]


@pytest.mark.parametrize(("action", "kind", "words"), FATAL)
def test_what_will_not_pass_is_told_at_once(world: World, action: Action, kind: type[SourceError], words: str) -> None:
    world.fail(action, times=None)
    assert str(world.fails_with(kind)) == words
    assert world.server.requests.total == 1
    assert world.clock.slept == []


PASSING: list[tuple[Action, str]] = [
    (Status(500, b'{"errorMessages":["Internal error"]}'), "the server failed (500): Internal error"),
    (Status(502, b"<html>Bad gateway</html>", {"Content-Type": "text/html"}), "the server failed (502)"),
    (Status(503), "the server failed (503)"),
    (Status(504), "the server failed (504)"),
    (Status(408), "the server failed (408)"),
    (Status(429), "too many requests (429)"),
    (Malformed(), "the answer is not JSON (application/json;charset=utf-8, "),
    (Empty(), "the answer is not JSON (application/json;charset=utf-8, 0 bytes)"),
    (Truncate(), "the connection failed (peer closed connection"),
    (Reset(), "the connection failed ("),
    (Reset(after_answer=True), "the connection failed ("),
    (Slow(timedelta(seconds=0.3)), "no answer in time (ReadTimeout)"),
    (Drip(chunk=1, pause=timedelta(seconds=0.1)), "the answer took too long"),
    (
        Rewrite(lambda _request, answer: replace(answer, headers={**answer.headers, "Content-Encoding": "gzip"})),
        "the connection failed (Error -3 while decompressing",
    ),
]


@pytest.mark.parametrize(("action", "words"), PASSING, ids=[words for _, words in PASSING])
def test_what_may_pass_is_asked_again_and_then_told(world: World, action: Action, words: str) -> None:
    world.fail(action)
    assert world.client.get("/thing").status == 200
    assert world.client.traffic.retries == 1
    world.fail(action, times=None)
    error = world.fails_with(RetriableError)
    assert words in str(error)
    assert str(error).startswith("jira: ")
    assert world.client.traffic.requests == 2 + PATIENCE.attempts


def test_a_server_that_is_not_there_is_told_with_its_host(world: World) -> None:
    client = world.reopen()
    world.server.close()
    with pytest.raises(RetriableError) as caught:
        client.get("/thing?secret=x")
    assert f"jira: GET /thing?secret=x on 127.0.0.1:{world.server.port}" in str(caught.value)
    assert str(caught.value).endswith("; check the address")


def test_no_redirect_takes_the_credentials_elsewhere(world: World) -> None:
    with FakeServer(Echo()) as elsewhere:
        for status in (301, 302, 303, 307, 308):
            world.fail(Redirect(f"{elsewhere.url}/steal", status))
            world.fails_with(FatalError)
        assert elsewhere.requests.total == 0


def test_an_answer_that_would_fill_the_memory_is_refused(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("align_sync.trackers.http.LARGEST_ANSWER_BYTES", 1024 * 1024)
    world.fail(GzipBomb(2 * 1024 * 1024))
    error = world.fails_with(FatalError)
    assert "the answer is larger than 1 MB; check that the address is that of the tracker itself" in str(error)


def test_a_compressed_answer_is_read(world: World) -> None:
    def pack(_request: Request, answer: Response) -> Response:
        return Response(200, gzip.compress(answer.body), {**answer.headers, "Content-Encoding": "gzip"})

    world.fail(Rewrite(pack))
    assert world.client.get_json("/thing")["path"] == "/thing"


def test_words_of_a_server_are_cut(world: World) -> None:
    world.fail(Status(400, orjson.dumps({"message": "x" * 10_000})))
    assert len(str(world.fails_with(RefusedError))) < 500


def now_plus(seconds: float) -> str:
    return http_date(NOON + timedelta(seconds=seconds))


WAITS: list[tuple[int, dict[str, str], float]] = [
    # status, headers, seconds waited: at least what was asked, and the least of the backoff where nothing was
    (429, {"Retry-After": "7"}, 7),
    (429, {"Retry-After": "7.5"}, 7.5),
    (429, {"Retry-After": "0"}, 0.2),
    (429, {"Retry-After": now_plus(30)}, 30),
    (429, {"Retry-After": now_plus(-30)}, 0.2),
    (429, {"Retry-After": "2026-11-23T12:00:20Z"}, 20),
    (503, {"Retry-After": "9"}, 9),
    (429, {"X-RateLimit-Reset": "2026-11-23T12:01Z"}, 60),
    (429, {"Retry-After": "3", "X-RateLimit-Reset": "2026-11-23T12:01Z"}, 3),
    (429, {"Retry-After": "soon", "X-RateLimit-Reset": "2026-11-23T12:01Z"}, 60),
    (429, {"X-RateLimit-Reset": "2026-11-23T11:59Z"}, 0.5),
    (429, {}, 0.5),
    (429, {"Retry-After": ""}, 0.5),
    (429, {"Retry-After": "-5"}, 0.5),
    (429, {"Retry-After": "nan"}, 0.5),
]


@pytest.mark.parametrize(("status", "headers", "seconds"), WAITS)
def test_every_form_of_a_wait_is_kept(world: World, status: int, headers: dict[str, str], seconds: float) -> None:
    world.fail(Status(status, b"", headers))
    assert world.client.get("/thing").status == 200
    assert sum(world.clock.slept) == pytest.approx(seconds, abs=0.01)
    assert world.client.traffic.throttled == (1 if status == 429 else bool(headers))
    assert world.client.traffic.waited_seconds == pytest.approx(seconds, abs=0.01)


def test_a_wait_that_is_too_long_ends_the_run_for_this_source(world: World) -> None:
    world.fail(Status(429, b"", {"Retry-After": "1800"}), times=None)
    error = world.fails_with(RetriableError)
    assert isinstance(error, RetriableError)
    assert error.retry_at == NOON + timedelta(seconds=1800)
    assert world.server.requests.total == 1
    assert world.clock.slept == []


def test_the_backoff_doubles_up_to_its_ceiling(world: World) -> None:
    world.reopen(patience=replace(PATIENCE, attempts=7))
    world.fail(Status(500), times=None)
    world.fails_with(RetriableError)
    assert world.clock.slept == [0.5, 1.0, 2.0, 4.0, 4.0, 4.0]


def test_a_stop_asks_nothing_more_and_repeats_nothing(world: World) -> None:
    stop = threading.Event()
    client = world.reopen(stopping=stop.is_set)

    def stop_and_fail(_request: Request, _answer: Response) -> Response:
        stop.set()
        return Response(500)

    world.fail(Rewrite(stop_and_fail), times=None)
    with pytest.raises(RetriableError):
        client.get("/thing")
    with pytest.raises(InterruptedPullError):
        client.get("/thing")
    assert world.server.requests.total == 1


ODD_JSON = [
    (b'{"a":1}', {"a": 1}),
    (rb'["cut in half \ud83d", "whole \ud83c\udfaf"]', ["cut in half ?", "whole \U0001f3af"]),
    (rb'{"a\u0000b":["c\u0000", {"d": 1.5}]}', {"ab": ["c", {"d": 1.5}]}),
    (rb'"a backslash \\u0000 is text"', r"a backslash \u0000 is text"),
]


@pytest.mark.parametrize(("body", "told"), ODD_JSON)
def test_half_characters_and_nuls_do_not_spoil_an_answer(body: bytes, told: object) -> None:
    assert read_json(body) == told


NO_JSON = [b"", b"{", b"<html>", b"[NaN]", rb'["\ud83d"', rb'["\ud83d",' + b"[" * 100_000]


@pytest.mark.parametrize("body", NO_JSON, ids=range(len(NO_JSON)))
def test_what_is_no_json_stays_none(body: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 -- several, of two libraries
        read_json(body)


@pytest.mark.parametrize(
    ("body", "mended"),
    [
        (b'{"a": 1}', b'{"a": 1}'),
        (rb'["a\u0000b", "\ud83d"]', b'["ab","?"]'),
        (rb"no \u0000 JSON", rb"no \u0000 JSON"),
    ],
)
def test_what_other_readers_get_is_mended_where_it_is_json(body: bytes, mended: bytes) -> None:
    assert mend_json(body) == mended
