"""Backfill: earlier values of a metric from a table; all rows or none, unless bad ones are to be left out."""

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from align_sync.app import App
from align_sync.errors import Problem, UserError
from align_sync.okr.backfill import BackfillRow, Table
from align_sync.okr.hand_values import insist, series_of, write_down
from align_sync.okr.readings import Reading, ReadingStatus
from align_sync.okr.said import Said
from align_sync.okr.series import choose_series
from align_sync.okr.targets import Target
from align_sync.register import find_metric
from align_sync.store.readings import load_readings, save_readings

LOOK_BACK = 60
"""So many earlier values tell what a usual change is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BackfillResult:
    """`new` moments had no value, `restated` had another one, `known` the same. `left_out` are rows with a problem."""

    target: Target
    new: tuple[Reading, ...]
    restated: tuple[Reading, ...]
    known: int
    left_out: tuple[Problem, ...]


def backfill(
    app: App,
    name: str,
    text: str,
    *,
    file: str,
    author: str,
    reason: str = "",
    dry_run: bool = False,
    skip_bad: bool = False,
    force: bool = False,
) -> BackfillResult:
    """Raises `UserError` with every problem, and nothing is written then.

    Values that cannot be believed are problems too, unless the person insists (`force`), with a reason.
    """
    said = Said.check(author, reason, needs_reason=force)
    now = app.now()
    with app.store.read() if dry_run else app.store.write() as connection:
        target = find_metric(app, connection, name)
        stored = load_readings(connection, (target.metric,)).get(target.metric, ())
        table = Table(text=text, file=file, measure=target.measure, now=now, zone=app.settings.timezone)
        rows, problems = table.read()
        adding = _Adding(target=target, said=said, force=force, now=now, table=table, stored=stored)
        for row in rows:
            adding.add(row)
        problems = (*problems, *adding.problems)
        if problems and not skip_bad:
            raise UserError(
                f"{len(problems)} of the rows cannot be used; nothing was written",
                where=file,
                problems=problems,
                advice="mend them, or leave them out with --skip-bad",
            )
        if not dry_run:
            save_readings(connection, (*adding.new, *adding.restated))
    return BackfillResult(
        target=target,
        new=tuple(adding.new),
        restated=tuple(adding.restated),
        known=adding.known,
        left_out=problems,
    )


@dataclass(kw_only=True)
class _Adding:
    """Rows become readings one after the other, in the order of time, each judged by those before it."""

    target: Target
    said: Said
    force: bool
    now: datetime
    table: Table
    stored: Iterable[Reading]
    new: list[Reading] = field(default_factory=list)
    restated: list[Reading] = field(default_factory=list)
    known: int = 0
    problems: list[Problem] = field(default_factory=list)

    def __post_init__(self) -> None:
        series = series_of(self.target.definition)
        # What an earlier definition read says nothing of these.
        self.in_series = list(choose_series(one for one in self.stored if one.series == series).good)

    def add(self, row: BackfillRow) -> None:
        place = bisect_left(self.in_series, row.as_of_at, key=lambda one: one.as_of_at)
        here = self.in_series[place : place + 1]
        is_there = bool(here) and here[0].as_of_at == row.as_of_at
        if is_there and here[0].value == row.value:
            self.known += 1
            return
        reading = write_down(
            self.target.metric,
            self.target.definition,
            row.value,
            as_of_at=row.as_of_at,
            earlier=self.in_series[max(place - LOOK_BACK, 0) : place],
            now=self.now,
            said=self.said,
        )
        if self.force:
            reading = insist(reading, self.said)
        if reading.status is ReadingStatus.QUARANTINED:
            advice = "check it; if it is right, say so with --force --reason …"
            self.problems.append(self.table.problem_at(row.line, reading.reason, advice))
            return
        self.in_series[place : place + is_there] = [reading]
        (self.restated if is_there else self.new).append(reading)
