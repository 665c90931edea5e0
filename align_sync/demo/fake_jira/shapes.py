"""How an issue looks over the wire: per flavour, per version of the API, and in the listings of the Agile API."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum

import orjson

from align_sync.demo.fake_jira.adf import adf_bytes, to_text
from align_sync.demo.fake_jira.model import Flavour, Issue, Link, SprintState, User
from align_sync.demo.fake_jira.site import JiraSite
from align_sync.demo.fake_jira.wire import (
    category_wire,
    issue_time,
    project_wire,
    sprint_field_value,
    sprint_resource,
    status_wire,
    type_wire,
    user_wire,
)

AGILE_FIELDS = ("sprint", "closedSprints", "epic", "flagged")
_NO_PRIORITY = {"id": "3", "name": "Medium"}


class Dialect(Enum):
    """V3 carries rich text as documents, V2 as wiki text; AGILE is V2 with the fields of the Agile API."""

    V2 = 2
    V3 = 3
    AGILE = 1


@dataclass(frozen=True, slots=True)
class Selection:
    """The fields of an answer, resolved; `envelope` holds which of id and key were asked where no field was."""

    fields: tuple[str, ...]
    envelope: tuple[str, ...] = ()

    @property
    def identifiers_only(self) -> bool:
        return not self.fields


def select_fields(site: JiraSite, asked: Iterable[str], dialect: Dialect) -> Selection:
    """Unknown names are passed over, as Jira does; `*all`, `*navigable` and `-name` have their meaning."""
    names = [name.strip() for entry in asked for name in entry.split(",") if name.strip()]
    known = list(site.directory.fields)
    if dialect is Dialect.AGILE:
        known += AGILE_FIELDS
    wants_all = any(name in ("*all", "*navigable") for name in names) or all(name.startswith("-") for name in names)
    dropped = {name[1:] for name in names if name.startswith("-")}
    chosen = known if wants_all else [name for name in dict.fromkeys(names) if name in set(known)]
    fields = tuple(name for name in chosen if name not in dropped)
    return Selection(fields, () if fields else tuple(name for name in ("id", "key") if name in names))


class Shapes:
    """Makes the values of fields; each method named after a field gets the issue and gives what JSON shall hold."""

    def __init__(self, site: JiraSite) -> None:
        self._site = site
        self._flavour = site.flavour
        ids = site.directory.field_ids
        self._makers: dict[str, Callable[[Issue], object]] = {
            "summary": lambda issue: issue.summary,
            "issuetype": lambda issue: type_wire(issue.issue_type, self._flavour, site.base_url),
            "project": lambda issue: project_wire(issue.project, site.base_url),
            "status": lambda issue: status_wire(issue.status, site.base_url),
            "statusCategory": lambda issue: category_wire(issue.status, site.base_url),
            "statuscategorychangedate": self._category_changed,
            "priority": lambda issue: issue.extra.get("priority", _NO_PRIORITY),
            "assignee": self._assignee,
            "reporter": self._reporter,
            "creator": self._creator,
            "labels": lambda issue: issue.labels,
            "created": lambda issue: issue.created_text or issue_time(issue.created_at, site.zone),
            "updated": lambda issue: issue.updated_text or issue_time(issue.updated_at, site.zone),
            "parent": self._parent,
            "subtasks": self._subtasks,
            "issuelinks": lambda issue: [link for one in issue.links if (link := self._link(one))],
            "components": lambda issue: issue.extra.get("components", ()),
            "fixVersions": lambda issue: issue.extra.get("fixVersions", ()),
            "versions": lambda issue: issue.extra.get("versions", ()),
            ids.sprint: self._sprints,
            ids.points: lambda issue: issue.extra.get(ids.points) if issue.points is None else issue.points,
            ids.epic_link: self._epic_key,
            ids.parent_link: self._parent_link,
            "sprint": self._open_sprint,
            "closedSprints": self._closed_sprints,
            "epic": self._epic,
            "flagged": lambda issue: issue.extra.get("flagged", False),
        }

    def render(self, issue: Issue, selection: Selection, dialect: Dialect) -> bytes:
        """The issue as JSON; not remembered here."""
        identity = {"id": str(issue.id)}
        if selection.envelope == ("id",) or (selection.identifiers_only and not selection.envelope):
            return orjson.dumps(identity)
        address = f"{self._site.base_url}/rest/api/{max(dialect.value, 2)}/issue/{issue.id}"
        envelope: dict[str, object] = {
            "expand": "operations,versionedRepresentations,editmeta,changelog,renderedFields",
            **identity,
            "self": address,
            "key": issue.key,
        }
        if selection.fields:
            envelope["fields"] = {
                name: self._value(name, issue, dialect) for name in selection.fields if name not in issue.hidden_fields
            }
        return orjson.dumps(envelope)

    def mentions(self, issue: Issue, selection: Selection) -> tuple[Issue | None, ...]:
        """The other issues whose words appear in this one's answer."""
        keys = [link.other_key for link in issue.links]
        keys += [key for key in (issue.parent_key, issue.epic_key) if key]
        others = tuple([self._site.find(key) for key in keys])
        return others + self._site.children_of(issue.key) if "subtasks" in selection.fields else others

    def _value(self, name: str, issue: Issue, dialect: Dialect) -> object:
        if name in ("description", "environment"):
            text = issue.description if name == "description" else issue.extra.get(name)
            return _rich_text(text, dialect)
        maker = self._makers.get(name)
        return issue.extra.get(name) if maker is None else maker(issue)

    def _category_changed(self, issue: Issue) -> object:
        at = issue.category_changed_at
        return issue.extra.get("statuscategorychangedate") if at is None else issue_time(at, self._site.zone)

    def _assignee(self, issue: Issue) -> object:
        return issue.assignee and user_wire(issue.assignee, self._flavour, self._site.base_url)

    def _reporter(self, issue: Issue) -> object:
        return issue.reporter and user_wire(issue.reporter, self._flavour, self._site.base_url)

    def _creator(self, issue: Issue) -> object:
        creator = issue.extra.get("creator")
        if isinstance(creator, User):
            return user_wire(creator, self._flavour, self._site.base_url)
        return self._reporter(issue)

    def _stub(self, issue: Issue) -> dict[str, object]:
        root = self._site.base_url
        return {
            "id": str(issue.id),
            "key": issue.key,
            "self": f"{root}/rest/api/2/issue/{issue.id}",
            "fields": {
                "summary": issue.summary,
                "status": status_wire(issue.status, root),
                "priority": issue.extra.get("priority", _NO_PRIORITY),
                "issuetype": type_wire(issue.issue_type, self._flavour, root),
            },
        }

    def _parent(self, issue: Issue) -> object:
        on_cloud = self._flavour is Flavour.CLOUD
        if not on_cloud and not issue.issue_type.is_subtask:
            return None
        key = issue.parent_key or (issue.epic_key if on_cloud else None)
        if key is None:
            return None
        parent = self._site.find(key)
        return self._stub(parent) if parent else (issue.parent_stub or {"key": key})

    def _subtasks(self, issue: Issue) -> object:
        children = self._site.children_of(issue.key)
        mine = [self._stub(child) for child in children if child.issue_type.is_subtask]
        return mine or issue.extra.get("subtasks", ())

    def _link(self, link: Link) -> dict[str, object] | None:
        """None for a link to an issue that the account may not see, as Jira leaves it out."""
        other = self._site.find(link.other_key)
        shown = self._stub(other) if other else link.stub
        if not shown:
            return None
        return {
            "id": link.id,
            "self": f"{self._site.base_url}/rest/api/2/issueLink/{link.id}",
            "type": {
                "id": link.type_id,
                "name": link.name,
                "inward": link.inward,
                "outward": link.outward,
                "self": f"{self._site.base_url}/rest/api/2/issueLinkType/{link.type_id}",
            },
            ("outwardIssue" if link.is_outward else "inwardIssue"): shown,
        }

    def _sprints(self, issue: Issue) -> object:
        held = self._site.sprints
        return [sprint_field_value(held[one], self._flavour) for one in issue.sprint_ids if one in held] or None

    def _open_sprint(self, issue: Issue) -> object:
        held = self._site.sprints
        for one in issue.sprint_ids:
            if one in held and held[one].state is not SprintState.CLOSED:
                return sprint_resource(held[one], self._site.base_url)
        return None

    def _closed_sprints(self, issue: Issue) -> object:
        held = self._site.sprints
        return [
            sprint_resource(held[one], self._site.base_url)
            for one in issue.sprint_ids
            if one in held and held[one].state is SprintState.CLOSED
        ] or None

    def _epic_key(self, issue: Issue) -> str | None:
        """Data Center knows the epic of a standard issue by this field alone."""
        if issue.epic_key:
            return issue.epic_key
        return issue.parent_key if issue.issue_type.level == 0 else None

    def _parent_link(self, issue: Issue) -> str | None:
        return issue.parent_key if issue.issue_type.level > 0 else None

    def _epic(self, issue: Issue) -> object:
        key = self._epic_key(issue)
        epic = self._site.find(key) if key else None
        if epic is None:
            return issue.extra.get("epic")
        return {
            "id": epic.id,
            "key": epic.key,
            "self": f"{self._site.base_url}/rest/agile/1.0/epic/{epic.id}",
            "name": epic.summary,
            "summary": epic.summary,
            "color": {"key": "color_1"},
            "done": epic.status.category.value.key == "done",
        }


def _rich_text(text: object, dialect: Dialect) -> object:
    if not text:
        return None
    if dialect is Dialect.V3:
        return orjson.Fragment(adf_bytes(text)) if isinstance(text, str) else text
    return text if isinstance(text, str) else to_text(text)
