"""Two key results of one period that are measured by the same metric.

One movement would count twice, and two people would take credit for it.

Fails::

    title: Customers stay because the product helps them
    keyResults:
      - title: Retention rises from 68 % to 80 %
        metric: {unit: percent, baseline: 68, target: 80, source: "sql:retention"}
      - title: Retention rises above 75 %
        metric: {unit: percent, baseline: 68, target: 75, source: "sql:retention"}

Passes::

    title: Customers stay because the product helps them
    keyResults:
      - title: Retention rises from 68 % to 80 %
        metric: {unit: percent, baseline: 68, target: 80, source: "sql:retention"}
      - title: Complaints fall from 12 to 6 a week
        metric: {unit: complaints, direction: decrease, baseline: 12, target: 6, source: "sql:complaints"}
"""

from collections.abc import Iterator

from align_sync.okr.lint.model import Finding, Severity, Subject

NAME = "one-metric-twice"
SEVERITY = Severity.WARNING


def check(subject: Subject) -> Iterator[Finding]:
    first: dict[tuple[str, str], str] = {}
    for objective, key_result in subject.key_results():
        name = key_result.metric.name
        if not name:
            continue
        other = first.setdefault((objective.period, name), key_result.key)
        if other != key_result.key:
            yield Finding(
                rule=NAME,
                severity=SEVERITY,
                key=key_result.key,
                field=("metric", "source"),
                message=f'it is measured by "{name}" like {other}: one movement would count twice',
                advice=f"let the objective contribute to {other} instead, or measure what this team alone can move",
            )
