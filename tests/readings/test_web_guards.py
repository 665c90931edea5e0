"""One guarded GET: where it goes and where not, how long it waits, how much it takes, and what it says."""

import gzip
import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

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
    Slow,
    Status,
    Truncate,
)
from align_sync.demo.http_messages import Response
from align_sync.errors import InterruptedPullError, ReadingError
from align_sync.readings import web
from align_sync.readings.addresses import Access, check_address, find_objection, join_below
from align_sync.readings.web import Web, patience_for
from align_sync.readings.web_answers import Hop, Wanted
from align_sync.seams import Seams
from tests.readings.reading_world import NOON, TIMEOUT, TOKEN, ReadingWorld, read, why

METRIC = {"kind": "http", "connection": "here", "address": "/v1/refunds?days=30", "path": "value"}
JSON = {"Content-Type": "application/json"}
MB = 1024 * 1024


def test_a_value_is_asked_for_with_the_token_and_nothing_of_the_environment(
    world: ReadingWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    world.tell({"value": 7})
    assert read(world.probe(METRIC)).value == 7
    (asked,) = world.server.requests
    assert (asked.method, asked.path, asked.query) == ("GET", "/v1/refunds", {"days": ("30",)})
    assert asked.headers["authorization"] == f"Bearer {TOKEN}"


def test_a_user_and_password_of_the_address_sign_in_and_are_not_told(world: ReadingWorld) -> None:
    world.tell({"value": 7})
    here = world.server.url.replace("//", "//reader:hidden@")
    connections = {"here": {"url": f"{here}/base/?key=hidden"}}
    assert read(world.probe(METRIC, connections=connections)).value == 7
    (asked,) = world.server.requests
    assert asked.headers["authorization"] == "Basic cmVhZGVyOmhpZGRlbg=="
    assert (asked.path, asked.query) == ("/base/v1/refunds", {"days": ("30",), "key": ("hidden",)})
    world.source.status = 404
    assert "nothing is found" in why(world.probe(METRIC, connections=connections))
    both = {"here": {"url": here, "token": TOKEN}}
    assert "both a token and a password" in why(world.probe(METRIC, connections=both))


HOSTILE: list[tuple[str, Action, str, int]] = [
    ("too slow", Slow(timedelta(seconds=5)), "took longer than 0.6 s", 1),
    ("dripping", Drip(chunk=1, pause=timedelta(seconds=0.1)), "took longer than 0.6 s", 1),
    ("redirect", Redirect("https://evil.example/x?t=hidden"), "sends us on to evil.example, which is not", 1),
    ("redirect to the same host", Redirect("/login?hidden", 307), "sends us on to 127.0.0.1, which is not", 1),
    ("redirect to nonsense", Redirect("http://a:b:c/hidden", 302), "no proper HTTP", 3),
    ("redirect without a target", Status(304), "the server answered 304", 1),
    ("login page", LoginPage(), "a web page came back", 1),
    ("login page in disguise", Status(200, b"\xef\xbb\xbf\n<!DOCTYPE HTML><p>", JSON), "a web page came back", 1),
    ("picture", Status(200, b"\x89PNG", {"Content-Type": "image/png"}), "the answer is 'image/png', not JSON", 1),
    ("text", Status(200, b"forty-two", {"Content-Type": "text/plain"}), "the answer is not JSON (9 bytes)", 1),
    ("nothing", Empty(), "the answer is not JSON (0 bytes)", 1),
    ("no content", Status(204), "the server answered 204", 1),
    ("a part", Status(206, b'{"value":4}', JSON), "the server answered 206", 1),
    ("broken JSON", Malformed(), "the answer is not JSON", 1),
    ("cut off", Truncate(), "broke off before it was complete", 3),
    ("reset", Reset(), "broke off before it was complete", 3),
    ("bad token", Status(401, b"hidden"), "the credentials are refused (401)", 1),
    ("forbidden", Status(403), "access is forbidden (403)", 1),
    ("not there", Status(404), "nothing is found at the address (404)", 1),
    ("throttled", Status(429, headers={"Retry-After": "0.2"}), "too many requests (429), until 2026-11-23 12:00:00", 3),
    ("throttled for long", Status(429, headers={"Retry-After": "3600"}), "429), until 2026-11-23 13:00:00 UTC", 1),
    ("broken", Status(500, b"hidden"), "the server failed (500)", 3),
    ("gzip bomb", GzipBomb(64 * MB), "the answer is larger than 20 MB", 1),
    ("too large", Status(200, b'"' + b" " * (20 * MB) + b'"', JSON), "the answer is larger than 20 MB", 1),
    ("gzip cut off", Status(200, gzip.compress(b"[]" * 99)[:-9], {"Content-Encoding": "gzip", **JSON}), "broke off", 3),
    ("no gzip", Status(200, b"{}", {"Content-Encoding": "gzip", **JSON}), "cannot be unpacked", 3),
    ("unknown packing", Status(200, b"{}", {"Content-Encoding": "br", **JSON}), "packed in a way that was not", 1),
]


@pytest.mark.parametrize(
    ("action", "said", "requests"), [case[1:] for case in HOSTILE], ids=[case[0] for case in HOSTILE]
)
def test_a_hostile_answer_is_a_reason_and_never_a_value(
    world: ReadingWorld, action: Action, said: str, requests: int
) -> None:
    world.tell({"value": 7, "more": "text of some length"})
    fault = world.server.faults.add(Fault(action=action, times=None))
    began = time.monotonic()
    reason = why(world.probe(METRIC))
    assert said in reason
    assert "days=30" not in reason
    assert world.server.faults.hits(fault) == requests
    assert time.monotonic() - began < 3


def test_a_failure_that_passes_costs_a_moment_and_no_value(world: ReadingWorld) -> None:
    world.tell({"value": 7})
    world.server.faults.add(Fault(action=Status(503), times=2))
    assert read(world.probe(METRIC)).value == 7
    assert len(world.clock.slept) == 2


def test_a_packed_answer_is_unpacked(world: ReadingWorld) -> None:
    world.source.body, world.source.headers = gzip.compress(b'{"value":7}'), {"Content-Encoding": "gzip", **JSON}
    assert read(world.probe(METRIC)).value == 7


def test_half_an_answer_without_a_length_is_not_taken_for_all_of_it() -> None:
    """It ends with the connection, and that is what a deadline does to it."""

    def serve(listener: socket.socket) -> None:
        connection, _ = listener.accept()
        with connection:
            connection.recv(65536)
            connection.sendall(b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{"value": 7}')
            connection.recv(1)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = threading.Thread(target=serve, args=(listener,))
        server.start()
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/"
        with pytest.raises(ReadingError, match=r"took longer than 0\.3 s"):
            ask(url, timeout=timedelta(seconds=0.3))
        server.join()


def test_dripping_headers_end_at_the_same_time() -> None:
    stop = threading.Event()

    def serve(listener: socket.socket) -> None:
        connection, _ = listener.accept()
        with connection:
            connection.sendall(b"HTTP/1.1 200 OK\r\nX-Long: ")
            try:
                while not stop.wait(0.05):
                    connection.sendall(b"x")
            except OSError:
                return

    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = threading.Thread(target=serve, args=(listener,))
        server.start()
        began = time.monotonic()
        with pytest.raises(ReadingError, match=r"took longer than 0\.3 s"):
            ask(f"http://127.0.0.1:{listener.getsockname()[1]}/", timeout=timedelta(seconds=0.3))
        assert time.monotonic() - began < 2
        stop.set()
        server.join()


def seams(*, stopping: bool = False) -> Seams:
    return Seams(now=lambda: NOON, sleep=lambda _: None, uniform=lambda low, _high: low, stopping=lambda: stopping)


def ask(
    url: str, *, timeout: timedelta = TIMEOUT, hop: Hop | None = None, token: str = "", ca: str | None = None
) -> bytes:
    access = Access(url=url, authorization=token, ca_file=ca)
    wanted = Wanted(kinds=("json", "csv"), what="JSON", hop=hop)
    return Web(seams=seams(), patience=patience_for(timeout)).get(access, wanted).body


def test_a_process_that_should_stop_asks_nothing(world: ReadingWorld) -> None:
    asking = Web(seams=seams(stopping=True), patience=patience_for(TIMEOUT))
    with pytest.raises(InterruptedPullError):
        asking.get(Access(url=world.server.url), Wanted(kinds=(), what=""))
    assert len(world.server.requests) == 0


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://127.0.0.1:1/x", "the server refuses connections"),
        ("http://metrics.example.com/x", "the address is not https"),
        ("https://user:hidden@metrics.example.com/x", "holds a user, a password or a fragment"),
        ("https://metrics.example.com/x#hidden", "holds a user, a password or a fragment"),
        ("ftp://metrics.example.com/hidden", "not one of the web"),
        ("/hidden", "not one of the web"),
        ("https://exa\nmple.com/hidden", "cannot be read"),
        ("https://metrics.example.com:hidden/", "cannot be read"),
    ],
)
def test_an_address_that_is_not_asked_or_does_not_answer_is_told_without_its_path(url: str, said: str) -> None:
    with pytest.raises(ReadingError, match=said) as caught:
        ask(url)
    assert "hidden" not in str(caught.value)


def test_an_unknown_name_is_told_in_plain_words(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_args: object, **_named: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    with pytest.raises(ReadingError, match=r"metrics\.example\.com: the name of the server is not known"):
        ask("https://metrics.example.com/x")


@pytest.mark.parametrize(
    ("url", "peer", "said"),
    [
        ("https://metrics.example.com", "203.0.113.7", ""),
        ("https://prometheus.corp.example", "10.1.2.3", ""),
        ("http://localhost", "127.0.0.1", ""),
        ("http://localhost", "::1", ""),
        ("https://metrics.example.com", "127.0.0.1", "this machine itself"),
        ("https://metrics.example.com", "::ffff:127.0.0.1", "this machine itself"),
        ("http://localhost", "10.1.2.3", "away from this machine"),
        ("https://metrics.example.com", "169.254.169.254", "only machines of the same network"),
        ("https://metrics.example.com", "::ffff:169.254.169.254", "only machines of the same network"),
        ("https://metrics.example.com", "fe80::1%eth0", "only machines of the same network"),
        ("https://metrics.example.com", "fd00:ec2::254", "only machines of the same network"),
        ("https://metrics.example.com", "::", "only machines of the same network"),
    ],
)
def test_where_a_name_leads_is_looked_at_once_it_is_connected(url: str, peer: str, said: str) -> None:
    objection = find_objection(httpx.URL(url), peer)
    assert said in objection
    assert bool(objection) == bool(said)


def test_a_name_that_leads_to_this_machine_is_sent_nothing(
    world: ReadingWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", lambda _host, *rest, **named: real("127.0.0.1", *rest, **named))
    with pytest.raises(ReadingError, match="its name leads to this machine itself"):
        ask(f"https://rebound.example:{world.server.port}/x")
    assert len(world.server.requests) == 0


class TestHop:
    def test_the_one_redirect_that_is_named_is_followed_without_credentials(self, world: ReadingWorld) -> None:
        target = f"http://localhost:{world.server.port}/download"
        world.source.pages["/pub"] = Response(307, b"", {"Location": target})
        world.tell([1])
        hop = Hop(host="127.0.0.1", below="localhost")
        assert ask(f"{world.server.url}/pub", hop=hop, token=f"Bearer {TOKEN}") == b"[1]"
        first, second = world.server.requests
        assert (first.headers.get("authorization"), second.headers.get("authorization")) == (f"Bearer {TOKEN}", None)
        with pytest.raises(ReadingError, match="sends us on to localhost, which is not followed"):
            ask(f"{world.server.url}/pub")

    def test_it_is_one_only(self, world: ReadingWorld) -> None:
        target = f"http://localhost:{world.server.port}/pub"
        world.source.pages["/pub"] = Response(307, b"", {"Location": target})
        with pytest.raises(ReadingError, match="sends us on to localhost"):
            ask(f"{world.server.url}/pub", hop=Hop(host="127.0.0.1", below="localhost"))
        assert len(world.server.requests) == 2

    @pytest.mark.parametrize(
        ("source", "target", "leads"),
        [
            ("https://docs.google.com/x", "https://doc-0c-sheets.googleusercontent.com/pub", True),
            ("https://docs.google.com/x", "https://evilgoogleusercontent.com/pub", False),
            ("https://docs.google.com/x", "https://googleusercontent.com.evil.example/pub", False),
            ("https://docs.google.com/x", "https://accounts.google.com/signin", False),
            ("https://docs.google.com.evil.example/x", "https://a.googleusercontent.com/pub", False),
        ],
    )
    def test_only_from_the_one_host_to_below_the_one_domain(self, source: str, target: str, leads: bool) -> None:
        hop = Hop(host="docs.google.com", below="googleusercontent.com")
        assert hop.leads(httpx.URL(source), httpx.URL(target)) is leads


@pytest.mark.parametrize(
    ("base", "below", "joined"),
    [
        ("https://a.example", "", "https://a.example"),
        ("https://a.example/", "/v1", "https://a.example/v1"),
        ("https://a.example/x?k=1", "?d=2", "https://a.example/x?d=2&k=1"),
        ("https://a.example", "@evil.example/x", "https://a.example/@evil.example/x"),
        ("https://a.example", "//evil.example/x", "https://a.example/evil.example/x"),
    ],
)
def test_an_address_below_stays_on_its_server(base: str, below: str, joined: str) -> None:
    assert join_below(base, below) == joined
    assert check_address(joined).host == "a.example"


@contextmanager
def tls_server(folder: Path) -> Iterator[tuple[int, str]]:
    """The port of a server whose certificate only its own file vouches for; it answers two requests."""
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
         "-keyout", key, "-out", certificate, "-days", "1", "-subj", "/CN=localhost",
         "-addext", "subjectAltName=DNS:localhost"], check=True, capture_output=True,
    )  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)

    def serve(listener: socket.socket) -> None:
        for _ in range(2):
            plain, _ = listener.accept()
            try:
                with context.wrap_socket(plain, server_side=True) as connection:
                    connection.recv(65536)
                    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n[]")
            except OSError:
                plain.close()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(5)
        thread = threading.Thread(target=serve, args=(listener,))
        thread.start()
        yield listener.getsockname()[1], str(certificate)
        thread.join()


@pytest.mark.skipif(shutil.which("openssl") is None, reason="no openssl to make a certificate with")
def test_a_certificate_that_nobody_vouches_for_is_refused_unless_a_file_does(tmp_path: Path) -> None:
    with tls_server(tmp_path) as (port, certificate):
        with pytest.raises(ReadingError, match="the certificate of the server is not trusted"):
            ask(f"https://localhost:{port}/")
        assert ask(f"https://localhost:{port}/", ca=certificate) == b"[]"
    with pytest.raises(ReadingError, match="the file of trusted authorities cannot be read"):
        ask("https://localhost:1/", ca=str(tmp_path / "missing.pem"))


def test_the_limit_is_that_of_the_rule() -> None:
    assert web.LARGEST_ANSWER_BYTES == 20 * MB
