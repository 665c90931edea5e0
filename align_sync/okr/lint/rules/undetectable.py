"""A movement smaller than two standard deviations of the metric's own changes from week to week.

It could be reached, or missed, by chance alone.

Fails::

    title: Retention rises from 68 % to 70 %
    metric: {unit: percent, baseline: 68, target: 70, source: "sql:retention"}
    register: {retention: {kind: sql, noise: 1.5}}

Passes::

    title: Retention rises from 68 % to 80 %
    metric: {unit: percent, baseline: 68, target: 80, source: "sql:retention"}
    register: {retention: {kind: sql, noise: 1.5}}
"""

from collections.abc import Iterator

from align_sync.okr.lint.facts import is_held, is_measured
from align_sync.okr.lint.model import Evidence, Finding, Severity, Subject
from align_sync.okr.lint.units import say_number, say_value

NAME = "undetectable"
SEVERITY = Severity.WARNING
DEVIATIONS = 2


def check(subject: Subject) -> Iterator[Finding]:
    if not subject.has_register:
        return
    for _, key_result in subject.key_results():
        metric = key_result.metric
        known = subject.metrics.get(key_result.metric_name, Evidence())
        noise = known.noise if known.noise is not None or known.definition is None else known.definition.noise
        if noise is None or metric.baseline is None or metric.target is None:
            continue
        way = abs(metric.target - metric.baseline)
        if is_measured(key_result) and not is_held(metric) and 0 < way < DEVIATIONS * noise:
            yield Finding(
                rule=NAME,
                severity=SEVERITY,
                key=key_result.key,
                field=("metric", "target"),
                message=f"it is to move by {say_value(float(f'{way:.6g}'), metric.unit)}, but moves by"
                f" {say_number(float(f'{noise:.3g}'), comma=False)} from week to week by itself: nobody would notice",
                advice=f"aim for a movement of {say_number(float(f'{DEVIATIONS * noise:.3g}'), comma=False)} or more,"
                " or choose a metric that is calmer",
            )
