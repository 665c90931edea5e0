"""A told world whose key results are measured: readings are written as a run writes them, at what its clock says."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from align_sync.okr.metrics import SourceKind
from align_sync.okr.model import Book, Direction, KeyResultState, Metric, Objective
from align_sync.okr.readings import Reading, ReadingStatus
from align_sync.store.readings import save_readings
from align_sync.work import SprintState
from tests.make import make_book, make_kr, make_sprint
from tests.store.told_world import ToldWorld, made, told_world

DAY = timedelta(days=1)
ERRORS = Metric(
    unit="percent", direction=Direction.DECREASE, baseline=2.4, target=0.5, source="manual:refund_errors"
)  # fmt: skip
REFUNDS = replace(make_kr("KR-2.3", title="Refund error rate falls from 2.4 % to 0.5 %"), metric=ERRORS)
OLD = replace(make_kr("KR-2.2", state=KeyResultState.CLOSED, successor="KR-2.3"), closed_on=date(2026, 10, 12))
COMING = replace(make_sprint("43", name="Sprint 43"), state=SprintState.FUTURE)


def make_measured(*key_results: Any) -> Book:
    """An objective of the company, whose progress is that of the one below it, and the one with the key results."""
    company = Objective(key="CO-1", title="Merchants trust us", team="Company", period="2026-Q4")
    team = make_book(*(key_results or (REFUNDS, "act5", OLD))).objectives[0]
    return Book(objectives=(company, replace(team, contributes_to=("CO-1",))))


def keep(world: ToldWorld, value: float | None, *, days_ago: float = 0, **told: Any) -> Reading:
    """One reading, recorded now."""
    now = world.clock.at
    whole = Reading(
        metric="refund_errors",
        as_of_at=now - days_ago * DAY,
        value=value,
        source=SourceKind.MANUAL,
        series="a1",
        status=ReadingStatus.OK if value is not None else ReadingStatus.FAILED,
        recorded_at=now,
    )
    reading = replace(whole, **told)
    with world.app.store.write() as connection:
        save_readings(connection, [reading])
    return reading


@pytest.fixture
def world(sqlite_url: str) -> Iterator[ToldWorld]:
    with told_world(sqlite_url, timezone="Europe/Rome") as world:
        world.tell(
            made("PAY-1", "okr/KR-2.3"), made("PAY-2"), made("PAY-3", "okr/KR-2.3", sprint="43"),
            sprints=[make_sprint("42"), COMING],
        )  # fmt: skip
        world.apply(make_measured())
        world.link()
        yield world
