"""One frozen report behind every output: what it says, for whom, how sure it is, and the items behind each figure.

Renderers are functions from `AlignmentReport`; they compute nothing. Shares are floats from 0 to 1.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from align_sync.errors import Problem
from align_sync.linking.evidence import Bucket, RuleKind, Waiting
from align_sync.okr.model import Commitment, Metric
from align_sync.okr.standing import KeyResultStanding, ObjectiveStanding
from align_sync.work import ItemKind, SprintState, StatusCategory

SCHEMA_VERSION = "2.1"
"""Of the JSON envelope. A field that goes makes a new major number, a field that comes a new minor one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportLink:
    """One key result that an item serves, and which share of the item it gets."""

    key_result: str
    title: str
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ExemptionLine:
    """Why an item is exempt: the rule of the settings or the person, and until when. `says` is the whole sentence."""

    category: str
    reason: str
    rule: str
    author: str
    expires_on: date | None
    says: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DisputeLine:
    """Somebody says that the verdict is wrong. Such an item is listed, but nobody is asked to act on it."""

    author: str
    reason: str
    since_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportItem:
    """One item of the report with its verdict. `because` is the verdict's reason; `fixes` say what one can do.

    `evidence` and `rejected` are sentences. `blamed` is the key of what carries the wrong name, where that is something
    above the item. `parent` and `relations` are keys as the tracker has them. `decided_by` is the rule whose evidence
    counts. `imputed_points` stand in for an estimate that nobody made. `days` are the person-days that the item was in
    progress during the sprints in scope. `linked_at` is when we first saw the evidence that counts, and `found` its
    texts as they stand: a label, the text of a field, the name of a mapping rule.
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
    components: tuple[str, ...] = ()
    exempted: ExemptionLine | None = None
    waiting: Waiting | None = None
    dispute: DisputeLine | None = None
    decided_by: RuleKind | None = None
    imputed_points: float | None = None
    days: float = 0.0
    linked_at: datetime | None = None
    found: tuple[str, ...] = ()


class Lens(StrEnum):
    """What is counted. The three are never blended: an item is not a point, and a point is not a day."""

    ITEMS = "items"
    POINTS = "points"
    DAYS = "days"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How much falls into each bucket, in one lens: items, points, or person-days in progress.

    `coverage` is A / (A + U + over), with A linked, U unlinked and invalid, and `over` what is exempt beyond the
    `budget`. It is None where nothing can be said, and `withheld` says why. Shares are of everything in scope.
    `imputed_share` is how much of the points nobody estimated, `imputed` how many items that are.
    """

    counts: Mapping[Bucket, float]
    coverage: float | None
    unknown_share: float
    withheld: str = ""
    lens: Lens = Lens.ITEMS
    exempt_share: float = 0.0
    budget: float = 0.0
    over: float = 0.0
    imputed_share: float = 0.0
    imputed: int = 0

    @property
    def total(self) -> float:
        return sum(self.counts.values())

    @property
    def linked(self) -> float:
        return sum(count for bucket, count in self.counts.items() if bucket.is_linked)

    @property
    def actionable(self) -> float:
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
    lenses: tuple[Tally, ...] = ()


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
    """A key result and the work on it: `items` are items with a link to it, `share_sum` their shares added up.

    `is_idle` where no open or recently finished work anywhere serves it. `planned` is how many items of the coming
    sprints serve it, None where no coming sprint is known. `effort` is its share of the linked work and `weight_share`
    its share of the weights, both among the key results of the report. `days_behind` its plan is None where no value
    of its metric is known. `standing` is how far it has come and how it is judged, None in reports that were kept
    before there were readings.
    """

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
    weight: float = 1.0
    weight_share: float = 0.0
    effort: Mapping[Lens, float] = field(default_factory=dict)
    has_open: bool = False
    has_recent: bool = False
    planned: int | None = None
    last_work_at: datetime | None = None
    days_behind: float | None = None
    commitment: Commitment = Commitment.COMMITTED
    metric: Metric = field(default_factory=Metric)
    standing: KeyResultStanding | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectiveLine:
    """An objective with what its key results, or the objectives below it, add up to. `items` serve any of them."""

    key: str
    title: str
    team: str
    period: str
    owner: str
    parent: str
    standing: ObjectiveStanding
    items: int


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyResultWork:
    """What the whole store says of the work on one key result, beyond the sprints of a report.

    `has_open` and `has_recent` tell whether any of it is unfinished, or was just finished; `planned` is how many items
    of sprints to come serve it. `last_work_at` is when the last of it was touched, told only where nothing goes on.
    """

    key_result: str
    has_open: bool = False
    has_recent: bool = False
    planned: int = 0
    last_work_at: datetime | None = None


class SignalKind(StrEnum):
    """Patterns that make a good figure worth a second look. They accuse nobody and name no person."""

    CROWDED = "one key result holds most links"
    LATE_LINKS = "links added shortly before the report"
    ONE_TEMPLATE = "one label on all new items"
    RISING_EXEMPTIONS = "exempt share rises with coverage"


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """One such pattern in a team. `items` are behind it, as (source, external id); `says` is the sentence."""

    kind: SignalKind
    team: str
    says: str
    share: float
    items: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """How far effort and weights lie apart in one lens: half the sum of the differences, from 0 to 1.

    None where no linked work or no weight is there to compare.
    """

    lens: Lens
    gap: float | None


class PolicyRuleKind(StrEnum):
    MAPPING = "mapping"
    EXEMPTION = "exemption"


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleLine:
    """A rule of the settings and what it catches in the sprints of the report.

    `matched` items meet its conditions, `decided` are in their bucket because of it. `warning` says where it matches
    nothing or everything.
    """

    kind: PolicyRuleKind
    name: str
    target: str
    owner: str
    expires_on: date | None
    matched: int
    decided: int
    warning: str = ""


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
    key_results: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    signals: tuple[SignalKind, ...] = ()
    only_disputed: bool = False
    only_imputed: bool = False
    as_of_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AlignmentReport:
    """Everything that an output may say. `data_as_of` is the oldest complete reading among the sources.

    `timezone` is an IANA name; instants are UTC and shown in that zone. `goal` and `warn` are shares. `headline` is the
    tally of the lens that the policy counts by, `lenses` are all three. `snapshot` names the stored copy of this very
    report, empty where none was kept; `content_hash` is equal exactly where two reports say the same.
    `disputed` counts disputes by the rule that decided: each is a possible fault of that rule.
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
    lenses: tuple[Tally, ...] = ()
    gaps: tuple[Gap, ...] = ()
    signals: tuple[Signal, ...] = ()
    rules: tuple[RuleLine, ...] = ()
    disputed: Mapping[str, int] = field(default_factory=dict)
    objectives: tuple[ObjectiveLine, ...] = ()
    snapshot: str = ""
    content_hash: str = ""
