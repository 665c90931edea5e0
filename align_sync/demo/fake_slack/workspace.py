"""What a pretended Slack workspace holds, and the switches by which a test makes it difficult."""

import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

BOT_TOKEN = "xoxb-demo"
WEBHOOK_PATH = "/services/T0ACME/B0ACME/demo"
SCOPES = ("chat:write", "channels:read", "channels:history")
LONGEST_TEXT = 40_000
POST_EVERY = timedelta(seconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    id: str
    name: str
    is_member: bool = True
    is_archived: bool = False
    is_private: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """`is_ours` tells the bot's own messages, the only ones that it may change; a tombstone is a deleted parent."""

    ts: str
    channel: str
    text: str
    blocks: tuple[object, ...] = ()
    metadata: Mapping[str, object] | None = None
    thread_ts: str | None = None
    is_ours: bool = True
    is_tombstone: bool = False
    edited_ts: str | None = None

    @property
    def is_reply(self) -> bool:
        return self.thread_ts is not None and self.thread_ts != self.ts


@dataclass(slots=True)
class SlackWorkspace:
    """Every method may be called while the server answers. `limits_posts` and `scopes` may be set at any time."""

    clock: Callable[[], datetime]
    name: str = "Demo"
    tokens: set[str] = field(default_factory=lambda: {BOT_TOKEN})
    scopes: set[str] = field(default_factory=lambda: set(SCOPES))
    webhook_channel: str | None = None
    limits_posts: bool = False
    channels: dict[str, Channel] = field(default_factory=dict)
    messages: dict[tuple[str, str], Message] = field(default_factory=dict)
    lock: threading.RLock = field(default_factory=threading.RLock)
    _last_micros: int = 0
    _posted_at: dict[str, datetime] = field(default_factory=dict)

    def add_channel(
        self,
        channel_id: str,
        name: str,
        *,
        is_member: bool = True,
        is_archived: bool = False,
        is_private: bool = False,
    ) -> Channel:
        """The first one is where the webhook posts."""
        with self.lock:
            channel = Channel(
                id=channel_id, name=name, is_member=is_member, is_archived=is_archived, is_private=is_private
            )
            self.channels[channel_id] = channel
            self.webhook_channel = self.webhook_channel or channel_id
            return channel

    def find_channel(self, id_or_name: str) -> Channel | None:
        """A private channel that the bot is not in does not exist for it."""
        with self.lock:
            name = id_or_name.removeprefix("#")
            found = self.channels.get(id_or_name) or next(
                (channel for channel in self.channels.values() if channel.name == name), None
            )
            return None if found is not None and found.is_private and not found.is_member else found

    def find_message(self, channel_id: str, ts: str) -> Message | None:
        with self.lock:
            return self.messages.get((channel_id, ts))

    def wait_before_post(self, channel_id: str) -> timedelta:
        """How long this channel takes no message; nothing unless the limit is on. A post that may go is counted."""
        with self.lock:
            now, last_at = self.clock(), self._posted_at.get(channel_id)
            if self.limits_posts and last_at is not None and now - last_at < POST_EVERY:
                return POST_EVERY - (now - last_at)
            self._posted_at[channel_id] = now
            return timedelta(0)

    def post(
        self,
        channel_id: str,
        text: str,
        *,
        blocks: Iterable[object] = (),
        metadata: Mapping[str, object] | None = None,
        thread_ts: str | None = None,
        is_ours: bool = True,
    ) -> Message:
        """Texts that are too long are cut, as Slack does. With `is_ours` off somebody else wrote it."""
        with self.lock:
            message = Message(
                ts=self._next_ts(),
                channel=channel_id,
                text=text[:LONGEST_TEXT],
                blocks=tuple(blocks),
                metadata=metadata,
                thread_ts=thread_ts,
                is_ours=is_ours,
            )
            self.messages[channel_id, message.ts] = message
            return message

    def edit(
        self,
        message: Message,
        *,
        text: str | None,
        blocks: Iterable[object] | None,
        metadata: Mapping[str, object] | None,
    ) -> Message:
        """What is None stays as it is; the `ts` stays in any case."""
        with self.lock:
            edited = replace(
                message,
                text=message.text if text is None else text[:LONGEST_TEXT],
                blocks=message.blocks if blocks is None else tuple(blocks),
                metadata=message.metadata if metadata is None else metadata,
                edited_ts=self._next_ts(),
            )
            self.messages[edited.channel, edited.ts] = edited
            return edited

    def delete(self, message: Message) -> None:
        """A parent leaves a tombstone, and its thread stays."""
        with self.lock:
            if self.replies_to(message):
                gone = replace(message, text="This message was deleted.", blocks=(), metadata=None, is_tombstone=True)
                self.messages[message.channel, message.ts] = gone
            else:
                del self.messages[message.channel, message.ts]

    def replies_to(self, parent: Message) -> tuple[Message, ...]:
        """Oldest first."""
        with self.lock:
            return tuple(
                message
                for message in self.messages.values()
                if message.channel == parent.channel and message.is_reply and message.thread_ts == parent.ts
            )

    def history(self, channel_id: str) -> tuple[Message, ...]:
        """Newest first, replies left out."""
        with self.lock:
            found = [one for one in self.messages.values() if one.channel == channel_id and not one.is_reply]
            return tuple(sorted(found, key=lambda message: message.ts, reverse=True))

    def _next_ts(self) -> str:
        """Seconds and microseconds of the clock; never the same twice, since Slack uses it as an identifier."""
        self._last_micros = max(round(self.clock().timestamp() * 1_000_000), self._last_micros + 1)
        seconds, micros = divmod(self._last_micros, 1_000_000)
        return f"{seconds}.{micros:06}"
