"""What is known of each metric beside the book: how sure we are that it can be read, its noise, its read baseline."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

from align_sync.okr.baselines import list_baselines
from align_sync.okr.lint.model import Evidence
from align_sync.okr.metrics import PROBED, Measurability, MetricDefinition, Verification
from align_sync.okr.model import Book, KeyResult, KeyResultState
from align_sync.okr.readings import GOOD, Reading, ReadingStatus
from align_sync.okr.series import choose_series

LEAST_CHANGES = 5
"""Of fewer weekly changes no deviation is told: it would say more of chance than of the metric."""

BASELINE_REACH = timedelta(days=7)
"""How far from the day of the baseline a reading may be that is compared with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """All that is known of metrics at a moment. `today` is its day where the organisation is."""

    definitions: Mapping[str, MetricDefinition]
    readings: Mapping[str, Sequence[Reading]]
    verifications: Mapping[str, Verification]
    at: datetime
    today: date

    def evidence_of(self, book: Book) -> dict[str, Evidence]:
        """By metric: those that are defined, and those of the key results that are worked for."""
        users = find_users(book)
        days: dict[str, list[date]] = {}
        for metric, day, _ in list_baselines(book):
            days.setdefault(metric, []).append(day)
        return {name: self._tell(name, days.get(name, ())) for name in dict.fromkeys((*self.definitions, *users))}

    def _tell(self, metric: str, days: Iterable[date]) -> Evidence:
        definition = self.definitions.get(metric)
        good = choose_series(self.readings.get(metric, ())).good
        noise = find_noise(good)
        told = {day: find_baseline(good, day) for day in days}
        return Evidence(
            definition=definition,
            measurability=self.measurability_of(metric),
            noise=noise if noise is not None or definition is None else definition.noise,
            baselines={day: value for day, value in told.items() if value is not None},
        )

    def measurability_of(self, metric: str) -> Measurability:
        definition = self.definitions.get(metric)
        if definition is not None and is_live(definition, self.readings.get(metric, ()), self.at):
            return Measurability.VERIFIED_LIVE
        verification = self.verifications.get(metric)
        if verification is not None and holds(verification, definition, self.today):
            return Measurability.VERIFIED_MANUAL
        return Measurability.UNKNOWN if definition is None else Measurability.DECLARED


def find_users(book: Book) -> dict[str, tuple[KeyResult, ...]]:
    """The key results that are worked for, by the metric that they are measured by."""
    found: dict[str, tuple[KeyResult, ...]] = {}
    for kr in book.key_results:
        if kr.state is KeyResultState.ACTIVE:
            found[kr.metric_name] = (*found.get(kr.metric_name, ()), kr)
    return found


def is_live(definition: MetricDefinition, readings: Iterable[Reading], at: datetime) -> bool:
    """Whether a probe was run lately, for the metric as it is defined now, and the last one gave a good value."""
    probed = [one for one in readings if one.series == definition.query_hash and one.source in PROBED]
    if not probed:
        return False
    last = max(probed, key=_when_recorded)
    return last.status in GOOD and not last.author and at - last.recorded_at <= definition.refresh


def holds(verification: Verification, definition: MetricDefinition | None, today: date) -> bool:
    """Whether it has not run out and is of the metric as it is defined now."""
    is_over = verification.expires_on is not None and verification.expires_on < today
    return not is_over and verification.query_hash == ("" if definition is None else definition.query_hash)


def find_noise(good: Iterable[Reading]) -> float | None:
    """The standard deviation of the changes from each week to the next, by the last value of each.

    None where there are too few; weeks without a value give no change.
    """
    changes = list(_weekly_changes(good))
    if len(changes) < LEAST_CHANGES:
        return None
    mean = sum(changes) / len(changes)
    deviation = math.sqrt(sum((change - mean) * (change - mean) for change in changes) / (len(changes) - 1))
    return deviation if math.isfinite(deviation) else None


def _weekly_changes(good: Iterable[Reading]) -> Iterator[float]:
    by_week = {
        (one.as_of_at.astimezone(UTC).date().toordinal() - 1) // 7: one.value for one in good if one.value is not None
    }
    for (week, before), (following, after) in pairwise(sorted(by_week.items())):
        if following == week + 1:
            yield after - before


def find_baseline(good: Iterable[Reading], on: date) -> float | None:
    """The value nearest to the day, if it is near; of several of one day the one that was recorded last.

    What a source told counts before what people wrote down: the baseline itself was written down by people.
    """
    # A value that was old even then is not of that day.
    near = [one for one in good if one.status is ReadingStatus.OK and abs(_day_of(one) - on) <= BASELINE_REACH]
    told = [one for one in near if one.source in PROBED] or near
    nearest = min(told, key=lambda one: (abs(_day_of(one) - on), -one.recorded_at.timestamp()), default=None)
    return None if nearest is None else nearest.value


def _day_of(reading: Reading) -> date:
    return reading.as_of_at.astimezone(UTC).date()


def _when_recorded(reading: Reading) -> tuple[datetime, int]:
    return reading.recorded_at, reading.reading_id
