"""An entry that could not be read.

It is missing from the book until it is mended; all other entries are looked at all the same.

Fails::

    title: Retention rises from 68 % to 80 %
    wieght: 2

Passes::

    title: Retention rises from 68 % to 80 %
    weight: 2
"""

from collections.abc import Iterator

from align_sync.okr.lint.model import Finding, Severity, Subject
from align_sync.okr.yaml_nodes import Place

NAME = "unsound-entry"
SEVERITY = Severity.ERROR


def check(subject: Subject) -> Iterator[Finding]:
    for problem in subject.problems:
        yield Finding(
            rule=NAME,
            severity=SEVERITY,
            key="",
            field=(),
            message=problem.message,
            advice=problem.advice,
            place=_read_place(problem.where),
        )


def _read_place(where: str) -> Place | None:
    """The place that `okrs/a.yaml:12:5` names."""
    name, _, rest = where.rpartition(":")
    name, _, line = name.rpartition(":")
    return Place(0, name, int(line), int(rest)) if name and line.isdigit() and rest.isdigit() else None
