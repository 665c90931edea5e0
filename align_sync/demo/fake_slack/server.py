"""Slack's Web API and an incoming webhook over a workspace: errors come with status 200 and `ok: false`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from math import ceil
from urllib.parse import parse_qsl

import orjson

from align_sync.demo.fake_slack.blocks import check_blocks
from align_sync.demo.fake_slack.workspace import WEBHOOK_PATH, Channel, Message, SlackWorkspace
from align_sync.demo.http_messages import Request, Response, json_response

API = "/api/"
BOT, BOT_USER, TEAM = "B0ACME", "U0ACME", "T0ACME"
_PAGE, _LARGEST_PAGE = 100, 999
_LARGEST_PAYLOAD = 15_000
_JSON_ARGUMENTS = frozenset({"blocks", "attachments", "metadata"})
_TEXT = {"Content-Type": "text/html"}

Arguments = Mapping[str, object]
Told = dict[str, object]


class SlackError(Exception):
    """An answer of `ok: false`; `more` are further members of it."""

    def __init__(self, error: str, **more: object) -> None:
        super().__init__(error)
        self.error = error
        self.more = more


class ThrottledError(Exception):
    def __init__(self, wait: timedelta) -> None:
        super().__init__("ratelimited")
        self.headers = {"Retry-After": str(max(1, ceil(wait.total_seconds())))}


@dataclass(frozen=True, slots=True)
class _Method:
    scope: str | None
    run: Callable[[Arguments], Told]


class FakeSlack:
    """A `Fake` over one workspace; each answer is made under its lock."""

    name = "slack"

    def __init__(self, workspace: SlackWorkspace) -> None:
        self.workspace = workspace
        self._methods = {
            "auth.test": _Method(None, self._test),
            "chat.postMessage": _Method("chat:write", self._post),
            "chat.update": _Method("chat:write", self._update),
            "chat.delete": _Method("chat:write", self._delete),
            "conversations.info": _Method("channels:read", self._info),
            "conversations.history": _Method("channels:history", self._history),
            "conversations.replies": _Method("channels:history", self._replies),
        }

    def answer(self, request: Request) -> Response:
        with self.workspace.lock:
            if request.path.startswith("/services/"):
                return self._take_webhook(request)
            if not request.path.startswith(API):
                return Response(404, b"not found", _TEXT)
            try:
                told = {"ok": True, **self._call(request)}
            except SlackError as error:
                told = {"ok": False, "error": error.error, **error.more}
            except ThrottledError as error:
                return json_response({"ok": False, "error": "ratelimited"}, 429, error.headers)
            is_stranger = told.get("error") in {"not_authed", "invalid_auth", "unknown_method"}
            return json_response(told, headers={} if is_stranger else {"X-OAuth-Scopes": self._scopes()})

    def _scopes(self) -> str:
        return ",".join(sorted(self.workspace.scopes))

    def _call(self, request: Request) -> Told:
        name = request.path.removeprefix(API)
        method = self._methods.get(name)
        if method is None:
            raise SlackError("unknown_method", req_method=name)
        arguments = _read_arguments(request)
        self._sign_in(request, arguments)
        if (needed := self._needed(method, arguments)) is not None and needed not in self.workspace.scopes:
            raise SlackError("missing_scope", needed=needed, provided=self._scopes())
        return method.run(arguments)

    def _needed(self, method: _Method, arguments: Arguments) -> str | None:
        """Private channels have scopes of their own: `groups:read` and `groups:history`."""
        channel = self.workspace.find_channel(str(arguments.get("channel") or ""))
        is_private = channel is not None and channel.is_private
        return method.scope.replace("channels:", "groups:") if method.scope and is_private else method.scope

    def _sign_in(self, request: Request, arguments: Arguments) -> None:
        header = request.headers.get("authorization", "")
        token = header.removeprefix("Bearer ") or arguments.get("token")
        if not token:
            raise SlackError("not_authed")
        if token not in self.workspace.tokens:
            raise SlackError("invalid_auth")

    def _test(self, _: Arguments) -> Told:
        url = f"https://{self.workspace.name.lower().replace(' ', '-')}.slack.example/"
        names = {"team": self.workspace.name, "user": "align-sync"}
        return {"url": url, **names, "team_id": TEAM, "user_id": BOT_USER, "bot_id": BOT}

    def _post(self, arguments: Arguments) -> Told:
        channel = self._writable(arguments)
        blocks = _read_blocks(arguments)
        text = str(arguments.get("text") or "")
        if not (text or blocks or arguments.get("attachments")):
            raise SlackError("no_text")
        metadata = _read_metadata(arguments)
        thread_ts = self._thread(channel, arguments)
        self._admit(channel)
        message = self.workspace.post(channel.id, text, blocks=blocks or (), metadata=metadata, thread_ts=thread_ts)
        return {"channel": channel.id, "ts": message.ts, "message": _show(message, with_metadata=True)}

    def _update(self, arguments: Arguments) -> Told:
        channel = self._writable(arguments)
        message = self._own(channel, arguments, "cant_update_message")
        blocks = _read_blocks(arguments)
        text = arguments.get("text")
        if text is None and blocks is None:
            raise SlackError("no_text")
        metadata = _read_metadata(arguments)
        edited = self.workspace.edit(
            message, text=None if text is None else str(text), blocks=blocks, metadata=metadata
        )
        shown = _show(edited, with_metadata=True)
        return {"channel": channel.id, "ts": edited.ts, "text": edited.text, "message": shown}

    def _delete(self, arguments: Arguments) -> Told:
        channel = self._channel(arguments)
        message = self._own(channel, arguments, "cant_delete_message")
        self.workspace.delete(message)
        return {"channel": channel.id, "ts": message.ts}

    def _info(self, arguments: Arguments) -> Told:
        channel = self._channel(arguments)
        shown = {
            "id": channel.id,
            "name": channel.name,
            "is_channel": True,
            "is_member": channel.is_member,
            "is_archived": channel.is_archived,
            "is_private": channel.is_private,
        }
        return {"channel": shown}

    def _history(self, arguments: Arguments) -> Told:
        channel = self._readable(arguments)
        found = [message for message in self.workspace.history(channel.id) if _is_between(message, arguments)]
        return _page(found, arguments)

    def _replies(self, arguments: Arguments) -> Told:
        channel = self._readable(arguments)
        parent = self.workspace.find_message(channel.id, str(arguments.get("ts") or ""))
        if parent is None:
            raise SlackError("thread_not_found")
        replies = [message for message in self.workspace.replies_to(parent) if _is_between(message, arguments)]
        return _page([parent, *replies], arguments)

    def _channel(self, arguments: Arguments) -> Channel:
        channel = self.workspace.find_channel(str(arguments.get("channel") or ""))
        if channel is None:
            raise SlackError("channel_not_found")
        return channel

    def _readable(self, arguments: Arguments) -> Channel:
        channel = self._channel(arguments)
        if not channel.is_member:
            raise SlackError("not_in_channel")
        return channel

    def _writable(self, arguments: Arguments) -> Channel:
        channel = self._channel(arguments)
        if channel.is_archived:
            raise SlackError("is_archived")
        if not channel.is_member:
            raise SlackError("not_in_channel")
        return channel

    def _own(self, channel: Channel, arguments: Arguments, refusal: str) -> Message:
        message = self.workspace.find_message(channel.id, str(arguments.get("ts") or ""))
        if message is None or message.is_tombstone:
            raise SlackError("message_not_found")
        if not message.is_ours:
            raise SlackError(refusal)
        return message

    def _thread(self, channel: Channel, arguments: Arguments) -> str | None:
        """The parent's `ts`: a reply to a reply goes into the same thread."""
        asked = arguments.get("thread_ts")
        if not asked:
            return None
        parent = self.workspace.find_message(channel.id, str(asked))
        if parent is None:
            raise SlackError("thread_not_found")
        if parent.is_tombstone:
            raise SlackError("cannot_reply_to_message")
        return parent.thread_ts or parent.ts

    def _admit(self, channel: Channel) -> None:
        wait = self.workspace.wait_before_post(channel.id)
        if wait > timedelta(0):
            raise ThrottledError(wait)

    def _take_webhook(self, request: Request) -> Response:
        """Fixed to one channel; answers in plain text, and with a status of its own for each refusal."""
        channel = self.workspace.channels.get(self.workspace.webhook_channel or "")
        if request.path != WEBHOOK_PATH or channel is None:
            return Response(404, b"no_service", _TEXT)
        if channel.is_archived:
            return Response(410, b"channel_is_archived", _TEXT)
        try:
            arguments = _read_arguments(request)
            blocks = _read_blocks(arguments)
        except SlackError as error:
            refusal = b"invalid_payload" if error.error == "invalid_json" else error.error.encode()
            return Response(400, refusal, _TEXT)
        text = str(arguments.get("text") or "")
        if not (text or blocks or arguments.get("attachments")):
            return Response(400, b"no_text", _TEXT)
        try:
            self._admit(channel)
        except ThrottledError as error:
            return Response(429, b"ratelimited", _TEXT | error.headers)
        self.workspace.post(channel.id, text, blocks=blocks or ())
        return Response(200, b"ok", _TEXT)


def _read_arguments(request: Request) -> Arguments:
    """From the query, a JSON body, or a form, whose lists and objects are JSON in texts."""
    if request.headers.get("content-type", "").startswith("application/json"):
        try:
            body = request.json()
        except ValueError:
            raise SlackError("invalid_json") from None
        if not isinstance(body, dict):
            raise SlackError("json_not_object")
        return body
    sent: Told = {name: values[-1] for name, values in request.query.items()}
    sent |= dict(parse_qsl(request.body.decode("utf-8", "replace"), keep_blank_values=True))
    if isinstance(payload := sent.get("payload"), str):
        return _load_json("payload", payload, "invalid_json")
    return {
        name: _read_json(name, value) if name in _JSON_ARGUMENTS and isinstance(value, str) else value
        for name, value in sent.items()
    }


def _load_json(name: str, text: str, refusal: str) -> Told:
    value = _read_json(name, text, refusal)
    if not isinstance(value, dict):
        raise SlackError(refusal)
    return value


def _read_json(name: str, text: str, refusal: str | None = None) -> object:
    try:
        value: object = orjson.loads(text)
    except ValueError:
        raise SlackError(refusal or f"invalid_{name}_format") from None
    return value


def _read_blocks(arguments: Arguments) -> list[object] | None:
    """None where no blocks were sent."""
    blocks = arguments.get("blocks")
    if blocks is None:
        return None
    if faults := check_blocks(blocks):
        messages = [f"[ERROR] {fault}" for fault in faults]
        raise SlackError("invalid_blocks", errors=list(faults), response_metadata={"messages": messages})
    return list(blocks) if isinstance(blocks, list) else None


def _read_metadata(arguments: Arguments) -> Told | None:
    metadata = arguments.get("metadata")
    if metadata is None:
        return None
    if not isinstance(metadata, dict) or not isinstance(metadata.get("event_type"), str):
        raise SlackError("invalid_metadata_format")
    if not isinstance(metadata.get("event_payload"), dict):
        raise SlackError("invalid_metadata_format")
    if len(orjson.dumps(metadata["event_payload"])) > _LARGEST_PAYLOAD:
        raise SlackError("metadata_too_large")
    return metadata


def _show(message: Message, *, with_metadata: bool) -> Told:
    shown: Told = {"type": "message", "ts": message.ts, "text": message.text}
    shown |= {"user": BOT_USER, "bot_id": BOT} if message.is_ours else {"user": "U0OTHER"}
    if message.is_tombstone:
        shown["subtype"] = "tombstone"
    if message.blocks:
        shown["blocks"] = list(message.blocks)
    if message.thread_ts:
        shown["thread_ts"] = message.thread_ts
    if message.edited_ts:
        shown["edited"] = {"user": BOT_USER, "ts": message.edited_ts}
    if with_metadata and message.metadata:
        shown["metadata"] = message.metadata
    return shown


def _page(found: list[Message], arguments: Arguments) -> Told:
    """The cursor is the place of the next one."""
    start, size = _number(arguments, "cursor", 0), min(_number(arguments, "limit", _PAGE), _LARGEST_PAGE)
    if size < 1:
        raise SlackError("invalid_limit")
    with_metadata = str(arguments.get("include_all_metadata", "")).lower() in {"true", "1"}
    following = start + size
    has_more = following < len(found)
    return {
        "messages": [_show(message, with_metadata=with_metadata) for message in found[start:following]],
        "has_more": has_more,
        "response_metadata": {"next_cursor": str(following) if has_more else ""},
    }


def _number(arguments: Arguments, name: str, default: int) -> int:
    text = str(arguments.get(name) or default)
    if not text.isdecimal():
        raise SlackError(f"invalid_{name}")
    return int(text)


def _is_between(message: Message, arguments: Arguments) -> bool:
    """`oldest` and `latest` are left out themselves unless `inclusive` is on; times of Slack compare as texts."""
    oldest, latest = str(arguments.get("oldest") or ""), str(arguments.get("latest") or "")
    if str(arguments.get("inclusive", "")).lower() in {"true", "1"} and message.ts in {oldest, latest}:
        return True
    return message.ts > oldest and (not latest or message.ts < latest)
