"""A whole book on one day: what each key result says of itself, in which order the reasons come, and how fast."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from align_sync.okr.forecast import Bounds
from align_sync.okr.health import HealthRules
from align_sync.okr.metrics import SourceKind
from align_sync.okr.model import (
    Book,
    Commitment,
    Direction,
    KeyResult,
    KeyResultState,
    Metric,
    MetricKind,
    Objective,
    Pace,
)
from align_sync.okr.readings import Confidence, Reading, ReadingStatus
from align_sync.okr.stand import build_standings, metric_names
from align_sync.okr.standing import Health, HealthPolicy, KeyResultStanding, Standings

TODAY = date(2026, 2, 10)
NOW = datetime(2026, 2, 10, 9, tzinfo=UTC)
PERIOD = "2026-01-01/2026-04-11"
"""A hundred days, of which forty are over."""

RETENTION = Metric(baseline=68, target=80, source="sql:retention")
HOLD = Metric(direction=Direction.HOLD, low=90, high=95, tolerance=10, source="sql:uptime")


def read(value: float | None, *, days_ago: float = 0, metric: str = "retention", **more: Any) -> Reading:
    at = NOW - timedelta(days=days_ago)
    made = Reading(
        metric=metric,
        as_of_at=at,
        value=value,
        source=SourceKind.SQL,
        series="s",
        status=ReadingStatus.OK,
        recorded_at=at,
    )
    return replace(made, **more)


def make_key_result(key: str = "KR-1", metric: Metric = RETENTION, **more: Any) -> KeyResult:
    return KeyResult(key=key, title="t", **{"commitment": Commitment.ASPIRATIONAL, "metric": metric, **more})


def make_book(*key_results: KeyResult, period: str = PERIOD) -> Book:
    return Book(objectives=(Objective(key="O-1", title="t", team="product", period=period, key_results=key_results),))


def build(book: Book, *told: Reading, rules: HealthRules | None = None, **more: Any) -> Standings:
    readings: dict[str, list[Reading]] = {}
    for reading in told:
        readings.setdefault(reading.metric, []).append(reading)
    known: dict[str, Any] = {"confidences": {}, "today": TODAY, "at": NOW, "refresh": {}, **more}
    return build_standings(book, readings=readings, rules=rules or HealthRules(), **known)


def stand(key_result: KeyResult, *told: Reading, period: str = PERIOD, **more: Any) -> KeyResultStanding:
    return build(make_book(key_result, period=period), *told, **more).key_results[key_result.key]


def test_a_key_result_says_how_far_it_is_how_far_it_should_be_and_how_it_is() -> None:
    standing = stand(make_key_result(), read(68, days_ago=30), read(71))

    assert (standing.key, standing.objective) == ("KR-1", "O-1")
    assert (standing.progress, standing.expected, standing.days_behind) == (0.25, 0.4, 15)
    assert standing.verdict.health is Health.AT_RISK
    assert standing.verdict.because == "15 days behind plan; up to 14 is on track, up to 28 at risk"
    assert standing.last == read(71)
    assert (standing.failure, standing.confidence, standing.forecast, standing.series_began_at) == (None,) * 4


def test_the_plan_of_the_key_result_decides() -> None:
    standing = stand(make_key_result(pace=Pace.BACK_LOADED), read(71))

    assert standing.expected == pytest.approx(0.16)
    assert standing.days_behind == pytest.approx(-13.125)
    assert standing.verdict.health is Health.ON_TRACK


FAILED: dict[str, Any] = {"status": ReadingStatus.FAILED, "reason": "it answered with a page of HTML"}
HELD: dict[str, Any] = {"status": ReadingStatus.QUARANTINED}
NO_BASELINE = Metric(target=5)
UNKNOWN = (
    ("no reading", make_key_result(), (), PERIOD, "no reading yet"),
    ("no reading and no baseline", make_key_result(metric=NO_BASELINE), (), PERIOD, "no reading yet, and no baseline"),
    (
        "only a failure", make_key_result(), (read(None, **FAILED),), PERIOD,
        "no good reading yet, the last one failed: it answered with a page of HTML",
    ),
    ("only one in quarantine", make_key_result(), (read(900, **HELD),), PERIOD,
     "no good reading yet, the last one is quarantined"),
    ("no baseline", make_key_result(metric=replace(RETENTION, baseline=None)), (read(71),), PERIOD, "no baseline"),
    ("a period that is none", make_key_result(), (read(71),), "soon",
     "the period 'soon' is not understood; write it as in 2026-Q4 or 2026-10-01/2026-12-31"),
    ("a period of a day", make_key_result(), (read(71),), "2026-02-10/2026-02-10",
     "the period 2026-02-10/2026-02-10 is a single day, in which nothing can be planned"),
    ("due before the period", make_key_result(due=date(2025, 12, 1)), (read(71),), PERIOD,
     "it is due on 2025-12-01, which is not after 2026-01-01, when its period begins"),
    ("closed", make_key_result(state=KeyResultState.CLOSED), (read(71),), PERIOD, "closed: it has no health any more"),
    ("archived", make_key_result(state=KeyResultState.ARCHIVED, closed_on=date(2026, 2, 1)), (read(71),), PERIOD,
     "archived since 2026-02-01: it has no health any more"),
)  # fmt: skip


@pytest.mark.parametrize(
    ("key_result", "told", "period", "because"), [row[1:] for row in UNKNOWN], ids=[row[0] for row in UNKNOWN]
)
def test_where_nothing_is_known_it_says_why(
    key_result: KeyResult, told: tuple[Reading, ...], period: str, because: str
) -> None:
    standing = stand(key_result, *told, period=period)

    assert (standing.verdict.health, standing.verdict.because) == (Health.UNKNOWN, because)
    assert standing.days_behind is None


def test_a_closed_key_result_keeps_its_progress_and_has_no_plan_any_more() -> None:
    told = [read(80 - 2 * weeks, days_ago=7 * weeks) for weeks in range(6)]

    standing = stand(make_key_result(state=KeyResultState.CLOSED), *told, forecasts={"KR-1"})

    assert (standing.progress, standing.expected, standing.days_behind, standing.forecast) == (1, None, None, None)


def test_an_old_value_says_nothing_however_good_it_is() -> None:
    told = (read(80, days_ago=15), read(None, days_ago=1, **FAILED))

    standing = stand(make_key_result(), *told)

    assert standing.verdict.health is Health.STALE
    assert standing.verdict.because == "the last good reading is 15 days old; up to 14 days is fresh"
    assert (standing.progress, standing.failure) == (1, told[1])
    assert stand(make_key_result(), *told, refresh={"retention": timedelta(days=30)}).verdict.health is Health.ON_TRACK
    by_rule = stand(make_key_result(), *told, rules=HealthRules(stale_after=timedelta(days=15)))
    assert by_rule.verdict.health is Health.ON_TRACK


def test_a_metric_to_hold_is_judged_by_its_band_and_is_never_behind() -> None:
    inside, outside = (stand(make_key_result(metric=HOLD), read(value, metric="uptime")) for value in (92, 84))

    assert (inside.verdict.health, inside.verdict.because) == (Health.ON_TRACK, "92 is within 90 to 95")
    assert outside.verdict.health is Health.AT_RISK
    assert outside.progress == pytest.approx(0.4)
    assert (inside.expected, inside.days_behind, outside.days_behind) == (1, None, None)
    timeless = stand(make_key_result(metric=HOLD), read(92, metric="uptime"), period="soon")
    assert (timeless.expected, timeless.verdict.health) == (None, Health.ON_TRACK)


def test_the_policy_that_is_set_stands_beside_each_verdict() -> None:
    rules = HealthRules(policy=HealthPolicy.GAP)

    standings = build(make_book(make_key_result(), make_key_result("KR-2", Metric())), read(71), rules=rules)

    assert standings.key_results["KR-1"].verdict.health is Health.ON_TRACK
    verdicts = [one.verdict for one in standings.key_results.values()]
    verdicts += [one.verdict for one in standings.objectives.values()]
    assert {verdict.policy for verdict in verdicts} == {HealthPolicy.GAP}


def test_the_objective_is_rolled_up_from_its_key_results() -> None:
    book = make_book(make_key_result(weight=3), make_key_result("KR-2", Metric(baseline=0, target=10, source="sql:b")))

    standings = build(book, read(71), read(10, metric="b"))

    objective = standings.objectives["O-1"]
    assert standings.on == TODAY
    assert objective.progress == pytest.approx(1.75 / 4)
    assert (objective.known, objective.counted) == (2, 2)
    assert (objective.verdict.health, objective.weakest) == (Health.AT_RISK, "KR-1")
    assert objective.verdict.because.startswith("KR-1: 15 days behind plan")


def test_a_changed_definition_is_seen_and_the_values_before_it_do_not_count() -> None:
    standing = stand(make_key_result(), read(40, days_ago=9, series="old"), read(71, days_ago=2))

    assert (standing.progress, standing.series_began_at) == (0.25, NOW - timedelta(days=2))


def test_values_of_days_to_come_are_hopes_and_one_of_today_counts_at_any_hour() -> None:
    tonight = read(74, as_of_at=NOW + timedelta(hours=3))
    hoped = read(80, as_of_at=NOW + timedelta(days=30))

    assert stand(make_key_result(), read(71), hoped).progress == 0.25
    assert stand(make_key_result(), read(71), tonight).progress == 0.5
    ahead = stand(make_key_result(), read(74, as_of_at=NOW), today=TODAY - timedelta(days=1))
    assert ahead.progress == 0.5


def test_one_without_a_source_keeps_its_readings_and_confidences_when_its_key_is_changed() -> None:
    key_result = make_key_result("KR-9", Metric(baseline=0, target=10), formerly=("KR-8",))
    confidences = {
        "KR-8": (said("KR-8", 0.4, days_ago=9),),
        "KR-9": (said("KR-9", 0.9, days_ago=1), said("KR-9", 0.6, days_ago=3)),
        "KR-1": (said("KR-1", 0.1, days_ago=0),),
    }

    standing = stand(key_result, read(5, metric="kr:KR-8"), confidences=confidences)

    assert metric_names(key_result) == ("kr:KR-9", "kr:KR-8")
    assert metric_names(make_key_result(formerly=("KR-8",))) == ("retention",)
    assert standing.progress == 0.5
    assert standing.confidence == confidences["KR-9"][0]
    renamed = {"KR-8": confidences["KR-8"]}
    assert stand(key_result, confidences=renamed).confidence == confidences["KR-8"][0]


def said(key: str, share: float, *, days_ago: int) -> Confidence:
    return Confidence(key_result=key, share=share, stated_at=NOW - timedelta(days=days_ago), author="giulia")


def test_confidence_changes_no_verdict() -> None:
    sure, unsure = (
        stand(make_key_result(), read(71), confidences={"KR-1": (said("KR-1", share, days_ago=0),)})
        for share in (0.95, 0.05)
    )

    assert sure.verdict == unsure.verdict
    assert sure.progress == unsure.progress


def test_forecasts_are_made_for_those_that_are_asked_for() -> None:
    told = [read(68 + number * 0.7, days_ago=7 * (5 - number)) for number in range(6)]
    book = make_book(make_key_result(), make_key_result("KR-2"))

    standings = build(book, *told, forecasts={"KR-2"}, bounds={"retention": Bounds(highest=72)})

    forecast = standings.key_results["KR-2"].forecast
    assert standings.key_results["KR-1"].forecast is None
    assert forecast is not None
    assert (forecast.on, forecast.high, forecast.chance) == (date(2026, 4, 11), 72, 0)
    due = stand(make_key_result(due=date(2026, 3, 1)), *told, forecasts={"KR-1"}).forecast
    assert due is not None
    assert due.on == date(2026, 3, 1)


def test_a_milestone_and_a_zone_have_a_plan_as_well() -> None:
    milestone = stand(make_key_result(metric=Metric(kind=MetricKind.MILESTONE, source="m")), read(0.25, metric="m"))
    zone = stand(make_key_result(metric=Metric(kind=MetricKind.ORDINAL, source="z")), read(1, metric="z"))

    assert (milestone.progress, milestone.days_behind) == (0.25, 15)
    assert zone.days_behind == pytest.approx(40 - 300 / 7)
