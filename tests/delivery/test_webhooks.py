"""Slack's incoming webhook, signed webhooks of anybody, Microsoft Teams and Apprise."""

import hashlib
import hmac
import importlib
import logging
from base64 import b64decode
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest

from align_sync.delivery.base import UnreadableError
from align_sync.delivery.webhook import WebhookChannel
from align_sync.demo.fake_webhook import PATH, SECRET, FakeWebhook
from align_sync.demo.faults import Action, Fault, Reset, Slow, Status
from align_sync.demo.http_messages import Request, Response
from align_sync.demo.http_server import FakeServer
from align_sync.errors import UserError
from align_sync.sending.entry import Certainty
from align_sync.sending.outcome import Delivered, Refused
from tests.delivery.channel_world import (
    ENTRY_ID,
    NOON,
    PAYLOAD,
    SECTION,
    make_entry,
    make_seams,
    open_kind,
    slack_world,
    teams_world,
    webhook_world,
)
from tests.delivery.test_channel_contract import CLOSED, GOOD, LASTING, MAYBE, NO, class_of


def test_an_event_is_signed_and_taken_once_however_often_it_comes() -> None:
    with webhook_world() as (world, receiver):
        assert world.channel.send(make_entry()) == world.channel.send(make_entry()) == Delivered(ENTRY_ID)
        event = receiver.events[ENTRY_ID]
    assert (receiver.repeats, len(receiver.events)) == (1, 1)
    assert event == {
        "specversion": "1.0",
        "id": ENTRY_ID,
        "source": "/align-sync",
        "type": "io.align-sync.digest",
        "subject": "Payments",
        "time": "2026-11-23T12:00:00Z",
        "datacontenttype": "application/json",
        "data": {"coverage": 71},
    }


def test_the_signature_is_that_of_the_vector_of_the_standard() -> None:
    """https://github.com/standard-webhooks/standard-webhooks, where all libraries are tried against it."""
    channel = open_kind({"kind": "webhook", "url": "https://a.example", "secret": "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"})
    assert isinstance(channel, WebhookChannel)
    at = datetime.fromtimestamp(1614265330, UTC)
    signed = channel.signer.sign("msg_p5jXN8AQM9LWM0D4loKWxJek", at, '{"test": 2432232314}')
    assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_an_attempt_is_signed_with_the_time_of_its_own() -> None:
    with webhook_world() as (world, _):
        channel = world.channel
        assert isinstance(channel, WebhookChannel)
        channel.web = replace(channel.web, seams=make_seams(lambda: NOON + timedelta(minutes=6)))
        assert class_of(channel.send(make_entry())) == LASTING
        (request,) = world.server.requests
    signed = f"{ENTRY_ID}.{int(NOON.timestamp()) + 360}.".encode() + request.body
    expected = hmac.new(b64decode(SECRET.removeprefix("whsec_")), signed, hashlib.sha256).digest()
    assert b64decode(request.headers["webhook-signature"].removeprefix("v1,")) == expected
    assert request.headers["webhook-timestamp"] == str(int(NOON.timestamp()) + 360)
    assert orjson.loads(request.body)["time"] == "2026-11-23T12:00:00Z"


@pytest.mark.parametrize("turn", ["body", "id", "time", "key", "version", "none"])
def test_the_receiver_of_the_demo_takes_nothing_that_was_changed(turn: str) -> None:
    with webhook_world() as (world, _):
        world.channel.send(make_entry())
        (sent,) = world.server.requests
    headers = dict(sent.headers)
    changed = {
        "id": {"webhook-id": "other"},
        "time": {"webhook-timestamp": str(int(NOON.timestamp()) + 1)},
        "version": {"webhook-signature": headers["webhook-signature"].replace("v1,", "v2,")},
        "none": {"webhook-signature": ""},
    }.get(turn, {})
    body = sent.body.replace(b"71", b"99") if turn == "body" else sent.body
    receiver = FakeWebhook(lambda: NOON, secret="whsec_" + "A" * 32 if turn == "key" else SECRET)
    request = Request(method="POST", path=PATH, headers=headers | changed, body=body)
    assert receiver.answer(request).status == 401
    assert receiver.events == {}


STATUSES = {
    GOOD: (200, 202, 204), LASTING: (401, 404, 409, 422), CLOSED: (410,), NO: (423, 425, 429), MAYBE: (408, 500, 504)
}  # fmt: skip


def test_what_a_status_of_a_receiver_means() -> None:
    with webhook_world() as (world, _):
        for expected, statuses in STATUSES.items():
            for status in statuses:
                world.fail(Status(status))
                assert (status, class_of(world.channel.send(make_entry()))) == (status, expected)


@pytest.mark.parametrize(
    "secret", ["", "whsec_", "short", "no base64!", "A" * 31, "A" * 32 + "!!!!", "whsec_" + "A" * 96, "é" * 40]
)
def test_a_secret_that_is_no_key_is_refused_without_being_told(secret: str) -> None:
    with pytest.raises(UserError, match="openssl rand -base64 32") as caught:
        open_kind({"kind": "webhook", "url": "https://a.example", "secret": secret})
    assert "AAAA" not in str(caught.value)


def test_a_receiver_is_checked_without_an_event() -> None:
    with webhook_world() as (world, receiver):
        assert [check.is_fine for check in world.channel.check()] == [True]
        receiver.is_gone = True
        assert [check.is_fine for check in world.channel.check()] == [None]
        world.server.close()
        assert [check.is_fine for check in world.channel.check()] == [False]
        assert receiver.events == {}


WORDS: tuple[tuple[int, bytes, str], ...] = (
    (400, b"invalid_payload", LASTING),
    (400, b"no_text", LASTING),
    (400, b"invalid_blocks", LASTING),
    (400, b"a_word_of_tomorrow", LASTING),
    (403, b"action_prohibited", CLOSED),
    (403, b"a_word_of_tomorrow", CLOSED),
    (404, b"no_service", CLOSED),
    (404, b"channel_not_found", CLOSED),
    (410, b"channel_is_archived", CLOSED),
    (403, b"invalid_token", CLOSED),
    (500, b"rollup_error", MAYBE),
    (200, b"ok\n", GOOD),
    (200, b"OK?", MAYBE),
    (200, b"", MAYBE),
)


def test_what_a_webhook_of_slack_says() -> None:
    with slack_world("slack_webhook") as (world, _):
        for status, body, expected in WORDS:
            world.server.faults.clear()
            world.fail(Status(status, body), times=None)
            assert (body, class_of(world.channel.send(make_entry()))) == (body, expected)


def test_a_webhook_of_slack_falls_back_to_plain_blocks_and_says_that_it_is_not_certain() -> None:
    with slack_world("slack_webhook") as (world, workspace):
        assert world.channel.send(make_entry({"blocks": [{"type": "poem"}]})) == Delivered("")
        (message,) = workspace.messages.values()
        assert message.blocks == (SECTION,)
        assert [check.is_fine for check in world.channel.check()] == [True, None]
        workspace.webhook_channel = None
        assert [check.is_fine for check in world.channel.check()] == [False, None]
        assert len(workspace.messages) == 1


@pytest.mark.parametrize("kind", ["slack_webhook", "webhook", "teams"])
def test_what_cannot_be_looked_up_or_taken_back_says_so(kind: str) -> None:
    worlds = {"slack_webhook": lambda: slack_world("slack_webhook"), "webhook": webhook_world, "teams": teams_world}
    with worlds[kind]() as (world, _):
        with pytest.raises(UnreadableError, match=ENTRY_ID):
            world.channel.find(make_entry())
        assert class_of(world.channel.delete(make_entry(), "x")) == LASTING
        assert world.server.requests.total == 0


def test_teams_gets_the_card_unchanged_at_the_address_that_apprise_reads() -> None:
    with teams_world() as (world, workflow):
        assert world.channel.send(make_entry()) == Delivered("")
        assert [check.is_fine for check in world.channel.check()] == [True, None]
        world.fail(Status(404))
        assert class_of(world.channel.send(make_entry())) == CLOSED
    (body,) = workflow.bodies
    assert body["attachments"][0]["content"] == PAYLOAD["card"]
    for url, path in (
        ("workflows://prod-1.example.com/abc/canary", "/workflows/abc/triggers/manual/paths/invoke"),
        ("workflows://prod-1.example.com:8443/abc/canary?pa=yes&route=7",
         "/powerautomate/automations/direct/cu/7/workflows/abc/triggers/manual/paths/invoke"),
    ):  # fmt: skip
        channel: Any = open_kind({"kind": "apprise", "url": url})
        assert (channel.url.scheme, channel.url.path, channel.url.params["sig"]) == ("https", path, "canary")
        assert "canary" not in repr(channel)


class Listener:
    name = "listener"

    def __init__(self) -> None:
        self.bodies: list[Any] = []

    def answer(self, request: Request) -> Response:
        self.bodies.append(request.json())
        return Response(200)


APPRISE_FAILURES: tuple[Action, ...] = (Status(401), Status(500), Reset(after_answer=True), Slow(timedelta(seconds=1)))


def test_apprise_sends_once_and_its_no_is_unclear(capfd: pytest.CaptureFixture[str]) -> None:
    listener = Listener()
    with FakeServer(listener) as server:
        url = server.url.replace("http://", "json://me:canary@") + "/path?retry=3&redirect=yes"
        channel: Any = open_kind({"kind": "apprise", "url": url})
        assert channel.certainty is Certainty.NONE
        assert channel.send(make_entry()) == Delivered("")
        assert (listener.bodies[0]["title"], listener.bodies[0]["message"]) == ("Payments", "Coverage 71 %")
        channel.sender[0].socket_read_timeout = 0.2
        from_elsewhere = Status(307, headers={"Location": server.url + "/elsewhere"})
        for action in (*APPRISE_FAILURES, from_elsewhere):
            server.faults.clear()
            fault = server.faults.add(Fault(action=action, times=None))
            outcome = channel.send(make_entry())
            assert class_of(outcome) == MAYBE, action
            assert server.faults.hits(fault) == 1, action
            assert "canary" not in str(outcome)
        assert not any(request.path == "/elsewhere" for request in server.requests)
        assert [check.is_fine for check in channel.check()] == [None, None]
    assert class_of(channel.delete(make_entry(), "")) == LASTING
    with pytest.raises(UnreadableError):
        channel.find(make_entry())
    channel.close()
    shown = capfd.readouterr()
    assert "canary" not in shown.out + shown.err + repr(channel)


def test_an_address_that_apprise_does_not_know_is_not_told(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    for url in ("nonsense://canary", "workflows://a.example/abc/can%20ary%21", "slack://canary"):
        with pytest.raises(UserError) as caught:
            open_kind({"kind": "apprise", "url": url})
        assert "canary" not in str(caught.value) + caplog.text


def test_without_the_library_it_is_said_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(name: str) -> None:
        raise ImportError(name)

    monkeypatch.setattr(importlib, "import_module", fail)
    with pytest.raises(UserError, match=r"pip install 'align-sync\[notify\]'"):
        open_kind({"kind": "apprise", "url": "json://localhost"})


def test_a_refusal_names_the_server_and_never_the_path() -> None:
    with webhook_world() as (world, _):
        world.fail(Status(422, b"canary"))
        outcome = world.channel.send(make_entry())
    assert isinstance(outcome, Refused)
    assert outcome.reason == f"127.0.0.1:{world.server.port}: the receiver refused it (422)"
