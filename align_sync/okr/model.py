"""Objectives and key results, as values: what a book of OKRs says, whoever wrote it down."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import cached_property


class Commitment(StrEnum):
    """Whether a key result is expected to reach its target, is a stretch, or is there to learn something."""

    COMMITTED = "committed"
    ASPIRATIONAL = "aspirational"
    LEARNING = "learning"


class KeyResultState(StrEnum):
    """Work may serve an active key result only; links to the others are invalid and say why."""

    ACTIVE = "active"
    CLOSED = "closed"
    ARCHIVED = "archived"


class Direction(StrEnum):
    INCREASE = "increase"
    DECREASE = "decrease"
    HOLD = "hold"


class MetricKind(StrEnum):
    """A number; one of four described zones; or something that is done or not, by the share of it that is done."""

    METRIC = "metric"
    ORDINAL = "ordinal"
    MILESTONE = "milestone"


class Indicator(StrEnum):
    """A lead indicator moves early and can be acted on, a lag indicator tells the outcome afterwards."""

    LEAD = "lead"
    LAG = "lag"


class Level(StrEnum):
    """Whose objective it is, from the top of the cascade down."""

    COMPANY = "company"
    DEPARTMENT = "department"
    TEAM = "team"


class Driver(StrEnum):
    """What an objective's progress is made of."""

    KEY_RESULTS = "keyResults"
    ALIGNED = "aligned"
    BOTH = "both"


@dataclass(frozen=True, slots=True, kw_only=True)
class Zones:
    """What each zone of an ordinal key result looks like, in words."""

    fail: str = ""
    commit: str = ""
    target: str = ""
    stretch: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """What is measured, from where to where, and in which unit.

    `source` names where its values come from: `sql:refund_errors` is the metric `refund_errors` of the register, read
    by SQL. `commit`, `target` and `stretch` are values of the metric, as is the band from `low` to `high` of one to
    hold; outside of it progress falls to 0 over `tolerance`. `checkpoints` are (value, share of progress) pairs between
    baseline and target, in the order from baseline to target. `current` is the last value that somebody read and wrote
    down, `current_on` the day of that.
    """

    kind: MetricKind = MetricKind.METRIC
    unit: str = ""
    direction: Direction = Direction.INCREASE
    baseline: float | None = None
    baseline_on: date | None = None
    target: float | None = None
    commit: float | None = None
    stretch: float | None = None
    low: float | None = None
    high: float | None = None
    tolerance: float | None = None
    checkpoints: tuple[tuple[float, float], ...] = ()
    zones: Zones = field(default_factory=Zones)
    source: str = ""
    current: float | None = None
    current_on: date | None = None

    @property
    def source_kind(self) -> str:
        """`sql` of `sql:refund_errors`; empty where the source names none."""
        kind, colon, _ = self.source.partition(":")
        return kind.strip() if colon else ""

    @property
    def name(self) -> str:
        """`refund_errors` of `sql:refund_errors`: the name in the register; empty where there is no source."""
        return (self.source.partition(":")[2] or self.source).strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """How work names a key result beside its key: labels, items that stand for it, containers and addresses.

    `items` are tracker keys (`GOAL-12`) of what stands for the key result: whatever a tracker links to it serves it.
    The work in one of the `epics` does, but not what merely blocks or mentions the epic. `containers` are names or
    identifiers of the tracker's projects and the like.
    """

    labels: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    epics: tuple[str, ...] = ()
    containers: tuple[str, ...] = ()
    urls: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()


class Pace(StrEnum):
    """The shape of a plan: a straight line, a slow start (a fifth by half time), or points that somebody wrote down."""

    LINEAR = "linear"
    BACK_LOADED = "back-loaded"
    PHASED = "phased"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyResult:
    """A measured outcome. `key` is what people type in labels; `successor` takes over the work when it is closed.

    `closed_on` is the day on which it was closed or archived, where somebody wrote it down. `formerly` are keys that it
    had before: work that still names one of them serves it as before. `due` is the last day of the period where it is
    None. `phases` are the (day, share) points of a phased pace, in the order of time.
    """

    key: str
    title: str
    owner: str = ""
    commitment: Commitment = Commitment.COMMITTED
    indicator: Indicator | None = None
    weight: float = 1.0
    due: date | None = None
    metric: Metric = field(default_factory=Metric)
    pace: Pace = Pace.LINEAR
    phases: tuple[tuple[date, float], ...] = ()
    names: Names = field(default_factory=Names)
    state: KeyResultState = KeyResultState.ACTIVE
    successor: str | None = None
    closed_on: date | None = None
    formerly: tuple[str, ...] = ()

    @property
    def metric_name(self) -> str:
        """Under which name readings of it are kept: that of the register, or its own key where it names no source."""
        return self.metric.name or f"kr:{self.key}"


@dataclass(frozen=True, slots=True)
class TeamShare:
    """A further team that an objective belongs to, and the weight it has for that team."""

    team: str
    weight: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Objective:
    """A qualitative, time-bound goal. `contributes_to` are keys of objectives or key results above it.

    Only the first parent that is in the book counts for the roll-up. `weight` is its weight for that parent. `shares`
    are the teams beside `team` that it belongs to; its weight for `team` itself is `weight` too.
    """

    key: str
    title: str
    team: str
    period: str
    owner: str = ""
    level: Level | None = None
    weight: float = 1.0
    driver: Driver = Driver.KEY_RESULTS
    shares: tuple[TeamShare, ...] = ()
    contributes_to: tuple[str, ...] = ()
    key_results: tuple[KeyResult, ...] = ()

    @property
    def teams(self) -> tuple[str, ...]:
        """Its own team first."""
        return (self.team, *(share.team for share in self.shares))


@dataclass(frozen=True, kw_only=True)
class Book:
    """All objectives that are in force, in the order in which they were written."""

    objectives: tuple[Objective, ...] = ()

    def __iter__(self) -> Iterator[Objective]:
        return iter(self.objectives)

    @cached_property
    def key_results(self) -> tuple[KeyResult, ...]:
        return tuple(kr for objective in self.objectives for kr in objective.key_results)

    @cached_property
    def by_key(self) -> dict[str, tuple[Objective, KeyResult]]:
        """Key results by their key in lower case: people and trackers differ in case, keys do not."""
        return {kr.key.casefold(): (objective, kr) for objective in self.objectives for kr in objective.key_results}
