"""A pretended workspace of Linear that can be filled and changed while it is being read.

Every change but archiving advances `updatedAt` of what is changed, as Linear's own does.
"""

import threading
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import TypedDict
from uuid import NAMESPACE_URL, uuid5

from align_sync.demo.fake_linear.lists import RememberedLists
from align_sync.demo.fake_linear.model import (
    Attachment,
    Cycle,
    Entity,
    ExternalLink,
    Initiative,
    InitiativeToProject,
    Issue,
    IssueRelation,
    Label,
    Organization,
    Project,
    ProjectStatus,
    Team,
    User,
    WorkflowState,
)

STATES = {
    "Triage": "triage",
    "Backlog": "backlog",
    "Todo": "unstarted",
    "In Progress": "started",
    "In Review": "started",
    "Done": "completed",
    "Canceled": "canceled",
    "Duplicate": "duplicate",
}
PERSONAL_KEY = "lin_api_demo"

LabelName = tuple[str | None, str]
"""A label as (group, name); the group is None for a label on its own."""


class _Stamps(TypedDict):
    id: str
    created_at: datetime
    updated_at: datetime


class LinearSite:
    """All methods are safe to call from any thread. Identifiers are UUIDs made from names, so runs are repeatable."""

    def __init__(
        self,
        clock: Callable[[], datetime],
        *,
        name: str = "Demo",
        personal_keys: Iterable[str] = (PERSONAL_KEY,),
        oauth_tokens: Iterable[str] = (),
    ) -> None:
        self.clock = clock
        self.name = name
        self.lock = threading.RLock()
        self.lists = RememberedLists()
        self.personal_keys = set(personal_keys)
        self.oauth_tokens = set(oauth_tokens)
        self.teams: dict[str, Team] = {}
        self.cycles: dict[str, Cycle] = {}
        self.issues: dict[str, Issue] = {}
        self.projects: dict[str, Project] = {}
        self.initiatives: dict[str, Initiative] = {}
        self.placements: dict[str, InitiativeToProject] = {}
        self.labels: dict[str, Label] = {}
        self._named: dict[tuple[str, str], Entity] = {}
        self._renamings = 0
        self._by_identifier: dict[str, Issue] = {}
        self.viewer = self.add_user("Demo Reader")
        self.organization = Organization(
            **self._new("organization", name), name=name, url_key=name.lower().replace(" ", "-")
        )

    @property
    def now(self) -> datetime:
        return self.clock()

    def by_root(self, root: str) -> Mapping[str, Entity]:
        """The records of a list of the query's root, by their identifiers."""
        found: Mapping[str, Mapping[str, Entity]] = {
            "teams": self.teams,
            "cycles": self.cycles,
            "issues": self.issues,
            "projects": self.projects,
            "initiatives": self.initiatives,
            "initiativeToProjects": self.placements,
            "issueLabels": self.labels,
        }
        return found[root]

    def issue(self, identifier: str) -> Issue:
        """By its present identifier, or an earlier one. Raises KeyError."""
        return self._by_identifier[identifier]

    def add_user(self, name: str) -> User:
        with self.lock:
            known = self._named.get(("user", name))
            if isinstance(known, User):
                return known
            nick = name.lower().replace(" ", ".")
            user = User(**self._new("user", name), name=name, display_name=nick, email=f"{nick}@example.com")
            self._named["user", name] = user
            return user

    def add_team(self, key: str, name: str, *, cycles_enabled: bool = True, entity_id: str | None = None) -> Team:
        with self.lock:
            team = Team(**self._new("team", key, entity_id), key=key, name=name, cycles_enabled=cycles_enabled)
            self.teams[team.id] = team
            for position, (state, kind) in enumerate(STATES.items()):
                self._named[f"state {key}", state] = WorkflowState(
                    **self._new(f"state {key}", state), name=state, type=kind, team=team, position=float(position)
                )
            return team

    def add_cycle(
        self,
        team: Team,
        number: int,
        *,
        starts_at: datetime,
        ends_at: datetime | None = None,
        name: str | None = None,
        description: str | None = None,
        completed_at: datetime | None = None,
        entity_id: str | None = None,
    ) -> Cycle:
        """Two weeks long unless told; whether it is active follows from the clock."""
        with self.lock:
            cycle = Cycle(
                **self._new("cycle", f"{team.key} {number}", entity_id),
                number=number,
                name=name,
                description=description,
                team=team,
                starts_at=starts_at,
                ends_at=ends_at or starts_at + timedelta(days=14),
                completed_at=completed_at,
            )
            self.cycles[cycle.id] = cycle
            return cycle

    def add_initiative(
        self,
        name: str,
        *,
        parent: Initiative | None = None,
        status: str = "Active",
        labels: Iterable[LabelName] = (),
        links: Iterable[tuple[str, str]] = (),
        description: str | None = None,
        content: str | None = None,
        owner: str | None = None,
        entity_id: str | None = None,
    ) -> Initiative:
        with self.lock:
            initiative = Initiative(
                **self._new("initiative", name, entity_id),
                name=name,
                status=status,
                description=description,
                content=content,
                owner=self.add_user(owner) if owner else None,
                parent_initiative=parent,
                labels=[self._label("initiative label", label) for label in labels],
                links=self._links(name, links),
            )
            initiative.slug_id = initiative.id[:12]
            initiative.url = f"https://linear.example/initiative/{initiative.slug_id}"
            self.initiatives[initiative.id] = initiative
            return initiative

    def add_project(
        self,
        name: str,
        *,
        initiatives: Iterable[Initiative] = (),
        status: tuple[str, str] = ("In Progress", "started"),
        labels: Iterable[LabelName] = (),
        links: Iterable[tuple[str, str]] = (),
        description: str = "",
        content: str | None = None,
        lead: str | None = None,
        entity_id: str | None = None,
    ) -> Project:
        with self.lock:
            project = Project(
                **self._new("project", name, entity_id),
                name=name,
                status=self._status(*status),
                description=description,
                content=content,
                lead=self.add_user(lead) if lead else None,
                labels=[self._label("project label", label) for label in labels],
                external_links=self._links(name, links),
            )
            project.slug_id = project.id[:12]
            project.url = f"https://linear.example/project/{project.slug_id}"
            self.projects[project.id] = project
            for initiative in initiatives:
                self.place(project, initiative)
            return project

    def place(self, project: Project, initiative: Initiative) -> InitiativeToProject:
        """Put a project into an initiative; the stamps of both stay as they are."""
        with self.lock:
            placement = InitiativeToProject(
                **self._new("placement", f"{project.id} {initiative.id}"), initiative=initiative, project=project
            )
            self.placements[placement.id] = placement
            return placement

    def add_label(self, name: LabelName) -> Label:
        """A label of issues; asked for twice it is the same one."""
        with self.lock:
            label = self._label("label", name)
            self.labels[label.id] = label
            return label

    def rename_label(self, label: Label, name: str) -> None:
        """A label or a group, of issues or containers; only its own stamp advances, not of what carries it."""
        with self.lock:
            label.name = name
            self._renamings += 1
            moved = [
                (key, each)
                for key, each in self._named.items()
                if isinstance(each, Label) and label in {each, each.parent}
            ]
            for key, _ in moved:
                del self._named[key]
            for (kind, _), each in moved:
                self._named[kind, _path(each.parent.name if each.parent else None, each.name)] = each
            self._changed(label, touch=True)

    def add_issue(
        self,
        identifier: str,
        title: str = "",
        *,
        entity_id: str | None = None,
        cycle: Cycle | None = None,
        state: str = "Todo",
        labels: Iterable[LabelName] = (),
        parent: Issue | None = None,
        project: Project | None = None,
        estimate: float | None = None,
        priority: int = 0,
        assignee: str | None = None,
        attachments: Iterable[tuple[str, str]] = (),
        relations: Iterable[tuple[str, Issue]] = (),
        description: str | None = None,
        archived: bool = False,
        created_at: datetime | None = None,
    ) -> Issue:
        """`identifier` is such as `ENG-12`, of a team that exists; attachments are (url, title) pairs."""
        with self.lock:
            key, _, number = identifier.rpartition("-")
            team = self._team(key)
            stamps = self._new("issue", identifier, entity_id, created_at)
            issue = Issue(
                **stamps,
                team=team,
                number=int(number),
                title=title or f"Issue {identifier}",
                state=self._state(team, state),
                description=description,
                priority=priority,
                estimate=estimate,
                cycle=cycle,
                parent=parent,
                project=project,
                assignee=self.add_user(assignee) if assignee else None,
                creator=self.viewer,
                labels=[self.add_label(label) for label in labels],
            )
            self._stamp_state(issue, issue.created_at)
            issue.added_to_cycle_at = issue.created_at if cycle else None
            team.last_number = max(team.last_number, issue.number)
            self.issues[issue.id] = issue
            self._by_identifier[identifier] = issue
            if parent is not None:
                parent.children.append(issue)
            for url, name in attachments:
                self.attach(issue, url, name, touch=False)
            for kind, other in relations:
                self.relate(issue, kind, other)
            if archived:
                issue.archived_at = self.now
            return issue

    def attach(self, issue: Issue, url: str, title: str = "Link", *, touch: bool = True) -> Attachment:
        with self.lock:
            attachment = Attachment(
                **self._new("attachment", f"{issue.id} {len(issue.attachments)}"), issue=issue, url=url, title=title
            )
            issue.attachments.append(attachment)
            self._changed(issue, touch=touch)
            return attachment

    def relate(self, issue: Issue, kind: str, other: Issue) -> IssueRelation:
        """`kind` is one of blocks, duplicate, related, similar."""
        with self.lock:
            relation = IssueRelation(
                **self._new("relation", f"{issue.id} {kind} {other.id}"), type=kind, issue=issue, related_issue=other
            )
            issue.relations.append(relation)
            other.inverse_relations.append(relation)
            self.lists.forget()
            return relation

    def edit_issue(
        self,
        issue: Issue,
        *,
        touch: bool = True,
        state: str | None = None,
        labels: Iterable[LabelName] | None = None,
        **changes: object,
    ) -> Issue:
        """Change attributes by their names; `touch=False` leaves `updatedAt` as it is."""
        with self.lock:
            if state is not None:
                kind, issue.state = issue.state.type, self._state(issue.team, state)
                if kind != issue.state.type:
                    self._stamp_state(issue, self.now)
            if "cycle" in changes and changes["cycle"] is not issue.cycle:
                issue.added_to_cycle_at = self.now if changes["cycle"] else None
            if labels is not None:
                issue.labels = [self.add_label(label) for label in labels]
            if "parent" in changes and issue.parent is not None:
                issue.parent.children.remove(issue)
            for name, value in changes.items():
                setattr(issue, name, value)
            if isinstance(above := changes.get("parent"), Issue):
                above.children.append(issue)
            self._changed(issue, touch=touch)
            return issue

    def archive_issue(self, issue: Issue, *, trash: bool = False) -> None:
        """Linear leaves `updatedAt` as it is: https://github.com/estuary/connectors/pull/5264."""
        with self.lock:
            issue.archived_at = self.now
            issue.trashed = True if trash else issue.trashed
            self.lists.forget()

    def delete_issue(self, issue: Issue) -> None:
        """For good, as Linear does when it empties the bin."""
        with self.lock:
            del self.issues[issue.id]
            self._by_identifier = {name: each for name, each in self._by_identifier.items() if each is not issue}
            for relation in issue.relations:
                relation.related_issue.inverse_relations.remove(relation)
            for relation in issue.inverse_relations:
                relation.issue.relations.remove(relation)
            for child in issue.children:
                child.parent = None
            if issue.parent is not None:
                issue.parent.children.remove(issue)
            self.lists.forget()

    def move_issue(self, issue: Issue, team: Team, cycle: Cycle | None = None) -> str:
        """To another team, which gives it a new identifier and keeps its id; the old one still finds it."""
        with self.lock:
            issue.previous_identifiers.append(issue.identifier)
            team.last_number += 1
            issue.team, issue.number, issue.cycle = team, team.last_number, cycle
            issue.added_to_cycle_at = self.now if cycle else None
            issue.state = self._state(team, issue.state.name)
            self._by_identifier[issue.identifier] = issue
            self._changed(issue, touch=True)
            return issue.identifier

    def edit(self, entity: Entity, *, touch: bool = True, **changes: object) -> None:
        """Change a team, cycle, project or initiative."""
        with self.lock:
            for name, value in changes.items():
                setattr(entity, name, value)
            self._changed(entity, touch=touch)

    @staticmethod
    def _stamp_state(issue: Issue, at: datetime) -> None:
        """What was begun stays begun when it is ended; all else is as if it had never been."""
        kind = issue.state.type
        has_ended = kind in {"completed", "canceled", "duplicate"}
        issue.started_at = at if kind == "started" else issue.started_at if has_ended else None
        issue.completed_at = at if kind == "completed" else None
        issue.canceled_at = at if kind in {"canceled", "duplicate"} else None

    def _changed(self, entity: Entity, *, touch: bool) -> None:
        if touch:
            entity.updated_at = self.now
        self.lists.forget()

    def _new(self, kind: str, name: str, entity_id: str | None = None, created_at: datetime | None = None) -> _Stamps:
        self.lists.forget()
        at = created_at or self.now
        return {
            "id": entity_id or str(uuid5(NAMESPACE_URL, f"linear/{self.name}/{kind}/{name}")),
            "created_at": at,
            "updated_at": at,
        }

    def _team(self, key: str) -> Team:
        found = next((team for team in self.teams.values() if team.key == key), None)
        if found is None:
            raise KeyError(f"add the team {key} first")
        return found

    def _state(self, team: Team, name: str) -> WorkflowState:
        state = self._named[f"state {team.key}", name]
        if not isinstance(state, WorkflowState):
            raise TypeError(name)
        return state

    def _status(self, name: str, kind: str) -> ProjectStatus:
        known = self._named.get(("status", name))
        if isinstance(known, ProjectStatus):
            return known
        status = ProjectStatus(**self._new("status", name), name=name, type=kind)
        self._named["status", name] = status
        return status

    def _label(self, kind: str, name: LabelName) -> Label:
        group, own = name
        parent = self._label_group(kind, group) if group is not None else None
        known = self._named.get((kind, _path(group, own)))
        if isinstance(known, Label):
            return known
        label = Label(**self._new(kind, _path(group, own) + self._generation()), name=own, parent=parent)
        self._named[kind, _path(group, own)] = label
        return label

    def _label_group(self, kind: str, name: str) -> Label:
        known = self._named.get((f"{kind} group", _path(None, name)))
        if isinstance(known, Label):
            return known
        label = Label(**self._new(f"{kind} group", name + self._generation()), name=name, is_group=True)
        self._named[f"{kind} group", _path(None, name)] = label
        if kind == "label":
            self.labels[label.id] = label
        return label

    def _generation(self) -> str:
        """What keeps a label apart from an earlier one that had its name and was renamed."""
        return f" {self._renamings}" if self._renamings else ""

    def _links(self, owner: str, links: Iterable[tuple[str, str]]) -> list[ExternalLink]:
        return [ExternalLink(**self._new("link", f"{owner} {url}"), url=url, label=label) for url, label in links]


def _path(group: str | None, name: str) -> str:
    return f"{group or ''}/{name}"
