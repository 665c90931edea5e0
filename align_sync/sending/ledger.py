"""What the protocol asks of the place where entries are kept: each call is one transaction, over before a request."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from align_sync.sending.entry import EntryState, OutboxEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """A channel of the settings. Entries that were written for another address are left alone.

    `fingerprint` is that of the settings: a channel that was disabled is tried again under others.
    """

    channel: str
    address: str
    fingerprint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """An entry that is ours until its lease ends; `was_maybe_sent` tells that an earlier attempt may have arrived."""

    entry: OutboxEntry
    was_maybe_sent: bool


@dataclass(frozen=True, slots=True)
class Wait:
    """Something is due after this span: the channel takes a message a second, or another process is at work."""

    span: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What becomes of an entry, and of its channel: `blocks_for` lets it rest, `closes` disables it for a reason."""

    state: EntryState
    maybe_sent: bool
    first_send_at: datetime | None
    lease_until_at: datetime | None
    not_before_at: datetime | None
    external_id: str
    last_error: str
    sent_at: datetime | None
    look_again_at: datetime | None
    blocks_for: timedelta | None = None
    closes: str = ""


Judge = Callable[[datetime], Change]
"""Asked for the change with the time by the clock that leases go by."""


class Ledger(Protocol):
    """`now` counts where the ledger has no clock of its own."""

    def claim(self, to: Destination, now: datetime) -> Claim | Wait | None:
        """The oldest entry that is due. None where there is none, or the channel is disabled."""
        ...

    def may_send(self, entry: OutboxEntry, now: datetime) -> bool:
        """Whether it is still ours, for long enough to end a request."""
        ...

    def record(self, entry: OutboxEntry, to: Destination, judge: Judge, now: datetime) -> bool:
        """False where another process has taken it over: then nothing is written."""
        ...

    def claim_look(self, to: Destination, now: datetime) -> OutboxEntry | None:
        """A sent entry of which it is time to look whether it stands there twice."""
        ...
