"""A key result that begins where it wants to end.

There is no way to go, so its progress is unknown for ever. To keep a value where it is, declare a band to hold.

Fails::

    title: Uptime stays at 99.9 %
    metric: {unit: percent, baseline: 99.9, target: 99.9}

Passes::

    title: Uptime stays above 99.9 %
    metric: {unit: percent, direction: hold, low: 99.9, high: 100}
"""

from collections.abc import Iterator

from align_sync.okr.lint.facts import is_held
from align_sync.okr.lint.model import Finding, Severity, Subject
from align_sync.okr.lint.units import say_value

NAME = "baseline-equals-target"
SEVERITY = Severity.ERROR


def check(subject: Subject) -> Iterator[Finding]:
    for _, key_result in subject.key_results():
        metric = key_result.metric
        if metric.baseline is not None and metric.baseline == metric.target and not is_held(metric):
            yield Finding(
                rule=NAME,
                severity=SEVERITY,
                key=key_result.key,
                field=("metric", "target"),
                message=f"baseline and target are both {say_value(metric.target, metric.unit)}: there is no way to go",
                advice="set another target, or `direction: hold` with `low` and `high` to keep it where it is",
            )
