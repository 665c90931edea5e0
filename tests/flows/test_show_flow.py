"""The page of one key result: its plan, what counts of its readings, what was changed about it under every name."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from align_sync.errors import UserError
from align_sync.flows.show import show
from align_sync.okr.metrics import Measurability
from align_sync.okr.model import Direction, KeyResult, Metric, MetricKind, Pace
from align_sync.okr.readings import Confidence, Reading, ReadingStatus
from align_sync.reports.key_result_page import KeyResultPage
from align_sync.store.confidences import save_confidence
from tests.flows.measured_world import DAY, ERRORS, REFUNDS, keep, make_measured, world
from tests.make import make_kr
from tests.store.told_world import ToldWorld, told_world

__all__ = ["world"]


def plan_of(page: KeyResultPage) -> list[tuple[str, float, float | None]]:
    return [
        (one.on.isoformat()[5:], round(one.share, 6), None if one.value is None else round(one.value, 6))
        for one in page.plan
    ]


def values_of(readings: tuple[Reading, ...]) -> list[float | None]:
    return [one.value for one in readings]


HALF = date(2026, 11, 15)
PLANS: tuple[tuple[str, KeyResult, list[tuple[str, float, float | None]]], ...] = (
    ("straight", REFUNDS, [("10-01", 0, 2.4), ("12-31", 1, 0.5)]),
    ("back-loaded", replace(REFUNDS, pace=Pace.BACK_LOADED),
     [("10-01", 0, 2.4), ("11-15", 0.2, 2.02), ("12-31", 1, 0.5)]),
    ("phased", replace(REFUNDS, pace=Pace.PHASED, phases=((date(2026, 10, 31), 0.5),)),
     [("10-01", 0, 2.4), ("10-31", 0.5, 1.45), ("12-31", 1, 0.5)]),
    ("with a due day of its own", replace(REFUNDS, due=HALF), [("10-01", 0, 2.4), ("11-15", 1, 0.5)]),
    # Half of the way is worth 0.8 of the progress: a value for each share, and a corner on the day of 0.8.
    ("with a checkpoint", replace(REFUNDS, due=date(2026, 10, 11), metric=replace(ERRORS, checkpoints=((1.45, 0.8),))),
     [("10-01", 0, 2.4), ("10-09", 0.8, 1.45), ("10-11", 1, 0.5)]),
    ("all done before the target", replace(REFUNDS, metric=replace(ERRORS, checkpoints=((1.0, 1.0),))),
     [("10-01", 0, 2.4), ("12-31", 1, 0.5)]),
    ("a milestone", replace(REFUNDS, metric=Metric(kind=MetricKind.MILESTONE)), [("10-01", 0, 0), ("12-31", 1, 1)]),
    ("zones", replace(REFUNDS, metric=Metric(kind=MetricKind.ORDINAL, baseline=0, target=2)),
     [("10-01", 0, None), ("12-31", 1, None)]),
    ("a band", replace(REFUNDS, metric=Metric(direction=Direction.HOLD, baseline=1, target=1, low=1, high=2)),
     [("10-01", 0, None), ("12-31", 1, None)]),
    ("without a target", replace(REFUNDS, metric=Metric(baseline=1)), [("10-01", 0, None), ("12-31", 1, None)]),
    ("due before it begins", replace(REFUNDS, due=date(2026, 9, 1)), []),
)  # fmt: skip


@pytest.mark.parametrize(("key_result", "expected"), [row[1:] for row in PLANS], ids=[row[0] for row in PLANS])
def test_the_plan_has_its_corners_in_days_and_values(
    world: ToldWorld, key_result: KeyResult, expected: list[tuple[str, float, float | None]]
) -> None:
    world.apply(make_measured(key_result))
    assert plan_of(show(world.app, "KR-2.3")) == expected


def test_a_period_that_nobody_understands_has_no_plan(world: ToldWorld) -> None:
    book = make_measured()
    world.apply(replace(book, objectives=(replace(book.objectives[1], period="this winter"),)))
    page = show(world.app, "KR-2.3")
    assert page.plan == ()
    assert "'this winter' is not understood" in page.standing.verdict.because or page.standing.last is None


def test_what_counts_stands_apart_from_what_does_not(world: ToldWorld) -> None:
    world.reopen(metrics=[{"name": "refund_errors", "kind": "manual", "owner": "Luca"}])
    keep(world, 2.2, days_ago=30, series="old")
    keep(world, 2.0, days_ago=9)
    world.clock.tick()
    keep(world, 1.9, as_of_at=world.clock.at - 5 * DAY)
    world.clock.tick()
    keep(world, 1.8, as_of_at=world.clock.at - 5 * DAY)
    keep(world, 40.0, days_ago=1, status=ReadingStatus.QUARANTINED, reason="out of bounds")
    keep(world, 0.5, days_ago=-20)
    world.clock.tick()
    keep(world, None, reason="503")

    page = show(world.app, "kr-2.3")

    assert values_of(page.readings) == [2.0, 1.9, 1.8]
    assert values_of(page.earlier) == [2.2]
    assert values_of(page.odd) == [40.0, None, 0.5]
    assert page.standing.last == page.readings[-1]
    assert page.standing.failure is not None
    assert page.standing.failure.reason == "503"
    assert page.definition is not None
    assert page.definition.owner == "Luca"
    assert page.measurability is Measurability.DECLARED
    assert (page.work.has_open, page.work.planned) == (True, 1)
    assert page.command == "align-sync report alignment --kr KR-2.3"


def test_a_value_of_today_counts_whatever_hour_it_is_given(world: ToldWorld) -> None:
    keep(world, 1.5, as_of_at=world.clock.at.replace(hour=23))
    page = show(world.app, "KR-2.3")
    assert (values_of(page.readings), page.odd) == ([1.5], ())


def test_its_changes_are_followed_through_every_name_that_it_had(world: ToldWorld) -> None:
    hand = replace(REFUNDS, metric=replace(ERRORS, source=""))
    world.apply(make_measured(hand), author="Luca")
    keep(world, 2.0, metric="kr:KR-2.3", days_ago=3)
    state(world, "KR-2.3", 0.4)
    world.clock.tick()
    renamed = replace(hand, key="refunds", formerly=("KR-2.3",), metric=replace(hand.metric, target=0.8))
    world.apply(make_measured(renamed), author="Giulia", reason="the processor changed its rules")
    state(world, "refunds", 0.7)
    world.clock.tick()
    world.apply(make_measured(replace(renamed, formerly=(), owner="Luca", weight=2)))
    world.clock.tick()
    world.apply(make_measured(replace(renamed, due=HALF)))

    page = show(world.app, "KR-2.3")

    assert [(one.field, one.before, one.after) for one in page.changes] == [
        ("source", "manual:refund_errors", "nothing"),
        ("key", "KR-2.3", "refunds"),
        ("target", "0.5", "0.8"),
        ("due", "nothing", "2026-11-15"),
    ]
    assert [(one.author, one.reason) for one in page.changes[1:3]] == [
        ("Giulia", "the processor changed its rules")
    ] * 2
    assert page.changes[0].at < page.changes[1].at
    assert page.key_result.key == "refunds"
    assert values_of(page.readings) == [2.0]
    assert [one.share for one in page.confidences] == [0.4, 0.7]
    assert page.definition is None


def state(world: ToldWorld, key: str, share: float) -> None:
    with world.app.store.write() as connection:
        said = Confidence(key_result=key, share=share, stated_at=world.clock.at, author="Ana")
        save_confidence(connection, said)


def test_what_happens_to_another_one_is_no_change_of_this(world: ToldWorld) -> None:
    world.apply(make_measured(REFUNDS, replace(make_kr("act5"), due=HALF)))
    assert show(world.app, "KR-2.3").changes == ()
    assert len(show(world.app, "act5").changes) == 1


def test_of_an_earlier_instant_it_shows_what_was_known_then(world: ToldWorld) -> None:
    keep(world, 2.0, days_ago=3)
    then = world.clock.at
    world.clock.at += 5 * DAY
    keep(world, 1.7, as_of_at=then - 3 * DAY)
    keep(world, 1.0)
    world.apply(make_measured(replace(REFUNDS, metric=replace(ERRORS, target=1.0))))

    now, before = show(world.app, "KR-2.3"), show(world.app, "KR-2.3", then)

    assert (values_of(now.readings), values_of(before.readings)) == ([1.7, 1.0], [2.0])
    assert (len(now.changes), len(before.changes)) == (1, 0)
    assert (now.on, before.on) == (date(2026, 11, 28), date(2026, 11, 23))
    assert plan_of(before)[-1] == ("12-31", 1, 0.5)
    assert "--as-of 2026-11-23T13:30:00" in before.command


def test_enough_readings_make_a_forecast(world: ToldWorld) -> None:
    for number in range(6):
        keep(world, 2.4 - 0.1 * number, days_ago=35 - 7 * number)
    forecast = show(world.app, "KR-2.3").standing.forecast
    assert forecast is not None
    assert forecast.on == date(2026, 12, 31)


def refuse(world: ToldWorld, key: str) -> str:
    with pytest.raises(UserError) as caught:
        show(world.app, key)
    return str(caught.value)


ERRORS_SAID: tuple[tuple[str, str], ...] = (
    ("KR2.3", "no key result is called KR2.3 (did you mean KR-2.3?)"),
    ("something-else", "no key result is called something-else (align-sync okr tree lists all)"),
    ("o-1", "O-1 is an objective (its key results are: KR-2.3, act5, KR-2.2)"),
    ("CO-1", "CO-1 is an objective (its key results are: none)"),
)


@pytest.mark.parametrize(("key", "said"), ERRORS_SAID)
def test_a_key_that_is_none_is_told_with_what_may_be_meant(world: ToldWorld, key: str, said: str) -> None:
    message, _, advice = said.removesuffix(")").partition(" (")
    told = refuse(world, key)
    assert message in told
    assert advice in told


def test_without_a_book_it_says_how_to_apply_one(sqlite_url: str) -> None:
    with told_world(sqlite_url) as world:
        assert "align-sync okr apply" in refuse(world, "KR-2.3")


def test_the_day_is_that_of_the_organisation(world: ToldWorld) -> None:
    world.clock.at = datetime(2026, 11, 23, 23, 30, tzinfo=UTC)
    assert show(world.app, "KR-2.3").on == date(2026, 11, 24)
