"""All sources in turn: each under its lease, each with its own outcome."""

from collections.abc import Collection

import structlog

from align_sync.app import App, SourceOpener, is_dead
from align_sync.errors import (
    AlignSyncError,
    AlreadyRunningError,
    AuthError,
    Problem,
    SourceError,
    UnsafeSweepError,
    UserError,
)
from align_sync.flows.pull.result import Counts, OnProgress, PullResult, SourceResult, ignore_progress
from align_sync.flows.pull.sweep import Pulling
from align_sync.store.leases import claim_lease, lease_name, load_owner, release_lease
from align_sync.store.sweeps import drop_unfinished, load_status, save_failure, touch_source

log = structlog.get_logger(__name__)


def pull(
    app: App,
    *,
    only: Collection[str] = (),
    force_full: bool = False,
    accept_shrink: bool = False,
    on_progress: OnProgress = ignore_progress,
) -> PullResult:
    """Read every source into the store. Raises only what stops all of them: the store, or a wish to stop."""
    names = [opener.source for opener in app.sources]
    if unknown := sorted(set(only) - set(names)):
        advice = f"configured are: {', '.join(names) or 'none'}"
        raise UserError(f"no source is called {', '.join(unknown)}", where="--source", advice=advice)
    chosen = [opener for opener in app.sources if not only or opener.source in only]
    return PullResult(
        sources=tuple(
            _pull_source(app, opener, force_full=force_full, accept_shrink=accept_shrink, on_progress=on_progress)
            for opener in chosen
        )
    )


def _pull_source(
    app: App, opener: SourceOpener, *, force_full: bool, accept_shrink: bool, on_progress: OnProgress
) -> SourceResult:
    counts = Counts()
    try:
        fence = _claim(app, opener)
    except AlreadyRunningError as busy:
        return SourceResult(source=opener.source, kind=opener.kind, failure=busy)
    pulling = Pulling(
        app=app, opener=opener, fence=fence, counts=counts, accept_shrink=accept_shrink, on_progress=on_progress
    )
    failure: AlignSyncError | None = None
    try:
        pulling.run(force_full=force_full)
    except SourceError as error:
        failure = error
        log.info("source.failed", source=opener.source, problem=str(error))
        _save_failure(app, opener, error, counts.problems)
    except AlreadyRunningError as taken_over:
        failure = taken_over
    finally:
        pulling.close()
        with app.store.write() as connection:
            release_lease(connection, pulling.lease, fence)
    return SourceResult(
        source=opener.source,
        kind=opener.kind,
        sweep=pulling.kind,
        new=counts.new,
        changed=counts.changed,
        unchanged=counts.unchanged,
        gone=counts.gone,
        entered=counts.entered,
        left=counts.left,
        sprints=counts.sprints,
        requests=pulling.requests,
        received_bytes=pulling.received_bytes,
        problems=tuple(counts.problems),
        failure=failure,
        is_resumed=pulling.is_resumed,
    )


def _claim(app: App, opener: SourceOpener) -> int:
    """The right to pull this source, taken over from a process of this machine that was killed."""
    name = lease_name(opener.source)
    with app.store.write() as connection:
        owner = load_owner(connection, name)
        dead = frozenset({owner}) if owner is not None and is_dead(owner) else frozenset[str]()
        fence = claim_lease(connection, name, owner=app.owner, now=app.now(), dead_owners=dead)
        touch_source(connection, opener.source, opener.kind, app.now(), is_sample=app.is_sample)
    return fence


def _save_failure(app: App, opener: SourceOpener, error: SourceError, problems: list[Problem]) -> None:
    kind = "auth" if isinstance(error, AuthError) else "source"
    with app.store.write() as connection:
        if load_status(connection, opener.source) is not None:
            save_failure(connection, opener.source, failure=str(error), failure_kind=kind, problems=problems)
        if isinstance(error, UnsafeSweepError):
            # It was read to its end: gone on with, it would not look again at what it has read, until a person acts.
            drop_unfinished(connection, opener.source, app.now())
