"""The ledger of the sending protocol in plain objects, for a simulator that plays thousands of schedules.

That it does what the store does is a test of its own: `test_outbox_ledger.py` runs both.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from align_sync.sending import protocol
from align_sync.sending.entry import EntryState, OutboxEntry
from align_sync.sending.ledger import Claim, Destination, Judge, Ledger, Wait

_OPEN = (EntryState.PENDING, EntryState.SENDING)


@dataclass(slots=True)
class MemoryChannel:
    disabled_for: str = ""
    reason: str = ""
    blocked_until_at: datetime | None = None


@dataclass(slots=True)
class MemoryRows:
    """What all processes share. `checks_fence` off is a known bug, to be found by the tests."""

    rows: dict[str, OutboxEntry] = field(default_factory=dict)
    channels: dict[str, MemoryChannel] = field(default_factory=dict)
    checks_fence: bool = True

    def of(self, owner: str) -> Ledger:
        return MemoryLedger(owner, self.rows, self.channels, self.checks_fence)

    def entries(self) -> tuple[OutboxEntry, ...]:
        return tuple(self.rows.values())

    def find(self, entry_id: str) -> OutboxEntry:
        return self.rows[entry_id]

    def queue(self, entry: OutboxEntry, now: datetime) -> bool:
        if any(one.dedupe_key == entry.dedupe_key for one in self.rows.values()):
            return False
        same = (one.created_at for one in self.rows.values() if one.channel == entry.channel)
        last_at = max((at for at in same if at is not None), default=None)
        created_at = entry.created_at or now
        if last_at is not None and last_at >= created_at:
            created_at = last_at + timedelta(microseconds=1)
        self.rows[entry.id] = replace(entry, created_at=created_at)
        return True


@dataclass(slots=True)
class MemoryLedger:
    owner: str
    rows: dict[str, OutboxEntry]
    channels: dict[str, MemoryChannel]
    checks_fence: bool

    def claim(self, to: Destination, now: datetime) -> Claim | Wait | None:
        channel = self.channels.setdefault(to.channel, MemoryChannel())
        if channel.disabled_for == to.fingerprint:
            return None
        if channel.disabled_for:
            self.channels[to.channel] = channel = MemoryChannel()
        if (busy := self._busy(to, channel, now)) > timedelta(0):
            return Wait(busy)
        entry = min(
            (one for one in self.rows.values() if self._is_ready(one, to, now)),
            key=lambda one: (one.created_at, one.id),
            default=None,
        )
        if entry is None:
            return None
        claim = Claim(entry=protocol.claimed(self._joined(entry), self.owner, now), was_maybe_sent=entry.maybe_sent)
        self.rows[entry.id] = claim.entry
        self._block(channel, now + protocol.PACE)
        return claim

    def may_send(self, entry: OutboxEntry, now: datetime) -> bool:
        return protocol.may_send(entry, self.rows[entry.id], now)

    def record(self, entry: OutboxEntry, to: Destination, judge: Judge, now: datetime) -> bool:
        held = self.rows[entry.id]
        change = judge(now)
        if self.checks_fence and (held.fence != entry.fence or held.state is not entry.state):
            return False
        self.rows[entry.id] = replace(
            held,
            state=change.state,
            maybe_sent=change.maybe_sent,
            first_send_at=change.first_send_at,
            lease_until_at=change.lease_until_at,
            not_before_at=change.not_before_at,
            external_id=change.external_id,
            last_error=change.last_error,
            sent_at=change.sent_at,
            look_again_at=change.look_again_at,
        )
        channel = self.channels.setdefault(to.channel, MemoryChannel())
        if change.blocks_for is not None:
            self._block(channel, now + change.blocks_for)
        if change.closes:
            channel.disabled_for, channel.reason = to.fingerprint, change.closes
        return True

    def claim_look(self, to: Destination, now: datetime) -> OutboxEntry | None:
        if self.channels.setdefault(to.channel, MemoryChannel()).disabled_for == to.fingerprint:
            return None
        due = [
            (one.look_again_at, one.id)
            for one in self.rows.values()
            if _leads(one, to)
            and one.state is EntryState.SENT
            and one.look_again_at is not None
            and one.look_again_at <= now
        ]
        if not due:
            return None
        entry = self._joined(self.rows[min(due)[1]])
        self.rows[entry.id] = ours = protocol.claimed_look(entry, self.owner, now)
        return ours

    def _is_ready(self, entry: OutboxEntry, to: Destination, now: datetime) -> bool:
        if entry.state not in _OPEN or not _leads(entry, to) or not protocol.is_due(entry, now):
            return False
        if not (self._is_sent(entry.parent_id) and self._is_sent(entry.replaces_id)):
            return False
        if entry.parent_id is None or entry.created_at is None:
            return True
        return not any(
            one.parent_id == entry.parent_id
            and one.state in _OPEN
            and one.created_at is not None
            and one.created_at < entry.created_at
            for one in self.rows.values()
        )

    def _is_sent(self, entry_id: str | None) -> bool:
        return entry_id is None or self.rows[entry_id].state is EntryState.SENT

    def _joined(self, entry: OutboxEntry) -> OutboxEntry:
        """With the names of what it hangs on and replaces."""
        if entry.parent_id is None and entry.replaces_id is None:
            return entry
        named = [
            self.rows[one].external_id if one is not None and self._is_sent(one) else None
            for one in (entry.parent_id, entry.replaces_id)
        ]
        return replace(entry, parent_external_id=named[0], replaces_external_id=named[1])

    def _busy(self, to: Destination, channel: MemoryChannel, now: datetime) -> timedelta:
        ends = [channel.blocked_until_at] if channel.blocked_until_at is not None else []
        ends += [
            one.lease_until_at
            for one in self.rows.values()
            if one.state is EntryState.SENDING and one.channel == to.channel and one.lease_until_at is not None
        ]
        return max(ends, default=now) - now

    def _block(self, channel: MemoryChannel, until_at: datetime) -> None:
        if channel.blocked_until_at is None or channel.blocked_until_at < until_at:
            channel.blocked_until_at = until_at


def _leads(entry: OutboxEntry, to: Destination) -> bool:
    return entry.channel == to.channel and entry.address == to.address
