"""A key result that does not say where it wants to go.

A target that only the title tells is a warning, as progress is computed from the field. An ordinal key result needs
words for what its target looks like.

Fails::

    title: Retention after 90 days rises from 68 %
    metric: {unit: percent, baseline: 68}

Fails::

    title: Retention after 90 days rises from 68 % to 80 %
    metric: {unit: percent, baseline: 68}

Fails::

    title: The support team is ready for the new product
    metric: {kind: ordinal}

Passes::

    title: Retention after 90 days rises from 68 % to 80 %
    metric: {unit: percent, baseline: 68, target: 80}

Passes::

    title: The support team is ready for the new product
    metric: {kind: ordinal, zones: {target: nine of ten requests are settled without the developers}}
"""

from collections.abc import Iterator

from align_sync.okr.lint.facts import is_held, is_measured, says_no_number
from align_sync.okr.lint.model import Finding, Severity, Subject
from align_sync.okr.lint.numbers import Role, read_numbers
from align_sync.okr.lint.units import say_number
from align_sync.okr.model import KeyResult, MetricKind

NAME = "no-target"
SEVERITY = Severity.ERROR


def check(subject: Subject) -> Iterator[Finding]:
    for _, key_result in subject.key_results():
        if key_result.metric.kind is MetricKind.ORDINAL:
            yield from _check_zones(key_result)
        elif is_measured(key_result) and not is_held(key_result.metric) and not says_no_number(key_result):
            yield from _check_value(key_result)


def _check_zones(key_result: KeyResult) -> Iterator[Finding]:
    if not key_result.metric.zones.target:
        yield Finding(
            rule=NAME,
            severity=SEVERITY,
            key=key_result.key,
            field=("metric", "zones"),
            message="it is measured in zones, but nobody said what the target looks like",
            advice="add `zones: {fail: …, commit: …, target: …, stretch: …}` to `metric`, each in a few words",
        )


def _check_value(key_result: KeyResult) -> Iterator[Finding]:
    if key_result.metric.target is not None:
        return
    told = read_numbers(key_result.title).of(Role.TARGET)
    if told is None:
        message = "it does not say where it wants to go, so nobody can tell when it is reached"
        advice = "agree on a value and add `target: 80` to `metric`"
    else:
        message = f'the title goes to "{told.text}", but the field `target` is missing: progress stays unknown'
        advice = f"add `target: {say_number(told.readings[0], comma=False)}` to `metric`"
    yield Finding(
        rule=NAME,
        severity=SEVERITY if told is None else Severity.WARNING,
        key=key_result.key,
        field=("metric", "target"),
        message=message,
        advice=advice,
    )
