"""An objective that contributes to more than one.

Its progress counts for the first only, and nobody sees that from the others. One that belongs to several teams is
shared with `sharedWith`, with a weight for each.

Fails::

    objectives:
      - {id: O-1, title: Customers stay because the product helps them, keyResults: []}
      - {id: O-2, title: The product helps because customers stay, keyResults: []}
      - {id: O-3, title: Support is a pleasure for both sides, contributesTo: [O-1, O-2], keyResults: []}

Passes::

    objectives:
      - {id: O-1, title: Customers stay because the product helps them, keyResults: []}
      - {id: O-2, title: The product helps because customers stay, contributesTo: [O-1], keyResults: []}
"""

from collections.abc import Iterator

from align_sync.okr.lint.model import Finding, Severity, Subject

NAME = "several-parents"
SEVERITY = Severity.ERROR


def check(subject: Subject) -> Iterator[Finding]:
    for objective in subject.book:
        if len(objective.contributes_to) > 1:
            first, *others = objective.contributes_to
            yield Finding(
                rule=NAME,
                severity=SEVERITY,
                key=objective.key,
                field=("contributesTo", 1),
                message=f"it contributes to {first} and to {', '.join(others)}, but counts for {first} alone",
                advice=f"write `contributesTo: [{first}]`; use `sharedWith` for further teams that work on it",
            )
