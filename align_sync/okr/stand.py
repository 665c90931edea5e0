"""Where a whole book stands on a day: each key result by its readings, plan and rules, each objective by its parts."""

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from align_sync.okr.forecast import UNBOUNDED, Bounds, plan_forecast
from align_sync.okr.health import HealthRules, Pace, judge_age, judge_band, judge_pace, judge_unknown
from align_sync.okr.model import Book, KeyResult, KeyResultState, Objective
from align_sync.okr.period import Span, parse_period
from align_sync.okr.plan_curve import PlanCurve, build_curve, days_behind
from align_sync.okr.progress import explain_unmeasured, is_to_hold, measure_progress
from align_sync.okr.readings import Confidence, Reading, ReadingStatus
from align_sync.okr.rollup import roll_up_objectives
from align_sync.okr.series import Series, choose_series
from align_sync.okr.standing import KeyResultStanding, Standings, Verdict


def build_standings(
    book: Book,
    *,
    readings: Mapping[str, Sequence[Reading]],
    confidences: Mapping[str, Sequence[Confidence]],
    today: date,
    at: datetime,
    refresh: Mapping[str, timedelta],
    rules: HealthRules,
    bounds: Mapping[str, Bounds] | None = None,
    forecasts: Container[str] = (),
) -> Standings:
    """Everything by key as the book writes it.

    `readings`, `refresh` and `bounds` are by the name of the metric, `confidences` by the key of the key result, in any
    order each. `today` is the day in the organisation's zone and `at` the instant. Forecasts are only made for the keys
    in `forecasts`: one costs more than all the rest of a key result.
    """
    known = _Known(
        readings=readings,
        confidences=confidences,
        today=today,
        at=at,
        refresh=refresh,
        rules=rules,
        bounds=bounds or {},
        spans={period: parse_period(period) for period in {objective.period for objective in book}},
    )
    standings = {
        kr.key: known.place(objective, kr, is_foreseen=kr.key in forecasts)
        for objective in book
        for kr in objective.key_results
    }
    return Standings(
        on=today, key_results=standings, objectives=roll_up_objectives(book, standings, policy=rules.policy)
    )


def metric_names(key_result: KeyResult) -> tuple[str, ...]:
    """Under which names readings of it are kept: one without a source keeps those from before its key was changed."""
    if key_result.metric.name:
        return (key_result.metric_name,)
    return (key_result.metric_name, *(f"kr:{key}" for key in key_result.formerly))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    readings: Mapping[str, Sequence[Reading]]
    confidences: Mapping[str, Sequence[Confidence]]
    today: date
    at: datetime
    refresh: Mapping[str, timedelta]
    rules: HealthRules
    bounds: Mapping[str, Bounds]
    spans: Mapping[str, Span | None]
    chosen: dict[tuple[str, ...], Series] = field(default_factory=dict)

    def place(self, objective: Objective, key_result: KeyResult, *, is_foreseen: bool) -> KeyResultStanding:
        series = self._choose(metric_names(key_result))
        last = series.last
        progress = measure_progress(key_result.metric, last.value) if last else None
        span = self.spans[objective.period]
        curve = build_curve(key_result, span) if span else None
        is_active = key_result.state is KeyResultState.ACTIVE
        expected = behind = forecast = None
        if is_active and is_to_hold(key_result.metric):
            expected = 1.0 if curve else None
        elif is_active and curve:
            expected = curve.share_on(self.today)
            behind = None if progress is None else days_behind(progress, curve, self.today)
        if is_active and is_foreseen and curve:
            bounds = self.bounds.get(key_result.metric_name, UNBOUNDED)
            due = curve.start + timedelta(days=curve.length)
            forecast = plan_forecast(series.good, key_result.metric, due=due, bounds=bounds)
        return KeyResultStanding(
            key=key_result.key,
            objective=objective.key,
            progress=progress,
            expected=expected,
            days_behind=behind,
            verdict=self._judge(objective, key_result, series, progress, curve),
            last=last,
            failure=series.failure,
            confidence=self._find_confidence(key_result),
            forecast=forecast,
            series_began_at=series.began_at,
        )

    def _judge(
        self,
        objective: Objective,
        key_result: KeyResult,
        series: Series,
        progress: float | None,
        curve: PlanCurve | None,
    ) -> Verdict:
        rules, last = self.rules, series.last
        if key_result.state is not KeyResultState.ACTIVE:
            since = f" since {key_result.closed_on}" if key_result.closed_on else ""
            return judge_unknown(f"{key_result.state}{since}: it has no health any more", rules)
        if last is None or last.value is None:
            return judge_unknown(_explain_missing(key_result, series), rules)
        fresh_for = self.refresh.get(key_result.metric_name, rules.stale_after)
        if stale := judge_age(last, self.at, fresh_for, rules):
            return stale
        if progress is None:
            return judge_unknown(explain_unmeasured(key_result.metric, last.value), rules)
        if is_to_hold(key_result.metric):
            return judge_band(key_result.metric, last.value, progress, rules)
        return self._judge_plan(objective, key_result, progress, curve)

    def _judge_plan(
        self, objective: Objective, key_result: KeyResult, progress: float, curve: PlanCurve | None
    ) -> Verdict:
        if curve is None:
            return judge_unknown(_explain_unplanned(objective, key_result, self.spans[objective.period]), self.rules)
        pace = Pace(progress=progress, curve=curve, today=self.today, commitment=key_result.commitment)
        return judge_pace(pace, self.rules)

    def _choose(self, names: tuple[str, ...]) -> Series:
        if names not in self.chosen:
            told = (reading for name in names for reading in self.readings.get(name, ()))
            self.chosen[names] = choose_series(reading for reading in told if self._has_happened(reading))
        return self.chosen[names]

    def _has_happened(self, reading: Reading) -> bool:
        """A sheet may hold the values that somebody hopes for. A value of today counts whatever hour it is given."""
        return reading.as_of_at <= self.at or reading.as_of_at.date() <= self.today

    def _find_confidence(self, key_result: KeyResult) -> Confidence | None:
        stated = _all_of(self.confidences, (key_result.key, *key_result.formerly))
        return max(stated, key=lambda one: one.stated_at, default=None)


def _all_of(stated: Mapping[str, Sequence[Confidence]], keys: Iterable[str]) -> Iterable[Confidence]:
    return (one for key in keys for one in stated.get(key, ()))


def _explain_missing(key_result: KeyResult, series: Series) -> str:
    if series.failure is None:
        why = explain_unmeasured(key_result.metric, None)
        return "no reading yet" if why in {"", "no value"} else f"no reading yet, and {why}"
    reason = f": {series.failure.reason}" if series.failure.reason else ""
    fell = "failed" if series.failure.status is ReadingStatus.FAILED else "is quarantined"
    return f"no good reading yet, the last one {fell}{reason}"


def _explain_unplanned(objective: Objective, key_result: KeyResult, span: Span | None) -> str:
    if span is None:
        return f"the period {objective.period!r} is not understood; write it as in 2026-Q4 or 2026-10-01/2026-12-31"
    if key_result.due is None:
        return f"the period {objective.period} is a single day, in which nothing can be planned"
    return f"it is due on {key_result.due}, which is not after {span.start}, when its period begins"
