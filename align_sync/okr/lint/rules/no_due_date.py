"""A key result without a last day: neither a `due`, nor a period whose days are known.

Without a last day there is no plan, and nobody can tell whether it is late.

Fails::

    objectives:
      - title: Customers stay because the product helps them
        keyResults: [{title: Retention rises from 68 % to 80 %}]
    period: next autumn

Passes::

    title: Retention rises from 68 % to 80 %

Passes::

    objectives:
      - title: Customers stay because the product helps them
        keyResults: [{title: Retention rises from 68 % to 80 %, due: 2026-11-30}]
    period: next autumn
"""

from collections.abc import Iterator

from align_sync.okr.lint.model import Finding, Severity, Subject

NAME = "no-due-date"
SEVERITY = Severity.ERROR


def check(subject: Subject) -> Iterator[Finding]:
    for objective, key_result in subject.key_results():
        if key_result.due is None and subject.span_of(objective) is None:
            yield Finding(
                rule=NAME,
                severity=SEVERITY,
                key=key_result.key,
                field=("due",),
                message=f'it has no last day: there is no `due`, and "{objective.period}" names no days',
                advice="add `due: 2026-12-31`, or name the period like 2026-Q4",
            )
