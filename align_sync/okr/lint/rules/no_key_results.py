"""An objective without any key result that is worked for.

Nobody can tell whether it is reached.

Fails::

    title: Customers stay because the product helps them
    keyResults: []

Passes::

    title: Customers stay because the product helps them
    keyResults: [{title: Retention rises from 68 % to 80 %}]

Passes::

    title: Customers stay because the product helps them
    progressFrom: aligned
    keyResults: []
"""

from collections.abc import Iterator

from align_sync.okr.lint.model import Finding, Severity, Subject
from align_sync.okr.model import Driver

NAME = "no-key-results"
SEVERITY = Severity.ERROR


def check(subject: Subject) -> Iterator[Finding]:
    for objective in subject.book:
        if not objective.key_results and objective.driver is Driver.KEY_RESULTS:
            yield Finding(
                rule=NAME,
                severity=SEVERITY,
                key=objective.key,
                field=("keyResults",),
                message="it has no key result, so nobody can tell when it is reached",
                advice="add two to five key results, or `progressFrom: aligned` if only the objectives below it count",
            )
