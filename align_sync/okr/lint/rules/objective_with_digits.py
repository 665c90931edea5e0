"""An objective with a number in it.

The objective says what for, in words that people remember; the numbers belong to its key results.

Fails::

    title: Grow revenue to 10 million
    keyResults: []

Passes::

    title: B2B customers trust us with their payments
    keyResults: []
"""

import re
from collections.abc import Iterator

from align_sync.okr.lint.model import Finding, Severity, Subject

NAME = "objective-with-digits"
SEVERITY = Severity.WARNING

_DIGITS = re.compile(r"(?<![\w.-])[\u20ac$\u00a3]?\d[\d.,]*(?: ?%|[kKM]?\b)")


def check(subject: Subject) -> Iterator[Finding]:
    for objective in subject.book:
        found = _DIGITS.search(objective.title)
        if found:
            yield Finding(
                rule=NAME,
                severity=SEVERITY,
                key=objective.key,
                field=("title",),
                message=f'an objective says what for, in words: "{found[0]}" belongs to a key result',
                advice="say what is better for whom, and move the number into a key result below it",
            )
