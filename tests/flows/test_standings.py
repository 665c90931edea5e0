"""Standings from the store: readings, confidences and settings together, now and as they were known before."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from align_sync.okr.metrics import SourceKind
from align_sync.okr.model import Commitment, Metric
from align_sync.okr.readings import BY_HAND, Confidence, Reading, ReadingStatus
from align_sync.okr.standing import Health, HealthPolicy, Standings
from align_sync.standings import load_standings, read_health_rules
from align_sync.store.confidences import save_confidence
from align_sync.store.readings import save_readings
from tests.make import make_book, make_kr, make_sprint
from tests.store.told_world import ToldWorld, made, told_world

DAY = timedelta(days=1)
RETENTION = Metric(baseline=0, target=100, source="manual:retention")
BOOK = make_book(
    replace(make_kr("ret90"), metric=RETENTION, commitment=Commitment.ASPIRATIONAL),
    replace(make_kr("act5"), metric=Metric(baseline=10, target=20, current=15), formerly=("act4",)),
)


@pytest.fixture
def world(database_url: str) -> Iterator[ToldWorld]:
    with told_world(database_url) as world:
        world.clock.at = datetime(2026, 11, 23, 9, tzinfo=UTC)
        world.apply(BOOK)
        yield world


def read(world: ToldWorld, value: float, *, days_ago: float = 0, metric: str = "retention") -> None:
    told = Reading(
        metric=metric,
        as_of_at=world.clock.at - days_ago * DAY,
        value=value,
        source=SourceKind.MANUAL,
        series=BY_HAND,
        status=ReadingStatus.OK,
        recorded_at=world.clock.at,
    )
    with world.app.store.write() as connection:
        save_readings(connection, [told])


def load(world: ToldWorld, at: datetime | None = None, forecasts: tuple[str, ...] = ()) -> Standings:
    with world.app.store.read() as connection:
        day = (at or world.clock.at).date()
        return load_standings(world.app, connection, BOOK, today=day, at=at, forecasts=forecasts)


def test_what_is_known_now_and_what_was_known_then(world: ToldWorld) -> None:
    read(world, 40, days_ago=1)
    read(world, 15, metric="kr:act4")
    with world.app.store.write() as connection:
        said = Confidence(key_result="ret90", share=0.6, stated_at=world.clock.at, author="Ana")
        save_confidence(connection, said)
    then = world.clock.at
    world.clock.at += 2 * DAY
    read(world, 30, days_ago=3)  # the same moment again: the first value was wrong
    read(world, 50)

    now, before = load(world), load(world, then)

    assert now.key_results["ret90"].progress == 0.5
    assert before.key_results["ret90"].progress == 0.4
    assert now.key_results["act5"].progress == 0.5
    assert now.key_results["ret90"].confidence == said
    assert load(world, then - DAY).key_results["ret90"].verdict.because == "no reading yet"
    assert load(world, then - DAY).key_results["ret90"].confidence is None


def test_the_value_in_the_book_is_no_reading(world: ToldWorld) -> None:
    assert load(world).key_results["act5"].progress is None


def test_the_settings_say_by_what_is_judged_and_how_old_a_value_may_be(world: ToldWorld) -> None:
    read(world, 57, days_ago=10)
    assert load(world).key_results["ret90"].verdict.health is Health.ON_TRACK

    world.reopen(policy={"health": "gap", "cadence_days": 7, "stale_days": 9})
    rules = read_health_rules(world.app)
    assert (rules.policy, rules.cadence, rules.stale_after) == (HealthPolicy.GAP, 7 * DAY, 9 * DAY)
    assert load(world).key_results["ret90"].verdict.health is Health.STALE

    world.reopen(metrics=[{"name": "retention", "kind": "manual", "refresh": "11d", "highest": 60}])
    assert load(world).key_results["ret90"].verdict.health is Health.ON_TRACK


def test_bounds_of_the_register_hold_for_forecasts(world: ToldWorld) -> None:
    world.reopen(metrics=[{"name": "retention", "kind": "manual", "highest": 60}])
    for number in range(6):
        read(world, 10.0 * number, days_ago=7 * (5 - number))

    standings = load(world, forecasts=("ret90",))

    forecast = standings.key_results["ret90"].forecast
    assert forecast is not None
    assert (forecast.high, forecast.chance) == (60, 0)
    assert standings.key_results["act5"].forecast is None


def test_a_report_says_how_many_days_each_is_behind(world: ToldWorld) -> None:
    world.tell(made("PAY-1", "okr/ret90"), sprints=[make_sprint("42")])
    world.link()
    read(world, 40)

    lines = {line.key: line for line in world.report().key_results}

    assert lines["ret90"].days_behind == pytest.approx(53 - 0.4 * 91)
    assert lines["act5"].days_behind is None
