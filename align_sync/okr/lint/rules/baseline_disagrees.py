"""A baseline that is not what the source told for that day.

Progress from a wrong start is wrong for the whole period. The values may differ by the tolerance of the metric, or by a
twentieth of the way to the target where it has none.

Fails::

    title: Retention rises from 68 % to 80 %
    metric: {unit: percent, baseline: 68, target: 80, source: "sql:retention"}
    register: {retention: {kind: sql, readBaseline: 64.9}}

Passes::

    title: Retention rises from 68 % to 80 %
    metric: {unit: percent, baseline: 68, target: 80, source: "sql:retention"}
    register: {retention: {kind: sql, readBaseline: 67.8}}
"""

from collections.abc import Iterator

from align_sync.okr.baselines import find_baseline_day
from align_sync.okr.lint.model import Evidence, Finding, Severity, Subject
from align_sync.okr.lint.units import say_number, say_value
from align_sync.okr.metrics import MetricDefinition
from align_sync.okr.model import Metric, MetricKind

NAME = "baseline-disagrees"
SEVERITY = Severity.ERROR
_SHARE_OF_WAY = 0.05
_SHARE_OF_VALUE = 0.01


def check(subject: Subject) -> Iterator[Finding]:
    if not subject.has_register:
        return
    for objective, key_result in subject.key_results():
        metric = key_result.metric
        known = subject.metrics.get(key_result.metric_name, Evidence())
        day = find_baseline_day(objective, key_result)
        stated, told = metric.baseline, known.baselines.get(day) if day else None
        if stated is None or told is None or metric.kind is not MetricKind.METRIC:
            continue
        if abs(stated - told) <= _tolerance(metric, stated, known.definition):
            continue
        yield Finding(
            rule=NAME,
            severity=SEVERITY,
            key=key_result.key,
            field=("metric", "baseline"),
            message=f"the baseline disagrees with the source:"
            f" stated {say_value(stated, metric.unit)}, source {say_value(told, metric.unit)}",
            advice=f"write `baseline: {say_number(told, comma=False)}`, or look why the source tells another value",
        )


def _tolerance(metric: Metric, stated: float, definition: MetricDefinition | None) -> float:
    if definition is not None and definition.tolerance is not None:
        return definition.tolerance
    way = abs(metric.target - stated) if metric.target is not None else 0.0
    return _SHARE_OF_WAY * way or _SHARE_OF_VALUE * abs(stated)
