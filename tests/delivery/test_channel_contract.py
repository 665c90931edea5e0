"""What every channel over the web keeps: a definite no, a lasting no, and unclear, told apart in every failure."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from align_sync.delivery import web
from align_sync.delivery.web import Web, read_retry_after
from align_sync.demo.faults import Action, Delivery, GzipBomb, LoginPage, Redirect, Reset, Slow, Status, http_date
from align_sync.demo.http_messages import Request, Response
from align_sync.sending.entry import Certainty
from align_sync.sending.outcome import Delivered, Outcome, Refused, Unclear
from align_sync.wire import find_objection
from tests.delivery.channel_world import (
    NOON,
    WEB_KINDS,
    make_entry,
    make_seams,
    web_world,
)
from tests.readings.test_web_guards import tls_server

GOOD, NO, LASTING, CLOSED, MAYBE = "delivered", "refused", "refused for good", "channel closed", "unclear"
SECRETS = ("xoxb-demo", "B0ACME", "C2FVsBQIhrscChlQIMV", "sig-canary", "hidden")


def class_of(outcome: Outcome) -> str:
    if isinstance(outcome, Refused):
        return CLOSED if outcome.closes_channel else LASTING if outcome.is_permanent else NO
    return GOOD if isinstance(outcome, Delivered) else MAYBE


@dataclass(frozen=True)
class Way(Action):
    """Any answer, by any way over the wire."""

    body: bytes = b'{"ok": true, "ts": "1.0"}'
    missing: int = 0
    chunk: int = 0

    def deliver(self, request: Request, answer: object) -> Delivery:
        del request, answer
        pause = timedelta(seconds=0.1)
        return Delivery(response=Response(200, self.body), missing=self.missing, chunk=self.chunk, pause=pause)


PACKED = {"Content-Encoding": "gzip"}
FAILURES: tuple[tuple[str, Action, str], ...] = (
    ("reset before the effect", Reset(), MAYBE),
    ("reset after the effect", Reset(after_answer=True), MAYBE),
    ("answered too late", Slow(timedelta(seconds=2)), MAYBE),
    ("dripping", Way(chunk=1), MAYBE),
    ("truncated", Way(missing=5), MAYBE),
    ("500", Status(500), MAYBE),
    ("502 after the effect", Status(502, b"<html>hidden"), MAYBE),
    ("503", Status(503, headers={"Retry-After": "5"}), MAYBE),
    ("408", Status(408), MAYBE),
    ("huge", Way(body=b" " * 20_000), MAYBE),
    ("gzip bomb", GzipBomb(4_000_000), MAYBE),
    ("broken gzip", Status(200, b"\x1f\x8b\x08hidden", PACKED), MAYBE),
    ("half of a gzip", Status(200, b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03", PACKED), MAYBE),
    ("packed otherwise", Status(200, b"hidden", {"Content-Encoding": "br"}), MAYBE),
    ("302", Redirect("https://evil.example/hidden"), NO),
    ("307 to the same host", Redirect("/hidden", 307), NO),
    ("301", Redirect("https://evil.example/hidden", 301), CLOSED),
    ("308", Redirect("https://evil.example/hidden", 308), CLOSED),
    ("304", Status(304), NO),
    ("redirect to nonsense", Redirect("http://a:b:c/hidden"), MAYBE),
    ("429", Status(429, b"hidden"), NO),
    ("400", Status(400, b"hidden\r\nforged"), LASTING),
    ("413", Status(413, b"hidden"), LASTING),
)


@pytest.mark.parametrize("kind", WEB_KINDS)
def test_every_failure_is_a_no_or_unclear_and_nothing_is_asked_twice(
    kind: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(web, "LARGEST_ANSWER_BYTES", 10_000)
    told: dict[str, str] = {}
    with web_world(kind) as world:
        for name, action, _ in FAILURES:
            world.server.faults.clear()
            fault = world.fail(action, times=None)
            outcome = world.channel.send(make_entry())
            told[name] = class_of(outcome)
            assert world.server.faults.hits(fault) == 1, name
            assert not isinstance(outcome, Delivered), name
            assert not any(secret in outcome.reason for secret in SECRETS), outcome.reason
            assert outcome.reason.isprintable()
            assert "evil.example" in outcome.reason or "evil" not in repr(action)
    assert told == {name: expected for name, _, expected in FAILURES}
    shown = capfd.readouterr()
    assert not any(secret in shown.out + shown.err for secret in SECRETS)


@pytest.mark.parametrize("kind", WEB_KINDS)
def test_what_never_connects_is_a_no(kind: str) -> None:
    with web_world(kind) as world:
        world.server.close()
        outcome = world.channel.send(make_entry())
    assert class_of(outcome) == NO
    assert isinstance(outcome, Refused)
    assert "the server refuses connections" in outcome.reason


@pytest.mark.parametrize("kind", WEB_KINDS)
def test_a_good_answer_is_delivered_once_between_two_failpoints(kind: str) -> None:
    with web_world(kind) as world:
        assert isinstance(world.channel.send(make_entry()), Delivered)
        assert (world.count(), world.failpoints.passed) == (1, ["request.before", "request.after"])
        world.channel.close()


WEB_PAGES = {"slack": MAYBE, "slack_webhook": MAYBE, "webhook": GOOD, "teams": GOOD}


@pytest.mark.parametrize("kind", WEB_KINDS)
def test_a_web_page_is_no_yes_of_slack(kind: str) -> None:
    """For the others any status of 2xx is a yes, whatever comes with it."""
    with web_world(kind) as world:
        world.fail(LoginPage())
        assert class_of(world.channel.send(make_entry())) == WEB_PAGES[kind]


WAITS = {"7": 7, "2.5": 2.5, http_date(NOON + timedelta(seconds=90)): 90, "": None, "soon": None, "nan": None}


@pytest.mark.parametrize("kind", WEB_KINDS)
def test_how_long_to_wait_is_passed_on(kind: str) -> None:
    with web_world(kind) as world:
        for text, wait in WAITS.items():
            world.fail(Status(429, headers={"Retry-After": text} if text else {}))
            outcome = world.channel.send(make_entry())
            assert isinstance(outcome, Refused)
            assert outcome.retry_after == (None if wait is None else timedelta(seconds=wait)), text


def test_a_wait_is_neither_negative_nor_endless() -> None:
    for text, wait in (("-5", 0), ("1e300", 86_400), (http_date(NOON - timedelta(days=1)), 0)):
        assert read_retry_after({"retry-after": text}, now=NOON) == timedelta(seconds=wait)


@contextmanager
def mute_server() -> Iterator[int]:
    """Takes connections, and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


def ask(url: str, *, total: timedelta = timedelta(seconds=0.4), ca: str | None = None) -> Outcome:
    asking = Web(seams=make_seams(), total=total, ca_file=ca)
    answer = asking.ask("POST", httpx.URL(url), headers={})
    return Delivered("") if isinstance(answer, web.Answer) else answer


def test_a_handshake_that_never_ends_has_sent_nothing() -> None:
    with mute_server() as port:
        assert ask(f"https://localhost:{port}/") == Refused(
            reason=f"localhost:{port}: the server cannot be reached in time"
        )
        assert class_of(ask(f"http://localhost:{port}/")) == MAYBE
        assert class_of(ask(f"http://localhost:{port}/", total=timedelta(0))) == NO


def test_a_certificate_that_nobody_vouches_for_gets_nothing(tmp_path: Path) -> None:
    with tls_server(tmp_path) as (port, certificate):
        outcome = ask(f"https://localhost:{port}/", total=timedelta(seconds=5))
        assert class_of(outcome) == NO
        assert "certificate of the server is not trusted" in str(outcome)
        assert class_of(ask(f"https://localhost:{port}/", total=timedelta(seconds=5), ca=certificate)) == GOOD


def test_a_name_that_nobody_knows_is_a_no(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_args: object, **_named: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    outcome = ask("https://hooks.example.com/hidden")
    assert outcome == Refused(reason="hooks.example.com: the name of the server is not known")


def test_a_name_that_leads_to_this_machine_gets_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """As after DNS rebinding: the name was fine when the settings were read."""
    known = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", lambda _host, port, *_more, **_named: known("127.0.0.1", port))
    with mute_server() as port:
        outcome = ask(f"https://hooks.example.com:{port}/hidden")
    assert class_of(outcome) == CLOSED
    assert "its name leads to this machine itself" in str(outcome)
    assert "hidden" not in str(outcome)


@pytest.mark.parametrize(
    ("peer", "is_listed", "said"),
    [
        ("203.0.113.7", False, "own network"),
        ("8.8.8.8", False, ""),
        ("10.1.2.3", False, "own network"),
        ("::ffff:192.168.1.9", False, "own network"),
        ("fd12::7", False, "own network"),
        ("10.1.2.3", True, ""),
        ("169.254.169.254", True, "only machines of the same network"),
        ("::", True, "only machines of the same network"),
    ],
)
def test_addresses_of_the_own_network_are_to_be_listed(peer: str, is_listed: bool, said: str) -> None:
    objection = find_objection(host="hooks.example.com", peer=peer, is_secure=True, allows_private=is_listed)
    assert said in objection
    assert bool(said) == bool(objection)


def test_the_environment_names_no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ALL_PROXY", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    for kind in WEB_KINDS:
        with web_world(kind) as world:
            assert class_of(world.channel.send(make_entry())) == GOOD


def test_a_transport_of_a_test_counts_as_sent_unless_it_says_otherwise() -> None:
    def break_off(request: httpx.Request) -> httpx.Response:
        raise (httpx.ConnectError if request.url.path == "/no" else httpx.ReadError)("hidden")

    asking = Web(seams=make_seams(), transport=httpx.MockTransport(break_off))
    outcomes = [asking.ask("POST", httpx.URL(f"https://a.example/{path}"), headers={}) for path in ("no", "maybe")]
    assert [type(outcome) for outcome in outcomes] == [Refused, Unclear]
    assert "hidden" not in str(outcomes)


CERTAINTIES = {
    "slack": Certainty.VERIFIABLE,
    "slack_webhook": Certainty.NONE,
    "webhook": Certainty.IDEMPOTENT,
    "teams": Certainty.NONE,
}


@pytest.mark.parametrize("kind", WEB_KINDS)
def test_no_secret_is_shown_by_the_channel_itself(kind: str) -> None:
    with web_world(kind) as world:
        assert world.channel.certainty is CERTAINTIES[kind]
        assert not any(secret in repr(world.channel) for secret in SECRETS)
        assert not any(secret in str(world.channel.check()) for secret in SECRETS)


def test_limits_are_those_of_the_protocol() -> None:
    assert (timedelta(seconds=15), 20 * 1024 * 1024) == (web.TOTAL, web.LARGEST_ANSWER_BYTES)
