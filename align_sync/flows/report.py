"""Report: what the store knows of the sprints in question, as one value that every output is drawn from."""

from collections.abc import Iterable

from align_sync.app import App
from align_sync.errors import UserError
from align_sync.linking.index import build_index
from align_sync.okr.model import Book
from align_sync.reports.build import build_report
from align_sync.reports.items import describe_item
from align_sync.reports.model import AlignmentReport, Filters
from align_sync.reports.sources import judge_by_source
from align_sync.store.books import load_book
from align_sync.store.scope import load_scope
from align_sync.store.sources import has_samples, load_problems, load_source_lines
from align_sync.store.sprints import load_sprints
from align_sync.work import Sprint, SprintState

CURRENT = "current"
LAST = "last"


def report(app: App, filters: Filters) -> AlignmentReport:
    """Everything about the sprints that the filters name. Raises `UserError` where they name none that exists."""
    with app.store.read() as connection:
        applied = load_book(connection)
        sprints = choose_sprints(load_sprints(connection), filters.sprint)
        scope = load_scope(connection, sprints)
        lines = load_source_lines(
            connection,
            expected=[(opener.source, opener.kind) for opener in app.sources],
            now=app.now(),
            pulled_every=app.settings.sync.every,
        )
        problems = load_problems(connection)
        is_sample = has_samples(connection)
    if unknown := sorted(set(filters.sources) - {line.source for line in lines}):
        advice = f"known are: {', '.join(line.source for line in lines) or 'none'}"
        raise UserError(f"no source is called {', '.join(unknown)}", where="--source", advice=advice)
    book = applied.book if applied else Book()
    index = build_index(book)
    sources = {line.source: line for line in lines}
    settings = app.settings
    return build_report(
        items=tuple(
            describe_item(
                one.item,
                judge_by_source(one.match, one.item.ref, sources, has_book=applied is not None),
                index,
                team=one.sprint.team,
                sprint=one.sprint.name,
                sprint_id=one.sprint.ref.external_id,
                entered_at=one.entered_at,
            )
            for one in scope
        ),
        sprints=sprints,
        book=book,
        sources=lines,
        filters=filters,
        now=app.now(),
        timezone=settings.timezone,
        is_sample=app.is_sample or is_sample,
        goal=settings.policy.goal / 100,
        warn=min(settings.policy.warn, settings.policy.goal) / 100,
        unknown_limit=settings.policy.unknown_limit / 100,
        problems=problems,
        label_form=app.rules.label_form,
    )


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
