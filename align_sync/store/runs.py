"""The ledger of runs: one row for each slot of a schedule and each request, claimed under a lease and a fence.

All that counts the time goes by the clock of `store/clock.py`; callers give what it told.
"""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, case, exists, or_, select, update
from sqlalchemy.exc import IntegrityError

from align_sync.scheduling.run import Run, RunKind, RunState
from align_sync.store.schema import run
from align_sync.store.upsert import in_portions, insert_into

_OPEN = (RunState.QUEUED, RunState.FAILED)
_TIMES_TO_LOOK = 5


def insert_run(
    connection: Connection, *, kind: RunKind, subject: str, dedupe_key: str, fire_at: datetime, now: datetime
) -> Run | None:
    """A new row, or None where this key has one already.

    Where a run of the same kind and subject is waiting, that one will see whatever this one would: it is skipped.
    """
    values = {"kind": kind, "subject": subject, "dedupe_key": dedupe_key, "fire_at": fire_at, "created_at": now}
    for _ in range(_TIMES_TO_LOOK):
        if inserted := _insert(connection, {**values, "state": RunState.QUEUED}):
            return inserted
        waiting = _find_waiting(connection, kind, subject)
        if waiting is not None:
            outcome = say_covered(waiting)
            skipped = {**values, "state": RunState.SKIPPED, "outcome": outcome, "ended_at": now}
            return _insert(connection, skipped)
        if find_run(connection, dedupe_key) is not None:
            return None
        # The one that waited was claimed between two looks: now there is room.
    return None


def say_covered(waiting: int) -> str:
    return f"covered by run {waiting}"


def _insert(connection: Connection, values: dict[str, object]) -> Run | None:
    row = connection.execute(
        insert_into(connection, run).values(**values).on_conflict_do_nothing().returning(*run.c)
    ).one_or_none()
    return None if row is None else _read(row)


def _find_waiting(connection: Connection, kind: RunKind, subject: str, *, beside: int = 0) -> int | None:
    found: int | None = connection.execute(
        select(run.c.id).where(
            run.c.kind == kind, run.c.subject == subject, run.c.state == RunState.QUEUED, run.c.id != beside
        )
    ).scalar_one_or_none()
    return found


def claim_run(
    connection: Connection,
    run_id: int,
    *,
    owner: str,
    now: datetime,
    until: datetime,
    dead_owners: frozenset[str] = frozenset(),
) -> Run | None:
    """Take it, where it is due, or where whoever had it fell silent or is dead; None where there is nothing to take."""
    row = connection.execute(
        update(run)
        .where(run.c.id == run_id, _is_due(now, dead_owners))
        .values(
            state=RunState.RUNNING,
            owner=owner,
            fence=run.c.fence + 1,
            attempt=run.c.attempt + 1,
            lease_until_at=until,
            next_attempt_at=None,
            started_at=now,
            ended_at=None,
        )
        .returning(*run.c)
    ).one_or_none()
    return None if row is None else _read(row)


def _is_due(now: datetime, dead_owners: Collection[str]) -> ColumnElement[bool]:
    waits = and_(run.c.state.in_(_OPEN), or_(run.c.next_attempt_at.is_(None), run.c.next_attempt_at <= now))
    is_left = or_(run.c.lease_until_at < now, run.c.owner.in_(dead_owners))
    return or_(waits, and_(run.c.state == RunState.RUNNING, is_left))


def renew_run(connection: Connection, claimed: Run, until: datetime) -> bool:
    """Whether it is still ours."""
    return _write(connection, claimed, {"lease_until_at": until}) is not None


def finish_run(
    connection: Connection,
    claimed: Run,
    *,
    state: RunState,
    now: datetime,
    outcome: str = "",
    error_class: str = "",
    error: str = "",
    next_attempt_at: datetime | None = None,
) -> Run | None:
    """The row at its end; None, and nothing written, where another has taken it over meanwhile."""
    told = {"outcome": outcome, "error_class": error_class, "error": error, "next_attempt_at": next_attempt_at}
    ended = {"owner": None, "lease_until_at": None, "ended_at": now}
    return _write(connection, claimed, {"state": state, **told, **ended})


def put_back(connection: Connection, claimed: Run, *, now: datetime, not_before: datetime | None = None) -> Run | None:
    """Claimed for nothing: it waits again, as if it had not been tried; None where it is no longer ours.

    Where another of its kind and subject waits already, that one covers it.
    """
    values = {"attempt": claimed.attempt - 1, "owner": None, "lease_until_at": None, "next_attempt_at": not_before}
    try:
        with connection.begin_nested():
            return _write(connection, claimed, {"state": RunState.QUEUED, **values})
    except IntegrityError:
        waiting = _find_waiting(connection, claimed.kind, claimed.subject, beside=claimed.id)
        outcome = say_covered(waiting) if waiting is not None else "covered by another run"
        return _write(connection, claimed, {"state": RunState.SKIPPED, "outcome": outcome, **values, "ended_at": now})


def _write(connection: Connection, claimed: Run, values: dict[str, object]) -> Run | None:
    is_ours = (run.c.id == claimed.id, run.c.fence == claimed.fence, run.c.state == RunState.RUNNING)
    row = connection.execute(update(run).where(*is_ours).values(**values).returning(*run.c)).one_or_none()
    return None if row is None else _read(row)


def postpone_run(connection: Connection, run_id: int, until: datetime) -> bool:
    """It waits at least so long, without an attempt; nothing is done where it does not wait."""
    later = case((run.c.next_attempt_at > until, run.c.next_attempt_at), else_=until)
    changed = connection.execute(
        update(run).where(run.c.id == run_id, run.c.state.in_(_OPEN)).values(next_attempt_at=later).returning(run.c.id)
    )
    return changed.one_or_none() is not None


def is_pending(connection: Connection, kind: RunKind, now: datetime) -> bool:
    """Whether one of this kind is under way, or would be if a worker were free."""
    under_way = and_(run.c.state == RunState.RUNNING, run.c.lease_until_at >= now)
    comes_next = and_(
        run.c.state == RunState.QUEUED, or_(run.c.next_attempt_at.is_(None), run.c.next_attempt_at <= now)
    )
    return bool(connection.execute(select(exists().where(run.c.kind == kind, or_(under_way, comes_next)))).scalar_one())


def bring_forward(connection: Connection, kind: RunKind, subject: str) -> None:
    """What waits of this kind and subject need not wait any longer."""
    connection.execute(
        update(run)
        .where(run.c.kind == kind, run.c.subject == subject, run.c.state.in_(_OPEN))
        .values(next_attempt_at=None)
    )


def revive_run(connection: Connection, run_id: int) -> Run | None:
    """Let a run that failed or is dead begin anew; None where it is neither, or another waits in its place."""
    try:
        with connection.begin_nested():
            row = connection.execute(
                update(run)
                .where(run.c.id == run_id, run.c.state.in_((RunState.FAILED, RunState.DEAD)))
                .values(state=RunState.QUEUED, attempt=0, next_attempt_at=None, ended_at=None)
                .returning(*run.c)
            ).one_or_none()
    except IntegrityError:
        return None
    return None if row is None else _read(row)


def load_run(connection: Connection, run_id: int) -> Run | None:
    row = connection.execute(select(run).where(run.c.id == run_id)).one_or_none()
    return None if row is None else _read(row)


def find_run(connection: Connection, dedupe_key: str) -> Run | None:
    row = connection.execute(select(run).where(run.c.dedupe_key == dedupe_key)).one_or_none()
    return None if row is None else _read(row)


def load_first_asked_at(connection: Connection) -> datetime | None:
    """When the oldest run that is kept was asked for; None where there is none yet."""
    asked_at: datetime | None = connection.execute(
        select(run.c.created_at).order_by(run.c.id).limit(1)
    ).scalar_one_or_none()
    return asked_at


def load_known_keys(connection: Connection, dedupe_keys: Iterable[str]) -> frozenset[str]:
    """Those of the keys that have a row."""
    known: set[str] = set()
    for portion in in_portions(dedupe_keys):
        known.update(connection.execute(select(run.c.dedupe_key).where(run.c.dedupe_key.in_(portion))).scalars())
    return frozenset(known)


def load_owners(connection: Connection) -> frozenset[str]:
    """Who works on a run now, as far as is known here."""
    found = connection.execute(select(run.c.owner).where(run.c.state == RunState.RUNNING).distinct()).scalars()
    return frozenset(owner for owner in found if owner is not None)


def load_due(connection: Connection, now: datetime, dead_owners: frozenset[str] = frozenset()) -> tuple[Run, ...]:
    """All that could be claimed now, the oldest slot first."""
    rows = connection.execute(select(run).where(_is_due(now, dead_owners)).order_by(run.c.fire_at, run.c.id))
    return tuple(_read(row) for row in rows)


def load_runs(
    connection: Connection,
    *,
    kinds: Collection[RunKind] = (),
    states: Collection[RunState] = (),
    subject: str = "",
    newest: int = 20,
) -> tuple[Run, ...]:
    """The newest first."""
    wanted = select(run).order_by(run.c.id.desc()).limit(newest)
    if kinds:
        wanted = wanted.where(run.c.kind.in_(kinds))
    if states:
        wanted = wanted.where(run.c.state.in_(states))
    if subject:
        wanted = wanted.where(run.c.subject == subject)
    return tuple(_read(row) for row in connection.execute(wanted))


def _read(row: Row[Any]) -> Run:
    return Run(
        id=row.id,
        kind=RunKind(row.kind),
        subject=row.subject,
        dedupe_key=row.dedupe_key,
        fire_at=row.fire_at,
        state=RunState(row.state),
        attempt=row.attempt,
        next_attempt_at=row.next_attempt_at,
        lease_until_at=row.lease_until_at,
        fence=row.fence,
        owner=row.owner,
        outcome=row.outcome,
        error_class=row.error_class,
        error=row.error,
        created_at=row.created_at,
        started_at=row.started_at,
        ended_at=row.ended_at,
    )
