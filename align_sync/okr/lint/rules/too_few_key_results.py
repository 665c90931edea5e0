"""An objective with a single key result.

One number can be reached at the cost of everything else: a second one shows that. Two to five are usual.

Fails::

    title: Customers stay because the product helps them
    keyResults: [{title: Retention rises from 68 % to 80 %}]

Passes::

    title: Customers stay because the product helps them
    keyResults:
      - title: Retention rises from 68 % to 80 %
      - title: Complaints fall from 12 to 6 a week
"""

from collections.abc import Iterator

from align_sync.okr.lint.model import Finding, Severity, Subject
from align_sync.okr.model import Driver, KeyResultState

NAME = "too-few-key-results"
SEVERITY = Severity.WARNING


def check(subject: Subject) -> Iterator[Finding]:
    for objective in subject.book:
        active = [kr for kr in objective.key_results if kr.state is KeyResultState.ACTIVE]
        if len(objective.key_results) == len(active) == 1 and objective.driver is Driver.KEY_RESULTS:
            yield Finding(
                rule=NAME,
                severity=SEVERITY,
                key=objective.key,
                field=("keyResults",),
                message="a single key result can be reached at the cost of everything else",
                advice="add one that would show such a cost; two to five are usual",
            )
