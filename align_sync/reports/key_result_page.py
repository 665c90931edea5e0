"""One key result in full: its plan, what was read, what was changed about it, where it may end, and the work on it."""

from dataclasses import dataclass
from datetime import date, datetime

from align_sync.okr.metrics import Measurability, MetricDefinition
from align_sync.okr.model import KeyResult, Objective
from align_sync.okr.readings import Confidence, Reading
from align_sync.okr.standing import KeyResultStanding
from align_sync.reports.model import KeyResultWork

SCHEMA_VERSION = "1.0"


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetChange:
    """A version of the book that changed what is aimed at: the field, from what to what, by whom and why."""

    at: datetime
    author: str
    reason: str
    field: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanPoint:
    """Where the plan has a corner: the day, the share of the way, and the value of the metric."""

    on: date
    share: float
    value: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyResultPage:
    """`readings` are all that count today in the order of their moments, `odd` those that failed or are quarantined.

    Among the odd ones are those of a day that is yet to come. `earlier` are good readings by another definition. `plan`
    is empty where the period is not understood. `command` lists the items of the current sprints that serve it.
    """

    on: date
    timezone: str
    objective: Objective
    key_result: KeyResult
    standing: KeyResultStanding
    plan: tuple[PlanPoint, ...]
    readings: tuple[Reading, ...]
    work: KeyResultWork
    odd: tuple[Reading, ...] = ()
    earlier: tuple[Reading, ...] = ()
    confidences: tuple[Confidence, ...] = ()
    changes: tuple[TargetChange, ...] = ()
    definition: MetricDefinition | None = None
    measurability: Measurability = Measurability.UNKNOWN
    command: str = ""
    is_sample: bool = False
