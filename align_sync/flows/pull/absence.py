"""Members that no listing shows any more: asked for by identifier, then moved, kept, suspected, or marked as gone."""

from collections.abc import Iterable

from align_sync.errors import Problem
from align_sync.flows.pull.pages import PageWriter
from align_sync.store.items import count_present, load_members, load_missed, mark_gone, mark_missing
from align_sync.store.leases import hold_lease
from align_sync.sync.absence import plan_absence
from align_sync.trackers.base import Tracker
from align_sync.work import ItemRef


def settle_absence(
    tracker: Tracker, writer: PageWriter, *, absent: Iterable[str], is_complete: bool, accept_shrink: bool
) -> None:
    """Fetching tells where an item is now; only what cannot be had counts as missing, and only in a complete sweep.

    Raises `UnsafeSweepError` where too much is missing at once, after the account was checked.
    """
    refs = [ItemRef(source=writer.source, external_id=external_id) for external_id in absent]
    if refs:
        writer.take(tracker.fetch_items(refs))
    if not writer.missing or not is_complete:
        return
    tracker.check()  # an account that lost its rights sees nothing, and that must not look like a clean-up
    app, now = writer.app, writer.app.now()
    with app.store.write() as connection:
        hold_lease(connection, writer.lease, writer.fence, now)
        missed = load_missed(connection, writer.source, sorted(writer.missing))
        plan = plan_absence(
            missed,
            known_count=count_present(connection, writer.source),
            members=frozenset(load_members(connection, writer.source)),
            source=writer.source,
            accept_shrink=accept_shrink,
        )
        mark_missing(connection, writer.source, plan.suspects, sweep_id=writer.sweep_id)
        mark_gone(connection, writer.source, plan.gone, now)
    writer.counts.gone += len(plan.gone)
    never_seen = len(writer.missing) - len(missed)
    if never_seen > 0:
        writer.note(
            Problem(
                message=f"items that were listed but could not be read: {never_seen}; they may be deleted meanwhile",
                where=writer.source,
                advice="if it stays so: give the account the right to browse their projects",
            )
        )
