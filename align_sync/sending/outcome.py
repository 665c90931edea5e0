"""What became of one attempt to send: a definite yes, a definite no, or nobody knows."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Delivered:
    """`external_id` is what the message is called out there (Slack's `ts`), empty where it has no name."""

    external_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """Certainly not sent.

    `is_permanent` says that trying again is pointless, `closes_channel` that this holds for every message of the
    channel: a revoked token, a channel that is gone.
    """

    reason: str
    retry_after: timedelta | None = None
    is_permanent: bool = False
    closes_channel: bool = False


@dataclass(frozen=True, slots=True)
class Unclear:
    """The request left, and no answer tells whether it took effect."""

    reason: str


Outcome = Delivered | Refused | Unclear
