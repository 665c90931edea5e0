"""Health of a key result: one policy of four with its published thresholds, and the reason in plain words.

`gap` is what Engagedly publishes (https://help.engagedly.com/how-is-goal-progress-calculated): up to 16.5 points below
plan is on track, up to 33 behind. `ratio` is Oboard's: from 0.70 of the plan on is on track, from 0.40 on behind.
`projection` is Workpath's: what lands at 70 % at this pace is on track, from 30 % on it needs attention. `days-behind`
is our own: a delay counts once it is longer than the time between two check-ins.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import ceil

from align_sync.okr.model import Commitment, Metric
from align_sync.okr.plan_curve import PlanCurve, days_behind
from align_sync.okr.readings import Reading
from align_sync.okr.standing import Health, HealthPolicy, Verdict

GAP_ON_TRACK, GAP_AT_RISK = 0.165, 0.33
RATIO_ON_TRACK, RATIO_AT_RISK = 0.70, 0.40
PROJECTION_ON_TRACK, PROJECTION_AT_RISK = 0.70, 0.30

_DAY = timedelta(days=1)
_DUST = 1e-9
_SHOWN_DUST = 1e-6
_COUNTABLE = 1e12


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthRules:
    """`cadence` is the time between two check-ins; `stale_after` is for metrics that name no refresh of their own."""

    policy: HealthPolicy = HealthPolicy.DAYS_BEHIND
    cadence: timedelta = timedelta(days=14)
    stale_after: timedelta = timedelta(days=14)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """Where a key result is on its plan on one day."""

    progress: float
    curve: PlanCurve
    today: date
    commitment: Commitment


def judge_pace(pace: Pace, rules: HealthRules) -> Verdict:
    """The verdict of the policy that is set, from progress, plan and day alone."""
    judge = _JUDGES[rules.policy]
    health, because = judge(pace, rules)
    return Verdict(health=health, policy=rules.policy, because=because)


def judge_band(metric: Metric, value: float, progress: float, rules: HealthRules) -> Verdict:
    """A metric to hold has no way to go, so that no plan can be behind: what counts is where it is.

    Inside its band it is on track under each policy, outside at risk, and off track where its tolerance is used up.
    """
    band = _name_band(metric)
    if progress >= 1:
        health, because = Health.ON_TRACK, f"{value:g} is {band}"
    elif progress > 0:
        health = Health.AT_RISK
        because = f"{value:g} is not {band}, by {_per_cent(_up(100 * (1 - progress)))} of its tolerance"
    else:
        health, because = Health.OFF_TRACK, f"{value:g} is not {band}, by all of its tolerance or more"
    return Verdict(health=health, policy=rules.policy, because=because)


def judge_age(last: Reading, at: datetime, fresh_for: timedelta, rules: HealthRules) -> Verdict | None:
    """A verdict where the last good value is too old to say anything, whatever it says; None where it is fresh."""
    age = at - last.as_of_at
    if age <= fresh_for:
        return None
    told = f"the last good reading is {_span(age)} old; up to {_span(fresh_for)} is fresh"
    return Verdict(health=Health.STALE, policy=rules.policy, because=told)


def judge_unknown(because: str, rules: HealthRules) -> Verdict:
    return Verdict(health=Health.UNKNOWN, policy=rules.policy, because=because)


def _judge_days(pace: Pace, rules: HealthRules) -> tuple[Health, str]:
    behind = days_behind(pace.progress, pace.curve, pace.today)
    if behind is None:
        return Health.UNKNOWN, "its progress is beyond all numbers"
    is_committed = pace.commitment is Commitment.COMMITTED
    allowed = rules.cadence / _DAY / (2 if is_committed else 1)
    health = _grade(-behind, on_track=-allowed, at_risk=-2 * allowed)
    if behind < -_DUST:
        return health, f"{_count(_down(-behind), 'day')} ahead of plan"
    if behind <= _DUST:
        return health, "on plan"
    who = ", as for all that is committed" if is_committed else ""
    allowance = f"up to {allowed:g} is on track, up to {2 * allowed:g} at risk{who}"
    return health, f"{_count(_up(behind), 'day')} behind plan; {allowance}"


def _judge_gap(pace: Pace, _rules: HealthRules) -> tuple[Health, str]:
    planned = pace.curve.share_on(pace.today)
    gap = planned - pace.progress
    health = _grade(-gap, on_track=-GAP_ON_TRACK, at_risk=-GAP_AT_RISK)
    if gap <= _DUST:
        return health, f"{_per_cent(_down(100 * pace.progress))} done of {_per_cent(_down(100 * planned))} planned"
    allowance = f"up to {100 * GAP_ON_TRACK:g} is on track, up to {100 * GAP_AT_RISK:g} at risk"
    return health, f"{_count(_up(100 * gap), 'point')} below a plan of {_per_cent(_down(100 * planned))}; {allowance}"


def _judge_ratio(pace: Pace, _rules: HealthRules) -> tuple[Health, str]:
    planned = pace.curve.share_on(pace.today)
    if planned <= 0:
        return _judge_unplanned(pace)
    return _judge_share(pace.progress / planned, "of what is planned for the day", RATIO_ON_TRACK, RATIO_AT_RISK)


def _judge_projection(pace: Pace, _rules: HealthRules) -> tuple[Health, str]:
    gone = pace.curve.days_at(pace.today) / pace.curve.length
    if gone <= 0:
        return _judge_unplanned(pace)
    told = "is where it lands at its pace so far"
    return _judge_share(pace.progress / gone, told, PROJECTION_ON_TRACK, PROJECTION_AT_RISK)


_JUDGES: dict[HealthPolicy, Callable[[Pace, HealthRules], tuple[Health, str]]] = {
    HealthPolicy.DAYS_BEHIND: _judge_days,
    HealthPolicy.GAP: _judge_gap,
    HealthPolicy.RATIO: _judge_ratio,
    HealthPolicy.PROJECTION: _judge_projection,
}


def _judge_share(share: float, told: str, on_track: float, at_risk: float) -> tuple[Health, str]:
    allowance = f"from {_per_cent(100 * on_track)} is on track, from {_per_cent(100 * at_risk)} at risk"
    return _grade(share, on_track=on_track, at_risk=at_risk), f"{_per_cent(_down(100 * share))} {told}; {allowance}"


def _judge_unplanned(pace: Pace) -> tuple[Health, str]:
    """A share of nothing planned is no number; all that can be wrong so early is a step back."""
    if pace.progress < 0:
        return Health.AT_RISK, "nothing is planned yet, and it has gone backwards"
    return Health.ON_TRACK, "nothing is planned yet"


def _grade(measure: float, *, on_track: float, at_risk: float) -> Health:
    if measure >= on_track - _DUST:
        return Health.ON_TRACK
    return Health.AT_RISK if measure >= at_risk - _DUST else Health.OFF_TRACK


def _name_band(metric: Metric) -> str:
    if metric.low is None:
        return f"{metric.high:g} or less"
    if metric.high is None:
        return f"{metric.low:g} or more"
    return f"within {metric.low:g} to {metric.high:g}"


def _up(number: float) -> float:
    """To tenths, never down: what is over a limit must not be shown as the limit."""
    return ceil(10 * number - _SHOWN_DUST) / 10 if abs(number) < _COUNTABLE else number


def _down(number: float) -> float:
    return -_up(-number)


def _number(number: float) -> str:
    return f"{number:.12g}" if abs(number) < _COUNTABLE else f"{number:.3g}"


def _count(number: float, unit: str) -> str:
    return f"{_number(number)} {unit}" if number == 1 else f"{_number(number)} {unit}s"


def _per_cent(number: float) -> str:
    return f"{_number(number + 0.0)} %"


def _span(span: timedelta) -> str:
    if span >= 2 * _DAY:
        return _count(_up(span / _DAY), "day")
    hour = timedelta(hours=1)
    return _count(_up(span / hour), "hour") if span >= hour else _count(_up(span / hour * 60), "minute")
