"""Whether a value that a source told is believed: good, old, or so strange that a person must look at it first."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median

from align_sync.okr.metrics import MetricDefinition
from align_sync.okr.readings import GOOD, Reading, ReadingStatus

LEAST_CHANGES = 5
"""With fewer earlier changes nobody can say what a usual one is."""

MOST_AHEAD = timedelta(hours=26)
"""How far a source may be ahead: where a day begins first, its noon is 26 hours ahead of us."""


def judge_value(
    definition: MetricDefinition,
    value: float,
    *,
    told_at: datetime | None,
    asked_at: datetime | None,
    earlier: Iterable[Reading],
    now: datetime,
    run: int = 0,
) -> Reading:
    """The reading that a value becomes.

    `told_at` is the moment that the source itself says its value is of. With `asked_at` the value of an earlier moment
    was asked for: the reading is of that moment, and old where the value was old even then. `earlier` are readings of
    the metric of any series and status; only the good ones of the same series count.
    """
    of_at = asked_at or told_at or now
    strange = _find_strange(definition, value, before=list_good(definition, earlier, before=of_at))
    old = _find_old(definition, told_at, at=asked_at or now)
    if told_at is not None and told_at > now + MOST_AHEAD:
        strange = f"the source says that it is of {told_at:%Y-%m-%d %H:%M}, which is yet to come"
    status = ReadingStatus.QUARANTINED if strange else ReadingStatus.STALE if old else ReadingStatus.OK
    return Reading(
        metric=definition.name,
        as_of_at=of_at,
        value=value,
        source=definition.kind,
        series=definition.query_hash,
        status=status,
        recorded_at=now,
        reason=strange or old,
        run=run,
    )


def record_failure(
    definition: MetricDefinition, reason: str, *, asked_at: datetime | None, now: datetime, run: int = 0
) -> Reading:
    """The reading that a source without an answer gives: one without a value, which is not zero."""
    return Reading(
        metric=definition.name,
        as_of_at=asked_at or now,
        value=None,
        source=definition.kind,
        series=definition.query_hash,
        status=ReadingStatus.FAILED,
        recorded_at=now,
        reason=reason,
        run=run,
    )


def list_good(definition: MetricDefinition, readings: Iterable[Reading], *, before: datetime) -> tuple[Reading, ...]:
    """The good readings of the definition's series of earlier moments, by moment, each as it was restated last."""
    known = (one for one in readings if one.status in GOOD and one.value is not None)
    in_series = (one for one in known if one.series == definition.query_hash and one.as_of_at < before)
    in_order = sorted(in_series, key=lambda one: (one.as_of_at, one.recorded_at, one.reading_id))
    return tuple({one.as_of_at: one for one in in_order}.values())


def _find_strange(definition: MetricDefinition, value: float, *, before: Sequence[Reading]) -> str:
    """Why a person must look at it first; empty where nothing is strange."""
    if definition.lowest is not None and value < definition.lowest:
        return f"{value:.12g} is below {definition.lowest:.12g}, the lowest that is believed"
    if definition.highest is not None and value > definition.highest:
        return f"{value:.12g} is above {definition.highest:.12g}, the highest that is believed"
    values = [one.value for one in before if one.value is not None]
    changes = [abs(later - sooner) for sooner, later in pairwise(values)]
    if definition.jump is None or len(changes) < LEAST_CHANGES:
        return ""
    # The deviation is that from no change: around the median, a metric that grows evenly by ten hardly deviates at
    # all, so that its every step would be a jump.
    usual, change = median(changes), value - values[-1]
    if usual == 0 or abs(change) <= definition.jump * usual:
        return ""
    limit = f"{definition.jump:g} times the usual change of {usual:.6g}"
    return f"a change of {change:+.6g} from {values[-1]:.12g} is more than {limit}"


def _find_old(definition: MetricDefinition, told_at: datetime | None, *, at: datetime) -> str:
    """Why it was old already when it was read; empty where it is not, or where the source does not say."""
    if told_at is None or at - told_at <= definition.refresh:
        return ""
    return f"its source says that it is of {told_at:%Y-%m-%d}, longer ago than {_say_span(definition.refresh)}"


def _say_span(span: timedelta) -> str:
    day, hour = timedelta(days=1), timedelta(hours=1)
    unit, name = (day, "day") if span >= day else (hour, "hour")
    return f"{span / unit:.3g} {name}{'' if span == unit else 's'}"
