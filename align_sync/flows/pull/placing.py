"""Sprints for items whose own field does not tell them: each open sprint is listed by itself, and its list decides."""

from collections.abc import Collection, Iterable
from itertools import chain

from align_sync.flows.pull.pages import PageWriter
from align_sync.store.items import load_known
from align_sync.sync.plan import Move, date_entry
from align_sync.trackers.base import Tracker
from align_sync.work import Sprint


def place_items(tracker: Tracker, writer: PageWriter, open_sprints: Iterable[Sprint], listed: Collection[str]) -> None:
    """Ask only where an item that is or was in a sprint needs it: ancestors in none have no such field either."""
    if not writer.unplaced:
        return
    with writer.app.store.read() as connection:
        known = load_known(connection, writer.source, sorted(writer.unplaced))
    unplaced = {external_id for external_id, row in known.items() if external_id in listed or row.sprint_ids}
    if not unplaced:
        return
    members = {
        sprint.ref.external_id: unplaced.intersection(
            chain.from_iterable(tracker.list_members([sprint.ref.external_id]))
        )
        for sprint in open_sprints
    }
    now = writer.app.now()
    entered: list[Move] = []
    left: list[Move] = []
    for sprint_id, inside in members.items():
        for external_id in sorted(unplaced):
            row = known[external_id]
            if external_id in inside and sprint_id not in row.sprint_ids:
                at = date_entry(None, row.updated_at, now=now, is_first=writer.is_first)
                entered.append(Move(external_id=external_id, sprint_id=sprint_id, at=at))
            elif external_id not in inside and sprint_id in row.sprint_ids:
                left.append(Move(external_id=external_id, sprint_id=sprint_id, at=now))
    writer.move(entered, left, now)
