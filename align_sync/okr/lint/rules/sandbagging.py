"""A key result that is on its way, or reached, before its period begins; or a set of which everybody is too sure.

A target that needs no effort tells nothing when it is reached. Confidence above 0.9 over all key results of an
objective means that the set asks for little.

Fails::

    title: Retention rises from 68 % to 80 %
    metric: {unit: percent, baseline: 68, target: 80, current: 74, currentOn: 2026-09-30}

Fails::

    title: Customers stay because the product helps them
    keyResults: [{id: KR-1, title: Retention rises from 68 % to 80 %}, {id: KR-2, title: NPS rises from 31 to 45}]
    confidences: {KR-1: 0.95, KR-2: 0.93}

Passes::

    title: Retention rises from 68 % to 80 %
    metric: {unit: percent, baseline: 68, target: 80, current: 74, currentOn: 2026-11-15}

Passes::

    title: Customers stay because the product helps them
    keyResults: [{id: KR-1, title: Retention rises from 68 % to 80 %}, {id: KR-2, title: NPS rises from 31 to 45}]
    confidences: {KR-1: 0.95, KR-2: 0.5}
"""

from collections.abc import Iterator

from align_sync.okr.lint.facts import is_held
from align_sync.okr.lint.model import Finding, Severity, Subject
from align_sync.okr.lint.units import say_value
from align_sync.okr.model import KeyResult, KeyResultState, Objective

NAME = "sandbagging"
SEVERITY = Severity.WARNING
TOO_SURE = 0.9
_FEWEST = 2
_NOISE = 0.01


def check(subject: Subject) -> Iterator[Finding]:
    for objective in subject.book:
        yield from _check_set(subject, objective)
    for objective, key_result in subject.key_results():
        if _is_of_the_start(subject, objective, key_result):
            yield from _check_start(key_result)


def _is_of_the_start(subject: Subject, objective: Objective, key_result: KeyResult) -> bool:
    """Whether its value is of the first day of its period or of an earlier one."""
    span, day = subject.span_of(objective), key_result.metric.current_on or subject.today
    return span is not None and day <= span.start


def _check_start(key_result: KeyResult) -> Iterator[Finding]:
    metric = key_result.metric
    baseline, target, current = metric.baseline, metric.target, metric.current
    if baseline is None or target is None or current is None or baseline == target or is_held(metric):
        return
    progress = (current - baseline) / (target - baseline)
    if progress <= _NOISE:
        return
    reached = "the target is reached" if progress >= 1 else f"{progress:.0%} of the way is gone"
    yield Finding(
        rule=NAME,
        severity=SEVERITY,
        key=key_result.key,
        field=("metric", "current"),
        message=f"{reached} before the period begins: it stands at {say_value(current, metric.unit)} already",
        advice=f"take today's value as the start, `baseline: {current:g}`, and ask how far it can go from there",
    )


def _check_set(subject: Subject, objective: Objective) -> Iterator[Finding]:
    active = [kr for kr in objective.key_results if kr.state is KeyResultState.ACTIVE]
    shares = [subject.confidences[kr.key] for kr in active if kr.key in subject.confidences]
    if len(shares) < _FEWEST or len(shares) < len(active):
        return
    mean = sum(shares) / len(shares)
    if mean > TOO_SURE:
        yield Finding(
            rule=NAME,
            severity=SEVERITY,
            key=objective.key,
            field=("keyResults",),
            message=f"everybody is {mean:.0%} sure of its key results: the set asks for little",
            advice="raise a target until half of the people doubt it, or call the set committed and add a stretch goal",
        )
