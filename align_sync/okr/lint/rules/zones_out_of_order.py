"""Commit, target and stretch that do not lie in this order on the way from the baseline.

A stretch goal that is easier than the target makes progress jump.

Fails::

    title: Retention rises from 68 % to 80 %
    metric: {unit: percent, baseline: 68, commit: 76, target: 80, stretch: 78}

Fails::

    title: Retention rises from 68 % to 80 %
    metric: {unit: percent, baseline: 68, commit: 60, target: 80}

Passes::

    title: Response time falls from 9 h to 2 h
    metric: {unit: h, direction: decrease, baseline: 9, commit: 5, target: 2, stretch: 1}
"""

from collections.abc import Iterator
from itertools import pairwise

from align_sync.okr.lint.facts import is_held
from align_sync.okr.lint.model import Finding, Severity, Subject
from align_sync.okr.lint.units import say_number
from align_sync.okr.model import Direction, KeyResult, Metric

NAME = "zones-out-of-order"
SEVERITY = Severity.ERROR


def check(subject: Subject) -> Iterator[Finding]:
    for _, key_result in subject.key_results():
        if not is_held(key_result.metric):
            yield from _check(key_result)


def _check(key_result: KeyResult) -> Iterator[Finding]:
    metric = key_result.metric
    zones = (("baseline", metric.baseline), ("commit", metric.commit), ("target", metric.target))
    known = [(name, value) for name, value in (*zones, ("stretch", metric.stretch)) if value is not None]
    if metric.commit is None and metric.stretch is None:
        return  # baseline and target alone are compared with the direction elsewhere
    for (before, first), (after, last) in pairwise(known):
        if first != last and (last > first) is not _goes_up(metric):
            yield Finding(
                rule=NAME,
                severity=SEVERITY,
                key=key_result.key,
                field=("metric", after),
                message=f"{after} ({say_number(last, comma=False)}) should lie beyond"
                f" {before} ({say_number(first, comma=False)})",
                advice="order them baseline, commit, target, stretch; any two of the last three give the third",
            )
            return


def _goes_up(metric: Metric) -> bool:
    if metric.baseline is not None and metric.target is not None:
        return metric.target >= metric.baseline
    return metric.direction is Direction.INCREASE
