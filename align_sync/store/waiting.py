"""Which items wait to be judged by the next link: what changed since the last one."""

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, select

from align_sync.store.schema import waiting
from align_sync.store.upsert import in_portions, insert_rows


def mark_waiting(connection: Connection, ids: Iterable[int]) -> None:
    """Have these items, and what hangs on them, judged by the next link."""
    rows = [{"item_id": item_id} for item_id in dict.fromkeys(ids)]
    insert_rows(connection, waiting, rows, key=("item_id",), updates=())


def clear_waiting(connection: Connection, ids: Sequence[int]) -> None:
    """They were judged. `ids` are in rising order; most of them mostly do not wait at all."""
    if not ids:
        return
    marked = connection.scalars(select(waiting.c.item_id).where(waiting.c.item_id.between(ids[0], ids[-1]))).all()
    for portion in in_portions(sorted(set(marked).intersection(ids))):
        connection.execute(waiting.delete().where(waiting.c.item_id.in_(portion)))
