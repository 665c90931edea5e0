"""The server that all fakes share, and the faults that can be put into it, over real connections."""

import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import httpx
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
    epoch_ms,
    http_date,
    iso_minute,
)
from align_sync.demo.http_server import FakeServer, Request, Response, json_response

AT = datetime(2026, 11, 23, 10, 15, 30, tzinfo=UTC)


class Echo:
    name = "echo"

    def __init__(self) -> None:
        self.answered = 0

    def answer(self, request: Request) -> Response:
        self.answered += 1
        query = {name: list(values) for name, values in request.query.items()}
        return json_response({"path": request.path, "query": query, "length": len(request.body)})


class Broken:
    name = "broken"

    def answer(self, request: Request) -> Response:
        raise LookupError(request.path)


@pytest.fixture
def server() -> Iterator[FakeServer]:
    with FakeServer(Echo()) as running:
        yield running


@pytest.fixture
def client(server: FakeServer) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.url, timeout=5) as ready:
        yield ready


def test_a_request_is_read_answered_and_logged(server: FakeServer, client: httpx.Client) -> None:
    answer = client.post("/a%20b?x=1&x=2&y=", content=b"12345", headers={"X-Who": "me"})
    assert answer.json() == {"path": "/a b", "query": {"x": ["1", "2"], "y": [""]}, "length": 5}
    (entry,) = server.requests.all()
    assert (entry.method, entry.path, entry.body, entry.status) == ("POST", "/a b", b"12345", 200)
    assert entry.query["x"] == ("1", "2")
    assert entry.headers["x-who"] == "me"
    assert entry.started <= entry.ended <= time.monotonic()


def test_a_body_in_chunks_is_put_together(client: httpx.Client) -> None:
    assert client.post("/", content=iter([b"123", b"45"])).json()["length"] == 5


def test_one_connection_serves_many_requests_without_delay(client: httpx.Client) -> None:
    client.get("/")
    started = time.monotonic()
    for _ in range(20):
        client.get("/")
    # Nagle with delayed acknowledgement costs 40 ms a request
    assert time.monotonic() - started < 20 * 0.035


def test_latency_is_slept_in_the_thread_of_each_request() -> None:
    with (
        FakeServer(Echo(), latency=timedelta(milliseconds=100)) as server,
        httpx.Client(base_url=server.url) as client,
        ThreadPoolExecutor(8) as pool,
    ):
        started = time.monotonic()
        list(pool.map(client.get, ["/"] * 8))
        assert 0.1 <= time.monotonic() - started < 0.5


def test_the_log_keeps_the_newest_and_counts_all() -> None:
    with FakeServer(Echo(), max_log=2) as server, httpx.Client(base_url=server.url) as client:
        for path in ("/1", "/2", "/3"):
            client.get(path)
        assert [entry.path for entry in server.requests] == ["/2", "/3"]
        assert server.requests.total == 3
        assert server.count(lambda entry: entry.path == "/3") == 1


def test_bytes_that_are_no_request_get_400(server: FakeServer) -> None:
    with socket.create_connection(("127.0.0.1", server.port)) as raw:
        raw.sendall(b"hello\r\n\r\n")
        assert raw.recv(100).startswith(b"HTTP/1.1 400 ")


def test_a_bug_in_a_fake_is_raised_on_close() -> None:
    server = FakeServer(Broken())
    with httpx.Client(base_url=server.url) as client, pytest.raises(httpx.RemoteProtocolError):
        client.get("/x")
    with pytest.raises(RuntimeError, match="the fake broken broke"):
        server.close()
    server.close()


def test_closing_does_not_wait_for_a_slow_answer() -> None:
    with httpx.Client() as client, ThreadPoolExecutor(1) as pool:
        server = FakeServer(Echo(), latency=timedelta(seconds=30))
        asked = pool.submit(client.get, server.url)
        time.sleep(0.1)
        started = time.monotonic()
        server.close()
        assert time.monotonic() - started < 2
        # whether the answer still got out or the connection broke first is of no matter
        asked.exception(timeout=5)


ANSWERS = [
    (Status(429, headers={"Retry-After": "1"}), 429, b""),
    (Status(503, b"busy", {"Retry-After": http_date(AT)}), 503, b"busy"),
    (Status(429), 429, b""),
    (Malformed(), 200, b'{"path":"/q","que'),
    (Empty(), 200, b""),
    (Redirect("https://sso.example.com/x"), 302, b""),
    (Drip(chunk=7, pause=timedelta(milliseconds=1)), 200, b'{"path":"/q","query":{},"length":0}'),
    (Slow(timedelta(milliseconds=50)), 200, b'{"path":"/q","query":{},"length":0}'),
    (Rewrite(lambda _, answer: replace(answer, status=418, body=b"teapot")), 418, b"teapot"),
    (GzipBomb(100), 200, b'"' + b" " * 98 + b'"'),
]


@pytest.mark.parametrize(("action", "status", "body"), ANSWERS)
def test_a_fault_answers_in_its_way_once_and_then_all_is_well(
    server: FakeServer, client: httpx.Client, action: Action, status: int, body: bytes
) -> None:
    server.faults.add(Fault(path=r"^/q$", action=action))
    answer = client.get("/q")
    assert (answer.status_code, answer.content) == (status, body)
    assert client.get("/q").json()["path"] == "/q"


def test_retry_after_and_location_reach_the_client(server: FakeServer, client: httpx.Client) -> None:
    server.faults.add(Fault(action=Status(429, headers={"Retry-After": http_date(AT)})))
    server.faults.add(Fault(action=Redirect("https://sso.example.com/x")))
    assert client.get("/").headers["Retry-After"] == "Mon, 23 Nov 2026 10:15:30 GMT"
    assert client.get("/").headers["Location"] == "https://sso.example.com/x"


def test_the_moments_of_rate_limit_headers_have_their_forms() -> None:
    assert (iso_minute(AT), epoch_ms(AT)) == ("2026-11-23T10:15Z", "1795428930000")


def test_a_login_page_is_html_with_200(server: FakeServer, client: httpx.Client) -> None:
    server.faults.add(Fault(action=LoginPage()))
    answer = client.get("/")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/html")


@pytest.mark.parametrize(
    ("action", "error", "answered"),
    [
        (Reset(), httpx.ReadError, 0),
        (Reset(after_answer=True), httpx.ReadError, 1),
        (Truncate(5), httpx.RemoteProtocolError, 1),
    ],
)
def test_a_broken_connection_is_felt_by_the_client(action: Action, error: type[Exception], answered: int) -> None:
    echo = Echo()
    with FakeServer(echo) as server, httpx.Client(base_url=server.url) as client:
        server.faults.add(Fault(action=action))
        with pytest.raises(error):
            client.get("/")
        assert echo.answered == answered
        assert client.get("/").status_code == 200


def test_a_fault_strikes_where_method_path_number_and_condition_say(server: FakeServer, client: httpx.Client) -> None:
    third = server.faults.add(Fault(path="^/a", nth=3, action=Status(500)))
    posts = server.faults.add(Fault(method="POST", times=None, action=Status(405)))
    long = server.faults.add(Fault(when=lambda request: "long" in request.query, times=2, action=Status(414)))
    statuses = [client.get("/a").status_code for _ in range(4)]
    assert statuses == [200, 200, 500, 200]
    assert [client.post("/b").status_code for _ in range(3)] == [405, 405, 405]
    assert [client.get("/b?long=1").status_code for _ in range(3)] == [414, 414, 200]
    assert (server.faults.hits(third), server.faults.hits(posts), server.faults.hits(long)) == (1, 3, 2)
    server.faults.clear()
    assert client.post("/b").status_code == 200
