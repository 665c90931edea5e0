"""What becomes of a message after each answer; the simulator tells whether it is right all together."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from align_sync.sending import protocol
from align_sync.sending.entry import Certainty, EntryState, OutboxEntry
from align_sync.sending.ledger import Change, Claim
from align_sync.sending.outcome import Delivered, Outcome, Refused, Unclear

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
VERIFIABLE, IDEMPOTENT, NONE = Certainty.VERIFIABLE, Certainty.IDEMPOTENT, Certainty.NONE
PENDING, SENDING, SENT = EntryState.PENDING, EntryState.SENDING, EntryState.SENT
HELD, DEAD = EntryState.HELD, EntryState.DEAD
CLOSED = Refused(reason="token_revoked", is_permanent=True, closes_channel=True)


def make_claim(*, again: bool = False, attempts: int = 0) -> Claim:
    entry = OutboxEntry(
        id="a",
        channel="pay",
        address="C1",
        dedupe_key="k",
        payload="{}",
        payload_hash="",
        state=PENDING,
        attempts=attempts,
        maybe_sent=again,
        first_send_at=NOON - timedelta(minutes=2) if again else None,
    )
    return Claim(entry=protocol.claimed(entry, "me", NOON), was_maybe_sent=again)


def judge(outcome: Outcome, certainty: Certainty = VERIFIABLE, *, again: bool = False) -> Change:
    return protocol.after_send(make_claim(again=again), outcome, certainty, NOON, lambda _low, high: high)


@pytest.mark.parametrize(
    ("outcome", "certainty", "again", "state", "maybe_sent"),
    [
        (Delivered("1.1"), VERIFIABLE, False, SENT, True),
        (Delivered(""), NONE, False, SENT, True),
        (Refused(reason="429"), VERIFIABLE, False, PENDING, False),
        (Refused(reason="429"), VERIFIABLE, True, PENDING, True),
        (Refused(reason="429"), NONE, False, PENDING, False),
        (Refused(reason="too long", is_permanent=True), VERIFIABLE, False, DEAD, False),
        (Refused(reason="too long", is_permanent=True), VERIFIABLE, True, HELD, True),
        (CLOSED, VERIFIABLE, False, PENDING, False),
        (CLOSED, VERIFIABLE, True, PENDING, True),
        (Unclear("reset"), VERIFIABLE, False, SENDING, True),
        (Unclear("reset"), IDEMPOTENT, False, PENDING, True),
        (Unclear("reset"), NONE, False, HELD, True),
    ],
)
def test_an_answer_makes_of_a_message(
    outcome: Outcome, certainty: Certainty, again: bool, state: EntryState, maybe_sent: bool
) -> None:
    change = judge(outcome, certainty, again=again)
    assert (change.state, change.maybe_sent) == (state, maybe_sent)
    assert (change.first_send_at is None) is not maybe_sent, "it is looked for from the first doubtful attempt on"


@pytest.mark.parametrize(
    ("again", "certainty", "plan"),
    [
        (False, VERIFIABLE, protocol.Plan.POST),
        (False, NONE, protocol.Plan.POST),
        (True, VERIFIABLE, protocol.Plan.LOOK),
        (True, IDEMPOTENT, protocol.Plan.POST),
        (True, NONE, protocol.Plan.HOLD),
    ],
)
def test_before_it_is_sent_again(again: bool, certainty: Certainty, plan: protocol.Plan) -> None:
    assert protocol.choose_plan(make_claim(again=again), certainty) is plan


def test_a_refusal_waits_as_long_as_it_was_told_to_and_so_does_its_channel() -> None:
    told = judge(Refused(reason="429", retry_after=90 * SECOND))
    assert (told.not_before_at, told.blocks_for) == (NOON + 90 * SECOND, 90 * SECOND)
    untold = judge(Refused(reason="no connection"))
    assert (untold.not_before_at, untold.blocks_for) == (NOON + 4 * SECOND, None)
    assert judge(CLOSED).closes == "token_revoked"
    assert judge(CLOSED).not_before_at == NOON, "whoever mends the channel waits for nothing"


def test_each_attempt_waits_longer_up_to_five_minutes() -> None:
    def waits(attempts: int) -> tuple[float, float]:
        entry = make_claim(attempts=attempts).entry
        shortest, longest = (protocol.back_off(entry, draw) for draw in (min, max))
        return shortest.total_seconds(), longest.total_seconds()

    assert [waits(attempts) for attempts in (0, 1, 5, 10, 5_000)] == [(1, 4), (1, 8), (1, 128), (1, 300), (1, 300)]


def test_nobody_who_cannot_look_sends_again() -> None:
    change = protocol.after_unreadable(make_claim(again=True), "ratelimited", NOON, lambda _low, high: high)
    assert (change.state, change.maybe_sent, change.last_error) == (SENDING, True, "ratelimited")
    assert change.lease_until_at == NOON, "so that others may send over the channel meanwhile"
    assert change.not_before_at is not None
    assert change.not_before_at > NOON


def test_after_six_hours_a_person_decides() -> None:
    claim = make_claim(again=True)
    assert claim.entry.first_send_at is not None
    at = claim.entry.first_send_at + protocol.UNVERIFIABLE_AFTER
    assert protocol.after_unreadable(claim, "gone", at - SECOND, max).state is SENDING
    held = protocol.after_unreadable(claim, "gone", at, max)
    assert held.state is HELD
    assert held.last_error == "an earlier attempt may have arrived, and for 6 hours nobody could look: gone"


def test_what_is_found_is_not_sent_again() -> None:
    claim = make_claim(again=True)
    assert protocol.after_look(claim, (), NOON) is None
    change = protocol.after_look(claim, ("1.1", "2.2"), NOON)
    assert change is not None
    assert (change.state, change.external_id) == (SENT, "1.1")
    assert change.look_again_at == NOON + protocol.LOOKS_AFTER[0]


@pytest.mark.parametrize(
    ("minutes", "found", "is_clean", "name", "again"),
    [
        (5, ("1",), True, "1", 30),
        (5, ("0", "1"), True, "0", 30),
        (5, (), True, "1", 30),
        (5, ("1",), False, "1", 10),
        (28, ("1",), False, "1", 30),
        (30, ("1",), True, "1", None),
        (30, ("1",), False, "1", 35),
        (400, ("1",), False, "1", None),
    ],
)
def test_the_sweep_keeps_the_oldest_and_comes_twice(
    minutes: int, found: tuple[str, ...], is_clean: bool, name: str, again: int | None
) -> None:
    entry = replace(make_claim().entry, state=SENT, external_id="1", sent_at=NOON)
    at = NOON + timedelta(minutes=minutes)
    change = protocol.after_sweep(entry, found, at, is_clean=is_clean)
    assert (change.state, change.external_id, change.sent_at) == (SENT, name, NOON)
    assert change.look_again_at == (None if again is None else NOON + timedelta(minutes=again))
    assert protocol.surplus(found) == found[1:]
