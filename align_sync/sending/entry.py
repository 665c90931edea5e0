"""A rendered message that waits to be sent, or was."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class EntryState(StrEnum):
    """`SENDING` is claimed, and perhaps sent; `HELD` waits for a person; `DEAD` was refused for good."""

    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    DEAD = "dead"
    HELD = "held"


class Certainty(StrEnum):
    """What a channel offers after an unclear failure."""

    IDEMPOTENT = "the receiver drops what it has: send again"
    VERIFIABLE = "it can be looked up whether the message is there"
    NONE = "nobody can tell: a person decides"


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxEntry:
    """`id` is a UUID made before the first attempt, and travels with the message as its key.

    `payload` is the JSON that the channel sends, rendered once; `parent_external_id` and `replaces_external_id` are
    what the messages that it hangs on or replaces are called out there, None until those are sent.
    """

    id: str
    channel: str
    address: str
    dedupe_key: str
    payload: str
    payload_hash: str
    state: EntryState
    digest_id: int | None = None
    parent_id: str | None = None
    replaces_id: str | None = None
    parent_external_id: str | None = None
    replaces_external_id: str | None = None
    attempts: int = 0
    fence: int = 0
    owner: str | None = None
    lease_until_at: datetime | None = None
    maybe_sent: bool = False
    first_send_at: datetime | None = None
    external_id: str = ""
    not_before_at: datetime | None = None
    last_error: str = ""
    created_at: datetime | None = None
    sent_at: datetime | None = None
    look_again_at: datetime | None = None
    resolved_by: str = ""
