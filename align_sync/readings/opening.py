"""Which module reads which kind of metric."""

from collections.abc import Mapping

import httpx

from align_sync.errors import ReadingError
from align_sync.readings.answer import Probe
from align_sync.readings.csv import open_csv
from align_sync.readings.http import open_http
from align_sync.readings.jira import open_jira
from align_sync.readings.linear import open_linear
from align_sync.readings.prometheus import open_prometheus
from align_sync.readings.sql import open_sql
from align_sync.seams import Seams
from align_sync.settings import Settings
from align_sync.settings_metrics import (
    CsvMetric,
    HttpMetric,
    JiraMetric,
    LinearMetric,
    ManualMetric,
    MetricSettings,
    PrometheusMetric,
    PushMetric,
    SqlMetric,
)

Transports = Mapping[str, httpx.BaseTransport]
"""By the name of a metric, how to reach its source: for tests, that have no other way to see what is sent."""


def open_probe(
    settings: Settings, metric: MetricSettings, *, seams: Seams, transports: Transports | None = None
) -> Probe:
    """How to ask for the value of this metric. Raises `ReadingError` where its values come to us."""
    transport = (transports or {}).get(metric.name)
    probe: Probe
    match metric:
        case SqlMetric():
            probe = open_sql(settings, metric)
        case HttpMetric():
            probe = open_http(settings, metric, seams=seams, transport=transport)
        case PrometheusMetric():
            probe = open_prometheus(settings, metric, seams=seams, transport=transport)
        case CsvMetric():
            probe = open_csv(settings, metric, seams=seams, transport=transport)
        case JiraMetric():
            probe = open_jira(settings, metric, seams=seams, transport=transport)
        case LinearMetric():
            probe = open_linear(settings, metric, seams=seams, transport=transport)
        case PushMetric() | ManualMetric():
            raise ReadingError(f"the values of a metric of kind {metric.kind} come to us, and are not asked for")
    return probe
