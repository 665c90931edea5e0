"""An objective with more than five key results.

What has six priorities has none. Closed and archived ones do not count.

Fails::

    title: Customers stay because the product helps them
    keyResults:
      - title: Retention rises from 68 % to 80 %
      - title: Complaints fall from 12 to 6 a week
      - title: NPS rises from 31 to 45
      - title: Churn falls from 4 % to 2 %
      - title: Response time falls from 9 h to 2 h
      - title: Renewals rise from 80 % to 90 %

Passes::

    title: Customers stay because the product helps them
    keyResults:
      - title: Retention rises from 68 % to 80 %
      - title: Complaints fall from 12 to 6 a week
"""

from collections.abc import Iterator

from align_sync.okr.lint.model import Finding, Severity, Subject
from align_sync.okr.model import KeyResultState

NAME = "too-many-key-results"
SEVERITY = Severity.WARNING
MOST = 5


def check(subject: Subject) -> Iterator[Finding]:
    for objective in subject.book:
        count = sum(kr.state is KeyResultState.ACTIVE for kr in objective.key_results)
        if count > MOST:
            yield Finding(
                rule=NAME,
                severity=SEVERITY,
                key=objective.key,
                field=("keyResults",),
                message=f"it has {count} key results, and nobody can give attention to so many",
                advice=f"keep the {MOST} that would make the objective true, and watch the others as plain figures",
            )
