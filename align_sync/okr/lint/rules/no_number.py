"""A key result without any number, neither in its title nor in its fields.

Nobody can tell whether it is reached, so at the end of the period it is argued about.

Fails::

    title: Improve customer satisfaction

Passes::

    title: Customer satisfaction rises from 4.1 to 4.6

Passes::

    title: Improve customer satisfaction
    metric: {baseline: 4.1, target: 4.6, unit: stars}

Passes::

    title: Dimezzare gli abbandoni del carrello
"""

from collections.abc import Iterator

from align_sync.okr.lint.facts import is_measured, says_no_number
from align_sync.okr.lint.model import Finding, Severity, Subject

NAME = "no-number"
SEVERITY = Severity.ERROR


def check(subject: Subject) -> Iterator[Finding]:
    for _, key_result in subject.key_results():
        if is_measured(key_result) and says_no_number(key_result):
            yield Finding(
                rule=NAME,
                severity=SEVERITY,
                key=key_result.key,
                field=("title",),
                message="it has no number, so nobody can tell when it is reached",
                advice="say from where to where: `metric: {unit: percent, baseline: 68, target: 80}`",
            )
