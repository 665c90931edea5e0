"""Who may do a run, until when, and when it is put off: decisions about one row, by the clock that all go by.

`store/runs.py` asks the same of the database, in one statement each; a test plays both against each other.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from align_sync.scheduling.backoff import MOST_ATTEMPTS
from align_sync.scheduling.run import Run, RunKind, RunState

LONGEST_PATIENCE = timedelta(minutes=30)
LOOK_AGAIN_AFTER = timedelta(seconds=5)
_PATIENT = frozenset({RunKind.SNAPSHOT, RunKind.DIGEST})


def is_due(run: Run, now: datetime, dead_owners: frozenset[str] = frozenset()) -> bool:
    """It waits and its time has come, or whoever had it fell silent or is dead."""
    if run.state in {RunState.QUEUED, RunState.FAILED}:
        return run.next_attempt_at is None or run.next_attempt_at <= now
    is_left = run.owner in dead_owners or (run.lease_until_at is not None and run.lease_until_at < now)
    return run.state is RunState.RUNNING and is_left


def claimed(run: Run, owner: str, now: datetime, until: datetime) -> Run:
    return replace(
        run,
        state=RunState.RUNNING,
        owner=owner,
        fence=run.fence + 1,
        attempt=run.attempt + 1,
        lease_until_at=until,
        next_attempt_at=None,
        started_at=now,
        ended_at=None,
    )


def is_ours(held: Run, ours: Run) -> bool:
    """Whether nobody has taken it over since we claimed it, nor ended it."""
    return held.fence == ours.fence and held.state is RunState.RUNNING


def put_off_until(run: Run, now: datetime, *, blocked_until: datetime | None, pulls_pending: bool) -> datetime | None:
    """When to look again at what must not begin yet; None where it may.

    A source that is blocked is left alone. What tells of the work waits for pulls that are due or under way, though not
    for ever: after a night's sleep, all are due at once.
    """
    if blocked_until is not None and blocked_until > now:
        return blocked_until
    is_patient = run.kind in _PATIENT and now < (run.created_at or now) + LONGEST_PATIENCE
    return now + LOOK_AGAIN_AFTER if is_patient and pulls_pending else None


def is_given_up(ours: Run) -> bool:
    """Whether so many processes ended over it that it is not begun once more."""
    return ours.attempt > MOST_ATTEMPTS


def next_attempt(now: datetime, wait: timedelta | None, not_before: datetime | None) -> datetime | None:
    return None if wait is None else max(now + wait, not_before or now)
