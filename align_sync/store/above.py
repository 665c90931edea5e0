"""Everything above given items, loaded level by level: what the walk up from an item looks things up in."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import chain

from sqlalchemy import Connection, select

from align_sync.store.past import load_items_at
from align_sync.store.schema import item
from align_sync.store.upsert import in_portions
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
        for one in items:
            self._by_id[one.ref.source, one.ref.external_id] = one
            self._by_key[one.ref.source, one.key] = one


def load_all_above(
    connection: Connection, items: Iterable[WorkItem], *, depth: int, at: datetime | None = None
) -> Above:
    """A look-up that knows the items and whatever is stored of their ancestors, up to `depth` steps.

    A tombstone is not among them: a parent that a living item still names was not deleted but is hidden from us, and
    what hangs on it is unknown.
    """
    above = Above()
    front = list(items)
    above.learn(front)
    asked: set[tuple[str, str, str]] = set()
    for _ in range(depth):
        unknown = {
            (parent.ref.source, parent.ref.external_id, parent.ref.key): parent.ref
            for one in front
            for parent in one.parents
            if above(parent.ref) is None
        }
        wanted = [ref for identity, ref in unknown.items() if identity not in asked]
        if not wanted:
            break
        asked.update(unknown)
        front = list(load_items_at(connection, _find_ids(connection, wanted), at).values())
        above.learn(front)
    return above


def _find_ids(connection: Connection, refs: Iterable[ItemRef]) -> Iterator[int]:
    by_source: dict[str, list[ItemRef]] = {}
    for ref in refs:
        by_source.setdefault(ref.source, []).append(ref)
    for source, group in by_source.items():
        # Two questions, since one with "or" in it makes SQLite read the whole table.
        by_id = (
            item.c.external_id.in_(portion) for portion in in_portions(r.external_id for r in group if r.external_id)
        )
        by_key = (item.c.key.in_(portion) for portion in in_portions(r.key for r in group if not r.external_id))
        for is_named in chain(by_id, by_key):
            yield from connection.scalars(select(item.c.id).where(item.c.source == source, is_named))
