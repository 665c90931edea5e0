"""Loads recorded issues and sprints of a real site, whichever API they were read from, into a pretended one."""

import gzip
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import orjson

from align_sync.demo.fake_jira.catalogue import recorded_field
from align_sync.demo.fake_jira.changes import level_of
from align_sync.demo.fake_jira.model import (
    Issue,
    IssueType,
    Link,
    Project,
    Sprint,
    SprintState,
    Status,
    StatusCategory,
    User,
    no_fields,
)
from align_sync.demo.fake_jira.site import JiraSite

Raw = dict[str, object]
Overlay = Callable[[int, Issue], bool]

_EXPECTED = ("summary", "created", "updated", "status", "issuetype", "project", "labels")
_OFTEN_LACKING = ("statuscategorychangedate",)
_TYPED = frozenset(
    {*_EXPECTED, "assignee", "reporter", "description", "issuelinks", "parent", "sprint", "closedSprints"}
)
_EPOCH_TEXT = "1970-01-01T00:00:00.000+0000"


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """What a recording brought: how many issues, which sprints they or the sprints file named, which boards."""

    issues: int
    sprint_ids: tuple[int, ...]
    board_ids: tuple[int, ...]


def load_recorded(
    site: JiraSite,
    issues_path: Path | str,
    sprints_path: Path | str | None = None,
    active_sprint: int | None = None,
    overlay: Overlay = lambda _index, _issue: True,
) -> Loaded:
    """Take over every issue of a JSON-lines file (`.gz` or not), and a JSON array of sprints.

    `active_sprint` is served as active, whatever its past. Where no issue names any sprint, it is laid over all issues
    for which `overlay`, given the place in the file and the issue, says so. Index lag does not apply to a recording.

    Raises:
        ValueError: a line is no issue, or `active_sprint` is none of the sprints that the recording names.

    """
    reader = _Reader(site)
    for raw in _read_array(sprints_path):
        reader.take_sprint(raw)
    issues = [reader.issue_from(raw) for raw in _read_lines(Path(issues_path))]
    if active_sprint is not None:
        has_sprints = any(issue.sprint_ids for issue in issues)
        if has_sprints and active_sprint not in reader.sprints:
            raise ValueError(
                f"sprint {active_sprint} is named neither by the issues in {issues_path} nor among sprints"
            )
        reader.activate(active_sprint)
        if not has_sprints:
            issues = [
                replace(issue, sprint_ids=(active_sprint,)) if overlay(place, issue) else issue
                for place, issue in enumerate(issues)
            ]
    for issue in issues:
        site.put_issue(issue, lag=timedelta(0))
    return Loaded(
        issues=len(issues),
        sprint_ids=tuple(sorted(reader.sprints)),
        board_ids=_add_boards(site, reader.sprints.values(), issues),
    )


def _read_lines(path: Path) -> Iterator[Raw]:
    content = path.read_bytes()
    if path.suffix == ".gz":
        content = gzip.decompress(content)
    for number, line in enumerate(content.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            value = orjson.loads(line)
        except ValueError as error:
            raise ValueError(f"{path}:{number}: not JSON, expected one issue a line: {error}") from None
        if not isinstance(value, dict) or not {"id", "key", "fields"} <= value.keys():
            raise ValueError(f"{path}:{number}: not an issue, expected an object with id, key and fields")
        yield value


def _read_array(path: Path | str | None) -> list[Raw]:
    if path is None:
        return []
    value = orjson.loads(Path(path).read_bytes())
    if not isinstance(value, list):
        raise TypeError(f"{path}: expected a JSON array of sprints")
    return value


def _add_boards(site: JiraSite, sprints: Iterable[Sprint], issues: Iterable[Issue]) -> tuple[int, ...]:
    """One board per board of origin, and one that shows the sprints without; each with its commonest project."""
    homes = {sprint.id: sprint.board_id for sprint in sprints}
    shown = {number for board in site.boards.values() for number in board.also_shows}
    strays = sorted(number for number, board_id in homes.items() if board_id is None and number not in shown)
    boards = {board_id for board_id in homes.values() if board_id is not None}
    default = max((*site.boards, *boards), default=0) + 1
    projects: Counter[tuple[int, str]] = Counter()
    for issue in issues:
        projects.update({(homes.get(one) or default, issue.project.key) for one in issue.sprint_ids})
    commonest = {board_id: key for (board_id, key), _ in reversed(projects.most_common())}
    added = sorted(boards - site.boards.keys()) + ([default] if strays else [])
    for board_id in added:
        site.add_board(board_id, f"Board {board_id}", project_key=commonest.get(board_id))
    for sprint_id in strays:
        site.show_sprint(default, sprint_id)
    return tuple(added)


class _Reader:
    """Turns recorded values into the nouns of the site; equal ones are made once."""

    def __init__(self, site: JiraSite) -> None:
        self._site = site
        self._directory = site.directory
        self._nouns: dict[tuple[str, str, str], object] = {}
        self.sprints: dict[int, Sprint] = {}

    def take_sprint(self, raw: Raw) -> int:
        number = _int(raw["id"])
        if number in self._site.sprints:
            self.sprints.setdefault(number, self._site.sprints[number])
        else:
            sprint = Sprint(
                id=number,
                name=_text(raw.get("name")) or f"Sprint {number}",
                state=SprintState(_text(raw.get("state") or "closed").lower()),
                board_id=_int(raw["originBoardId"]) if raw.get("originBoardId") is not None else None,
                started_at=_instant(raw.get("startDate")),
                ends_at=_instant(raw.get("endDate")),
                completed_at=_instant(raw.get("completeDate")),
                goal=_text(raw.get("goal")),
            )
            self.sprints[number] = sprint
            self._site.put_sprint(sprint)
        return number

    def activate(self, number: int) -> None:
        """A sprint that nothing names is made up, half-way through two weeks."""
        sprint = self.sprints.get(number)
        if sprint is None:
            now = self._site.now()
            week = timedelta(days=7)
            sprint = Sprint(
                id=number,
                name=f"Sprint {number}",
                state=SprintState.ACTIVE,
                board_id=None,
                started_at=now - week,
                ends_at=now + week,
            )
        self.sprints[number] = replace(sprint, state=SprintState.ACTIVE, completed_at=None)
        self._site.put_sprint(self.sprints[number])

    def issue_from(self, raw: Raw) -> Issue:
        fields = _mapping(raw.get("fields"))
        for name, value in fields.items():
            if name.startswith("customfield_") and name not in self._directory.fields:
                self._site.directory.fields[name] = recorded_field(name, value)
        key = _text(raw["key"])
        parent = _mapping(fields.get("parent"))
        epic = _mapping(fields.get("epic"))
        created = _text(fields.get("created")) or _EPOCH_TEXT
        updated = _text(fields.get("updated")) or created
        return Issue(
            id=_int(raw["id"]),
            key=key,
            project=self._project(_mapping(fields.get("project")), key),
            summary=_text(fields.get("summary")),
            issue_type=self._issue_type(_mapping(fields.get("issuetype"))),
            status=self._status(_mapping(fields.get("status"))),
            created_at=datetime.fromisoformat(created),
            updated_at=datetime.fromisoformat(updated),
            created_text=created,
            updated_text=updated,
            labels=tuple(_text(label) for label in _list(fields.get("labels"))),
            sprint_ids=self._sprint_ids(fields),
            parent_key=_text(parent["key"]) if parent else None,
            parent_stub=parent or (_epic_stub(epic) if epic else no_fields()),
            epic_key=_text(epic["key"]) if epic else None,
            links=tuple(_link(_mapping(link)) for link in _list(fields.get("issuelinks"))),
            assignee=self._user(fields.get("assignee")),
            reporter=self._user(fields.get("reporter")),
            description=_text(fields.get("description")) or None,
            extra=self._extra(fields),
            hidden_fields=frozenset(name for name in (*_EXPECTED, *_OFTEN_LACKING) if name not in fields),
        )

    def _extra(self, fields: Mapping[str, object]) -> Raw:
        extra = {name: value for name, value in fields.items() if name not in _TYPED and value is not None}
        if "creator" in extra:
            extra["creator"] = self._user(extra["creator"])
        return extra

    def _sprint_ids(self, fields: Mapping[str, object]) -> tuple[int, ...]:
        named = [*_list(fields.get("closedSprints")), *([fields["sprint"]] if fields.get("sprint") else [])]
        return tuple(self.take_sprint(dict(_mapping(one))) for one in named)

    def _project(self, raw: Mapping[str, object], issue_key: str) -> Project:
        key = _text(raw.get("key")) or issue_key.rpartition("-")[0]
        known = self._directory.projects.get(key)
        if known is None:
            number = _text(raw.get("id")) or str(10_000 + len(self._directory.projects))
            known = Project(id=number, key=key, name=_text(raw.get("name")) or key, wire=raw)
            self._directory.projects[key] = known
        return known

    def _status(self, raw: Mapping[str, object]) -> Status:
        name = _text(raw.get("name")) or "Unknown"
        known = self._nouns.get(("status", _text(raw.get("id")), name))
        if isinstance(known, Status):
            return known
        category = _mapping(raw.get("statusCategory"))
        made = Status(
            id=_text(raw.get("id")), name=name, category=StatusCategory.named(_text(category.get("key"))), wire=raw
        )
        self._nouns["status", made.id, name] = made
        self._directory.statuses.setdefault(name.lower(), made)
        return made

    def _issue_type(self, raw: Mapping[str, object]) -> IssueType:
        name = _text(raw.get("name")) or "Unknown"
        known = self._nouns.get(("type", _text(raw.get("id")), name))
        if isinstance(known, IssueType):
            return known
        level = -1 if raw.get("subtask") else max(0, level_of(name))
        made = IssueType(id=_text(raw.get("id")), name=name, level=level, wire=raw)
        self._nouns["type", made.id, name] = made
        self._directory.issue_types.setdefault(name.lower(), made)
        return made

    def _user(self, raw: object) -> User | None:
        person = _mapping(raw)
        if not person:
            return None
        name = _text(person.get("name")) or _text(person.get("accountId"))
        known = self._directory.users.get(name)
        if known is None:
            known = User(
                name=name,
                account_id=_text(person.get("accountId")) or f"712020:{name}",
                display_name=_text(person.get("displayName")) or name,
                active=person.get("active") is not False,
                time_zone=_text(person.get("timeZone")) or "UTC",
                key=_text(person.get("key")) or None,
            )
            self._directory.users[name] = known
        return known


def _link(raw: Mapping[str, object]) -> Link:
    kind = _mapping(raw.get("type"))
    is_outward = "outwardIssue" in raw
    stub = _mapping(raw.get("outwardIssue" if is_outward else "inwardIssue"))
    return Link(
        id=_text(raw.get("id")),
        type_id=_text(kind.get("id")),
        name=_text(kind.get("name")),
        inward=_text(kind.get("inward")),
        outward=_text(kind.get("outward")),
        is_outward=is_outward,
        other_key=_text(stub.get("key")),
        stub=stub,
    )


def _epic_stub(epic: Mapping[str, object]) -> Raw:
    """The parent that Cloud shows where the old server had an epic."""
    kind = {"name": "Epic", "subtask": False, "hierarchyLevel": 1}
    shown = {"summary": _text(epic.get("summary")), "issuetype": kind}
    return {"id": _text(epic.get("id")), "key": _text(epic.get("key")), "fields": shown}


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _int(value: object) -> int:
    return int(str(value))


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else no_fields()


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _instant(value: object) -> datetime | None:
    return datetime.fromisoformat(str(value)) if value else None
