"""The pretended Slack keeps the rules that a client must know: answers, limits, channels, threads, metadata."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import orjson
import pytest

from align_sync.demo.fake_slack import BOT_TOKEN, WEBHOOK_PATH, FakeSlack, SlackWorkspace
from align_sync.demo.http_messages import Request, Response

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
SECTION = {"type": "section", "text": {"type": "mrkdwn", "text": "hello"}}
KEY = {"event_type": "digest_posted", "event_payload": {"digest_key": "2026-W48"}}


class World:
    """A workspace with a channel of each kind, and a caller with the bot's token."""

    def __init__(self) -> None:
        self.at = NOON
        self.workspace = SlackWorkspace(lambda: self.at, name="Acme Pay")
        self.workspace.add_channel("C1", "okr-digest")
        self.workspace.add_channel("C2", "foreign", is_member=False)
        self.workspace.add_channel("C3", "old", is_archived=True)
        self.workspace.add_channel("G4", "secret", is_private=True, is_member=False)
        self.fake = FakeSlack(self.workspace)

    def ask(self, method: str, /, token: str = BOT_TOKEN, **arguments: Any) -> dict[str, Any]:
        """The decoded answer of a JSON POST; its status must be 200."""
        answer = self.send(f"/api/{method}", arguments, {"authorization": f"Bearer {token}"})
        assert answer.status == 200
        told: dict[str, Any] = orjson.loads(answer.body)
        return told

    def send(self, path: str, body: object, headers: Mapping[str, str] | None = None) -> Response:
        sent = {"content-type": "application/json; charset=utf-8", **(headers or {})}
        return self.fake.answer(Request(method="POST", path=path, headers=sent, body=orjson.dumps(body)))

    def post(self, text: str = "hello", **more: Any) -> str:
        told = self.ask("chat.postMessage", channel="C1", text=text, **more)
        assert told["ok"], told
        return str(told["ts"])


@pytest.fixture
def world() -> World:
    return World()


def texts(told: dict[str, Any]) -> list[str]:
    return [message["text"] for message in told["messages"]]


def test_who_am_i(world: World) -> None:
    told = world.ask("auth.test")
    assert (told["ok"], told["team"], told["bot_id"]) == (True, "Acme Pay", "B0ACME")


REFUSALS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("unknown_method", "chat.shout", {}),
    ("invalid_auth", "auth.test", {"token": "xoxb-old"}),
    ("channel_not_found", "chat.postMessage", {"channel": "C9", "text": "x"}),
    ("channel_not_found", "chat.postMessage", {"text": "x"}),
    ("channel_not_found", "chat.postMessage", {"channel": "G4", "text": "x"}),
    ("not_in_channel", "chat.postMessage", {"channel": "C2", "text": "x"}),
    ("is_archived", "chat.postMessage", {"channel": "C3", "text": "x"}),
    ("no_text", "chat.postMessage", {"channel": "C1"}),
    ("no_text", "chat.postMessage", {"channel": "C1", "text": "", "blocks": []}),
    ("invalid_blocks", "chat.postMessage", {"channel": "C1", "blocks": [{"type": "poem"}]}),
    ("invalid_metadata_format", "chat.postMessage", {"channel": "C1", "text": "x", "metadata": {"event_type": 1}}),
    ("invalid_metadata_format", "chat.postMessage", {"channel": "C1", "text": "x", "metadata": {"event_type": "x"}}),
    ("metadata_too_large", "chat.postMessage",
     {"channel": "C1", "text": "x", "metadata": {"event_type": "x", "event_payload": {"x": "y" * 20_000}}}),
    ("thread_not_found", "chat.postMessage", {"channel": "C1", "text": "x", "thread_ts": "1.0"}),
    ("message_not_found", "chat.update", {"channel": "C1", "ts": "1.0", "text": "x"}),
    ("message_not_found", "chat.delete", {"channel": "C1", "ts": "1.0"}),
    ("thread_not_found", "conversations.replies", {"channel": "C1", "ts": "1.0"}),
    ("not_in_channel", "conversations.history", {"channel": "C2"}),
    ("channel_not_found", "conversations.info", {"channel": "C9"}),
    ("invalid_limit", "conversations.history", {"channel": "C1", "limit": -1}),
)  # fmt: skip


@pytest.mark.parametrize(("error", "method", "arguments"), REFUSALS)
def test_a_refusal_comes_with_status_200(world: World, error: str, method: str, arguments: dict[str, Any]) -> None:
    told = world.ask(method, **arguments)
    assert (told["ok"], told["error"]) == (False, error)


def test_a_missing_scope_is_named(world: World) -> None:
    world.workspace.scopes.discard("channels:history")
    told = world.ask("conversations.history", channel="C1")
    assert (told["error"], told["needed"]) == ("missing_scope", "channels:history")
    assert "chat:write" in told["provided"]


def test_no_token_is_another_error_than_a_wrong_one(world: World) -> None:
    assert orjson.loads(world.send("/api/auth.test", {}).body)["error"] == "not_authed"


def test_a_channel_is_found_by_its_name_too(world: World) -> None:
    told = world.ask("chat.postMessage", channel="#okr-digest", text="x")
    assert told["channel"] == "C1"
    assert world.ask("conversations.info", channel="C2")["channel"]["is_member"] is False


def test_two_posts_in_the_same_microsecond_have_different_stamps(world: World) -> None:
    first, second = world.post("one"), world.post("two")
    assert first < second
    assert first == f"{int(NOON.timestamp())}.000000"


def test_a_post_can_be_found_again_by_its_metadata_where_it_is_asked_for(world: World) -> None:
    world.post("digest", metadata=KEY)
    assert "metadata" not in world.ask("conversations.history", channel="C1")["messages"][0]
    shown = world.ask("conversations.history", channel="C1", include_all_metadata=True)["messages"][0]
    assert shown["metadata"] == KEY


def test_history_is_newest_first_without_replies_and_comes_in_pages(world: World) -> None:
    parent = world.post("one")
    world.post("reply", thread_ts=parent)
    world.post("two")
    world.post("three")
    page = world.ask("conversations.history", channel="C1", limit=2)
    assert (texts(page), page["has_more"]) == (["three", "two"], True)
    rest = world.ask("conversations.history", channel="C1", limit=2, cursor=page["response_metadata"]["next_cursor"])
    assert (texts(rest), rest["has_more"], rest["response_metadata"]["next_cursor"]) == (["one"], False, "")


def test_history_between_two_stamps_leaves_them_out_unless_told(world: World) -> None:
    first = world.post("one")
    world.post("two")
    last = world.post("three")
    between = world.ask("conversations.history", channel="C1", oldest=first, latest=last)
    assert texts(between) == ["two"]
    inclusive = world.ask("conversations.history", channel="C1", oldest=first, latest=last, inclusive=True)
    assert texts(inclusive) == ["three", "two", "one"]


def test_a_reply_to_a_reply_is_in_the_same_thread(world: World) -> None:
    parent = world.post("parent")
    reply = world.post("reply", thread_ts=parent)
    world.post("answer", thread_ts=reply)
    told = world.ask("conversations.replies", channel="C1", ts=parent)
    assert texts(told) == ["parent", "reply", "answer"]


def test_an_update_keeps_the_stamp_and_what_it_does_not_name(world: World) -> None:
    ts = world.post("before", blocks=[SECTION], metadata=KEY)
    told = world.ask("chat.update", channel="C1", ts=ts, text="after")
    assert (told["ts"], told["text"]) == (ts, "after")
    shown = world.ask("conversations.history", channel="C1", include_all_metadata="true")["messages"]
    assert [(m["ts"], m["text"], m["blocks"], m["metadata"]) for m in shown] == [(ts, "after", [SECTION], KEY)]
    assert "edited" in shown[0]


def test_what_others_wrote_cannot_be_changed(world: World) -> None:
    theirs = world.workspace.post("C1", "hi", is_ours=False).ts
    assert world.ask("chat.update", channel="C1", ts=theirs, text="x")["error"] == "cant_update_message"
    assert world.ask("chat.delete", channel="C1", ts=theirs)["error"] == "cant_delete_message"


def test_a_deleted_parent_leaves_its_thread_which_takes_no_more_replies(world: World) -> None:
    parent = world.post("parent")
    world.post("reply", thread_ts=parent)
    assert world.ask("chat.delete", channel="C1", ts=parent)["ok"]
    told = world.ask("conversations.replies", channel="C1", ts=parent)
    assert [message.get("subtype") for message in told["messages"]] == ["tombstone", None]
    refused = world.ask("chat.postMessage", channel="C1", text="more", thread_ts=parent)
    assert refused["error"] == "cannot_reply_to_message"


def test_a_deleted_message_without_a_thread_is_gone(world: World) -> None:
    ts = world.post("oops")
    assert world.ask("chat.delete", channel="C1", ts=ts)["ok"]
    assert texts(world.ask("conversations.history", channel="C1")) == []
    assert world.ask("chat.delete", channel="C1", ts=ts)["error"] == "message_not_found"


def test_a_text_that_is_too_long_is_cut(world: World) -> None:
    world.post("x" * 40_001)
    assert len(texts(world.ask("conversations.history", channel="C1"))[0]) == 40_000


def test_one_post_a_second_and_channel_where_the_limit_is_on(world: World) -> None:
    world.workspace.limits_posts = True
    world.workspace.add_channel("C5", "another")
    world.post("one")
    bearer = {"authorization": f"Bearer {BOT_TOKEN}"}
    refused = world.send("/api/chat.postMessage", {"channel": "C1", "text": "two"}, bearer)
    assert (refused.status, refused.headers["Retry-After"]) == (429, "1")
    assert orjson.loads(refused.body) == {"ok": False, "error": "ratelimited"}
    assert world.ask("chat.postMessage", channel="C5", text="elsewhere")["ok"]
    world.at += timedelta(seconds=1)
    world.post("two")


def test_a_form_carries_blocks_as_json(world: World) -> None:
    body = urlencode({"token": BOT_TOKEN, "channel": "C1", "blocks": orjson.dumps([SECTION]).decode()}).encode()
    headers = {"content-type": "application/x-www-form-urlencoded"}
    answer = world.fake.answer(Request(method="POST", path="/api/chat.postMessage", headers=headers, body=body))
    assert orjson.loads(answer.body)["message"]["blocks"] == [SECTION]
    broken = body.replace(b"%5B", b"", 1)
    answer = world.fake.answer(Request(method="POST", path="/api/chat.postMessage", headers=headers, body=broken))
    assert orjson.loads(answer.body)["error"] == "invalid_blocks_format"


def test_a_get_reads_the_query(world: World) -> None:
    world.post("one")
    asked = Request(
        method="GET",
        path="/api/conversations.history",
        query={"channel": ("C1",)},
        headers={"authorization": f"Bearer {BOT_TOKEN}"},
    )
    assert texts(orjson.loads(world.fake.answer(asked).body)) == ["one"]


WEBHOOK: tuple[tuple[int, bytes, str, bytes], ...] = (
    (200, b"ok", WEBHOOK_PATH, b'{"text": "hello"}'),
    (404, b"no_service", "/services/T0/B0/x", b'{"text": "hello"}'),
    (400, b"no_text", WEBHOOK_PATH, b"{}"),
    (400, b"invalid_payload", WEBHOOK_PATH, b"{"),
    (400, b"invalid_blocks", WEBHOOK_PATH, b'{"blocks": [{"type": "poem"}]}'),
)


@pytest.mark.parametrize(("status", "body", "path", "sent"), WEBHOOK)
def test_the_webhook_answers_in_plain_text(world: World, status: int, body: bytes, path: str, sent: bytes) -> None:
    headers = {"content-type": "application/json"}
    answer = world.fake.answer(Request(method="POST", path=path, headers=headers, body=sent))
    assert (answer.status, answer.body) == (status, body)
    assert len(world.workspace.messages) == (status == 200)


def test_the_webhook_keeps_the_limit_and_respects_an_archived_channel(world: World) -> None:
    world.workspace.limits_posts = True
    assert world.send(WEBHOOK_PATH, {"text": "one"}).status == 200
    refused = world.send(WEBHOOK_PATH, {"text": "two"})
    assert (refused.status, refused.headers["Retry-After"]) == (429, "1")
    world.workspace.webhook_channel = "C3"
    assert world.send(WEBHOOK_PATH, {"text": "three"}).body == b"channel_is_archived"


def text_block(kind: str, length: int, of: str = "mrkdwn") -> dict[str, Any]:
    return {"type": kind, "text": {"type": of, "text": "x" * length}}


def element(length: int) -> dict[str, Any]:
    return {"type": "mrkdwn", "text": "x" * length}


def button(**more: Any) -> dict[str, Any]:
    return {"type": "button", "text": {"type": "plain_text", "text": "Link"}, **more}


def cells(rows: int, columns: int) -> dict[str, Any]:
    return {"type": "table", "rows": [[{"type": "raw_text", "text": "x"}] * columns] * rows}


BLOCKS: tuple[tuple[str, list[object], list[object]], ...] = (
    ("50 blocks", [{"type": "divider"}] * 50, [{"type": "divider"}] * 51),
    ("section text", [text_block("section", 3_000)], [text_block("section", 3_001)]),
    ("section without text", [SECTION], [{"type": "section"}]),
    ("section with an empty text", [SECTION], [text_block("section", 0)]),
    ("ten fields", [{"type": "section", "fields": [element(2_000)] * 10}],
     [{"type": "section", "fields": [element(9)] * 11}]),
    ("length of a field", [{"type": "section", "fields": [element(2_000)]}],
     [{"type": "section", "fields": [element(2_001)]}]),
    ("header", [text_block("header", 150, "plain_text")], [text_block("header", 151, "plain_text")]),
    ("kind of a header", [text_block("header", 9, "plain_text")], [text_block("header", 9)]),
    ("context", [{"type": "context", "elements": [element(9)] * 10}],
     [{"type": "context", "elements": [element(9)] * 11}]),
    ("actions", [{"type": "actions", "elements": [button()] * 25}], [{"type": "actions", "elements": [button()] * 26}]),
    ("button value", [{"type": "actions", "elements": [button(value="x" * 2_000)]}],
     [{"type": "actions", "elements": [button(value="x" * 2_001)]}]),
    ("button text", [{"type": "actions", "elements": [button()]}],
     [{"type": "actions", "elements": [button(text={"type": "plain_text", "text": "x" * 76})]}]),
    ("markdown", [{"type": "markdown", "text": "x" * 6_000}] * 2, [{"type": "markdown", "text": "x" * 6_001}] * 2),
    ("empty markdown", [{"type": "markdown", "text": "x"}], [{"type": "markdown", "text": ""}]),
    ("rows", [cells(100, 20)], [cells(101, 20)]),
    ("columns", [cells(1, 20)], [cells(1, 21)]),
    ("one table", [cells(1, 1)], [cells(1, 1), cells(1, 1)]),
    ("block_id", [{"type": "divider", "block_id": "x" * 255}], [{"type": "divider", "block_id": "x" * 256}]),
    ("block_id once", [{"type": "divider", "block_id": "a"}, {"type": "divider", "block_id": "b"}],
     [{"type": "divider", "block_id": "a"}, {"type": "divider", "block_id": "a"}]),
    ("unknown kind", [{"type": "rich_text", "elements": []}], [{"type": "poem"}]),
    ("no object", [SECTION], ["section"]),
)  # fmt: skip


@pytest.mark.parametrize(("name", "good", "bad"), BLOCKS, ids=[row[0] for row in BLOCKS])
def test_blocks_are_taken_up_to_their_limit_and_not_beyond(
    world: World, name: str, good: list[object], bad: list[object]
) -> None:
    assert world.ask("chat.postMessage", channel="C1", text=name, blocks=good)["ok"]
    refused = world.ask("chat.postMessage", channel="C1", text=name, blocks=bad)
    assert refused["error"] == "invalid_blocks"
    assert all("json-pointer:/blocks" in message for message in refused["response_metadata"]["messages"])
    assert len(world.workspace.messages) == 1
