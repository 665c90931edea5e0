"""A `source` whose first word is another kind than the metric has in the register.

The one who reads the file looks for the value in the wrong system.

Fails::

    title: Retention rises from 68 % to 80 %
    metric: {unit: percent, baseline: 68, target: 80, source: "http:retention"}
    register: {retention: {kind: sql}}

Passes::

    title: Retention rises from 68 % to 80 %
    metric: {unit: percent, baseline: 68, target: 80, source: "sql:retention"}
    register: {retention: {kind: sql}}
"""

from collections.abc import Iterator

from align_sync.okr.lint.model import Evidence, Finding, Severity, Subject

NAME = "source-kind-mismatch"
SEVERITY = Severity.WARNING


def check(subject: Subject) -> Iterator[Finding]:
    if not subject.has_register:
        return
    for _, key_result in subject.key_results():
        metric = key_result.metric
        definition = subject.metrics.get(metric.name, Evidence()).definition
        if definition is None or not metric.source_kind or metric.source_kind == definition.kind:
            continue
        yield Finding(
            rule=NAME,
            severity=SEVERITY,
            key=key_result.key,
            field=("metric", "source"),
            message=f'the register reads "{metric.name}" by {definition.kind}, not by {metric.source_kind}',
            advice=f'write `source: "{definition.kind}:{metric.name}"`',
        )
