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


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """What is measured, from where to where, and in which unit; `source` names where its values come from.

    `current` is the last value that somebody read and wrote down, `current_on` the day of that.
    """

    unit: str = ""
    direction: Direction = Direction.INCREASE
    baseline: float | None = None
    target: float | None = None
    source: str = ""
    current: float | None = None
    current_on: date | None = None


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


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyResult:
    """A measured outcome. `key` is what people type in labels; `successor` takes over the work when it is closed.

    `closed_on` is the day on which it was closed or archived, where somebody wrote it down. `formerly` are keys that it
    had before: work that still names one of them serves it as before.
    """

    key: str
    title: str
    owner: str = ""
    commitment: Commitment = Commitment.COMMITTED
    weight: float = 1.0
    metric: Metric = field(default_factory=Metric)
    names: Names = field(default_factory=Names)
    state: KeyResultState = KeyResultState.ACTIVE
    successor: str | None = None
    closed_on: date | None = None
    formerly: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Objective:
    """A qualitative, time-bound goal. `contributes_to` are keys of objectives or key results above it."""

    key: str
    title: str
    team: str
    period: str
    owner: str = ""
    contributes_to: tuple[str, ...] = ()
    key_results: tuple[KeyResult, ...] = ()


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
