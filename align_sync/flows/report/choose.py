"""Which sprints a report is about."""

from collections.abc import Collection, Iterable
from datetime import datetime

from align_sync.app import App
from align_sync.errors import UserError
from align_sync.reports.model import Filters
from align_sync.reports.scope import find_scope
from align_sync.store.past import load_sprints_at
from align_sync.store.sprints import load_sprints
from align_sync.work import Sprint, SprintRef, SprintState

CURRENT = "current"
LAST = "last"


def choose_sprints(sprints: Iterable[Sprint], wanted: str) -> tuple[Sprint, ...]:
    """`current` are all active ones, `last` the newest closed one of each board, else one by identifier or name."""
    sprints = tuple(sprints)
    if wanted == CURRENT:
        return tuple(sprint for sprint in sprints if sprint.state is SprintState.ACTIVE)
    if wanted == LAST:
        newest: dict[tuple[str, str], Sprint] = {}
        for sprint in sorted(sprints, key=lambda one: str(one.completed_at or one.ends_at or "")):
            if sprint.state is SprintState.CLOSED:
                newest[sprint.ref.source, sprint.board] = sprint
        return tuple(newest.values())
    named = tuple(s for s in sprints if wanted in {s.ref.external_id, s.name})
    if not named:
        known = ", ".join(f"{s.ref.external_id} ({s.name})" for s in sprints if s.state is not SprintState.CLOSED)
        raise UserError(
            f"no sprint is called {wanted!r}",
            where="--sprint",
            advice=f"known are: {known or 'none yet; run align-sync sync'}; or current, or last",
        )
    return named


def find_within(sprints: Collection[Sprint], filters: Filters) -> frozenset[SprintRef] | None:
    """The sprints of the teams and sources that were asked for; None where nobody asked for any."""
    if not filters.teams and not filters.sources:
        return None
    scope = find_scope(filters, {sprint.team for sprint in sprints})
    return frozenset(s.ref for s in sprints if scope.has_team(s.team) and scope.has_source(s.ref.source))


def find_coming(coming: Collection[tuple[SprintRef, str]], filters: Filters) -> tuple[SprintRef, ...]:
    """Of the sprints that have not begun those of the same teams and sources."""
    scope = find_scope(filters, {team for _, team in coming})
    return tuple(ref for ref, team in coming if scope.has_team(team) and scope.has_source(ref.source))


def load_past_sprints(app: App, filters: Filters) -> tuple[Sprint, ...]:
    """The closed sprints of the teams and sources that were asked for, in the order in which they ended."""
    with app.store.read() as connection:
        sprints = load_sprints(connection)
    closed = [one for one in sprints if one.state is SprintState.CLOSED and (one.completed_at or one.ends_at)]
    within = find_within(closed, filters)
    held = [one for one in closed if within is None or one.ref in within]
    return tuple(sorted(held, key=lambda one: (str(one.completed_at or one.ends_at), one.ref)))


def was_known(app: App, ref: SprintRef, at: datetime) -> bool:
    """Whether the sprint had been read by then; of one that had not nothing can be said."""
    with app.store.read() as connection:
        return any(sprint.ref == ref for sprint in load_sprints_at(connection, at))
