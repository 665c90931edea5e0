"""Counts, sums and shares of the issues that JQL finds."""

from dataclasses import dataclass
from datetime import datetime

import httpx

from align_sync.errors import ReadingError
from align_sync.readings.answer import Answer, Probe, take_number
from align_sync.readings.shares import share
from align_sync.readings.web import patience_for
from align_sync.seams import Seams
from align_sync.settings import Settings
from align_sync.settings_metrics import JiraMetric
from align_sync.trackers.jira.measuring import AS_OF_MARK, JiraMeasuring, date_query, open_measuring

SOURCE = "jira"


@dataclass(frozen=True, slots=True, kw_only=True)
class JiraProbe:
    settings: Settings
    metric: JiraMetric
    seams: Seams
    transport: httpx.BaseTransport | None = None

    def read(self, *, at: datetime | None, now: datetime) -> Answer:
        """See `Probe`. Jira shows the present only, so that an earlier day is a matter of the query."""
        if not self.settings.jira.is_set:
            raise ReadingError("no Jira is set up", advice="set ALIGN_SYNC_JIRA__URL and ALIGN_SYNC_JIRA__TOKEN")
        is_dated = AS_OF_MARK in self.metric.jql and AS_OF_MARK in (self.metric.of_jql or AS_OF_MARK)
        if at is not None and not is_dated:
            raise ReadingError(
                "the query can be asked for the value of today only", advice="put {as_of} where it takes a day"
            )
        measuring = open_measuring(
            self.settings.jira,
            source=SOURCE,
            seams=self.seams,
            patience=patience_for(self.settings.readings.timeout),
            transport=self.transport,
        )
        try:
            return Answer(take_number(self._measure(measuring, at or now)))
        finally:
            measuring.close()

    def _measure(self, measuring: JiraMeasuring, at: datetime) -> float:
        jql = date_query(self.metric.jql, at.date())
        if self.metric.field is not None:
            return measuring.add_up(jql, self.metric.field)
        found = measuring.count(jql)
        if self.metric.of_jql is None:
            return found
        return share(found, measuring.count(date_query(self.metric.of_jql, at.date())), self.metric.unit)


def open_jira(
    settings: Settings, metric: JiraMetric, *, seams: Seams, transport: httpx.BaseTransport | None = None
) -> Probe:
    return JiraProbe(settings=settings, metric=metric, seams=seams, transport=transport)
