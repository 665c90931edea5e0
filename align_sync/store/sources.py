"""The standing of every source, as reports show it."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import Connection, exists, select

from align_sync.errors import Problem
from align_sync.reports.model import SourceLine, SourceState
from align_sync.reports.sources import judge_source
from align_sync.store.schema import source_state
from align_sync.store.sweeps import load_statuses, load_statuses_at


def load_source_lines(
    connection: Connection,
    *,
    expected: Iterable[tuple[str, str]],
    now: datetime,
    pulled_every: timedelta,
    at: datetime | None = None,
) -> tuple[SourceLine, ...]:
    """All sources that were ever tried, and those of `expected` (name, kind) that never were.

    With `at` as they stood at that instant, which is then `now` too.
    """
    statuses = load_statuses(connection) if at is None else load_statuses_at(connection, at)
    lines = {
        status.source: SourceLine(
            source=status.source,
            kind=status.kind,
            state=judge_source(
                complete_at=status.complete_at, failure=status.failure, now=now, pulled_every=pulled_every
            ),
            complete_at=status.complete_at,
            attempted_at=status.attempted_at,
            items=status.members,
            failure=status.failure,
            problems=status.problem_count,
        )
        for status in statuses
    }
    for source, kind in expected:
        if source not in lines:
            lines[source] = SourceLine(
                source=source, kind=kind, state=SourceState.NEVER, complete_at=None, attempted_at=None, items=0
            )
    return tuple(lines[source] for source in sorted(lines))


def load_problems(connection: Connection) -> tuple[Problem, ...]:
    """What was wrong with single records when each source was read last."""
    return tuple(problem for status in load_statuses(connection) for problem in status.problems)


def has_samples(connection: Connection) -> bool:
    """Whether this database holds sample data, which every output then says."""
    return bool(connection.execute(select(exists().where(source_state.c.is_sample))).scalar_one())
