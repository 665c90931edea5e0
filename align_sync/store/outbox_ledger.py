"""The ledger of the sending protocol over the database: each call is one transaction."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from align_sync.sending import protocol
from align_sync.sending.entry import EntryState, OutboxEntry
from align_sync.sending.ledger import Change, Claim, Destination, Judge, Wait
from align_sync.store.channels import block_channel, disable_channel, enable_channel, lock_channel, wait_of
from align_sync.store.clock import tell_time
from align_sync.store.engine import Store
from align_sync.store.outbox import find_busy_until, find_entry, lock_due, lock_look, update_entry

_CLAIMED = (EntryState.PENDING, EntryState.SENDING)


@dataclass(frozen=True, slots=True)
class StoreLedger:
    """`owner` names this process."""

    store: Store
    owner: str

    def claim(self, to: Destination, now: datetime) -> Claim | Wait | None:
        with self.store.write() as connection:
            now = tell_time(connection, now)
            free = _take_channel(connection, to, now)
            if free is not None:
                return free if free.span else None
            entry = lock_due(connection, to.channel, to.address, now)
            if entry is None:
                return None
            ours = protocol.claimed(entry, self.owner, now)
            values = {name: getattr(ours, name) for name in _CLAIM_SETS} | {"state": ours.state.value}
            if not update_entry(connection, entry, values, states=_CLAIMED):
                return None
            block_channel(connection, to.channel, now + protocol.PACE)
            return Claim(entry=ours, was_maybe_sent=entry.maybe_sent)

    def may_send(self, entry: OutboxEntry, now: datetime) -> bool:
        with self.store.write() as connection:
            held = find_entry(connection, entry.id)
            return held is not None and protocol.may_send(entry, held, tell_time(connection, now))

    def record(self, entry: OutboxEntry, to: Destination, judge: Judge, now: datetime) -> bool:
        with self.store.write() as connection:
            now = tell_time(connection, now)
            change = judge(now)
            if not update_entry(connection, entry, _values(change), states=(entry.state,)):
                return False
            if change.blocks_for is not None:
                block_channel(connection, to.channel, now + change.blocks_for)
            if change.closes:
                disable_channel(connection, to, change.closes, now)
            return True

    def claim_look(self, to: Destination, now: datetime) -> OutboxEntry | None:
        with self.store.write() as connection:
            now = tell_time(connection, now)
            state = lock_channel(connection, to.channel)
            if state is None or state.is_closed_to(to.fingerprint):
                return None
            entry = lock_look(connection, to.channel, to.address, now)
            if entry is None:
                return None
            ours = protocol.claimed_look(entry, self.owner, now)
            values = {"fence": ours.fence, "owner": ours.owner, "look_again_at": ours.look_again_at}
            return ours if update_entry(connection, entry, values, states=(EntryState.SENT,)) else None


_CLAIM_SETS = ("attempts", "fence", "owner", "lease_until_at", "maybe_sent", "first_send_at", "not_before_at")
_NOTHING = Wait(timedelta(0))


def _take_channel(connection: Connection, to: Destination, now: datetime) -> Wait | None:
    """None where it is ours for this transaction; a wait of no length where it takes nothing from us now."""
    state = lock_channel(connection, to.channel)
    if state is None or state.is_closed_to(to.fingerprint):
        return _NOTHING
    if state.disabled_at is not None:
        enable_channel(connection, to.channel)
    busy_until = find_busy_until(connection, to.channel, now)
    busy = max(wait_of(state, now), busy_until - now if busy_until else timedelta(0))
    return Wait(busy) if busy else None


def _values(change: Change) -> dict[str, object]:
    return {
        "state": change.state.value,
        "maybe_sent": change.maybe_sent,
        "first_send_at": change.first_send_at,
        "lease_until_at": change.lease_until_at,
        "not_before_at": change.not_before_at,
        "external_id": change.external_id,
        "last_error": change.last_error,
        "sent_at": change.sent_at,
        "look_again_at": change.look_again_at,
    }
