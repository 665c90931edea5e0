"""Person-days of work for two teams: each item's days by the calendar of its own team, the day split over all."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from align_sync.work import Sprint, StatusCategory, WorkItem
from tests.make import NOW, make_sprint
from tests.store.told_world import DAY, ToldWorld, made, told_world

# Monday 23 November 2026 is today. Payments works from Monday to Friday but not on Thursday 19, Search from Sunday to
# Thursday but not on Wednesday 18.
TEAMS: list[dict[str, Any]] = [
    {"name": "Payments", "days_off": ["2026-11-19"]},
    {"name": "Search", "weekend": ["fri", "sat"], "days_off": ["2026-11-18"]},
]
LONG_AGO = datetime(2026, 11, 9, 9, tzinfo=UTC)


def sprint(external_id: str, team: str, day: int) -> Sprint:
    return replace(make_sprint(external_id, team=team), starts_at=datetime(2026, 11, day, 9, tzinfo=UTC))


def work(key: str, sprint_id: str | None, person: str = "Ana") -> WorkItem:
    return replace(made(key, sprint=sprint_id), assignee=person, category_since=LONG_AGO)


@pytest.fixture
def world(database_url: str) -> Iterator[ToldWorld]:
    """Ana works on an item of each team at once, Ben on one of Payments alone."""
    with told_world(database_url, teams=TEAMS) as world:
        world.tell(
            work("PAY-1", "42"),
            work("SRC-1", "43"),
            work("PAY-2", "42", "Ben"),
            sprints=[sprint("42", "Payments", 16), sprint("43", "Search", 17)],
        )
        yield world


def days(world: ToldWorld, **filters: Any) -> dict[str, float]:
    return {item.key: round(item.days, 6) for item in world.report(**filters).items if item.days}


def test_each_item_is_worked_on_by_the_calendar_of_its_own_team(world: ToldWorld) -> None:
    """PAY-1: half of 16, 17 and 23, all of 18 and 20. SRC-1: half of 17 and 23, all of 19 and 22; 16 is before."""
    assert days(world) == {"PAY-1": 3.5, "SRC-1": 3.0, "PAY-2": 5.0}


@pytest.mark.parametrize(("team", "expected"), [("Payments", {"PAY-1": 3.5, "PAY-2": 5.0}), ("Search", {"SRC-1": 3.0})])
def test_whoever_is_asked_for_the_days_are_the_same(world: ToldWorld, team: str, expected: dict[str, float]) -> None:
    assert days(world, teams=(team,)) == expected


def test_work_in_no_sprint_takes_its_part_by_the_calendar_of_all(world: ToldWorld) -> None:
    """The days of everybody are those from Monday to Friday: on Thursday 19 Ana works for Search and for nobody."""
    world.tell(work("OPS-1", None))
    thirds, halves = 1 / 3, 1 / 2
    assert days(world) == {
        "PAY-1": round(3 * thirds + 2 * halves, 6),  # 16, 17, 23; 18, 20
        "SRC-1": round(2 * thirds + halves + 1, 6),  # 17, 23; 19; 22
        "PAY-2": 5.0,
    }


def test_what_goes_over_to_the_other_team_is_counted_by_its_calendar_from_then_on_and_not_in_reports_of_before(
    world: ToldWorld,
) -> None:
    before = world.clock.at
    world.clock.tick()
    world.tell(work("SRC-1", "42"))
    assert days(world, as_of_at=before) == {"PAY-1": 3.5, "SRC-1": 3.0, "PAY-2": 5.0}
    assert days(world) == {"PAY-1": 2.5, "SRC-1": 2.5, "PAY-2": 5.0}


@pytest.mark.parametrize(
    ("ended_at", "left"),
    [(NOW - 5 * DAY, {"PAY-2": 3.0}), (LONG_AGO + DAY, {})],
    ids=["within the sprint", "before the sprint"],
)
def test_work_that_is_told_to_have_ended_long_ago_went_on_as_far_as_was_known_before(
    world: ToldWorld, ended_at: datetime, left: dict[str, float]
) -> None:
    before = world.clock.at
    world.clock.tick()
    world.tell(replace(work("PAY-2", "42", "Ben"), status_category=StatusCategory.DONE, category_since=ended_at))
    assert days(world) == {"PAY-1": 3.5, "SRC-1": 3.0, **left}
    assert days(world, as_of_at=before) == {"PAY-1": 3.5, "SRC-1": 3.0, "PAY-2": 5.0}


def test_work_that_nobody_knew_of_took_no_part_of_a_day_then(world: ToldWorld) -> None:
    before = world.clock.at
    world.clock.tick(timedelta(minutes=1))
    world.tell(work("PAY-3", "42"), work("OPS-1", None, "Ben"))
    assert days(world)["PAY-2"] == 2.5
    assert days(world, as_of_at=before) == {"PAY-1": 3.5, "SRC-1": 3.0, "PAY-2": 5.0}
