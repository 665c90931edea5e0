"""What a digest keeps of items, key results and teams: nothing of people, no assignee, no owner, no author."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from align_sync.digests.model import ChangeNote, ChangeSort, Digest, Fix, ItemNote, KeyResultNote, TeamNote
from align_sync.linking.evidence import Bucket
from align_sync.okr.standing import Health
from align_sync.reports.changes import Change, ChangeKind, Changes
from align_sync.reports.model import AlignmentReport, KeyResultLine, ReportItem
from align_sync.reports.order import natural_order

LARGEST = 5
KEY_RESULT = "KEY-RESULT"
"""Stands in a command for what the reader has to choose: without marks that a shell or a channel would read."""

_QUOTED = "'<key result>'"
EXPIRING_WITHIN = timedelta(days=7)

_COMMAND = re.compile(r"(?:or: )?(align-sync .+)", re.DOTALL)
_WRONG_NAME = re.compile(
    r"(?:label |field .+? says |the OKR book lists \S+ |the description says |linked by hand: |mapping rule |it )?"
    r"(.+?)(?: on \S+)? (?:names|under) ",
    re.DOTALL,
)
_SORTS = {
    ChangeKind.NOW_UNLINKED: ChangeSort.NOW_UNLINKED,
    ChangeKind.NOW_LINKED: ChangeSort.NOW_LINKED,
    ChangeKind.SET_ASIDE: ChangeSort.SET_ASIDE,
    ChangeKind.MOVED: ChangeSort.MOVED,
    ChangeKind.CAME: ChangeSort.CAME,
    ChangeKind.WENT: ChangeSort.WENT,
    ChangeKind.OTHER: ChangeSort.OTHER,
}
_IN_DANGER = (Health.OFF_TRACK, Health.AT_RISK)


def is_asked(item: ReportItem) -> bool:
    """Whether anybody is asked to act; not where somebody says that the verdict is wrong."""
    return item.bucket.is_actionable and item.dispute is None


def note_item(item: ReportItem) -> ItemNote:
    is_dead = item.bucket is Bucket.INVALID
    return ItemNote(
        key=item.key,
        title=item.title,
        team=item.team,
        points=item.points,
        address=item.address,
        because=item.because,
        wrong_name=_name_wrong(item.because) if is_dead else "",
        right_key=item.suggestion or "",
        fixes=tuple(_note_fixes(item)),
    )


def _name_wrong(because: str) -> str:
    found = _WRONG_NAME.match(because)
    return found[1] if found else because


def _note_fixes(item: ReportItem) -> Iterator[Fix]:
    """What can be pasted; what can only be done in the tracker stands in the report."""
    if item.dispute is not None:
        return
    for fix in item.fixes:
        if command := _COMMAND.fullmatch(fix):
            names_key_result = command[1].startswith("align-sync link ")
            yield Fix(
                command=command[1].replace(_QUOTED, KEY_RESULT),
                key_result=(item.suggestion or "") if names_key_result else "",
            )


def list_largest(items: Iterable[ReportItem]) -> tuple[ItemNote, ...]:
    """The heaviest first; those that nobody estimated come last, by their keys."""
    asked = (item for item in items if is_asked(item))
    ordered = sorted(asked, key=lambda item: (-(item.points or 0.0), natural_order(item.key), item.source))
    return tuple(note_item(item) for item in ordered[:LARGEST])


def list_expiring(items: Iterable[ReportItem], today: date) -> tuple[ItemNote, ...]:
    """Exemptions that end within a week, the soonest first; `because` is the day."""
    ending = [
        (item.exempted.expires_on, item)
        for item in items
        if item.exempted is not None
        and item.exempted.expires_on is not None
        and today <= item.exempted.expires_on <= today + EXPIRING_WITHIN
    ]
    return tuple(
        ItemNote(
            key=item.key,
            title=item.title,
            team=item.team,
            points=item.points,
            address=item.address,
            because=ends_on.isoformat(),
        )
        for ends_on, item in sorted(ending, key=lambda pair: (pair[0], natural_order(pair[1].key), pair[1].source))
    )


def list_changes(changes: Changes | None, *, with_names: bool) -> tuple[ChangeNote, ...]:
    """In the order of the report, which asks for action first; leadership gets what happened where, not to what."""
    return tuple(_note_change(change, with_names=with_names) for change in changes.changes) if changes else ()


def _note_change(change: Change, *, with_names: bool) -> ChangeNote:
    sort = _SORTS[change.kind]
    if not with_names:
        return ChangeNote(sort=sort, key="", title="", team=change.team)
    return ChangeNote(
        sort=sort,
        key=change.key,
        title=change.title,
        team=change.team,
        address=change.address,
        serves=change.serves,
    )


def list_idle(lines: Iterable[KeyResultLine], team: str | None) -> tuple[KeyResultNote, ...]:
    """Key results that no work serves, of one team or of all; `team` is None for all."""
    return tuple(_note_key_result(line, "") for line in lines if line.is_idle and _is_of(line.team, team))


def list_in_danger(lines: Iterable[KeyResultLine], team: str | None) -> tuple[KeyResultNote, ...]:
    """Off track before at risk, each in the order of the book."""
    own = [line for line in lines if _is_of(line.team, team)]
    return tuple(
        _note_key_result(line, health.value)
        for health in _IN_DANGER
        for line in own
        if line.standing is not None and line.standing.verdict.health is health
    )


def _is_of(owner: str, team: str | None) -> bool:
    return team is None or owner.casefold() == team.casefold()


def _note_key_result(line: KeyResultLine, health: str) -> KeyResultNote:
    progress = line.standing.progress if line.standing else None
    return KeyResultNote(key=line.key, title=line.title, team=line.team, health=health, progress=progress)


def list_teams(report: AlignmentReport, items: Iterable[ReportItem], before: Digest | None) -> tuple[TeamNote, ...]:
    """In alphabetical order, never by their figures."""
    unlinked = Counter(item.team for item in items if item.bucket.is_actionable)
    then = {note.team: note for note in before.teams} if before else {}
    notes = []
    for line in sorted(report.teams, key=lambda line: (line.team.casefold(), line.team)):
        was = then.get(line.team)
        notes.append(
            TeamNote(
                team=line.team,
                coverage=line.tally.coverage,
                coverage_before=was.coverage if was else None,
                unlinked=unlinked[line.team],
                unlinked_before=was.unlinked if was else None,
                withheld=line.tally.withheld,
            )
        )
    return tuple(notes)
