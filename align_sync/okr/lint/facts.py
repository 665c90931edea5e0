"""What several rules ask of an entry: is it measured, does it say anything that could be, where does it stand."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from align_sync.okr.lint.lexicon import find_language
from align_sync.okr.lint.numbers import read_numbers
from align_sync.okr.lint.text import Language
from align_sync.okr.model import Book, Commitment, Direction, KeyResult, Level, Metric, MetricKind, Objective

PERIOD_FIELD = ("spec", "period")
"""A field of the whole set, not of the objective."""


def is_measured(key_result: KeyResult) -> bool:
    """Whether it is to move a number: not what is described in zones, ticked off, or there to learn."""
    return key_result.metric.kind is MetricKind.METRIC and key_result.commitment is not Commitment.LEARNING


def is_held(metric: Metric) -> bool:
    return metric.direction is Direction.HOLD


def says_no_number(key_result: KeyResult) -> bool:
    """Neither in its title nor in its fields."""
    metric = key_result.metric
    fields = (metric.baseline, metric.target, metric.commit, metric.stretch, metric.low, metric.high)
    return all(value is None for value in fields) and not has_number(key_result.title)


def has_number(title: str) -> bool:
    reading = read_numbers(title)
    return bool(reading.counted) or reading.factor is not None


def is_italian(title: str) -> bool:
    return find_language(title) is Language.ITALIAN


RANKS = {Level.COMPANY: 0, Level.DEPARTMENT: 1, Level.TEAM: 2}


@dataclass(frozen=True)
class Cascade:
    """Who hangs on whom in a book."""

    book: Book

    @cached_property
    def by_key(self) -> Mapping[str, Objective]:
        """The objective behind the key of an objective or of a key result, in lower case."""
        owners = {kr.key.casefold(): objective for objective in self.book for kr in objective.key_results}
        return owners | {objective.key.casefold(): objective for objective in self.book}

    def parent_of(self, objective: Objective) -> Objective | None:
        """The first that the book knows; the only one that counts."""
        return next(self.parents_of(objective), None)

    def parents_of(self, objective: Objective) -> Iterator[Objective]:
        for key in objective.contributes_to:
            parent = self.by_key.get(key.casefold())
            if parent is not None:
                yield parent
