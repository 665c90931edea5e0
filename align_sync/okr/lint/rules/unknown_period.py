"""A period that names no days.

Plan, health and forecast need the first and the last day.

Fails::

    objectives:
      - title: Customers stay because the product helps them
        keyResults: [{title: Retention rises from 68 % to 80 %}]
    period: Q4/26

Passes::

    objectives:
      - title: Customers stay because the product helps them
        keyResults: [{title: Retention rises from 68 % to 80 %}]
    period: 2026-10-01/2027-01-31
"""

from collections.abc import Iterator

from align_sync.okr.lint.facts import PERIOD_FIELD
from align_sync.okr.lint.model import Finding, Severity, Subject

NAME = "unknown-period"
SEVERITY = Severity.ERROR


def check(subject: Subject) -> Iterator[Finding]:
    told = set()
    for objective in subject.book:
        if subject.span_of(objective) is None and (objective.team, objective.period) not in told:
            told.add((objective.team, objective.period))
            yield Finding(
                rule=NAME,
                severity=SEVERITY,
                key=objective.key,
                field=PERIOD_FIELD,
                message=f'the period "{objective.period}" names no days, so nothing can be planned in it',
                advice="write it like 2026-Q4, 2026-H2, 2026-11, 2026, or as two days: 2026-10-01/2026-12-31",
            )
