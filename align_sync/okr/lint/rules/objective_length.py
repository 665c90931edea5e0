"""An objective of fewer than 4 or more than 18 words.

A catchword says nothing, and a paragraph is remembered by nobody.

Fails::

    title: Growth
    keyResults: []

Fails::

    title: >-
      We want to become the partner that mid-sized companies in all of our markets think of first when they look for
      payments and for everything around them
    keyResults: []

Passes::

    title: Mid-sized companies trust us with their payments
    keyResults: []
"""

from collections.abc import Iterator

from align_sync.okr.lint.model import Finding, Severity, Subject

NAME = "objective-length"
SEVERITY = Severity.WARNING
FEWEST = 4
MOST = 18


def check(subject: Subject) -> Iterator[Finding]:
    for objective in subject.book:
        count = len(objective.title.split())
        if FEWEST <= count <= MOST:
            continue
        is_short = count < FEWEST
        said = f"{count} word{'' if count == 1 else 's'}"
        yield Finding(
            rule=NAME,
            severity=SEVERITY,
            key=objective.key,
            field=("title",),
            message=f"{said}: too few to say what for" if is_short else f"{said}: more than anybody remembers",
            advice="say in one sentence what is better for whom" if is_short else f"say it in {MOST} words or fewer",
        )
