"""The figures of a report: coverage of everything in scope and of each team in each lens, and what the sprints hold."""

from dataclasses import dataclass

from align_sync.reports.measures import Limits, standing, tally
from align_sync.reports.model import Lens, ReportItem, SprintLine, Tally, TeamLine
from align_sync.reports.order import natural_order
from align_sync.reports.scope import Scope
from align_sync.work import Sprint


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """What the figures are held against; `count_by` is the lens whose coverage stands for all."""

    goal: float
    warn: float
    count_by: Lens
    limits: Limits


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """`scoped` are the items that they are of."""

    scoped: tuple[ReportItem, ...]
    headline: Tally
    lenses: tuple[Tally, ...]
    teams: tuple[TeamLine, ...]
    sprints: tuple[SprintLine, ...]


def measure_figures(items: tuple[ReportItem, ...], sprints: tuple[Sprint, ...], scope: Scope, rates: Rates) -> Figures:
    scoped = tuple(item for item in items if scope.holds(item))
    lines = _line_up_sprints(sprints, scoped, scope)
    lenses = tuple(tally(scoped, rates.limits, lens) for lens in Lens)
    return Figures(
        scoped=scoped,
        headline=_pick(lenses, rates.count_by),
        lenses=lenses,
        teams=_line_up_teams(scoped, lines, rates),
        sprints=lines,
    )


def _pick(lenses: tuple[Tally, ...], lens: Lens) -> Tally:
    return next(figures for figures in lenses if figures.lens is lens)


def _line_up_sprints(
    sprints: tuple[Sprint, ...], scoped: tuple[ReportItem, ...], scope: Scope
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
        if scope.has_source(sprint.ref.source)
        and (scope.has_team(sprint.team) or (sprint.ref.source, sprint.ref.external_id) in held)
    ]
    return tuple(sorted(lines, key=lambda s: (s.team.casefold(), natural_order(s.name), s.source, s.external_id)))


def _line_up_teams(
    scoped: tuple[ReportItem, ...], sprints: tuple[SprintLine, ...], rates: Rates
) -> tuple[TeamLine, ...]:
    """One line a team, the lowest coverage first; teams whose sprint is empty are there too."""
    members: dict[str, list[ReportItem]] = {line.team: [] for line in sprints if line.team and not line.items}
    for item in scoped:
        members.setdefault(item.team, []).append(item)
    lines = []
    for team, held in members.items():
        lenses = tuple(tally(held, rates.limits.for_team(team), lens) for lens in Lens)
        figures = _pick(lenses, rates.count_by)
        own = [line for line in sprints if line.team == team]
        lines.append(
            TeamLine(
                team=team,
                source=", ".join(sorted({i.source for i in held} | {s.source for s in own})),
                sprints=tuple(sorted({i.sprint for i in held if i.sprint} | {s.name for s in own}, key=natural_order)),
                tally=figures,
                standing=standing(figures.coverage, rates.goal, rates.warn),
                lenses=lenses,
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
