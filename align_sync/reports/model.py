"""One frozen report behind every output: what it says, for whom, how sure it is, and the items behind each figure.

Renderers are functions from `AlignmentReport`; they compute nothing. Shares are floats from 0 to 1.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from align_sync.errors import Problem
from align_sync.linking.evidence import Bucket
from align_sync.work import ItemKind, SprintState, StatusCategory

SCHEMA_VERSION = "1.0"
"""Of the JSON envelope. A field that goes makes a new major number, a field that comes a new minor one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportLink:
    """One key result that an item serves, and which share of the item it gets."""

    key_result: str
    title: str
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportItem:
    """One item of the report with its verdict. `because` is the verdict's reason; `fixes` say what one can do.

    `evidence` and `rejected` are sentences. `blamed` is the key of what carries the wrong name, where that is something
    above the item. `parent` and `relations` are keys as the tracker has them.
    """

    source: str
    external_id: str
    key: str
    title: str
    kind: ItemKind
    kind_name: str
    status: str
    status_category: StatusCategory
    team: str
    sprint: str
    sprint_id: str
    bucket: Bucket
    because: str
    links: tuple[ReportLink, ...] = ()
    evidence: tuple[str, ...] = ()
    rejected: tuple[str, ...] = ()
    suggestion: str | None = None
    blamed: str | None = None
    fixes: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    parent: str | None = None
    relations: tuple[str, ...] = ()
    container: str = ""
    assignee: str | None = None
    priority: str | None = None
    points: float | None = None
    address: str = ""
    updated_at: datetime | None = None
    entered_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How many items fall into each bucket; `coverage` is linked / (linked + unlinked + invalid).

    `coverage` is None where nothing can be said: no item that counts, or too many unknown (`withheld` says so).
    """

    counts: Mapping[Bucket, int]
    coverage: float | None
    unknown_share: float
    withheld: str = ""

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def linked(self) -> int:
        return sum(count for bucket, count in self.counts.items() if bucket.is_linked)

    @property
    def actionable(self) -> int:
        return sum(count for bucket, count in self.counts.items() if bucket.is_actionable)


class Standing(StrEnum):
    """Coverage against the goal, in words, since colour never stands alone."""

    ON_TRACK = "on track"
    AT_RISK = "at risk"
    OFF_TRACK = "off track"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamLine:
    team: str
    source: str
    sprints: tuple[str, ...]
    tally: Tally
    standing: Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class SprintLine:
    """A sprint that the report covers."""

    source: str
    external_id: str
    name: str
    state: SprintState
    team: str
    starts_at: datetime | None
    ends_at: datetime | None
    items: int


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyResultLine:
    """A key result and the work on it: `items` are items with a link to it, `share_sum` their shares added up."""

    key: str
    title: str
    objective_key: str
    objective: str
    team: str
    period: str
    owner: str
    items: int
    share_sum: float
    is_idle: bool


class SourceState(StrEnum):
    """How far the data of a source can be trusted now."""

    FRESH = "fresh"
    STALE = "stale"
    PARTIAL = "partial"
    NEVER = "never read"


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceLine:
    """`complete_at` is when the last complete reading began; `failure` is what stopped the last one, if anything."""

    source: str
    kind: str
    state: SourceState
    complete_at: datetime | None
    attempted_at: datetime | None
    items: int
    failure: str = ""
    problems: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What the report was asked for; empty means everything."""

    teams: tuple[str, ...] = ()
    sprint: str = "current"
    buckets: tuple[Bucket, ...] = ()
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AlignmentReport:
    """Everything that an output may say. `data_as_of` is the oldest complete reading among the sources.

    `timezone` is an IANA name; instants are UTC and shown in that zone. `goal` and `warn` are shares.
    """

    generated_at: datetime
    data_as_of: datetime | None
    timezone: str
    is_sample: bool
    is_partial: bool
    filters: Filters
    goal: float
    warn: float
    headline: Tally
    standing: Standing
    teams: tuple[TeamLine, ...]
    sprints: tuple[SprintLine, ...]
    key_results: tuple[KeyResultLine, ...]
    items: tuple[ReportItem, ...]
    sources: tuple[SourceLine, ...]
    problems: tuple[Problem, ...] = ()
    notes: tuple[str, ...] = field(default=())
