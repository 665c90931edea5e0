"""Objectives that contribute to each other in a circle.

Progress would be made of itself.

Fails::

    objectives:
      - {id: O-1, title: Customers stay because the product helps them, contributesTo: [O-2], keyResults: []}
      - {id: O-2, title: The product helps because customers stay, contributesTo: [O-1], keyResults: []}

Passes::

    objectives:
      - {id: O-1, title: Customers stay because the product helps them, keyResults: []}
      - {id: O-2, title: The product helps because customers stay, contributesTo: [O-1], keyResults: []}
"""

from collections.abc import Iterator

from align_sync.okr.lint.facts import Cascade
from align_sync.okr.lint.model import Finding, Severity, Subject

NAME = "cycle"
SEVERITY = Severity.ERROR


def check(subject: Subject) -> Iterator[Finding]:
    cascade = Cascade(subject.book)
    seen: set[str] = set()
    for start in subject.book:
        line: list[str] = []
        objective = cascade.by_key.get(start.key.casefold())
        while objective is not None and objective.key not in seen:
            seen.add(objective.key)
            line.append(objective.key)
            objective = cascade.parent_of(objective)
        if objective is not None and objective.key in line:
            circle = [*line[line.index(objective.key) :], objective.key]
            yield Finding(
                rule=NAME,
                severity=SEVERITY,
                key=objective.key,
                field=("contributesTo", 0),
                message=f"it contributes to itself: {' → '.join(circle)}",
                advice="take out one of these `contributesTo`; the highest objective has none",
            )
