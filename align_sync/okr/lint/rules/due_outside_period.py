"""A key result that is due before its period begins or after it ends.

It would be judged in one period and worked for in another.

Fails::

    title: Retention rises from 68 % to 80 %
    due: 2027-01-31

Passes::

    title: Retention rises from 68 % to 80 %
    due: 2026-11-30
"""

from collections.abc import Iterator

from align_sync.okr.lint.model import Finding, Severity, Subject

NAME = "due-outside-period"
SEVERITY = Severity.ERROR


def check(subject: Subject) -> Iterator[Finding]:
    for objective, key_result in subject.key_results():
        span, due = subject.span_of(objective), key_result.due
        if span is None or due is None or due in span:
            continue
        yield Finding(
            rule=NAME,
            severity=SEVERITY,
            key=key_result.key,
            field=("due",),
            message=f"due on {due}, but {objective.period} is from {span.start} to {span.end}",
            advice=f"leave `due` out (then it is {span.end}), choose a day within, or move it to that period",
        )
