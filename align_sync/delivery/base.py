"""What every channel offers; none retries by itself, and none decides whether to send again."""

from dataclasses import dataclass
from typing import Protocol

from align_sync.errors import AlignSyncError
from align_sync.sending.entry import Certainty, OutboxEntry
from align_sync.sending.outcome import Outcome


class UnreadableError(AlignSyncError):
    """It cannot be told whether a message is out there; ask again later."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelCheck:
    """One thing that was tried, for `doctor`: `is_fine` None means a warning. `advice` is the mending command."""

    name: str
    is_fine: bool | None
    says: str
    advice: str = ""


class Channel(Protocol):
    """`send`, `find` and `delete` never raise for what the other side does; `find` alone raises `UnreadableError`."""

    @property
    def name(self) -> str: ...

    @property
    def address(self) -> str: ...

    @property
    def certainty(self) -> Certainty: ...

    def send(self, entry: OutboxEntry) -> Outcome:
        """One attempt: a new message, a reply where `parent_id` is set, an edit where `replaces_id` is."""
        ...

    def find(self, entry: OutboxEntry) -> tuple[str, ...]:
        """The external identifiers of all copies with this key, oldest first."""
        ...

    def delete(self, entry: OutboxEntry, external_id: str) -> Outcome: ...

    def check(self) -> tuple[ChannelCheck, ...]:
        """Without posting anything."""
        ...

    def close(self) -> None: ...
