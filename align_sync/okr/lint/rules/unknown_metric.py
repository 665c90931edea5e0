"""A key result that is measured by a metric which the register does not have.

Its values will never arrive.

Fails::

    title: Retention rises from 68 % to 80 %
    metric: {unit: percent, baseline: 68, target: 80, source: "sql:retentoin"}
    register: {retention: {kind: sql}}

Passes::

    title: Retention rises from 68 % to 80 %
    metric: {unit: percent, baseline: 68, target: 80, source: "sql:retention"}
    register: {retention: {kind: sql}}
"""

from collections.abc import Iterator

from align_sync.okr.faults import suggest
from align_sync.okr.lint.model import Evidence, Finding, Severity, Subject
from align_sync.okr.metrics import SourceKind

NAME = "unknown-metric"
SEVERITY = Severity.ERROR


def check(subject: Subject) -> Iterator[Finding]:
    if not subject.has_register:
        return
    defined = tuple(name for name, known in subject.metrics.items() if known.definition is not None)
    for _, key_result in subject.key_results():
        name = key_result.metric.name
        known = subject.metrics.get(name, Evidence())
        if not name or known.definition is not None or key_result.metric.source_kind == SourceKind.MANUAL:
            continue
        meant = suggest(name, defined)
        yield Finding(
            rule=NAME,
            severity=SEVERITY,
            key=key_result.key,
            field=("metric", "source"),
            message=f'the register has no metric "{name}", so no value will ever arrive',
            advice=f"did you mean {meant}?" if meant else f'define it in align-sync.toml: [[metrics]] name = "{name}"',
        )
