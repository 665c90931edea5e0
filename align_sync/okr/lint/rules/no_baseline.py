"""A key result that does not say where its metric stands today.

Progress is the share of the way from the baseline to the target: without the first there is none. A baseline that only
the title tells is a warning, as progress is computed from the field.

Fails::

    title: Retention after 90 days rises to 80 %
    metric: {unit: percent, target: 80}

Fails::

    title: Retention after 90 days rises from 68 % to 80 %
    metric: {unit: percent, target: 80}

Passes::

    title: Retention after 90 days rises from 68 % to 80 %
    metric: {unit: percent, baseline: 68, target: 80}

Passes::

    title: Keep the error rate below 1 %
    metric: {unit: percent, direction: hold, low: 0, high: 1}
"""

from collections.abc import Iterator

from align_sync.okr.lint.facts import is_held, is_measured, says_no_number
from align_sync.okr.lint.model import Finding, Severity, Subject
from align_sync.okr.lint.numbers import Role, read_numbers
from align_sync.okr.lint.units import say_number

NAME = "no-baseline"
SEVERITY = Severity.ERROR


def check(subject: Subject) -> Iterator[Finding]:
    for _, key_result in subject.key_results():
        metric = key_result.metric
        if metric.baseline is not None or not is_measured(key_result) or is_held(metric) or says_no_number(key_result):
            continue
        told = read_numbers(key_result.title).of(Role.BASELINE)
        if told is None:
            message = "it does not say where it starts, so progress stays unknown"
            advice = "look up today's value and add `baseline: 68` to `metric`, with `baselineOn: 2026-10-01`"
        else:
            message = (
                f'the title starts from "{told.text}", but the field `baseline` is missing: progress stays unknown'
            )
            value = say_number(told.readings[0], comma=False)
            advice = f"add `baseline: {value}` to `metric`"
        yield Finding(
            rule=NAME,
            severity=SEVERITY if told is None else Severity.WARNING,
            key=key_result.key,
            field=("metric", "baseline"),
            message=message,
            advice=advice,
        )
