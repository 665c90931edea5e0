"""One reading of a source: begun, gone on with after an interruption, finished or failed; and how far it came."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import orjson
from sqlalchemy import Connection, insert, select, update

from align_sync.errors import Problem
from align_sync.store.schema import source_state, sweep
from align_sync.store.scope import count_members
from align_sync.store.upsert import insert_into
from align_sync.sync.cursor import Progress, SweepKind

RUNNING = "running"
COMPLETE = "complete"
FAILED = "failed"
MOST_PROBLEMS = 200
MEMBERS = "members"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweep:
    """`cursor_at` is what the source's cursor becomes once the sweep is complete."""

    sweep_id: int
    kind: SweepKind
    started_at: datetime
    cursor_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceStatus:
    """How a source stands: when it was last read completely, when last tried, and what stopped that.

    `members` are its items in open sprints when it was last read completely.
    """

    source: str
    kind: str
    progress: Progress
    complete_at: datetime | None
    attempted_at: datetime | None
    failure: str
    failure_kind: str
    facts: dict[str, object]
    facts_at: datetime | None
    members: int = 0
    problems: tuple[Problem, ...] = ()
    problem_count: int = 0


def load_status(connection: Connection, source: str) -> SourceStatus | None:
    return next((status for status in load_statuses(connection) if status.source == source), None)


def load_statuses(connection: Connection) -> tuple[SourceStatus, ...]:
    newest = (
        select(sweep.c.id)
        .where(sweep.c.source == source_state.c.source)
        .order_by(sweep.c.id.desc())
        .limit(1)
        .correlate(source_state)
        .scalar_subquery()
    )
    chosen = (
        select(source_state, sweep.c.problems, sweep.c.problem_count)
        .select_from(source_state.outerjoin(sweep, sweep.c.id == newest))
        .order_by(source_state.c.source)
    )
    return tuple(
        SourceStatus(
            source=row.source,
            kind=row.kind,
            progress=Progress(cursor_at=row.cursor_at, wide_at=row.wide_at, full_at=row.full_at),
            complete_at=row.complete_at,
            attempted_at=row.attempted_at,
            failure=row.failure,
            failure_kind=row.failure_kind,
            facts=orjson.loads(row.facts),
            facts_at=row.facts_at,
            members=row.members,
            problems=tuple(Problem(**entry) for entry in orjson.loads(row.problems or b"[]")),
            problem_count=row.problem_count or 0,
        )
        for row in connection.execute(chosen)
    )


def load_statuses_at(connection: Connection, at: datetime) -> tuple[SourceStatus, ...]:
    """How the sources stood at an instant, as far as their readings tell: a reading that failed left no words."""
    statuses = []
    for row in connection.execute(select(source_state).order_by(source_state.c.source)).all():
        begun = select(sweep).where(sweep.c.source == row.source, sweep.c.started_at <= at)
        newest = begun.order_by(sweep.c.id.desc()).limit(1)
        complete = newest.where(sweep.c.state == COMPLETE, sweep.c.finished_at <= at)
        last, whole = connection.execute(newest).first(), connection.execute(complete).first()
        if last is None:
            continue
        has_failed = last.state == FAILED and last.finished_at <= at
        statuses.append(
            SourceStatus(
                source=row.source,
                kind=row.kind,
                progress=Progress(),
                complete_at=whole.started_at if whole else None,
                attempted_at=last.started_at,
                failure="it was given up and begun anew" if has_failed else "",
                failure_kind="",
                facts={},
                facts_at=None,
                members=orjson.loads(whole.counts).get(MEMBERS, 0) if whole else 0,
                problem_count=last.problem_count,
            )
        )
    return tuple(statuses)


def touch_source(connection: Connection, source: str, kind: str, now: datetime, *, is_sample: bool = False) -> None:
    """Note that a reading is tried now; what it comes to is written later. Samples are marked as such for ever."""
    statement = insert_into(connection, source_state).values(
        source=source, kind=kind, attempted_at=now, is_sample=is_sample
    )
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=["source"], set_={"attempted_at": now, "kind": kind, "is_sample": is_sample}
        )
    )


def save_facts(connection: Connection, source: str, facts: dict[str, object], now: datetime) -> None:
    connection.execute(
        update(source_state)
        .where(source_state.c.source == source)
        .values(facts=orjson.dumps(facts).decode(), facts_at=now)
    )


def load_unfinished(connection: Connection, source: str) -> Sweep | None:
    """The sweep that an interruption left, to go on with."""
    row = connection.execute(
        select(sweep).where(sweep.c.source == source, sweep.c.state == RUNNING).order_by(sweep.c.id.desc()).limit(1)
    ).first()
    if row is None:
        return None
    return Sweep(sweep_id=row.id, kind=SweepKind(row.kind), started_at=row.started_at, cursor_at=row.cursor_at)


def begin_sweep(
    connection: Connection, source: str, kind: SweepKind, *, started_at: datetime, cursor_at: datetime
) -> Sweep:
    sweep_id = connection.execute(
        insert(sweep)
        .values(source=source, kind=kind.value, state=RUNNING, started_at=started_at, cursor_at=cursor_at)
        .returning(sweep.c.id)
    ).scalar_one()
    return Sweep(sweep_id=sweep_id, kind=kind, started_at=started_at, cursor_at=cursor_at)


def drop_unfinished(connection: Connection, source: str, now: datetime) -> None:
    connection.execute(
        update(sweep).where(sweep.c.source == source, sweep.c.state == RUNNING).values(state=FAILED, finished_at=now)
    )


def finish_sweep(
    connection: Connection,
    source: str,
    done: Sweep,
    *,
    now: datetime,
    is_wide: bool,
    counts: dict[str, int],
    problems: Sequence[Problem],
) -> None:
    """Move the cursor, in the transaction that ends the sweep: everything before it is stored."""
    members = count_members(connection, source)
    connection.execute(
        update(sweep)
        .where(sweep.c.id == done.sweep_id)
        .values(
            state=COMPLETE,
            finished_at=now,
            counts=orjson.dumps(counts | {MEMBERS: members}).decode(),
            **_told(problems),
        )
    )
    values: dict[str, object] = {
        "members": members,
        "cursor_at": done.cursor_at,
        "complete_at": done.started_at,
        "failure": "",
        "failure_kind": "",
    }
    if is_wide:
        values["wide_at"] = done.started_at
    if done.kind is SweepKind.FULL:
        values["full_at"] = done.started_at
    connection.execute(update(source_state).where(source_state.c.source == source).values(values))


def save_failure(
    connection: Connection, source: str, *, failure: str, failure_kind: str, problems: Sequence[Problem]
) -> None:
    """What stopped the reading; the unfinished sweep stays, so that the next run goes on with it."""
    connection.execute(
        update(source_state).where(source_state.c.source == source).values(failure=failure, failure_kind=failure_kind)
    )
    connection.execute(
        update(sweep).where(sweep.c.source == source, sweep.c.state == RUNNING).values(**_told(problems))
    )


def _told(problems: Sequence[Problem]) -> dict[str, object]:
    kept = [{"message": p.message, "where": p.where, "advice": p.advice} for p in problems[:MOST_PROBLEMS]]
    return {"problems": orjson.dumps(kept).decode(), "problem_count": len(problems)}
