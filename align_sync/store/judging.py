"""What waits to be judged, and the documents that the judgement is made from."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Any

from sqlalchemy import Connection, Select, case, literal, or_, select

from align_sync.linking.bulk import StoredItem
from align_sync.store.items import NAMED_AS_PARENT, PRESENT
from align_sync.store.schema import item, parent_edge, waiting
from align_sync.store.upsert import in_portions
from align_sync.work import ItemKind, ItemRef

_COLUMNS = tuple(
    item.c[name] for name in ("id", "source", "external_id", "key", "kind", "content_hash", "words", "above")
)
_ONLY_CONTAINERS = case((item.c.kind == ItemKind.CONTAINER.value, item.c.document), else_="")


def load_waiting(connection: Connection, *, with_below: bool) -> list[int]:
    """Items that changed since they were linked, and where it is asked for all that hang on them."""
    ids = connection.scalars(select(waiting.c.item_id).order_by(waiting.c.item_id)).all()
    return load_below(connection, ids) if with_below else list(ids)


def load_idle_waiting(connection: Connection) -> list[int]:
    """What waits though it is no present work: items that are gone, and containers."""
    chosen = (
        select(waiting.c.item_id)
        .outerjoin(item, item.c.id == waiting.c.item_id)
        .where(or_(item.c.id.is_(None), item.c.state != PRESENT, item.c.kind == ItemKind.CONTAINER.value))
        .order_by(waiting.c.item_id)
    )
    return list(connection.scalars(chosen).all())


def load_below(connection: Connection, ids: Iterable[int]) -> list[int]:
    """These items and everything below them."""
    found = set(ids)
    front = found
    while front:
        front = _load_children(connection, sorted(front)) - found
        found = found | front
    return sorted(found)


def _load_children(connection: Connection, ids: Sequence[int]) -> set[int]:
    children: set[int] = set()
    for portion in in_portions(ids):
        for named in NAMED_AS_PARENT:
            chosen = select(parent_edge.c.item_id).join(item, named).where(item.c.id.in_(portion))
            children.update(item_id for (item_id,) in connection.execute(chosen))
    return children


def load_work_after(connection: Connection, last_id: int, size: int, *, with_documents: bool) -> list[StoredItem]:
    """The next present items by our id, without containers: nobody works on one. A server's writers are kept off."""
    return _read(
        connection,
        _work(with_documents=with_documents)
        .where(item.c.id > last_id)
        .order_by(item.c.id)
        .limit(size)
        .with_for_update(),
    )


def load_work(connection: Connection, ids: Iterable[int], *, with_documents: bool = True) -> list[StoredItem]:
    """Present items, without containers, by our id. A server's other writers are kept off them to the end."""
    found: list[StoredItem] = []
    for portion in in_portions(sorted(ids)):
        found += _read(
            connection,
            _work(with_documents=with_documents).where(item.c.id.in_(portion)).order_by(item.c.id).with_for_update(),
        )
    return found


def load_idle(connection: Connection, ids: Iterable[int]) -> list[StoredItem]:
    """Those that nobody works on, kept from other writers: containers, and what is gone, which has no content hash."""
    found: list[StoredItem] = []
    is_idle = or_(item.c.state != PRESENT, item.c.kind == ItemKind.CONTAINER.value)
    content_hash = case((item.c.state == PRESENT, item.c.content_hash), else_="")
    columns = (content_hash if column is item.c.content_hash else column for column in _COLUMNS)
    chosen = select(*columns, item.c.document).where(is_idle).order_by(item.c.id).with_for_update()
    for portion in in_portions(sorted(ids)):
        found += _read(connection, chosen.where(item.c.id.in_(portion)))
    return found


def _work(*, with_documents: bool) -> Select[Any]:
    return select(*_COLUMNS, item.c.document if with_documents else literal("")).where(
        item.c.state == PRESENT, item.c.kind != ItemKind.CONTAINER.value
    )


def load_above(connection: Connection, refs: Iterable[ItemRef], *, with_documents: bool = True) -> Iterator[StoredItem]:
    """Present items by reference, by key where a reference has no identifier.

    A tombstone is not among them: a parent that a living item still names was not deleted but is hidden from us, and
    what hangs on it is unknown.
    """
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
            chosen = select(*_COLUMNS, item.c.document if with_documents else _ONLY_CONTAINERS)
            yield from _read(connection, chosen.where(item.c.source == source, item.c.state == PRESENT, is_named))


def _read(connection: Connection, chosen: Select[Any]) -> list[StoredItem]:
    return list(map(StoredItem._make, connection.execute(chosen).all()))


def load_content_hash(connection: Connection, item_id: int) -> str:
    content_hash: str = connection.execute(select(item.c.content_hash).where(item.c.id == item_id)).scalar_one()
    return content_hash
