"""Pruning: what the settings no longer keep is removed, a portion at a time."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Connection

from align_sync.app import App
from align_sync.store import pruning

SLOTS_LOOKED_BACK = timedelta(days=7)
"""No run is removed sooner, whatever the settings say: a slot without its run would be made up for once more."""

COMPARED = timedelta(days=7)
"""A report is compared with a copy that is some days older, at most this many before the span that is kept."""

SILENT = timedelta(days=1)
"""A daemon that was not seen for so long is no more, and is not worth a row."""

_Step = Callable[[Connection], int]


@dataclass(frozen=True, slots=True, kw_only=True)
class PruneResult:
    """How many rows of what were removed; `was_stopped` where more were left when the process was asked to stop."""

    removed: tuple[tuple[str, int], ...] = ()
    was_stopped: bool = False

    @property
    def says(self) -> str:
        """One line."""
        told = ", ".join(f"{count} {what}" for what, count in self.removed)
        rest = "; stopped before the end, the next one goes on" if self.was_stopped else ""
        return f"{f'removed: {told}' if told else 'nothing is old enough to be removed'}{rest}"


def prune(app: App) -> PruneResult:
    """Remove what is older than `[keep]` says. What was removed stays removed where it stops in mid-way.

    Raises `StoreError`.
    """
    removed: dict[str, int] = {}
    for what, step in _steps(app):
        while not app.seams.stopping():
            with app.store.write() as connection:
                count = step(connection)
            if count == 0:
                break
            removed[what] = removed.get(what, 0) + count
        else:
            return PruneResult(removed=tuple(removed.items()), was_stopped=True)
    return _prune_items(app, removed)


def _steps(app: App) -> Iterator[tuple[str, _Step]]:
    """What is pruned, children before what they hang on."""
    keep, now = app.settings.keep, app.now()
    runs = now - max(keep.runs, SLOTS_LOOKED_BACK)
    digests = now - max(keep.digests, SLOTS_LOOKED_BACK)
    snapshots, history = now - keep.snapshots, now - keep.history
    readings = now - keep.failed_readings
    yield "runs", lambda connection: pruning.prune_runs(connection, runs)
    yield "daemons", lambda connection: pruning.prune_daemons(connection, now - SILENT)
    yield "messages", lambda connection: pruning.prune_messages(connection, digests)
    yield "digests", lambda connection: pruning.prune_digests(connection, digests)
    yield "snapshots", lambda connection: pruning.prune_snapshots(connection, snapshots, snapshots - COMPARED)
    yield "item versions", lambda connection: pruning.prune_item_versions(connection, history)
    yield "sprint versions", lambda connection: pruning.prune_sprint_versions(connection, history)
    yield "readings of sources", lambda connection: pruning.prune_sweeps(connection, history)
    yield "failed readings", lambda connection: pruning.prune_failed_readings(connection, readings)
    yield "empty metric runs", lambda connection: pruning.prune_metric_runs(connection, readings)


def _prune_items(app: App, removed: dict[str, int]) -> PruneResult:
    before = app.now() - app.settings.keep.tombstones
    last_id: int | None = 0
    while last_id is not None and not app.seams.stopping():
        with app.store.write() as connection:
            pruned = pruning.prune_items(connection, before, after=last_id)
        last_id = pruned.last_id
        if pruned.removed:
            removed["tombstones"] = removed.get("tombstones", 0) + pruned.removed
    return PruneResult(removed=tuple(removed.items()), was_stopped=last_id is not None)
