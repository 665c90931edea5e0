"""An objective that hangs on one two levels above it.

The level in between does not know of it, and cannot help or object.

Fails::

    sets:
      - {level: company, team: acme, objectives: [{id: CO-1, title: Mid-sized companies trust us, keyResults: []}]}
      - level: team
        objectives: [{title: Customers stay because the product helps them, contributesTo: [CO-1], keyResults: []}]

Passes::

    sets:
      - {level: company, team: acme, objectives: [{id: CO-1, title: Mid-sized companies trust us, keyResults: []}]}
      - level: department
        objectives: [{title: Customers stay because the product helps them, contributesTo: [CO-1], keyResults: []}]
"""

from collections.abc import Iterator

from align_sync.okr.lint.facts import RANKS, Cascade
from align_sync.okr.lint.model import Finding, Severity, Subject

NAME = "level-skipped"
SEVERITY = Severity.WARNING


def check(subject: Subject) -> Iterator[Finding]:
    cascade = Cascade(subject.book)
    for objective in subject.book:
        parent = cascade.parent_of(objective)
        if parent is None or parent.level is None or objective.level is None:
            continue
        if RANKS[objective.level] - RANKS[parent.level] > 1:
            yield Finding(
                rule=NAME,
                severity=SEVERITY,
                key=objective.key,
                field=("contributesTo", 0),
                message=f"an objective of a {objective.level} hangs on {parent.key} of the {parent.level}",
                advice="let it contribute to an objective or key result of the level between",
            )
