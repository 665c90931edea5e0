"""What a reader must know before trusting the figures, in sentences that name the way on."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from align_sync.reports.model import Filters, KeyResultLine, ReportItem, RuleLine, SourceLine, SourceState
from align_sync.reports.words import age, count, day_and_time, moment, source_name, team_name
from align_sync.work import Sprint

_WEEK = timedelta(days=7)
"""Within a week the day of the week says best when something was."""


def note_as_of(filters: Filters, zone: str) -> Iterator[str]:
    if filters.as_of_at is not None:
        yield f"this is how things stood on {moment(filters.as_of_at, zone)}, as far as it was known then"


def note_book(key_results: tuple[KeyResultLine, ...], *, is_book_empty: bool) -> Iterator[str]:
    if is_book_empty:
        yield "no OKR book has been applied: align-sync okr apply FILE"
    elif not key_results:
        yield "the OKR book has no active key result, so that no work can serve one"


def note_scope(sprints: tuple[Sprint, ...], items: tuple[ReportItem, ...], filters: Filters) -> Iterator[str]:
    if not sprints:
        yield "no sprint is active" if filters.sprint == Filters().sprint else f"no sprint matches {filters.sprint}"
    known = {team_name(item.team) for item in items} | {sprint.team for sprint in sprints if sprint.team}
    folded = {name.casefold() for name in known}
    for team in filters.teams:
        if team.casefold() not in folded:
            others = f"; there is {', '.join(sorted(known))}" if known else ""
            yield f"no team in scope is called {team}{others}"


def note_filters(
    filters: Filters, key_results: tuple[KeyResultLine, ...], rules: tuple[RuleLine, ...]
) -> Iterator[str]:
    """A list may be empty only because of a slip of the hand in what was asked for."""
    active = {line.key.casefold() for line in key_results}
    for key in filters.key_results:
        if key.casefold() not in active:
            yield f"no active key result in scope is called {key}"
    names = {rule.name for rule in rules}
    folded = {name.casefold() for name in names}
    for name in filters.rules:
        if name.casefold() not in folded:
            others = f"; there is {', '.join(sorted(names))}" if names else ""
            yield f"no rule of the settings is called {name}{others}"


def note_sources(sources: tuple[SourceLine, ...], now: datetime, zone: str) -> Iterator[str]:
    if not sources:
        yield "no source has been read: align-sync sync"
    for line in sources:
        name = source_name(line.source, line.kind)
        if line.state is not SourceState.FRESH:
            yield _say_reading(name, line, now, zone)
        if line.failure:
            yield f"the last reading of {name} stopped: {line.failure}"
        if line.problems:
            yield f"reading {name} met {count(line.problems, 'problem')}, see there"


def note_idle(key_results: tuple[KeyResultLine, ...], sources: tuple[SourceLine, ...]) -> Iterator[str]:
    """A key result may look idle only because the work on it was not read."""
    unread = [source_name(s.source, s.kind) for s in sources if s.state is not SourceState.FRESH]
    if unread and any(line.is_idle for line in key_results):
        yield f"key results without work may have work that was not read from {', '.join(unread)}"


def _say_reading(name: str, line: SourceLine, now: datetime, zone: str) -> str:
    if line.complete_at is None:
        return f"{name} was never read completely"
    recent = now - line.complete_at < _WEEK
    when = day_and_time(line.complete_at, zone) if recent else moment(line.complete_at, zone)
    return f"{name} was last read completely {when}, {age(line.complete_at, now)}"
