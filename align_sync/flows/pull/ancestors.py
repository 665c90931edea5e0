"""What stands above the items and is not known yet: fetched level by level, so that links can be inherited."""

from align_sync.errors import Problem
from align_sync.flows.pull.pages import PageWriter
from align_sync.store.items import load_unseen_parents, save_unreadable
from align_sync.store.leases import hold_lease
from align_sync.trackers.base import Tracker
from align_sync.work import ItemRef

MOST_LEVELS = 20


def fetch_ancestors(tracker: Tracker, writer: PageWriter, *, also_gone: bool) -> None:
    """Until every parent that is named is known, or known to be unreadable for us."""
    for level in range(MOST_LEVELS):
        with writer.app.store.read() as connection:
            unseen = load_unseen_parents(connection, writer.source, also_gone=also_gone and level == 0)
        if not unseen:
            return
        already = set(writer.missing)
        writer.take(tracker.fetch_items(unseen))
        lost = writer.missing - already
        writer.missing -= lost
        _remember_unreadable(writer, [ref for ref in unseen if (ref.external_id or ref.key) in lost])
        with writer.app.store.read() as connection:
            still = {(ref.external_id, ref.key) for ref in load_unseen_parents(connection, writer.source)}
        # A parent that was answered under another key than asked for would be asked for again and again.
        _remember_unreadable(writer, [ref for ref in unseen if (ref.external_id, ref.key) in still])


def _remember_unreadable(writer: PageWriter, refs: list[ItemRef]) -> None:
    if not refs:
        return
    app, now = writer.app, writer.app.now()
    with app.store.write() as connection:
        hold_lease(connection, writer.lease, writer.fence, now)
        save_unreadable(connection, refs, sweep_id=writer.sweep_id, now=now)
    names = ", ".join(str(ref) for ref in refs[:5]) + (f" and {len(refs) - 5} more" if len(refs) > 5 else "")  # noqa: PLR2004
    writer.note(
        Problem(
            message=f"parents that the account cannot read: {names}; what hangs on them is unknown, not unlinked",
            where=writer.source,
            advice="give the account the right to browse their projects",
        )
    )
