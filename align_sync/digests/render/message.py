"""What a renderer hands to a channel."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Message:
    """One message for the outbox; `is_reply` goes below the first one of the digest, where a channel has threads."""

    payload: dict[str, object]
    is_reply: bool = False
