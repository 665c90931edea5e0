"""Everything above given items, loaded level by level: what the walk up from an item looks things up in."""

from collections.abc import Iterable

from sqlalchemy import Connection

from align_sync.store.verdicts import load_above
from align_sync.work import ItemRef, WorkItem


class Above:
    """Items by reference, by key where a reference has no identifier."""

    def __init__(self) -> None:
        self._by_id: dict[tuple[str, str], WorkItem] = {}
        self._by_key: dict[tuple[str, str], WorkItem] = {}

    def __call__(self, ref: ItemRef) -> WorkItem | None:
        if ref.external_id:
            return self._by_id.get((ref.source, ref.external_id))
        return self._by_key.get((ref.source, ref.key))

    def learn(self, items: Iterable[WorkItem]) -> None:
        for item in items:
            self._by_id[item.ref.source, item.ref.external_id] = item
            self._by_key[item.ref.source, item.key] = item


def load_all_above(connection: Connection, items: Iterable[WorkItem], *, depth: int) -> Above:
    """A look-up that knows the items and whatever is stored of their ancestors, up to `depth` steps."""
    above = Above()
    front = list(items)
    above.learn(front)
    asked: set[tuple[str, str, str]] = set()
    for _ in range(depth):
        unknown = {
            (parent.ref.source, parent.ref.external_id, parent.ref.key): parent.ref
            for item in front
            for parent in item.parents
            if above(parent.ref) is None
        }
        wanted = [ref for identity, ref in unknown.items() if identity not in asked]
        if not wanted:
            break
        asked.update(unknown)
        front = list(load_above(connection, wanted))
        above.learn(front)
    return above
