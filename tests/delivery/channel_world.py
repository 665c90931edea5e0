"""Every kind of channel before a pretended other side on loopback, and entries of the outbox to send there."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import orjson

from align_sync.delivery.base import Channel
from align_sync.delivery.opening import open_channel
from align_sync.demo.fake_slack import BOT_TOKEN, WEBHOOK_PATH, FakeSlack, SlackWorkspace
from align_sync.demo.fake_webhook import PATH, SECRET, FakeWebhook
from align_sync.demo.faults import Action, Fault
from align_sync.demo.http_messages import Request, Response
from align_sync.demo.http_server import FakeServer
from align_sync.seams import Seams
from align_sync.sending.entry import EntryState, OutboxEntry
from align_sync.settings_channels import ChannelSettings

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
TOTAL = timedelta(seconds=0.35)
ENTRY_ID = "7d0f6c1e-6f3c-4f0b-9f57-0d6a3c5f1b11"
SECTION = {"type": "section", "text": {"type": "plain_text", "text": "Coverage 71 %"}}
PAYLOAD: dict[str, Any] = {
    "text": "Coverage 71 %", "blocks": [SECTION], "plain_blocks": [SECTION],
    "subject": "Payments", "html": "<p>Coverage 71 %</p>", "title": "Payments",
    "type": "io.align-sync.digest", "data": {"coverage": 71},
    "card": {"type": "AdaptiveCard", "body": [{"type": "TextBlock", "text": "{{app_body}} <at>x</at>"}]},
    "name": "payments-2026-W48.md",
}  # fmt: skip


def make_entry(payload: dict[str, Any] | None = None, **more: Any) -> OutboxEntry:
    entry = {
        "id": ENTRY_ID, "channel": "okrs", "address": "C1", "dedupe_key": "digest:team:Payments:2026-W48:okrs:1:0",
        "payload": orjson.dumps(PAYLOAD | (payload or {})).decode(), "payload_hash": "x", "state": EntryState.SENDING,
        "created_at": NOON, "first_send_at": NOON, "attempts": 1, **more,
    }  # fmt: skip
    return OutboxEntry(**entry)


@dataclass
class Clock:
    at: datetime = NOON

    def __call__(self) -> datetime:
        return self.at


@dataclass
class Failpoints:
    passed: list[str] = field(default_factory=list)

    def __call__(self, name: str) -> None:
        self.passed.append(name)


def make_seams(
    clock: Callable[[], datetime] = lambda: NOON, failpoint: Callable[[str], None] = lambda _: None
) -> Seams:
    return Seams(now=clock, sleep=lambda _: None, uniform=lambda low, _high: low, failpoint=failpoint)


def open_kind(settings: dict[str, Any], seams: Seams | None = None, total: timedelta = TOTAL) -> Channel:
    read = ChannelSettings.model_validate({"name": "okrs", **settings})
    return open_channel(read, seams=seams or make_seams(), total=total)


class Workflow:
    """A workflow of Power Automate: it takes everything, and says nothing."""

    name = "workflow"

    def __init__(self) -> None:
        self.bodies: list[Any] = []

    def answer(self, request: Request) -> Response:
        if request.method == "POST":
            self.bodies.append(request.json())
        return Response(202)


@dataclass
class World:
    """`count` tells how many messages the other side has."""

    channel: Channel
    server: FakeServer
    count: Callable[[], int]
    failpoints: Failpoints

    def fail(self, action: Action, **more: Any) -> Fault:
        return self.server.faults.add(Fault(action=action, **more))


WEB_KINDS = ("slack", "slack_webhook", "webhook", "teams")


@contextmanager
def slack_world(kind: str = "slack", **more: Any) -> Iterator[tuple[World, SlackWorkspace]]:
    clock = Clock()
    workspace = SlackWorkspace(clock, name="Acme Pay")
    workspace.add_channel("C1", "okr-digest")
    failpoints = Failpoints()
    with FakeServer(FakeSlack(workspace)) as server:
        settings: dict[str, Any] = {"kind": kind, "url": server.url + WEBHOOK_PATH}
        if kind == "slack":
            settings = {"kind": kind, "to": ["C1"], "token": BOT_TOKEN, "api_url": f"{server.url}/api", **more}
        channel = open_kind(settings, make_seams(clock, failpoints))
        yield World(channel, server, lambda: len(workspace.messages), failpoints), workspace


@contextmanager
def webhook_world() -> Iterator[tuple[World, FakeWebhook]]:
    clock, failpoints = Clock(), Failpoints()
    receiver = FakeWebhook(clock)
    with FakeServer(receiver) as server:
        settings = {"kind": "webhook", "url": server.url + PATH, "secret": SECRET}
        channel = open_kind(settings, make_seams(clock, failpoints))
        yield World(channel, server, lambda: len(receiver.events), failpoints), receiver


@contextmanager
def teams_world() -> Iterator[tuple[World, Workflow]]:
    """Its address is https always, so that it is led to the loopback after it was opened."""
    workflow, failpoints = Workflow(), Failpoints()
    with FakeServer(workflow) as server:
        settings = {"kind": "apprise", "url": "workflows://prod-1.example.com:443/abc123/sig-canary?pa=no"}
        channel: Any = open_kind(settings, make_seams(failpoint=failpoints))
        channel.url = httpx.URL(f"{server.url}/workflows/abc123?sig=sig-canary")
        yield World(channel, server, lambda: len(workflow.bodies), failpoints), workflow


@contextmanager
def web_world(kind: str) -> Iterator[World]:
    if kind == "webhook":
        with webhook_world() as (world, _):
            yield world
    elif kind == "teams":
        with teams_world() as (world, _workflow):
            yield world
    else:
        with slack_world(kind) as (world, _workspace):
            yield world
