"""An objective of a department or team that contributes to nothing above it.

Either it serves a goal that nobody linked, or it serves none.

Fails::

    objectives: [{title: Customers stay because the product helps them, keyResults: []}]
    level: team

Passes::

    sets:
      - {level: company, team: acme, objectives: [{id: CO-1, title: Mid-sized companies trust us, keyResults: []}]}
      - level: department
        objectives: [{title: Customers stay because the product helps them, contributesTo: [CO-1], keyResults: []}]
"""

from collections.abc import Iterator

from align_sync.okr.lint.model import Finding, Severity, Subject
from align_sync.okr.model import Level

NAME = "orphan"
SEVERITY = Severity.WARNING


def check(subject: Subject) -> Iterator[Finding]:
    for objective in subject.book:
        if objective.level in {Level.DEPARTMENT, Level.TEAM} and not objective.contributes_to:
            yield Finding(
                rule=NAME,
                severity=SEVERITY,
                key=objective.key,
                field=("contributesTo",),
                message=f"an objective of a {objective.level} that contributes to nothing above it",
                advice="add `contributesTo: [ID]` with the objective or key result that it serves",
            )
