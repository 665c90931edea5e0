"""A key result whose numbers have no unit: nobody knows whether 80 are per cent, days or customers.

Fails::

    title: Onboarding improves from 21 to 10
    metric: {baseline: 21, target: 10, direction: decrease}

Passes::

    title: Onboarding improves from 21 to 10
    metric: {baseline: 21, target: 10, direction: decrease, unit: days}

Passes::

    title: Retention rises from 68 % to 80 %
"""

from collections.abc import Iterator

from align_sync.okr.lint.facts import is_measured, says_no_number
from align_sync.okr.lint.model import Finding, Severity, Subject
from align_sync.okr.lint.numbers import read_numbers

NAME = "no-unit"
SEVERITY = Severity.WARNING


def check(subject: Subject) -> Iterator[Finding]:
    for _, key_result in subject.key_results():
        if key_result.metric.unit or not is_measured(key_result) or says_no_number(key_result):
            continue
        reading = read_numbers(key_result.title)
        if reading.factor is None and not any(quantity.unit for quantity in reading.counted):
            yield Finding(
                rule=NAME,
                severity=SEVERITY,
                key=key_result.key,
                field=("metric", "unit"),
                message="its numbers have no unit, so everybody reads them differently",
                advice="add `unit: percent`, `unit: days` or what is counted to `metric`",
            )
