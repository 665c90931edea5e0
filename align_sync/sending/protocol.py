"""What to do with a claimed message, and what an answer makes of it, so that each arrives once and none is lost.

Slack has no idempotency key. So the identifier of a message goes with it as metadata and is looked for before anything
is sent again, once the doubtful request is certainly over; and what still stands there twice is deleted later.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from enum import Enum, auto

from align_sync.sending.entry import Certainty, EntryState, OutboxEntry
from align_sync.sending.ledger import Change, Claim
from align_sync.sending.outcome import Delivered, Outcome, Refused

LEASE = timedelta(seconds=60)
SETTLE = timedelta(seconds=20)
"""How long after the end of a lease a request of its holder may still take effect, or its effect stay unseen."""
SEND_TIMEOUT = timedelta(seconds=15)
"""No request of a channel takes longer, all in all."""
PACE = timedelta(seconds=1)
"""Slack takes about one message a second and channel; the others do not mind."""
UNVERIFIABLE_AFTER = timedelta(hours=6)
LOOKS_AFTER = (timedelta(minutes=5), timedelta(minutes=30))
"""When it is looked whether a message stands there twice."""
FIRST_BACKOFF = timedelta(seconds=2)
LONGEST_BACKOFF = timedelta(minutes=5)


class Plan(Enum):
    POST = auto()
    LOOK = auto()
    HOLD = auto()


def is_due(entry: OutboxEntry, now: datetime) -> bool:
    """Whether it may be claimed; of parents and channels the ledger knows."""
    if entry.not_before_at is not None and entry.not_before_at > now:
        return False
    if entry.state is EntryState.SENDING:
        return entry.lease_until_at is None or entry.lease_until_at + SETTLE <= now
    return entry.state is EntryState.PENDING


def claimed(entry: OutboxEntry, owner: str, now: datetime) -> OutboxEntry:
    """From here on it may have been sent, whatever becomes of this process."""
    return replace(
        entry,
        state=EntryState.SENDING,
        attempts=entry.attempts + 1,
        fence=entry.fence + 1,
        owner=owner,
        lease_until_at=now + LEASE + (SETTLE if entry.maybe_sent else timedelta(0)),
        maybe_sent=True,
        first_send_at=entry.first_send_at or now,
        not_before_at=None,
    )


def claimed_look(entry: OutboxEntry, owner: str, now: datetime) -> OutboxEntry:
    """Nobody else looks after it for the time of a lease; one that dies meanwhile is made up for."""
    return replace(entry, fence=entry.fence + 1, owner=owner, look_again_at=now + LEASE)


def choose_plan(claim: Claim, certainty: Certainty) -> Plan:
    if not claim.was_maybe_sent or certainty is Certainty.IDEMPOTENT:
        return Plan.POST
    return Plan.LOOK if certainty is Certainty.VERIFIABLE else Plan.HOLD


def may_send(entry: OutboxEntry, held: OutboxEntry, now: datetime) -> bool:
    """`held` is the entry as it is now: ours, and for longer than a request takes."""
    is_ours = held.state is EntryState.SENDING and held.fence == entry.fence
    return is_ours and held.lease_until_at is not None and now + SEND_TIMEOUT < held.lease_until_at


def after_hold(claim: Claim, now: datetime) -> Change:
    """Nobody can tell whether an earlier attempt arrived."""
    del now
    reason = "an earlier attempt may have arrived, and this channel cannot be asked"
    return _hold(claim.entry, _said(reason, claim.entry.last_error))


def after_look(claim: Claim, found: Sequence[str], now: datetime) -> Change | None:
    """None where the message is not there: send it."""
    return _sent(claim.entry, found[0], now, now + LOOKS_AFTER[0]) if found else None


def after_unreadable(claim: Claim, reason: str, now: datetime, uniform: Callable[[float, float], float]) -> Change:
    """It is not sent again as long as nobody knows whether it is there; in the end a person decides."""
    entry = claim.entry
    if entry.first_send_at is not None and now - entry.first_send_at >= UNVERIFIABLE_AFTER:
        hours = UNVERIFIABLE_AFTER // timedelta(hours=1)
        return _hold(entry, f"an earlier attempt may have arrived, and for {hours} hours nobody could look: {reason}")
    return replace(_keep(entry, reason), lease_until_at=now, not_before_at=now + back_off(entry, uniform))


def give_back(claim: Claim, now: datetime) -> Change:
    """The lease ends too soon for a request; this claim has sent nothing."""
    entry = claim.entry
    if claim.was_maybe_sent:
        return replace(_keep(entry, entry.last_error), lease_until_at=now)
    return _wait(claim, entry.last_error, now)


def after_send(
    claim: Claim, outcome: Outcome, certainty: Certainty, now: datetime, uniform: Callable[[float, float], float]
) -> Change:
    entry = claim.entry
    if isinstance(outcome, Delivered):
        look_again_at = now + LOOKS_AFTER[0] if certainty is Certainty.VERIFIABLE else None
        return _sent(entry, outcome.external_id, now, look_again_at)
    if isinstance(outcome, Refused):
        return _after_refusal(claim, outcome, now, uniform)
    if certainty is Certainty.NONE:
        reason = "it may have arrived, and this channel cannot be asked"
        return _hold(entry, _said(reason, outcome.reason))
    if certainty is Certainty.IDEMPOTENT:
        again_at = now + back_off(entry, uniform)
        return replace(_keep(entry, outcome.reason), state=EntryState.PENDING, not_before_at=again_at)
    return replace(_keep(entry, outcome.reason), lease_until_at=now)


def _after_refusal(claim: Claim, outcome: Refused, now: datetime, uniform: Callable[[float, float], float]) -> Change:
    """A channel that takes nothing keeps its messages for the day when it is mended."""
    if outcome.closes_channel:
        return replace(_wait(claim, outcome.reason, now), closes=outcome.reason)
    if outcome.is_permanent and claim.was_maybe_sent:
        return _hold(claim.entry, _said("refused now, but an earlier attempt may have arrived", outcome.reason))
    if outcome.is_permanent:
        return replace(_wait(claim, outcome.reason, None), state=EntryState.DEAD)
    pause = max(outcome.retry_after or timedelta(0), back_off(claim.entry, uniform))
    return replace(_wait(claim, outcome.reason, now + pause), blocks_for=outcome.retry_after)


def after_sweep(entry: OutboxEntry, found: Sequence[str], now: datetime, *, is_clean: bool) -> Change:
    """The oldest copy stays, whoever sent which: what is kept must not hang on what this process happens to know.

    So the oldest of all is never deleted, even by two that see different copies. `is_clean` is False where a copy
    could not be deleted, or nobody could look.
    """
    sent_at = entry.sent_at or now
    later = next((sent_at + span for span in LOOKS_AFTER if sent_at + span > now), None)
    if not is_clean and now - sent_at < UNVERIFIABLE_AFTER:
        later = min(later or now + LOOKS_AFTER[0], now + LOOKS_AFTER[0])
    return replace(_sent(entry, found[0] if found else entry.external_id, sent_at, later), last_error=entry.last_error)


def surplus(found: Sequence[str]) -> Sequence[str]:
    """Of all copies, oldest first, those to be deleted."""
    return found[1:]


def back_off(entry: OutboxEntry, uniform: Callable[[float, float], float]) -> timedelta:
    """Full jitter, so that processes that failed together do not come back together."""
    longest = min(LONGEST_BACKOFF, FIRST_BACKOFF * 2 ** min(entry.attempts, 20))
    return timedelta(seconds=uniform(FIRST_BACKOFF.total_seconds() / 2, longest.total_seconds()))


def _said(what: str, reason: str) -> str:
    return f"{what}: {reason}" if reason else what


def _keep(entry: OutboxEntry, reason: str) -> Change:
    """Everything as it is, and what was said last."""
    return Change(
        state=entry.state,
        maybe_sent=entry.maybe_sent,
        first_send_at=entry.first_send_at,
        lease_until_at=entry.lease_until_at,
        not_before_at=entry.not_before_at,
        external_id=entry.external_id,
        last_error=reason,
        sent_at=entry.sent_at,
        look_again_at=entry.look_again_at,
    )


def _hold(entry: OutboxEntry, reason: str) -> Change:
    return replace(_keep(entry, reason), state=EntryState.HELD, lease_until_at=None, not_before_at=None)


def _wait(claim: Claim, reason: str, not_before_at: datetime | None) -> Change:
    """This attempt certainly had no effect; an earlier one that may have had still may."""
    entry = claim.entry
    return replace(
        _keep(entry, reason),
        state=EntryState.PENDING,
        lease_until_at=None,
        not_before_at=not_before_at,
        maybe_sent=claim.was_maybe_sent,
        first_send_at=entry.first_send_at if claim.was_maybe_sent else None,
    )


def _sent(entry: OutboxEntry, external_id: str, sent_at: datetime, look_again_at: datetime | None) -> Change:
    return replace(
        _keep(entry, ""),
        state=EntryState.SENT,
        lease_until_at=None,
        not_before_at=None,
        external_id=external_id,
        sent_at=sent_at,
        look_again_at=look_again_at,
    )
