"""The ledger of runs in plain objects, for a simulator that plays thousands of schedules.

That it does what flows and store do is a test of its own: `test_run_ledger.py` plays both side by side.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from align_sync.flows.runs import Claimed, Ending
from align_sync.scheduling import claims
from align_sync.scheduling.backoff import blocked_for
from align_sync.scheduling.run import Run, RunKind, RunState
from align_sync.scheduling.schedule import Schedule
from align_sync.scheduling.slots import slot_key

LEASE = timedelta(seconds=60)
_OPEN = (RunState.QUEUED, RunState.FAILED)


@dataclass(slots=True)
class Held:
    """The lease of a subject."""

    fence: int = 0
    owner: str | None = None
    until_at: datetime | None = None


@dataclass(slots=True)
class MemoryRuns:
    """What all processes share. `dedupes` off is a known bug, to be found by the tests."""

    rows: dict[int, Run] = field(default_factory=dict)
    leases: dict[str, Held] = field(default_factory=dict)
    failures: dict[str, int] = field(default_factory=dict)
    blocked: dict[str, datetime] = field(default_factory=dict)
    dedupes: bool = True

    def tick(self, schedule: Schedule, fire_at: datetime, now: datetime) -> Run | None:
        key = slot_key(schedule, fire_at)
        if self.dedupes and any(run.dedupe_key == key for run in self.rows.values()):
            return None
        waiting = self._waiting(schedule.kind, schedule.subject)
        run = Run(
            id=len(self.rows) + 1,
            kind=schedule.kind,
            subject=schedule.subject,
            dedupe_key=key,
            fire_at=fire_at,
            state=RunState.QUEUED if waiting is None else RunState.SKIPPED,
            outcome="" if waiting is None else f"covered by run {waiting}",
            created_at=now,
            ended_at=None if waiting is None else now,
        )
        self.rows[run.id] = run
        return run

    def due(self, now: datetime) -> tuple[Run, ...]:
        found = (run for run in self.rows.values() if claims.is_due(run, now))
        return tuple(sorted(found, key=lambda run: (run.fire_at, run.id)))

    def claim(self, run_id: int, owner: str, now: datetime) -> Claimed | None:
        run = self.rows[run_id]
        if run.state.is_over:
            return None
        blocked = self.blocked.get(run.subject) if run.kind is RunKind.SYNC else None
        until = claims.put_off_until(run, now, blocked_until=blocked, pulls_pending=self._is_pending(now))
        if until is not None:
            if run.state in _OPEN:
                self.rows[run_id] = replace(run, next_attempt_at=max(until, run.next_attempt_at or until))
            return None
        lease = self.leases.setdefault(run.subject, Held())
        is_free = lease.owner is None or (lease.until_at is not None and lease.until_at < now)
        if not claims.is_due(run, now) or not is_free:
            return None
        ours = self.rows[run_id] = claims.claimed(run, owner, now, now + LEASE)
        lease.owner, lease.fence, lease.until_at = owner, lease.fence + 1, now + LEASE
        claim = Claimed(ours, lease.fence)
        if not claims.is_given_up(ours):
            return claim
        self.finish(claim, Ending(state=RunState.DEAD), now)
        return None

    def renew(self, claim: Claimed, now: datetime) -> bool:
        lease, held = self.leases[claim.run.subject], self.rows[claim.run.id]
        if lease.fence != claim.fence or not claims.is_ours(held, claim.run):
            return False
        lease.until_at = now + LEASE
        self.rows[held.id] = replace(held, lease_until_at=now + LEASE)
        return True

    def finish(self, claim: Claimed, ending: Ending, now: datetime) -> Run | None:
        lease, held = self.leases[claim.run.subject], self.rows[claim.run.id]
        ended = None
        if claims.is_ours(held, claim.run):
            next_at = claims.next_attempt(now, ending.wait, ending.not_before)
            ended = replace(held, owner=None, lease_until_at=None, next_attempt_at=next_at)
            if not ending.is_untried:
                ended = replace(ended, state=ending.state, outcome=ending.outcome, ended_at=now)
            else:
                ended = self._put_back(ended, claim.run.attempt - 1, now)
            self.rows[held.id] = ended
        if lease.fence == claim.fence:
            lease.owner = lease.until_at = None
        return ended

    def _put_back(self, run: Run, attempt: int, now: datetime) -> Run:
        waiting = self._waiting(run.kind, run.subject)
        if waiting is None:
            return replace(run, state=RunState.QUEUED, attempt=attempt)
        outcome = f"covered by run {waiting}"
        return replace(run, state=RunState.SKIPPED, attempt=attempt, outcome=outcome, ended_at=now)

    def note(self, subject: str, now: datetime, *, is_failure: bool) -> None:
        """How a pull of a source ended."""
        if is_failure:
            self.failures[subject] = self.failures.get(subject, 0) + 1
            pause = blocked_for(self.failures[subject])
            if pause is not None:
                self.blocked[subject] = max(now + pause, self.blocked.get(subject, now))
            return
        self.failures.pop(subject, None)
        self.blocked.pop(subject, None)
        for run in self.rows.values():
            if run.kind is RunKind.SYNC and run.subject == subject and run.state in _OPEN:
                self.rows[run.id] = replace(run, next_attempt_at=None)

    def _waiting(self, kind: RunKind, subject: str) -> int | None:
        return next(
            (
                run.id
                for run in self.rows.values()
                if run.kind is kind and run.subject == subject and run.state is RunState.QUEUED
            ),
            None,
        )

    def _is_pending(self, now: datetime) -> bool:
        return any(
            run.kind is RunKind.SYNC
            and (
                (run.state is RunState.RUNNING and run.lease_until_at is not None and run.lease_until_at >= now)
                or (run.state is RunState.QUEUED and (run.next_attempt_at is None or run.next_attempt_at <= now))
            )
            for run in self.rows.values()
        )
