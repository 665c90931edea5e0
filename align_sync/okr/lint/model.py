"""What the linter works on and what it says. A rule reads a `Subject` and yields findings; it never reads files."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Protocol

from align_sync.errors import Problem
from align_sync.okr.metrics import Measurability, MetricDefinition
from align_sync.okr.model import Book, KeyResult, KeyResultState, Objective
from align_sync.okr.period import Span
from align_sync.okr.yaml_nodes import Place


class Severity(StrEnum):
    """`OFF` is a rule that is not asked."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"
    OFF = "off"


FieldPath = tuple[str | int, ...]
"""A field of an objective or key result as its file names it: `("metric", "target")`, `("contributesTo", 0)`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing wrong with one entry.

    `message` says what is wrong and why it matters, with the words or numbers of the entry. `advice` says what to do,
    `wording` is a better title in the entry's own language where the rule knows one.
    """

    rule: str
    severity: Severity
    key: str
    field: FieldPath
    message: str
    advice: str = ""
    wording: str = ""
    place: Place | None = None
    """Only of what belongs to no entry that could be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedFinding:
    """A finding with its place, None for a book without files. `fingerprint` stays when lines move."""

    finding: Finding
    place: Place | None
    fingerprint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What is known of one metric beside the book: its definition, how sure we are of it, and what was read of it.

    `noise` is the standard deviation of its changes from week to week, None where nobody knows. `baselines` are the
    values that its source told for the days of baselines, as far as it did.
    """

    definition: MetricDefinition | None = None
    measurability: Measurability = Measurability.UNKNOWN
    noise: float | None = None
    baselines: Mapping[date, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """The whole book under the linter.

    `metrics` is what is known of the metrics by name; `has_register` tells whether anybody asked (without a register
    nothing is said about how a metric is measured). Without `has_readings` the register is only what the settings
    define: nobody looked whether a metric was ever read. `confidences` are the newest shares, by the key of
    the key result. `problems` are what is wrong with the files that the book was read from.
    """

    book: Book
    today: date
    metrics: Mapping[str, Evidence] = field(default_factory=dict)
    has_register: bool = False
    confidences: Mapping[str, float] = field(default_factory=dict)
    spans: Mapping[str, Span | None] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    has_readings: bool = True

    def key_results(self) -> Iterator[tuple[Objective, KeyResult]]:
        """All key results that are still worked for, with their objectives."""
        for objective in self.book:
            for key_result in objective.key_results:
                if key_result.state is KeyResultState.ACTIVE:
                    yield objective, key_result

    def span_of(self, objective: Objective) -> Span | None:
        """The days of its period; None where its period is no name of one."""
        return self.spans.get(objective.period)


class Rule(Protocol):
    """A module of `rules/`: its docstring is the manual, with examples that the tests run."""

    NAME: str
    SEVERITY: Severity

    def check(self, subject: Subject, /) -> Iterator[Finding]: ...
