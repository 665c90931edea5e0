"""Where each key result and objective stands: the values that reports, the tree and the page of a key result show."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from align_sync.okr.readings import Confidence, Reading


class Health(StrEnum):
    """From the weakest to the best: silence is never good news, so that stale and unknown rank below on track."""

    OFF_TRACK = "off track"
    STALE = "stale"
    AT_RISK = "at risk"
    UNKNOWN = "unknown"
    ON_TRACK = "on track"


class HealthPolicy(StrEnum):
    """By what health is judged; its name stands beside each verdict."""

    DAYS_BEHIND = "days-behind"
    GAP = "gap"
    RATIO = "ratio"
    PROJECTION = "projection"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """`because` is the reason in one sentence, with the numbers: `15 days behind plan, of 14 allowed`."""

    health: Health
    policy: HealthPolicy
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """Where the metric will be on the due day: the value, an interval that should hold it in `share` of all cases.

    `chance` is the probability, from 0 to 1, that the target is reached on that day. All from the readings alone.
    """

    on: date
    value: float
    low: float
    high: float
    share: float
    chance: float


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyResultStanding:
    """One key result today.

    `progress` is raw: negative where it went the wrong way, above 1 beyond the target; None is unknown, never zero.
    `expected` is what the plan says for today. `last` is the newest good reading that counts, `failure` the reading
    after it that failed or is quarantined. `series_began_at` is set where an earlier definition had readings, which are
    not compared with those of the present one.
    """

    key: str
    objective: str
    progress: float | None
    expected: float | None
    days_behind: float | None
    verdict: Verdict
    last: Reading | None = None
    failure: Reading | None = None
    confidence: Confidence | None = None
    forecast: Forecast | None = None
    series_began_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectiveStanding:
    """One objective today, rolled up: `known` of `counted` parts have a progress, from 0 to 1 each, by their weights.

    `verdict` is that of its weakest part, which `weakest` names. Parts of weight 0 are shown and count for nothing.
    """

    key: str
    progress: float | None
    known: int
    counted: int
    verdict: Verdict
    weakest: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standings:
    """All of a book on one day, by key as the book writes it."""

    on: date
    key_results: dict[str, KeyResultStanding]
    objectives: dict[str, ObjectiveStanding]
