"""What a pretended workspace of Linear holds: plain mutable records whose attributes are named as in its schema."""

from dataclasses import dataclass, field
from datetime import datetime

PRIORITIES = ("No priority", "Urgent", "High", "Medium", "Low")


@dataclass(slots=True, kw_only=True, eq=False)
class Entity:
    id: str
    created_at: datetime
    updated_at: datetime
    archived_at: datetime | None = None


@dataclass(slots=True, kw_only=True, eq=False)
class User(Entity):
    name: str
    display_name: str
    email: str
    active: bool = True


@dataclass(slots=True, kw_only=True, eq=False)
class Organization(Entity):
    name: str
    url_key: str


@dataclass(slots=True, kw_only=True, eq=False)
class Team(Entity):
    key: str
    name: str
    cycles_enabled: bool = True
    last_number: int = 0

    @property
    def display_name(self) -> str:
        return self.name


@dataclass(slots=True, kw_only=True, eq=False)
class WorkflowState(Entity):
    name: str
    type: str
    team: Team
    position: float = 0.0
    color: str = "#bec2c8"


@dataclass(slots=True, kw_only=True, eq=False)
class Cycle(Entity):
    number: int
    name: str | None
    description: str | None
    team: Team
    starts_at: datetime
    ends_at: datetime
    completed_at: datetime | None = None


@dataclass(slots=True, kw_only=True, eq=False)
class Label(Entity):
    """A label of issues, projects or initiatives; `parent` is its group."""

    name: str
    parent: "Label | None" = None
    is_group: bool = False
    team: Team | None = None
    color: str = "#5e6ad2"


@dataclass(slots=True, kw_only=True, eq=False)
class ExternalLink(Entity):
    url: str
    label: str


@dataclass(slots=True, kw_only=True, eq=False)
class ProjectStatus(Entity):
    name: str
    type: str
    color: str = "#bec2c8"


@dataclass(slots=True, kw_only=True, eq=False)
class Initiative(Entity):
    name: str
    status: str = "Active"
    description: str | None = None
    content: str | None = None
    url: str = ""
    slug_id: str = ""
    owner: User | None = None
    parent_initiative: "Initiative | None" = None
    labels: list[Label] = field(default_factory=list)
    links: list[ExternalLink] = field(default_factory=list)
    trashed: bool | None = None

    @property
    def label_ids(self) -> list[str]:
        return [label.id for label in self.labels]


@dataclass(slots=True, kw_only=True, eq=False)
class Project(Entity):
    name: str
    status: ProjectStatus
    description: str = ""
    content: str | None = None
    url: str = ""
    slug_id: str = ""
    lead: User | None = None
    labels: list[Label] = field(default_factory=list)
    external_links: list[ExternalLink] = field(default_factory=list)
    trashed: bool | None = None

    @property
    def label_ids(self) -> list[str]:
        return [label.id for label in self.labels]


@dataclass(slots=True, kw_only=True, eq=False)
class InitiativeToProject(Entity):
    initiative: Initiative
    project: Project


@dataclass(slots=True, kw_only=True, eq=False)
class Attachment(Entity):
    issue: "Issue"
    url: str
    title: str
    subtitle: str | None = None
    source_type: str | None = None


@dataclass(slots=True, kw_only=True, eq=False)
class IssueRelation(Entity):
    type: str
    issue: "Issue"
    related_issue: "Issue"


@dataclass(slots=True, kw_only=True, eq=False)
class Issue(Entity):
    team: Team
    number: int
    title: str
    state: WorkflowState
    description: str | None = None
    priority: int = 0
    estimate: float | None = None
    cycle: Cycle | None = None
    added_to_cycle_at: datetime | None = None
    parent: "Issue | None" = None
    project: Project | None = None
    assignee: User | None = None
    creator: User | None = None
    started_at: datetime | None = None
    completed_at: datetime | None = None
    canceled_at: datetime | None = None
    trashed: bool | None = None
    previous_identifiers: list[str] = field(default_factory=list)
    labels: list[Label] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    relations: list[IssueRelation] = field(default_factory=list)
    inverse_relations: list[IssueRelation] = field(default_factory=list)
    children: list["Issue"] = field(default_factory=list)

    @property
    def identifier(self) -> str:
        return f"{self.team.key}-{self.number}"

    @property
    def url(self) -> str:
        return f"https://linear.example/issue/{self.identifier}"

    @property
    def priority_label(self) -> str:
        return PRIORITIES[self.priority]

    @property
    def label_ids(self) -> list[str]:
        return [label.id for label in self.labels]
