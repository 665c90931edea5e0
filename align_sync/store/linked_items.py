"""How much work a key result would leave behind: the items that are linked to it now."""

from collections.abc import Collection

from sqlalchemy import Connection, func, select

from align_sync.store.items import PRESENT
from align_sync.store.schema import evidence, ground, item
from align_sync.store.upsert import in_portions


def count_linked(connection: Connection, keys: Collection[str]) -> dict[str, int]:
    """The number of present items with evidence for each key result; those without any are left out."""
    counts: dict[str, int] = {}
    for portion in in_portions(sorted(keys)):
        chosen = (
            select(ground.c.key_result, func.count(func.distinct(evidence.c.item_id)))
            .join(evidence, evidence.c.ground_id == ground.c.id)
            .join(item, item.c.id == evidence.c.item_id)
            .where(ground.c.key_result.in_(portion), evidence.c.gone_run_id.is_(None), item.c.state == PRESENT)
            .group_by(ground.c.key_result)
        )
        counts.update((key, count) for key, count in connection.execute(chosen))
    return counts
