"""Report: what the store knows of the sprints in question, as one value that every output is drawn from."""

from collections.abc import Collection, Iterable
from datetime import timedelta

from align_sync.app import App
from align_sync.errors import UserError
from align_sync.linking.evidence import Bucket, Match
from align_sync.linking.index import build_index
from align_sync.linking.matcher import with_source_unread
from align_sync.okr.model import Book
from align_sync.reports.build import build_report
from align_sync.reports.items import describe_item
from align_sync.reports.model import AlignmentReport, Filters, SourceLine, SourceState
from align_sync.store.books import load_book
from align_sync.store.scope import ScopedItem, count_items, load_scope
from align_sync.store.sprints import load_sprints
from align_sync.store.sweeps import SourceStatus, load_statuses
from align_sync.work import Sprint, SprintState

CURRENT = "current"
LAST = "last"
STALE_AFTER = timedelta(hours=24)
STALE_AFTER_PULLS = 4
"""A source is stale a day after it was last read, later only where pulls are rarer than every six hours."""

NOT_LINKED_YET = "it was not linked yet; run align-sync sync"


def report(app: App, filters: Filters) -> AlignmentReport:
    """Everything about the sprints that the filters name. Raises `UserError` where they name none that exists."""
    with app.store.read() as connection:
        applied = load_book(connection)
        statuses = load_statuses(connection)
        sprints = choose_sprints(load_sprints(connection), filters.sprint)
        scope = load_scope(connection, sprints)
        counts = count_items(connection)
    book = applied.book if applied else Book()
    index = build_index(book)
    sources = tuple(_source_line(app, status, counts.get(status.source, 0)) for status in statuses)
    never = tuple(
        _never_read(opener.source, opener.kind)
        for opener in app.sources
        if opener.source not in {status.source for status in statuses}
    )
    unread = {line.source for line in sources if line.state is SourceState.NEVER}
    settings = app.settings
    return build_report(
        items=tuple(
            describe_item(
                one.item,
                judge(one, unread),
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
        sources=(*sources, *never),
        filters=filters,
        now=app.now(),
        timezone=settings.timezone,
        is_sample=app.is_sample,
        goal=settings.policy.goal / 100,
        warn=settings.policy.warn / 100,
        unknown_limit=settings.policy.unknown_limit / 100,
        problems=tuple(problem for status in statuses for problem in status.problems),
    )


def judge(one: ScopedItem, unread: Collection[str]) -> Match:
    """The stored verdict; unknown where there is none yet, or where the source was never read to the end."""
    if one.match is None:
        return Match(ref=one.item.ref, bucket=Bucket.UNKNOWN, because=NOT_LINKED_YET)
    if one.item.ref.source in unread:
        return with_source_unread(one.match, f"{one.item.ref.source} was never read to the end")
    return one.match


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


def _source_line(app: App, status: SourceStatus, items: int) -> SourceLine:
    return SourceLine(
        source=status.source,
        kind=status.kind,
        state=_source_state(app, status),
        complete_at=status.complete_at,
        attempted_at=status.attempted_at,
        items=items,
        failure=status.failure,
        problems=status.problem_count,
    )


def _source_state(app: App, status: SourceStatus) -> SourceState:
    if status.complete_at is None:
        return SourceState.NEVER
    if status.failure:
        return SourceState.PARTIAL
    if app.now() - status.complete_at > max(STALE_AFTER, STALE_AFTER_PULLS * app.settings.sync.every):
        return SourceState.STALE
    return SourceState.FRESH


def _never_read(source: str, kind: str) -> SourceLine:
    return SourceLine(source=source, kind=kind, state=SourceState.NEVER, complete_at=None, attempted_at=None, items=0)
