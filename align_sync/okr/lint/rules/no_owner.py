"""An objective or key result that nobody answers for.

What belongs to everybody is looked after by nobody.

Fails::

    title: Retention rises from 68 % to 80 %

Passes::

    title: Customers stay because the product helps them
    owner: ana@acme.example
    keyResults: [{title: Retention rises from 68 % to 80 %, owner: luca@acme.example}]
"""

from collections.abc import Iterator

from align_sync.okr.lint.model import Finding, Severity, Subject

NAME = "no-owner"
SEVERITY = Severity.ERROR


def check(subject: Subject) -> Iterator[Finding]:
    keys = [objective.key for objective in subject.book if not objective.owner]
    keys += [key_result.key for _, key_result in subject.key_results() if not key_result.owner]
    for key in keys:
        yield Finding(
            rule=NAME,
            severity=SEVERITY,
            key=key,
            field=("owner",),
            message="nobody answers for it",
            advice="name one person: `owner: ana@acme.example`",
        )
