"""The protocol step by step: claim, look, check, send, record; never a request inside a transaction.

It pauses before each step that others can see, so that a test may let others work there, or end the process.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto
from typing import Protocol

from align_sync.delivery.base import Channel, UnreadableError
from align_sync.flows.deliver.result import CLOSED, DEAD, HEALED, HELD, OVERTAKEN, REFUSED, SENT, UNCLEAR
from align_sync.sending import protocol
from align_sync.sending.entry import Certainty, EntryState, OutboxEntry
from align_sync.sending.ledger import Change, Claim, Destination, Judge, Ledger, Wait
from align_sync.sending.outcome import Delivered, Outcome, Refused, Unclear

LONGEST_WAIT = 2 * protocol.PACE


class Step(Enum):
    """What comes next. Before a claim nothing is begun: the place to stop."""

    CLAIM = auto()
    LOOK = auto()
    CHECK = auto()
    SEND = auto()
    DELETE = auto()
    RECORD = auto()


class Tell(Protocol):
    """Is told what became of an entry."""

    def __call__(self, event: str, entry: OutboxEntry, says: str) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Postman:
    """One channel and what it takes to serve it. `now` and `uniform` are those of the seams."""

    ledger: Ledger
    to: Destination
    channel: Channel
    now: Callable[[], datetime]
    uniform: Callable[[float, float], float]
    tell: Tell

    def serve(self) -> Iterator[Step | Wait]:
        """Look after what was sent, then send what is due, oldest first; a `Wait` is to be waited out."""
        if self.channel.certainty is Certainty.VERIFIABLE:
            yield from self._look_after()
        while True:
            yield Step.CLAIM
            claim = self.ledger.claim(self.to, self.now())
            if isinstance(claim, Claim):
                yield from self._deliver(claim)
            elif claim is not None and claim.span <= LONGEST_WAIT:
                yield claim
            else:
                return

    def _look_after(self) -> Iterator[Step]:
        while True:
            yield Step.CLAIM
            entry = self.ledger.claim_look(self.to, self.now())
            if entry is None:
                return
            yield from self._heal(entry)

    def _deliver(self, claim: Claim) -> Iterator[Step]:
        entry, plan = claim.entry, protocol.choose_plan(claim, self.channel.certainty)
        if plan is protocol.Plan.HOLD:
            yield from self._record(entry, lambda at: protocol.after_hold(claim, at))
            return
        if plan is protocol.Plan.LOOK:
            yield Step.LOOK
            if (judge := self._look(claim)) is not None:
                yield from self._record(entry, judge)
                return
        yield Step.CHECK
        if not self.ledger.may_send(entry, self.now()):
            yield from self._record(entry, lambda at: protocol.give_back(claim, at))
            return
        yield Step.SEND
        outcome = self.channel.send(entry)
        certainty = self.channel.certainty
        yield from self._record(
            entry, lambda at: protocol.after_send(claim, outcome, certainty, at, self.uniform), outcome
        )

    def _look(self, claim: Claim) -> Judge | None:
        """None where the message is certainly not there."""
        try:
            found = self.channel.find(claim.entry)
        except UnreadableError as error:
            reason = str(error)
            return lambda at: protocol.after_unreadable(claim, reason, at, self.uniform)
        if protocol.after_look(claim, found, self.now()) is None:
            return None
        return lambda at: protocol.after_look(claim, found, at) or protocol.give_back(claim, at)

    def _heal(self, entry: OutboxEntry) -> Iterator[Step]:
        yield Step.LOOK
        found: tuple[str, ...] = ()
        is_clean = True
        try:
            found = self.channel.find(entry)
        except UnreadableError:
            is_clean = False
        healed = 0
        for external_id in protocol.surplus(found):
            yield Step.DELETE
            is_gone = isinstance(self.channel.delete(entry, external_id), Delivered)
            healed += is_gone
            is_clean = is_clean and is_gone
        yield Step.RECORD
        kept = self.ledger.record(
            entry, self.to, lambda at: protocol.after_sweep(entry, found, at, is_clean=is_clean), self.now()
        )
        if healed:
            self.tell(HEALED, entry, f"{healed} copies deleted")
        if not kept:
            self.tell(OVERTAKEN, entry, "")

    def _record(self, entry: OutboxEntry, judge: Judge, outcome: Outcome | None = None) -> Iterator[Step]:
        yield Step.RECORD
        made: list[Change] = []

        def noted(at: datetime) -> Change:
            made.append(judge(at))
            return made[-1]

        if not self.ledger.record(entry, self.to, noted, self.now()):
            self.tell(OVERTAKEN, entry, "")
            return
        change = made[-1]
        if change.state is EntryState.SENT:
            self.tell(SENT, entry, "" if outcome else "it was there already")
        elif change.state is EntryState.HELD:
            self.tell(HELD, entry, change.last_error)
        elif change.state is EntryState.DEAD:
            self.tell(DEAD, entry, change.last_error)
        elif isinstance(outcome, Refused):
            self.tell(REFUSED, entry, change.last_error)
        elif isinstance(outcome, Unclear) or outcome is None:
            self.tell(UNCLEAR, entry, change.last_error)
        if change.closes:
            self.tell(CLOSED, entry, change.closes)
