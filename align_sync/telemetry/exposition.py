"""Counts and gauges in the text format of Prometheus."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from prometheus_client.registry import Collector

from align_sync.telemetry.metrics import SECONDS, Counter, Duration, Tally, Told

PREFIX = "align_sync_"
CONTENT_TYPE = CONTENT_TYPE_PLAIN_0_0_4


@dataclass(frozen=True, slots=True)
class Gauge:
    """A number as it stands now, by the values of its labels."""

    told: Told
    samples: tuple[tuple[tuple[str, ...], float], ...]


class _Snapshot(Collector):
    def __init__(self, tally: Tally, gauges: Iterable[Gauge]) -> None:
        self._tally, self._gauges = tally, gauges

    def collect(self) -> Iterator[Metric]:
        for gauge in self._gauges:
            told = gauge.told
            family = GaugeMetricFamily(PREFIX + told.name, told.help, labels=told.labels)
            for labels, value in gauge.samples:
                family.add_metric(labels, value)
            yield family
        for counter in Counter:
            counted = CounterMetricFamily(PREFIX + counter.value.name, counter.value.help, labels=counter.value.labels)
            for labels, value in self._tally.counts(counter):
                counted.add_metric(labels, value)
            yield counted
        for duration in Duration:
            told = duration.value
            steps = HistogramMetricFamily(PREFIX + told.name, told.help, labels=told.labels)
            for labels, found in self._tally.measured(duration):
                ends = [*map(str, SECONDS), "+Inf"]
                buckets = list(zip(ends, (*found.below, found.number), strict=True))
                steps.add_metric(labels, buckets, found.total)
            yield steps


def write_metrics(tally: Tally, gauges: Iterable[Gauge]) -> bytes:
    """Everything at one moment, through a registry of its own: whatever other libraries register stays out."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Snapshot(tally, tuple(gauges)))
    return generate_latest(registry)
