"""What was made before: listed, and sent once more exactly as it was."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from align_sync.app import App
from align_sync.digests.model import Digest, DigestKind
from align_sync.digests.render import render_messages
from align_sync.errors import UserError
from align_sync.flows.digest.made import MadeDigest, name_of
from align_sync.flows.digest.posting import Desk, Payload, choose_channels, fillers, language_of, write_payload
from align_sync.store.digests import (
    NEWEST,
    StoredDigest,
    StoredMessage,
    count_messages,
    find_digest,
    load_digests,
    load_messages,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldDigest:
    """A digest that was made, and how many of its messages are in which state."""

    number: int
    digest: Digest
    messages: Mapping[str, int]


def list_digests(
    app: App, *, kind: DigestKind | None = None, team: str | None = None, newest: int = NEWEST
) -> tuple[ToldDigest, ...]:
    """The newest first."""
    with app.store.read() as connection:
        return tuple(
            ToldDigest(number=one.number, digest=one.digest, messages=count_messages(connection, one.id))
            for one in load_digests(connection, kind=kind, team=team, newest=newest)
        )


def find_made(app: App, kind: DigestKind, team: str, week: str) -> StoredDigest:
    """The one in force for the week. Raises `UserError` where none was made."""
    with app.store.read() as connection:
        return _found(find_digest(connection, kind, team, week), week)


def _found(one: StoredDigest | None, week: str) -> StoredDigest:
    if one is None:
        raise UserError(f"no digest was made for {week}", where="WEEK", advice="look: align-sync digest history")
    return one


def resend(app: App, kind: DigestKind, team: str, week: str) -> MadeDigest:
    """The messages of the one in force, byte for byte, as new ones. Raises `UserError` where none was made."""
    with app.store.write() as connection:
        found = _found(find_digest(connection, kind, team, week), week)
        desk = Desk(app=app, connection=connection, digest=found.digest, digest_id=found.id)
        channels = choose_channels(found.digest, app.settings.channels)
        queued = 0
        for channel in channels:
            sent = load_messages(connection, kind, team, week, channel.name)
            payloads = _as_it_was(sent, found) or [
                write_payload(message)
                for message in render_messages(found.digest, channel.kind.value, language_of(app, channel))
            ]
            again = f"{found.number}-again-"
            times = len({one.number for one in sent if one.number.startswith(again)})
            queued += desk.write(channel, f"{again}{times + 1}", payloads, {})
    where = ", ".join(channel.name for channel in channels) or "nobody, since no channel gets it"
    says = f"{name_of(found.digest)}: {week} once more, to {where}"
    return MadeDigest(digest_id=found.id, digest=found.digest, entries=queued, says=says)


def _as_it_was(sent: Sequence[StoredMessage], one: StoredDigest) -> list[Payload]:
    """What was written down for it the first time; nothing where it never was, or was removed since.

    What only emptied a place in the thread of an earlier one has no place in a new thread.
    """
    own = sorted((message for message in sent if message.number == str(one.number)), key=lambda message: message.part)
    told = ((message.payload, message.is_reply) for message in own)
    return [payload for payload in told if payload not in fillers()]
