"""Items into the store as a pull writes them."""

from datetime import datetime

from sqlalchemy import Connection

from align_sync.store.items import load_known, save_items
from align_sync.store.sprints import load_sprint_ids, save_moves
from align_sync.sync.plan import PagePlan, plan_page
from align_sync.work import WorkItem
from tests.make import NOW


def pull_items(
    connection: Connection, *items: WorkItem, sweep_id: int = 1, now: datetime = NOW, is_first: bool = False
) -> PagePlan:
    """Write items as a pull does; their sprints must be stored."""
    source = items[0].ref.source
    sprint_ids = load_sprint_ids(connection, source)
    known = load_known(connection, source, [one.ref.external_id for one in items])
    plan = plan_page(items, known, frozenset(sprint_ids), now=now, is_first=is_first)
    ids = save_items(connection, plan, known=known, source=source, sweep_id=sweep_id, now=now)
    save_moves(connection, plan.entered, plan.left, item_ids=ids, sprint_ids=sprint_ids, now=now)
    return plan
