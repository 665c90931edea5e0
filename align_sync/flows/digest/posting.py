"""The messages of a digest on their way into the outbox: for whom, under which key, in the place of which."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from uuid import UUID

import orjson
from sqlalchemy import Connection

from align_sync.app import App, draw_secret
from align_sync.digests.model import Digest, DigestKind, DigestState
from align_sync.digests.render.message import Message
from align_sync.digests.render.slack import say_overtaken
from align_sync.digests.words import LANGUAGES
from align_sync.flows.digest.made import FOR_ADMINISTRATORS
from align_sync.sending.entry import EntryState, OutboxEntry
from align_sync.settings_channels import ChannelKind, ChannelSettings
from align_sync.store.digests import load_messages
from align_sync.store.outbox import queue_entry

Payload = tuple[str, bool]
"""The JSON of a message, and whether it is a reply."""


def choose_channels(digest: Digest, channels: Mapping[str, ChannelSettings]) -> tuple[ChannelSettings, ...]:
    """Who gets it: the readers, or the administrators alone, or nobody."""
    if digest.state is DigestState.QUIET:
        return ()
    if digest.state in FOR_ADMINISTRATORS:
        return tuple(one for one in channels.values() if one.admin)
    if digest.kind is DigestKind.LEADERSHIP:
        return tuple(one for one in channels.values() if one.leadership)
    return tuple(one for one in channels.values() if one.serves(digest.team))


def language_of(app: App, channel: ChannelSettings) -> str:
    return (channel.language or app.settings.digest.language).value


def write_payload(message: Message) -> Payload:
    return orjson.dumps(message.payload, option=orjson.OPT_SORT_KEYS).decode(), message.is_reply


@cache
def fillers() -> frozenset[Payload]:
    """What replies become that a newer digest does not need, in any language."""
    return frozenset(write_payload(say_overtaken(language)) for language in LANGUAGES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Writes the messages of one digest down; what it is given a connection for is its caller's transaction."""

    app: App
    connection: Connection
    digest: Digest
    digest_id: int

    def queue(self, channel: ChannelSettings, number: int, messages: Sequence[Message], *, may_change: bool) -> int:
        """Where the channel can change what it sent, what stands there from this week is changed. Returns how many."""
        earlier = self._find_earlier(channel) if may_change and channel.kind is ChannelKind.SLACK else {}
        payloads = [write_payload(message) for message in messages]
        surplus = write_payload(say_overtaken(language_of(self.app, channel)))
        payloads += [surplus] * (max(earlier, default=-1) + 1 - len(payloads))
        return self.write(channel, str(number), payloads, earlier)

    def write(
        self, channel: ChannelSettings, number: str, payloads: Sequence[Payload], earlier: Mapping[int, str]
    ) -> int:
        first: str | None = None
        for part, (payload, is_reply) in enumerate(payloads):
            entry = OutboxEntry(
                id=str(UUID(bytes=draw_secret(16), version=4)),
                channel=channel.name,
                address=channel.address,
                dedupe_key=f"{self._key(channel.name)}{number}:{part}",
                payload=payload,
                payload_hash=hashlib.sha256(payload.encode()).hexdigest(),
                state=EntryState.PENDING,
                digest_id=self.digest_id,
                parent_id=first if is_reply else None,
                replaces_id=earlier.get(part),
            )
            queue_entry(self.connection, entry, self.app.now())
            first = first or entry.id
        return len(payloads)

    def _key(self, channel: str) -> str:
        return f"digest:{self.digest.kind}:{self.digest.team}:{self.digest.week}:{channel}:"

    def _find_earlier(self, channel: ChannelSettings) -> dict[int, str]:
        """By part the newest message of this week that stands, or will stand, in the channel."""
        own = self.digest
        found: dict[int, str] = {}
        for one in load_messages(self.connection, own.kind, own.team, own.week, channel.name):
            is_there = one.state is not EntryState.DEAD and one.address == channel.address
            if is_there and one.number.isdecimal():
                found.setdefault(one.part, one.id)
        # What hangs on a message that is not there is not there either.
        return found if 0 in found else {}
