"""The nouns of a pretended Jira site, as frozen values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum, StrEnum
from types import MappingProxyType

_NO_FIELDS: Mapping[str, object] = MappingProxyType({})


def no_fields() -> Mapping[str, object]:
    """One empty mapping for all, since there may be 200,000 issues."""
    return _NO_FIELDS


class Flavour(StrEnum):
    CLOUD = "cloud"
    DATACENTER = "datacenter"


class AuthMode(StrEnum):
    """How the site treats credentials: checks them, or pretends one of the ways in which they go wrong."""

    NORMAL = "normal"
    EXPIRED = "expired"
    MISSING_SCOPE = "missing-scope"
    FORBIDDEN = "forbidden"
    ANONYMOUS = "anonymous"
    LOGIN_PAGE = "login-page"


class BoardType(StrEnum):
    """`simple` is the board of a team-managed project, which does have sprints."""

    SCRUM = "scrum"
    KANBAN = "kanban"
    SIMPLE = "simple"


class SprintState(StrEnum):
    FUTURE = "future"
    ACTIVE = "active"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryOfStatus:
    id: int
    key: str
    name: str
    colour: str


class StatusCategory(Enum):
    TO_DO = CategoryOfStatus(id=2, key="new", name="To Do", colour="blue-gray")
    IN_PROGRESS = CategoryOfStatus(id=4, key="indeterminate", name="In Progress", colour="yellow")
    DONE = CategoryOfStatus(id=3, key="done", name="Done", colour="green")

    @classmethod
    def named(cls, text: str) -> "StatusCategory":
        """The category with this key or name, in any case; anything unknown counts as work to do."""
        for category in cls:
            if text.lower() in (category.value.key, category.value.name.lower()):
                return category
        return cls.TO_DO


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """`wire` is the value as recorded, here and in the classes below; it is served as it is."""

    id: str
    name: str
    category: StatusCategory
    wire: Mapping[str, object] = field(default_factory=no_fields, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueType:
    """`level` is Jira's hierarchy: -1 sub-task, 0 standard, 1 epic, 2 and up above epics."""

    id: str
    name: str
    level: int = 0
    wire: Mapping[str, object] = field(default_factory=no_fields, compare=False)

    @property
    def is_subtask(self) -> bool:
        return self.level < 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    id: str
    key: str
    name: str
    wire: Mapping[str, object] = field(default_factory=no_fields, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """`name` is what Data Center knows the person by, `account_id` what Cloud does."""

    name: str
    account_id: str
    display_name: str
    active: bool = True
    time_zone: str = "Europe/London"
    email: str | None = None
    key: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """An issue link as seen from one end: `TIS-1 blocks TIS-2` is outward on TIS-1 and inward on TIS-2.

    `stub` is the other issue as recorded, for one that the site does not hold.
    """

    id: str
    type_id: str
    name: str
    inward: str
    outward: str
    is_outward: bool
    other_key: str
    stub: Mapping[str, object] = field(default_factory=no_fields)


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteLink:
    id: int
    url: str
    title: str
    global_id: str | None = None
    relationship: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sprint:
    """`board_id` is the board of origin; recorded sprints may lack it, and their dates."""

    id: int
    name: str
    state: SprintState
    board_id: int | None
    started_at: datetime | None = None
    ends_at: datetime | None = None
    completed_at: datetime | None = None
    goal: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """`estimation_field` is None for a board that counts issues; `private` hides it from the account."""

    id: int
    name: str
    type: BoardType
    project_key: str | None
    estimation_field: str | None
    also_shows: tuple[int, ...] = ()
    private: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldDefinition:
    """One row of `GET /field`; `custom_type` is what `schema.custom` says."""

    id: str
    name: str
    value_type: str = "string"
    items: str | None = None
    custom_type: str | None = None

    @property
    def is_custom(self) -> bool:
        return self.custom_type is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldIds:
    """Under which identifiers this site keeps its special custom fields."""

    sprint: str = "customfield_10020"
    epic_link: str = "customfield_10014"
    parent_link: str = "customfield_10018"
    points: str = "customfield_10016"
    other_points: str = "customfield_10026"


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """One version of one issue; a change makes another value with a higher `version`.

    `updated_text` and `created_text` are the words of a recording, kept as they were. `extra` holds the fields that
    the fake has no opinion on. `hidden_fields` are left out of every answer, as some recorded issues lack them.
    """

    id: int
    key: str
    project: Project
    summary: str
    issue_type: IssueType
    status: Status
    created_at: datetime
    updated_at: datetime
    category_changed_at: datetime | None = None
    created_text: str | None = None
    updated_text: str | None = None
    labels: tuple[str, ...] = ()
    sprint_ids: tuple[int, ...] = ()
    parent_key: str | None = None
    parent_stub: Mapping[str, object] = field(default_factory=no_fields)
    epic_key: str | None = None
    links: tuple[Link, ...] = ()
    points: float | None = None
    assignee: User | None = None
    reporter: User | None = None
    description: str | Mapping[str, object] | None = None
    extra: Mapping[str, object] = field(default_factory=no_fields)
    properties: Mapping[str, object] = field(default_factory=no_fields)
    hidden_fields: frozenset[str] = frozenset()
    old_keys: tuple[str, ...] = ()
    version: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class RateLimit:
    """A bucket of `burst` requests that fills by `per_second`.

    `reason` is what RateLimit-Reason says; `retry_after` replaces the honest wait with a text of its own, and an
    empty text leaves the header out.
    """

    burst: int
    per_second: float
    reason: str = "jira-burst-based"
    retry_after: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PageLimits:
    """How many issues the server puts into one page, whatever was asked for."""

    with_fields: int = 100
    identifiers_only: int = 5000
    bulk_fetch: int = 100
    datacenter: int = 1000
    boards: int = 50
    token_life: timedelta = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class OAuthApp:
    """An app of the sign-in server; `refresh_token` is the first, each exchange makes another and ends the old one."""

    client_id: str
    client_secret: str
    refresh_token: str
    life: timedelta = timedelta(hours=1)
