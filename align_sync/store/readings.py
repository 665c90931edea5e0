"""Readings of metrics as they were recorded, and the runs that read them. Nothing is changed, nothing is deleted."""

from collections.abc import Collection, Iterable
from datetime import datetime
from itertools import groupby
from math import isfinite
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from align_sync.okr.metrics import SourceKind
from align_sync.okr.readings import Reading, ReadingStatus
from align_sync.store.schema import metric_run, reading

MOST_NAMED = 500
"""A question that names more metrics than this asks for all: databases limit how many values one may name."""


def begin_run(connection: Connection, *, now: datetime, author: str = "") -> int:
    """Our id of a new run that reads metrics."""
    began = insert(metric_run).values(started_at=now, author=author).returning(metric_run.c.id)
    return int(connection.execute(began).scalar_one())


def finish_run(connection: Connection, run: int, *, now: datetime) -> None:
    connection.execute(update(metric_run).where(metric_run.c.id == run).values(finished_at=now))


def save_readings(connection: Connection, readings: Iterable[Reading]) -> None:
    """Add them. Raises `ValueError` for a failed one with a value, and for another one without a finite number."""
    rows = [_row(one) for one in readings]
    if rows:
        connection.execute(insert(reading), rows)


def _row(one: Reading) -> dict[str, object]:
    # SQLite stores NaN as NULL, which would be a good reading without a value.
    has_number = one.value is not None and isfinite(one.value)
    if has_number == (one.status is ReadingStatus.FAILED) or (one.value is not None and not has_number):
        raise ValueError(f"{one.metric}: {one.value} cannot be the value of a reading that is {one.status}")
    return {
        "metric": one.metric,
        "as_of_at": one.as_of_at,
        "value": one.value,
        "source": one.source.value,
        "series": one.series,
        "status": one.status.value,
        "recorded_at": one.recorded_at,
        "author": one.author,
        "reason": one.reason,
        "run_id": one.run or None,
    }


def load_readings(
    connection: Connection, metrics: Collection[str] | None = None, *, at: datetime | None = None
) -> dict[str, tuple[Reading, ...]]:
    """All readings of these metrics, or of all, by metric in the order of what they are of and when we learnt it.

    With `at` only what was recorded until then. Metrics without a reading are not in the answer.
    """
    chosen = select(reading).order_by(reading.c.metric, reading.c.as_of_at, reading.c.recorded_at, reading.c.id)
    if metrics is not None and len(metrics) <= MOST_NAMED:
        chosen = chosen.where(reading.c.metric.in_(metrics))
    if at is not None:
        chosen = chosen.where(reading.c.recorded_at <= at)
    rows = connection.execute(chosen)
    return {
        metric: tuple(_make(row) for row in group)
        for metric, group in groupby(rows, lambda row: str(row.metric))
        if metrics is None or metric in metrics
    }


def find_reading(connection: Connection, reading_id: int) -> Reading | None:
    row = connection.execute(select(reading).where(reading.c.id == reading_id)).first()
    return None if row is None else _make(row)


def _make(row: Row[Any]) -> Reading:
    return Reading(
        metric=row.metric,
        as_of_at=row.as_of_at,
        value=row.value,
        source=SourceKind(row.source),
        series=row.series,
        status=ReadingStatus(row.status),
        recorded_at=row.recorded_at,
        author=row.author,
        reason=row.reason,
        run=row.run_id or 0,
        reading_id=row.id,
    )
