"""From judged items to the one frozen report: filters, figures, notes and an order that does not depend on the input.

Figures are taken after the filters for teams and sources and before the filter for buckets, so that a list of unlinked
items still stands under the true coverage.
"""

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from align_sync.errors import Problem
from align_sync.okr.model import Book, KeyResultState
from align_sync.reports.fixes import LABEL_FORM, propose_fixes
from align_sync.reports.measures import standing, tally
from align_sync.reports.model import (
    AlignmentReport,
    Filters,
    KeyResultLine,
    ReportItem,
    SourceLine,
    SourceState,
    SprintLine,
    TeamLine,
)
from align_sync.reports.notes import note_book, note_idle, note_scope, note_sources
from align_sync.reports.words import source_name, team_name
from align_sync.work import Sprint

_DIGITS = re.compile(r"(\d+)")


def build_report(
    *,
    items: tuple[ReportItem, ...],
    sprints: tuple[Sprint, ...],
    book: Book,
    sources: tuple[SourceLine, ...],
    filters: Filters,
    now: datetime,
    timezone: str,
    is_sample: bool,
    goal: float,
    warn: float,
    unknown_limit: float,
    problems: tuple[Problem, ...] = (),
    label_form: str = LABEL_FORM,
) -> AlignmentReport:
    """Everything that an output may say of these items; `goal`, `warn` and `unknown_limit` are shares.

    `items` are those of the sprints in scope, each once; one that comes twice is counted once.
    """
    everything = _sort_items(items)
    scoped = tuple(item for item in everything if _is_in_scope(item, filters))
    shown_sources = tuple(sorted((s for s in sources if _has_source(s.source, filters)), key=lambda s: s.source))
    sprint_lines = _line_up_sprints(sprints, scoped, filters)
    key_results = _line_up_key_results(book, scoped, everything)
    headline = tally(scoped, unknown_limit)
    trackers = {line.source: source_name(line.source, line.kind) for line in sources}
    read_at = [line.complete_at for line in shown_sources if line.complete_at is not None]
    notes = (
        *note_book(key_results, is_book_empty=not book.key_results),
        *note_scope(sprints, everything, filters),
        *note_sources(shown_sources, now, timezone),
        *note_idle(key_results, shown_sources),
    )
    return AlignmentReport(
        generated_at=now,
        data_as_of=min(read_at, default=None),
        timezone=timezone,
        is_sample=is_sample,
        is_partial=not shown_sources or any(line.state is not SourceState.FRESH for line in shown_sources),
        filters=filters,
        goal=goal,
        warn=warn,
        headline=headline,
        standing=standing(headline.coverage, goal, warn),
        teams=_line_up_teams(scoped, sprint_lines, goal, warn, unknown_limit),
        sprints=sprint_lines,
        key_results=key_results,
        items=tuple(
            _with_fixes(item, trackers, label_form)
            for item in scoped
            if not filters.buckets or item.bucket in filters.buckets
        ),
        sources=shown_sources,
        problems=tuple(sorted(problems, key=str)),
        notes=notes,
    )


def natural_order(key: str) -> tuple[tuple[int, int, str], ...]:
    """`PAY-9` before `PAY-10`."""
    parts = _DIGITS.split(key.casefold())
    return tuple((0, int(part), "") if part.isdecimal() else (1, 0, part) for part in parts if part)


def _sort_items(items: Iterable[ReportItem]) -> tuple[ReportItem, ...]:
    """Those that ask somebody to act first, then what nobody could judge; each item once."""
    ordered = sorted(
        items,
        key=lambda item: (
            0 if item.bucket.is_actionable else 2 if item.bucket.is_linked else 1,
            item.team.casefold(),
            item.team,
            -(item.points or 0.0),
            natural_order(item.key),
            item.source,
            item.external_id,
            repr(item),
        ),
    )
    once: dict[tuple[str, str], ReportItem] = {}
    for item in ordered:
        once.setdefault((item.source, item.external_id), item)
    return tuple(once.values())


def _has_source(source: str, filters: Filters) -> bool:
    return not filters.sources or source in filters.sources


def _has_team(team: str, filters: Filters) -> bool:
    return not filters.teams or team_name(team).casefold() in {name.casefold() for name in filters.teams}


def _is_in_scope(item: ReportItem, filters: Filters) -> bool:
    return _has_source(item.source, filters) and _has_team(item.team, filters)


def _with_fixes(item: ReportItem, trackers: dict[str, str], label_form: str) -> ReportItem:
    if item.fixes:
        return item
    tracker = trackers.get(item.source, item.source)
    return replace(item, fixes=propose_fixes(item, tracker=tracker, label_form=label_form))


def _line_up_sprints(
    sprints: tuple[Sprint, ...], scoped: tuple[ReportItem, ...], filters: Filters
) -> tuple[SprintLine, ...]:
    held: dict[tuple[str, str], int] = {}
    for item in scoped:
        held[item.source, item.sprint_id] = held.get((item.source, item.sprint_id), 0) + 1
    lines = [
        SprintLine(
            source=sprint.ref.source,
            external_id=sprint.ref.external_id,
            name=sprint.name,
            state=sprint.state,
            team=sprint.team,
            starts_at=sprint.starts_at,
            ends_at=sprint.ends_at,
            items=held.get((sprint.ref.source, sprint.ref.external_id), 0),
        )
        for sprint in sprints
        if _has_source(sprint.ref.source, filters)
        and (_has_team(sprint.team, filters) or (sprint.ref.source, sprint.ref.external_id) in held)
    ]
    return tuple(sorted(lines, key=lambda s: (s.team.casefold(), natural_order(s.name), s.source, s.external_id)))


def _line_up_teams(
    scoped: tuple[ReportItem, ...],
    sprints: tuple[SprintLine, ...],
    goal: float,
    warn: float,
    unknown_limit: float,
) -> tuple[TeamLine, ...]:
    """One line a team, the lowest coverage first; teams whose sprint is empty are there too."""
    members: dict[str, list[ReportItem]] = {line.team: [] for line in sprints if line.team and not line.items}
    for item in scoped:
        members.setdefault(item.team, []).append(item)
    lines = []
    for team, held in members.items():
        figures = tally(held, unknown_limit)
        own = [line for line in sprints if line.team == team]
        lines.append(
            TeamLine(
                team=team,
                source=", ".join(sorted({i.source for i in held} | {s.source for s in own})),
                sprints=tuple(sorted({i.sprint for i in held if i.sprint} | {s.name for s in own}, key=natural_order)),
                tally=figures,
                standing=standing(figures.coverage, goal, warn),
            )
        )
    return tuple(
        sorted(
            lines,
            key=lambda line: (
                line.tally.coverage is None,
                line.tally.coverage or 0.0,
                -line.tally.actionable,
                line.team.casefold(),
                line.team,
            ),
        )
    )


def _line_up_key_results(
    book: Book, scoped: tuple[ReportItem, ...], everything: tuple[ReportItem, ...]
) -> tuple[KeyResultLine, ...]:
    """All active key results in the order of the book. Idle is what no item serves, also outside the filters."""
    busy = {link.key_result for item in everything for link in item.links}
    work: dict[str, list[float]] = {}
    for item in scoped:
        for link in item.links:
            work.setdefault(link.key_result, []).append(link.share)
    return tuple(
        KeyResultLine(
            key=kr.key,
            title=kr.title,
            objective_key=objective.key,
            objective=objective.title,
            team=objective.team,
            period=objective.period,
            owner=kr.owner,
            items=len(work.get(kr.key, ())),
            share_sum=sum(sorted(work.get(kr.key, ()))),
            is_idle=kr.key not in busy,
        )
        for objective in book
        for kr in objective.key_results
        if kr.state is KeyResultState.ACTIVE
    )
