"""The pretended Slack tells what a token may, and asks for scopes of their own where a channel is private."""

from datetime import UTC, datetime
from typing import Any

import orjson

from align_sync.demo.fake_slack import BOT_TOKEN, FakeSlack, SlackWorkspace
from align_sync.demo.http_messages import Request, Response

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def ask(workspace: SlackWorkspace, method: str, token: str = BOT_TOKEN, **arguments: Any) -> Response:
    headers = {"content-type": "application/json", "authorization": f"Bearer {token}"}
    request = Request(method="POST", path=f"/api/{method}", headers=headers, body=orjson.dumps(arguments))
    return FakeSlack(workspace).answer(request)


def test_scopes_are_told_to_whom_they_belong() -> None:
    workspace = SlackWorkspace(lambda: NOON)
    assert ask(workspace, "auth.test").headers["X-OAuth-Scopes"] == "channels:history,channels:read,chat:write"
    workspace.scopes = {"channels:read"}
    assert ask(workspace, "chat.postMessage", channel="C1").headers["X-OAuth-Scopes"] == "channels:read"
    assert "X-OAuth-Scopes" not in ask(workspace, "auth.test", token="xoxb-other").headers


def test_a_private_channel_needs_scopes_of_its_own() -> None:
    workspace = SlackWorkspace(lambda: NOON)
    workspace.add_channel("G1", "leads", is_private=True)
    told = orjson.loads(ask(workspace, "conversations.history", channel="G1").body)
    assert (told["error"], told["needed"]) == ("missing_scope", "groups:history")
    workspace.scopes = {"chat:write", "groups:history"}
    assert orjson.loads(ask(workspace, "conversations.history", channel="G1").body)["ok"]
    assert orjson.loads(ask(workspace, "chat.postMessage", channel="G1", text="x").body)["ok"]
