"""One pass: the OKR book, the sources, the verdicts; for the command line and for every engine alike."""

from collections.abc import Collection
from dataclasses import dataclass

from align_sync.app import App
from align_sync.flows.link import LinkResult, link
from align_sync.flows.okr import ApplyResult, apply
from align_sync.flows.pull import OnProgress, PullResult, ignore_progress, pull
from align_sync.flows.runs import note_source

SETTINGS_AUTHOR = "settings"


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncResult:
    """One pass; `applied` is None where the settings name no OKR files."""

    pulled: PullResult
    linked: LinkResult
    applied: ApplyResult | None = None


def sync(
    app: App,
    *,
    only: Collection[str] = (),
    force_full: bool = False,
    accept_shrink: bool = False,
    on_progress: OnProgress = ignore_progress,
) -> SyncResult:
    """The OKR book as the settings name it, then all sources, then the verdicts."""
    applied = apply(app, app.settings.okrs, author=SETTINGS_AUTHOR) if app.settings.okrs else None
    pulled = pull(app, only=only, force_full=force_full, accept_shrink=accept_shrink, on_progress=on_progress)
    for source in pulled.sources:
        note_source(app, source.source, source.failure)
    return SyncResult(pulled=pulled, linked=link(app), applied=applied)
