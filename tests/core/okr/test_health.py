"""Health: the table of tests/cases/health/verdicts.yaml, six published rules on one key result, and age and bands."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from align_sync.okr.health import HealthRules, Pace, judge_age, judge_band, judge_pace, judge_unknown
from align_sync.okr.metrics import SourceKind
from align_sync.okr.model import Commitment, Direction, Metric
from align_sync.okr.plan_curve import build_curve
from align_sync.okr.readings import Reading, ReadingStatus
from align_sync.okr.standing import Health, HealthPolicy
from tests.core.okr.okr_rows import HUNDRED_DAYS, day, make_key_result, read_rows

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
RULES = HealthRules()


def make_pace(row: dict[str, Any]) -> Pace:
    key_result = make_key_result(row)
    curve = build_curve(key_result, HUNDRED_DAYS)
    assert curve is not None
    return Pace(progress=row["progress"], curve=curve, today=day(row["day"]), commitment=key_result.commitment)


@pytest.mark.parametrize("row", read_rows("health/verdicts.yaml"))
def test_the_verdict_is_what_was_worked_out_by_hand(row: dict[str, Any]) -> None:
    known = {"reason", "policy", "cadence", "commitment", "pace", "day", "progress", "health", "says", "because"}
    assert known >= set(row) >= known - {"policy", "cadence", "commitment", "pace"}
    policy = HealthPolicy(row.get("policy", "days-behind"))
    rules = HealthRules(policy=policy, cadence=timedelta(days=row.get("cadence", 14)))

    verdict = judge_pace(make_pace(row), rules)

    assert (verdict.health.value, verdict.because, verdict.policy) == (row["health"], row["says"], policy)


def by_gap(done: float, planned: float) -> str:
    gap = planned - done
    return "on track" if gap <= 16.5 else "behind" if gap <= 33 else "at risk"


def by_comparison(done: float, planned: float) -> str:
    return "behind" if done < planned else "on track"


def by_ratio_of_three(done: float, planned: float) -> str:
    ratio = done / planned
    return "on track" if ratio >= 0.7 else "behind" if ratio >= 0.4 else "at risk"


def by_ratio_of_two(done: float, planned: float) -> str:
    ratio = done / planned
    return "on track" if ratio >= 0.95 else "lagging" if ratio >= 0.75 else "at risk"


def by_projection(done: float, gone: float) -> str:
    landing = 100 * done / gone
    return "on track" if landing > 70 else "requires attention" if landing >= 30 else "critical"


def by_grade(done: float, _gone: float) -> str:
    return "off track" if done < 20 else "at risk" if done < 60 else "on track"


@dataclass(frozen=True, slots=True)
class Published:
    judge: Callable[[float, float], str]
    verdict: str


PUBLISHED = {
    "Engagedly": Published(by_gap, "on track"),
    "Viva Goals": Published(by_comparison, "behind"),
    "Oboard": Published(by_ratio_of_three, "behind"),
    "UpRaise": Published(by_ratio_of_two, "at risk"),
    "Workpath": Published(by_projection, "requires attention"),
    "BOJA": Published(by_grade, "at risk"),
}


def test_six_published_rules_give_one_key_result_four_verdicts_and_ours_says_by_which_it_goes() -> None:
    theirs = {name: rule.judge(25, 40) for name, rule in PUBLISHED.items()}
    one = {"day": 40, "progress": 0.25}
    ours = {policy: judge_pace(make_pace(one), HealthRules(policy=policy)) for policy in HealthPolicy}

    assert theirs == {name: rule.verdict for name, rule in PUBLISHED.items()}
    assert len(set(theirs.values())) == 4
    assert {policy: verdict.health for policy, verdict in ours.items()} == {
        HealthPolicy.DAYS_BEHIND: Health.AT_RISK,
        HealthPolicy.GAP: Health.ON_TRACK,
        HealthPolicy.RATIO: Health.AT_RISK,
        HealthPolicy.PROJECTION: Health.AT_RISK,
    }
    assert all(verdict.policy is policy for policy, verdict in ours.items())


def test_a_rule_without_time_has_everything_off_track_on_the_first_day() -> None:
    assert by_grade(0, 0) == "off track"
    for policy in HealthPolicy:
        verdict = judge_pace(make_pace({"day": 0, "progress": 0.0}), HealthRules(policy=policy))
        assert verdict.health is Health.ON_TRACK


def test_more_progress_is_never_worse_by_any_policy() -> None:
    order = [Health.OFF_TRACK, Health.AT_RISK, Health.ON_TRACK]
    for policy in HealthPolicy:
        rules = HealthRules(policy=policy)
        for today in (0, 1, 40, 99, 100, 140):
            paces = [make_pace({"day": today, "progress": number / 50}) for number in range(-20, 80)]
            ranks = [order.index(judge_pace(pace, rules).health) for pace in paces]
            assert ranks == sorted(ranks), (policy, today)


def make_reading(age: timedelta) -> Reading:
    return Reading(
        metric="m",
        as_of_at=NOW - age,
        value=1.0,
        source=SourceKind.MANUAL,
        series="s",
        status=ReadingStatus.OK,
        recorded_at=NOW,
    )


AGES = (
    ("just fresh", timedelta(days=14), timedelta(days=14), None),
    ("a second too old", timedelta(days=14, seconds=1), timedelta(days=14), "14.1 days old; up to 14 days is fresh"),
    ("old", timedelta(days=20), timedelta(days=14), "20 days old; up to 14 days is fresh"),
    ("by hours", timedelta(hours=30), timedelta(days=1), "30 hours old; up to 24 hours is fresh"),
    ("by minutes", timedelta(minutes=61), timedelta(minutes=45), "1.1 hours old; up to 45 minutes is fresh"),
    ("one hour", timedelta(hours=3), timedelta(hours=1), "3 hours old; up to 1 hour is fresh"),
    ("of a moment to come", -timedelta(hours=3), timedelta(hours=1), None),
)


@pytest.mark.parametrize(("age", "fresh_for", "told"), [row[1:] for row in AGES], ids=[row[0] for row in AGES])
def test_a_value_that_is_too_old_says_nothing(age: timedelta, fresh_for: timedelta, told: str | None) -> None:
    verdict = judge_age(make_reading(age), NOW, fresh_for, RULES)

    assert (verdict and verdict.because) == (told and f"the last good reading is {told}")
    assert verdict is None or verdict.health is Health.STALE


BANDS = (
    ((90, 95), 92, 1.0, Health.ON_TRACK, "92 is within 90 to 95"),
    ((90, 95), 84, 0.4, Health.AT_RISK, "84 is not within 90 to 95, by 60 % of its tolerance"),
    ((90, 95), 80, 0.0, Health.OFF_TRACK, "80 is not within 90 to 95, by all of its tolerance or more"),
    ((90, 95), 60, -2.0, Health.OFF_TRACK, "60 is not within 90 to 95, by all of its tolerance or more"),
    ((99.9, None), 99.95, 1.0, Health.ON_TRACK, "99.95 is 99.9 or more"),
    ((None, 30), 33, 0.7, Health.AT_RISK, "33 is not 30 or less, by 30 % of its tolerance"),
)


@pytest.mark.parametrize(("band", "value", "progress", "health", "because"), BANDS)
def test_what_is_to_be_held_is_judged_by_its_band(
    band: tuple[float | None, float | None], value: float, progress: float, health: Health, because: str
) -> None:
    metric = Metric(direction=Direction.HOLD, low=band[0], high=band[1])

    verdict = judge_band(metric, value, progress, HealthRules(policy=HealthPolicy.RATIO))

    assert (verdict.health, verdict.because, verdict.policy) == (health, because, HealthPolicy.RATIO)


def test_what_is_unknown_says_why() -> None:
    verdict = judge_unknown("no baseline", RULES)

    assert (verdict.health, verdict.because) == (Health.UNKNOWN, "no baseline")


def test_committed_is_what_is_said_of_no_other_kind() -> None:
    allowed = {
        commitment: judge_pace(make_pace({"day": 40, "progress": 0.3, "commitment": commitment}), RULES).health
        for commitment in Commitment
    }

    assert allowed == {
        Commitment.COMMITTED: Health.AT_RISK,
        Commitment.ASPIRATIONAL: Health.ON_TRACK,
        Commitment.LEARNING: Health.ON_TRACK,
    }
