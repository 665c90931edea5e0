"""Everything that is known of one key result, for its page."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from sqlalchemy import Connection

from align_sync.app import App
from align_sync.errors import UserError
from align_sync.moment import Moment, load_moment
from align_sync.okr.metrics import Measurability
from align_sync.okr.model import Book, KeyResult, Metric, MetricKind, Objective
from align_sync.okr.period import parse_period
from align_sync.okr.plan import plan_apply
from align_sync.okr.plan_curve import build_curve
from align_sync.okr.plan_text import say_field, say_value
from align_sync.okr.plan_trail import Trail
from align_sync.okr.progress import ends_of, is_to_hold
from align_sync.okr.readings import GOOD, Confidence, Reading
from align_sync.okr.series import choose_series
from align_sync.okr.stand import metric_names
from align_sync.register import load_register
from align_sync.reports.commands import list_command
from align_sync.reports.key_result_page import KeyResultPage, PlanPoint, TargetChange
from align_sync.reports.model import Filters
from align_sync.standings import load_standings
from align_sync.store.books import AppliedBook, load_versions
from align_sync.store.confidences import load_confidences
from align_sync.store.key_result_work import load_key_result_work
from align_sync.store.past import load_coming
from align_sync.store.readings import load_readings
from align_sync.store.sources import has_samples

AIMS = frozenset(
    {
        "key",
        "title",
        "commitment",
        "due",
        "pace",
        "phases",
        "state",
        *(f"metric.{name}" for name in ("kind", "unit", "direction", "baseline", "baseline_on", "target", "source")),
        *(f"metric.{name}" for name in ("commit", "stretch", "low", "high", "tolerance", "checkpoints")),
    }
)
"""What of a key result says where it goes and how that is measured: its changes are drawn beside its readings."""


def show(app: App, key: str, at: datetime | None = None) -> KeyResultPage:
    """The page of the key result that this key names, also by a key that it had before. Raises `UserError`."""
    with app.store.read() as connection:
        moment = load_moment(app, connection, at)
        objective, key_result = _find(moment, key)
        standings = load_standings(app, connection, moment.book, today=moment.today, at=at, forecasts=(key_result.key,))
        every = _load_readings(connection, key_result, at)
        series = choose_series(reading for reading in every if not _is_ahead(reading, moment))
        evidence = load_register(app, connection, Book(objectives=(objective,)), at=at).get(key_result.metric_name)
        (work,) = load_key_result_work(
            connection,
            (key_result.key,),
            recent_since=moment.at - timedelta(days=app.settings.policy.recent_days),
            coming=tuple(ref for ref, _ in load_coming(connection, at)),
            at=at,
        )
        return KeyResultPage(
            on=moment.today,
            timezone=app.settings.timezone,
            objective=objective,
            key_result=key_result,
            standing=standings.key_results[key_result.key],
            plan=tuple(_draw_plan(objective, key_result)),
            readings=series.good,
            odd=tuple(one for one in every if one.status not in GOOD or _is_ahead(one, moment)),
            earlier=series.earlier,
            confidences=_load_confidences(connection, key_result, at),
            changes=tuple(_find_changes(connection, key_result, at)),
            definition=evidence.definition if evidence else None,
            measurability=evidence.measurability if evidence else Measurability.UNKNOWN,
            work=work,
            command=list_command(Filters(as_of_at=at), key_result=key_result.key),
            is_sample=app.is_sample or has_samples(connection),
        )


def _find(moment: Moment, key: str) -> tuple[Objective, KeyResult]:
    if moment.applied is None:
        raise UserError("no OKR book has been applied yet", where="okr show", advice="align-sync okr apply okrs/")
    found = moment.index.find((key,))
    if found is not None:
        return moment.book.by_key[found.key.casefold()]
    objective = next((one for one in moment.book if one.key.casefold() == key.casefold()), None)
    if objective is not None:
        named = ", ".join(kr.key for kr in objective.key_results) or "none"
        raise UserError(f"{objective.key} is an objective", where="okr show", advice=f"its key results are: {named}")
    meant = moment.index.suggest(key)
    advice = f"did you mean {meant}?" if meant else "align-sync okr tree lists all"
    raise UserError(f"no key result is called {key}", where="okr show", advice=advice)


def _load_readings(connection: Connection, key_result: KeyResult, at: datetime | None) -> tuple[Reading, ...]:
    told = load_readings(connection, metric_names(key_result), at=at)
    return tuple(reading for readings in told.values() for reading in readings)


def _load_confidences(connection: Connection, key_result: KeyResult, at: datetime | None) -> tuple[Confidence, ...]:
    stated = load_confidences(connection, at=at)
    told = (one for key in (key_result.key, *key_result.formerly) for one in stated.get(key, ()))
    return tuple(sorted(told, key=lambda one: one.stated_at))


def _is_ahead(reading: Reading, moment: Moment) -> bool:
    """Of a day that is yet to come, which counts for nothing: a sheet may hold what somebody hopes for."""
    return reading.as_of_at > moment.at and reading.as_of_at.date() > moment.today


def _draw_plan(objective: Objective, key_result: KeyResult) -> Iterator[PlanPoint]:
    """The corners of the plan; in values it has one at each checkpoint too."""
    span = parse_period(objective.period)
    curve = build_curve(key_result, span) if span else None
    if curve is None:
        return
    way = _list_way(key_result.metric)
    corners = {curve.day_of(share, near=curve.start): share for share, _ in way}
    for days, share in sorted((corners | dict(curve.points)).items()):
        yield PlanPoint(on=curve.start + timedelta(days=days), share=share, value=_read_value(way, share))


def _list_way(metric: Metric) -> list[tuple[float, float]]:
    """The (share, value) points from baseline to target; empty where there is no such way in numbers."""
    baseline, target = ends_of(metric)
    if baseline is None or target is None or is_to_hold(metric) or metric.kind is MetricKind.ORDINAL:
        return []
    between = sorted(((share, value) for value, share in metric.checkpoints), key=lambda point: point[0])
    return [(0.0, baseline), *between, (1.0, target)]


def _read_value(way: Sequence[tuple[float, float]], share: float) -> float | None:
    if not way:
        return None
    after = min(bisect_right(way, share, key=lambda point: point[0]), len(way) - 1)
    (low, start), (high, end) = way[after - 1], way[after]
    return end if high == low else start + (end - start) * (share - low) / (high - low)


def _find_changes(connection: Connection, key_result: KeyResult, at: datetime | None) -> Iterator[TargetChange]:
    """What the versions of the book changed about its aim, the oldest change first."""
    versions = list(load_versions(connection, at=at))
    trail = Trail.of(key_result.key, *(version.book for version in versions))
    for later, earlier in reversed(list(pairwise(versions))):
        yield from _compare(earlier, later, trail)


def _compare(earlier: AppliedBook, later: AppliedBook, trail: Trail) -> Iterator[TargetChange]:
    for change in plan_apply(earlier.book, later.book).changed:
        for field in change.fields if trail.holds(change) else ():
            if field.name in AIMS:
                yield TargetChange(
                    at=later.held_from_at,
                    author=later.applied_by,
                    reason=later.reason,
                    field=say_field(field.name).removeprefix("metric."),
                    before=say_value(field.before),
                    after=say_value(field.after),
                )
