"""Counting the issues that a filter of Linear finds and adding up their estimates: every page, every issue once.

Archived issues count: Linear archives what is done by itself after a while, and a count of finished work must not
fall for that. A filter may leave them out (`archivedAt: {null: true}`). Issues in the trash never count.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import httpx

from align_sync.errors import FatalError, ReadingError, RefusedError, SkippableError
from align_sync.seams import Seams
from align_sync.settings import LinearSettings
from align_sync.trackers.linear.client import LinearTracker, open_linear
from align_sync.trackers.linear.connection import Listing
from align_sync.trackers.linear.fields import Record, record_of
from align_sync.trackers.linear.queries import Operation
from align_sync.trackers.persistence import Patience

AS_OF_MARK = "{as_of}"
MOST_NAMED = 3
_MEASURED = Listing(Operation.MEASURED_ISSUES, "issues")


@dataclass(frozen=True, slots=True)
class LinearMeasuring:
    """One workspace; the teams of its settings do not matter, since the filter says what counts."""

    tracker: LinearTracker

    def count(self, wanted: Mapping[str, object]) -> int:
        """How many issues the filter finds. Raises `SourceError`."""
        return sum(1 for _ in self._issues(wanted))

    def add_up(self, wanted: Mapping[str, object]) -> float:
        """The sum of the estimates. Raises `ReadingError` where an issue has none: half a sum is none."""
        numbers, lacking = [], []
        for issue in self._issues(wanted):
            estimate = self._optional_estimate(issue)
            if estimate is None:
                lacking.append(issue.optional_text("identifier") or "?")
            else:
                numbers.append(estimate)
        if lacking:
            names = ", ".join(lacking[:MOST_NAMED]) + (", …" if len(lacking) > MOST_NAMED else "")
            raise ReadingError(
                f"{len(lacking):,} of {len(lacking) + len(numbers):,} issues have no estimate: {names}",
                advice="estimate them, or leave them out of the filter",
            )
        return math.fsum(numbers)

    def close(self) -> None:
        self.tracker.close()

    def _issues(self, wanted: Mapping[str, object]) -> Iterator[Record]:
        seen: set[str] = set()
        try:
            for nodes in self.tracker.connection.pages(_MEASURED, {"filter": wanted}):
                for raw in nodes:
                    issue = record_of(raw, self.tracker.source)
                    name = issue.text("id")
                    if name not in seen and not issue.flag("trashed"):
                        yield issue
                    seen.add(name)
        except SkippableError as error:
            # One record less would be one issue less in the count.
            raise FatalError(error.problem.message, where=error.problem.where) from None
        except (RefusedError, FatalError) as error:
            raise self._blame_filter(error) from None

    def _optional_estimate(self, issue: Record) -> float | None:
        try:
            return issue.optional_number("estimate")
        except SkippableError as error:
            raise FatalError(error.problem.message, where=error.problem.where) from None

    @staticmethod
    def _blame_filter(error: RefusedError | FatalError) -> RefusedError | FatalError:
        """The query is ours and is tested against Linear's schema: what it does not understand is the filter."""
        message = error.problem.message
        if isinstance(error, RefusedError) or "does not understand" in message:
            return FatalError(
                f"Linear does not take the filter: {message}",
                where=error.problem.where,
                advice="its form is that of IssueFilter, see https://linear.app/developers/filtering",
            )
        return error


def open_measuring(
    settings: LinearSettings,
    *,
    source: str,
    seams: Seams,
    patience: Patience,
    transport: httpx.BaseTransport | None = None,
) -> LinearMeasuring:
    """A connection of its own. Raises `AuthError` where there is no token, or what can be none."""
    return LinearMeasuring(
        open_linear(
            settings, source=source, team_names={}, seams=seams, facts={}, patience=patience, transport=transport
        )
    )


def date_filter(wanted: object, day: date) -> object:
    """The filter with the day in the place of `{as_of}` in its texts.

    Raises `ReadingError` for a null in it: Linear may take one for the part being left out, which finds more.
    """
    if wanted is None:
        raise ReadingError("the filter holds a null", advice="what is empty is found by {null: true}")
    if isinstance(wanted, str):
        return wanted.replace(AS_OF_MARK, day.isoformat())
    if isinstance(wanted, Mapping):
        return {name: date_filter(value, day) for name, value in wanted.items()}
    if isinstance(wanted, Sequence):
        return [date_filter(value, day) for value in wanted]
    return wanted
