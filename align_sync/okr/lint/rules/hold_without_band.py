"""A metric to hold without the band that it has to stay in.

Without its two ends nobody can tell whether it is held.

Fails::

    title: Keep the error rate where it is
    metric: {unit: percent, direction: hold, baseline: 0.6}

Passes::

    title: Keep the error rate below 1 %
    metric: {unit: percent, direction: hold, low: 0, high: 1}
"""

from collections.abc import Iterator

from align_sync.okr.lint.facts import is_held
from align_sync.okr.lint.model import Finding, Severity, Subject

NAME = "hold-without-band"
SEVERITY = Severity.ERROR


def check(subject: Subject) -> Iterator[Finding]:
    for _, key_result in subject.key_results():
        metric = key_result.metric
        if not is_held(metric) or (metric.low is not None and metric.high is not None):
            continue
        yield Finding(
            rule=NAME,
            severity=SEVERITY,
            key=key_result.key,
            field=("metric", "low" if metric.low is None else "high"),
            message="it is to be held, but the band to hold it in has no two ends",
            advice="add both ends to `metric`, such as `low: 0, high: 1`",
        )
