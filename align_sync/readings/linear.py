"""Counts, sums and shares of the issues that a filter of Linear finds."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import httpx
import orjson

from align_sync.errors import ReadingError
from align_sync.readings.answer import Answer, Probe, take_number
from align_sync.readings.shares import share
from align_sync.readings.web import patience_for
from align_sync.seams import Seams
from align_sync.settings import Settings
from align_sync.settings_metrics import LinearMetric
from align_sync.trackers.linear.measuring import AS_OF_MARK, LinearMeasuring, date_filter, open_measuring

SOURCE = "linear"


@dataclass(frozen=True, slots=True, kw_only=True)
class LinearProbe:
    settings: Settings
    metric: LinearMetric
    seams: Seams
    transport: httpx.BaseTransport | None = None

    def read(self, *, at: datetime | None, now: datetime) -> Answer:
        """See `Probe`. Linear shows the present only, so that an earlier day is a matter of the filter."""
        if not self.settings.linear.is_set:
            raise ReadingError("no Linear is set up", advice="set ALIGN_SYNC_LINEAR__TOKEN")
        if at is not None and not self._is_dated():
            raise ReadingError(
                "the filter can be asked for the value of today only", advice="put {as_of} where it takes a day"
            )
        wanted = _dated(self.metric.filter, at or now)
        whole = None if self.metric.of_filter is None else _dated(self.metric.of_filter, at or now)
        measuring = open_measuring(
            self.settings.linear,
            source=SOURCE,
            seams=self.seams,
            patience=patience_for(self.settings.readings.timeout),
            transport=self.transport,
        )
        try:
            return Answer(take_number(self._measure(measuring, wanted, whole)))
        finally:
            measuring.close()

    def _is_dated(self) -> bool:
        filters = (self.metric.filter, self.metric.of_filter)
        return all(AS_OF_MARK.encode() in orjson.dumps(wanted) for wanted in filters if wanted is not None)

    def _measure(
        self, measuring: LinearMeasuring, wanted: Mapping[str, object], whole: Mapping[str, object] | None
    ) -> float:
        if self.metric.measure == "sum":
            return measuring.add_up(wanted)
        found = measuring.count(wanted)
        return found if whole is None else share(found, measuring.count(whole), self.metric.unit)


def open_linear(
    settings: Settings, metric: LinearMetric, *, seams: Seams, transport: httpx.BaseTransport | None = None
) -> Probe:
    return LinearProbe(settings=settings, metric=metric, seams=seams, transport=transport)


def _dated(wanted: Mapping[str, object], at: datetime) -> Mapping[str, object]:
    filled = date_filter(wanted, at.date())
    if not isinstance(filled, Mapping) or not filled:
        raise ReadingError("the filter is empty, and would find every issue", advice="say which issues count")
    return filled
