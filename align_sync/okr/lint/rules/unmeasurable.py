"""A key result whose metric nobody has measured yet, or looked up.

Publishing needs at least a person who looked where the values come from: `verified-manual`. A probe that runs by itself
is better: `verified-live`.

Fails::

    title: Retention rises from 68 % to 80 %
    metric: {unit: percent, baseline: 68, target: 80, source: "sql:retention"}
    register: {retention: {kind: sql, measurability: declared}}

Fails::

    title: Retention rises from 68 % to 80 %
    metric: {unit: percent, baseline: 68, target: 80}
    register: {}

Passes::

    title: Retention rises from 68 % to 80 %
    metric: {unit: percent, baseline: 68, target: 80, source: "sql:retention"}
    register: {retention: {kind: sql, measurability: verified-manual}}
"""

from collections.abc import Iterator

from align_sync.okr.lint.facts import is_measured
from align_sync.okr.lint.model import Evidence, Finding, Severity, Subject
from align_sync.okr.metrics import Measurability, SourceKind

NAME = "unmeasurable"
SEVERITY = Severity.ERROR

_ENOUGH = frozenset({Measurability.VERIFIED_LIVE, Measurability.VERIFIED_MANUAL})


def check(subject: Subject) -> Iterator[Finding]:
    if not subject.has_register or not subject.has_readings:
        return
    for _, key_result in subject.key_results():
        known = subject.metrics.get(key_result.metric_name, Evidence())
        if known.measurability in _ENOUGH or not is_measured(key_result):
            continue
        name = key_result.metric.name
        if not name:
            message = "nobody said where its values come from"
            advice = f"add `source` to `metric`, or answer for values by hand: {_verify(key_result.key)}"
        elif known.definition is None and key_result.metric.source_kind != SourceKind.MANUAL:
            continue  # told as an unknown metric already
        else:
            message = f'"{name}" is {known.measurability}: nobody has seen a value of it yet'
            advice = f"read it: align-sync okr read {name}; or answer for it: {_verify(name)}"
        yield Finding(
            rule=NAME,
            severity=SEVERITY,
            key=key_result.key,
            field=("metric", "source"),
            message=message,
            advice=advice,
        )


def _verify(name: str) -> str:
    return f"align-sync okr metrics verify {name} --evidence ADDRESS --reason TEXT"
