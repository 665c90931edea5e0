"""A team whose objectives serve only each other.

Nothing that it does moves what others want, or nobody linked it. Said once for a team of which at least one objective
contributes to something, and none to an objective of another team; an objective without any parent is told by `orphan`.

Fails::

    sets:
      - {level: company, team: acme, objectives: [{id: CO-1, title: Mid-sized companies trust us, keyResults: []}]}
      - team: payments
        level: team
        objectives:
          - {id: O-1, title: Payments are boring in the best sense, keyResults: []}
          - {id: O-2, title: Refunds are as easy as payments, contributesTo: [O-1], keyResults: []}

Passes::

    sets:
      - {level: company, team: acme, objectives: [{id: CO-1, title: Mid-sized companies trust us, keyResults: []}]}
      - team: payments
        level: team
        objectives:
          - {id: O-1, title: Payments are boring in the best sense, contributesTo: [CO-1], keyResults: []}
          - {id: O-2, title: Refunds are as easy as payments, contributesTo: [O-1], keyResults: []}
"""

from collections.abc import Iterator

from align_sync.okr.lint.facts import Cascade
from align_sync.okr.lint.model import Finding, Severity, Subject
from align_sync.okr.model import Level, Objective

NAME = "silo"
SEVERITY = Severity.WARNING


def check(subject: Subject) -> Iterator[Finding]:
    cascade = Cascade(subject.book)
    by_team: dict[str, list[Objective]] = {}
    for objective in subject.book:
        if objective.level is not Level.COMPANY:
            by_team.setdefault(objective.team, []).append(objective)
    for team, objectives in by_team.items():
        parents = [parent for objective in objectives for parent in cascade.parents_of(objective)]
        if parents and all(team in parent.teams for parent in parents):
            yield Finding(
                rule=NAME,
                severity=SEVERITY,
                key=objectives[0].key,
                field=("contributesTo",),
                message=f'the objectives of "{team}" contribute only to each other, to nothing of anybody else',
                advice="add `contributesTo: [ID]` to the highest of them, with what it serves in the level above",
            )
