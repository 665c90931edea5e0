"""An objective or key result with more than one owner.

Where two people answer for something, each waits for the other. A team may own it if the team has a name.

Fails::

    title: Retention rises from 68 % to 80 %
    owner: Ana and Luca

Fails::

    title: Retention rises from 68 % to 80 %
    owner: Ana Rossi e Luca Bianchi

Fails::

    title: Retention rises from 68 % to 80 %
    owner: "ana@acme.example, luca@acme.example"

Passes::

    title: Retention rises from 68 % to 80 %
    owner: Research and Development

Passes::

    title: Retention rises from 68 % to 80 %
    owner: "Rossi, Ana"
"""

import re
from collections.abc import Iterator

from align_sync.okr.lint import words_en, words_it
from align_sync.okr.lint.model import Finding, Severity, Subject
from align_sync.okr.lint.text import fold

NAME = "several-owners"
SEVERITY = Severity.ERROR

_AND = re.compile(r" (?:and|e|ed|und|&|\+) |\s*[;/]\s*", re.IGNORECASE)
_COMMA = re.compile(r"\s*,\s*")
_PERSON = re.compile(r"[^\W\d_][\w'\u2019.-]*(?: [^\W\d_][\w'\u2019.-]*){0,3}|\S+@\S+")
_OF_TEAMS = frozenset(f"{words_en.OF_TEAMS} {words_it.OF_TEAMS}".split())


def check(subject: Subject) -> Iterator[Finding]:
    teams = {team.casefold() for objective in subject.book for team in objective.teams}
    owners = [(objective.key, objective.owner) for objective in subject.book]
    owners += [(key_result.key, key_result.owner) for _, key_result in subject.key_results()]
    for key, owner in owners:
        people = _split(owner)
        if len(people) > 1 and owner.casefold() not in teams:
            yield Finding(
                rule=NAME,
                severity=SEVERITY,
                key=key,
                field=("owner",),
                message=f'"{owner}" are {len(people)}, and each may wait for the other',
                advice=f"name the one who answers for it: `owner: {people[0]}`; the others can be named in its work",
            )


def _split(owner: str) -> list[str]:
    """The people that it names; one, where it may be the name of a team or of a single person."""
    if _OF_TEAMS & set(re.findall(r"[a-z]+", fold(owner))) and "@" not in owner:
        return [owner]
    parts = [part for part in _AND.split(owner) if part]
    commas = [piece for part in parts for piece in _COMMA.split(part) if piece]
    is_reversed = len(commas) == len(("Rossi", "Ana")) and len(parts) == 1 and "@" not in owner
    found = parts if is_reversed and not all(" " in piece for piece in commas) else commas
    return found if all(_PERSON.fullmatch(part) for part in found) else [owner]
