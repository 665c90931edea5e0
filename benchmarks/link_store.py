"""Fills a store as a pull leaves it: items, what they hang on, sprints and stays; and changes some items afterwards.

`python -m benchmarks.link_store fill DATABASE ITEMS` or `… change DATABASE ITEMS`.
"""

import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

from sqlalchemy import Connection, insert, select

from align_sync.app import read_clock
from align_sync.linking.told import write_above, write_words
from align_sync.seams import pass_failpoint
from align_sync.store.engine import Store, open_store
from align_sync.store.items import load_known, save_items
from align_sync.store.migrate import prepare_schema
from align_sync.store.schema import item, membership, parent_edge, progress_span, source_state, sprint, sweep
from align_sync.store.upsert import in_portions, insert_rows
from align_sync.store.waiting import mark_waiting
from align_sync.sync.plan import PagePlan, Upsert
from align_sync.work import StatusCategory, WorkItem, hash_document, read_document, to_document
from benchmarks.link_book import make_book
from benchmarks.link_items import BELOW, SOURCE, Maker, count_sprints, make_sprint

ITEMS_A_TRANSACTION = 20_000
SEED = 3
CHANGED = {1: 971, BELOW: 27, BELOW * BELOW: 2}
"""How many of the 1,000 changed items hang on how many: mostly sub-tasks, as people change those."""

Row = dict[str, object]


def fill(store: Store, items: int, now: datetime) -> None:
    """The pull of it all has just ended, so that nothing is unknown."""
    prepare_schema(store)
    with store.write() as connection:
        connection.exec_driver_sql("PRAGMA cache_size=-200000")
        _save_source(connection, now)
        insert_rows(connection, sprint, [_sprint_row(number, now) for number in range(count_sprints(items))])
    first = 1
    for portion in in_portions(Maker(items, make_book(), now, SEED), ITEMS_A_TRANSACTION):
        with store.write() as connection:
            _save_items(connection, first, portion, now)
        first += len(portion)


def _save_source(connection: Connection, now: datetime) -> None:
    began_at = now - timedelta(minutes=10)
    connection.execute(
        insert(sweep).values(
            id=1, source=SOURCE, kind="full", state="complete", started_at=began_at, cursor_at=began_at, finished_at=now
        )
    )
    connection.execute(
        insert(source_state).values(
            source=SOURCE,
            kind=SOURCE,
            cursor_at=began_at,
            wide_at=began_at,
            full_at=began_at,
            complete_at=began_at,
            attempted_at=began_at,
        )
    )


def _sprint_row(number: int, now: datetime) -> Row:
    made = make_sprint(number, now)
    return {
        "id": number + 1,
        "source": SOURCE,
        "external_id": made.ref.external_id,
        "name": made.name,
        "state": made.state.value,
        "team": made.team,
        "board": made.board,
        "goal": made.goal,
        "starts_at": made.starts_at,
        "ends_at": made.ends_at,
        "completed_at": made.completed_at,
        "first_seen_at": now,
        "changed_at": now,
    }


def _save_items(connection: Connection, first: int, portion: Sequence[WorkItem], now: datetime) -> None:
    numbered = list(enumerate(portion, first))
    insert_rows(connection, item, [_item_row(item_id, one, now) for item_id, one in numbered])
    mark_waiting(connection, [item_id for item_id, _ in numbered])
    edges: list[Row] = [
        {
            "item_id": item_id,
            "position": position,
            "source": SOURCE,
            "parent_external_id": parent.ref.external_id,
            "parent_key": parent.ref.key,
        }
        for item_id, one in numbered
        for position, parent in enumerate(one.parents)
    ]
    insert_rows(connection, parent_edge, edges)
    entered_at = now - timedelta(days=8)
    stays: list[Row] = [
        {"item_id": item_id, "sprint_id": int(number), "entered_at": entered_at, "entered_known_at": now}
        for item_id, one in numbered
        for number in one.sprint_ids
    ]
    insert_rows(connection, membership, stays)
    insert_rows(connection, progress_span, [row for item_id, one in numbered for row in _spans(item_id, one, now)])


def _item_row(item_id: int, one: WorkItem, now: datetime) -> Row:
    document = to_document(one)
    return {
        "id": item_id,
        "source": SOURCE,
        "external_id": one.ref.external_id,
        "key": one.key,
        "title": one.title,
        "kind": one.kind.value,
        "status_category": one.status_category.value,
        "container": one.container,
        "words": write_words(one),
        "above": write_above(one),
        "document": document.decode(),
        "content_hash": hash_document(document),
        "updated_at": one.updated_at,
        "state": "present",
        "missing_count": 0,
        "first_seen_at": now,
        "changed_at": now,
        "sweep_id": 1,
    }


def _spans(item_id: int, one: WorkItem, now: datetime) -> list[Row]:
    if one.assignee is None or one.category_since is None or one.status_category is StatusCategory.TODO:
        return []
    is_done = one.status_category is StatusCategory.DONE
    return [
        {
            "item_id": item_id,
            "person": one.assignee,
            "began_at": one.category_since - timedelta(days=2) if is_done else one.category_since,
            "began_known_at": now,
            "ended_at": one.category_since if is_done else None,
        }
    ]


def change(store: Store, items: int, now: datetime) -> None:
    """Have 1,000 items say something else, written as a pull writes it: two in three other labels, all a new title."""
    random = Random(SEED)
    wanted = [
        str(level * 10_000_000 + place)
        for level, (below, count) in enumerate(CHANGED.items(), 1)
        for place in random.sample(range(-(-items // below)), count)
    ]
    spare = iter(Maker(len(wanted), make_book(), now, SEED + 1))
    with store.write() as connection:
        after = []
        for portion in in_portions(wanted):
            chosen = select(item.c.document).where(item.c.source == SOURCE, item.c.external_id.in_(portion))
            for document in connection.scalars(chosen).all():
                before = read_document(document)
                labels = before.labels if random.random() < 1 / 3 else next(spare).labels
                after.append(replace(before, title=f"{before.title}, again", labels=labels, updated_at=now))
        known = load_known(connection, SOURCE, wanted)
        plan = PagePlan(changed=tuple(_upsert(one) for one in after))
        save_items(connection, plan, known=known, source=SOURCE, sweep_id=1, now=now)


def _upsert(one: WorkItem) -> Upsert:
    document = to_document(one)
    return Upsert(item=one, document=document.decode(), content_hash=hash_document(document))


def main() -> None:
    command, database, items = sys.argv[1:]
    store = open_store(f"sqlite:///{database}", failpoint=pass_failpoint)
    try:
        {"fill": fill, "change": change}[command](store, int(items), read_clock())
    finally:
        store.close()


if __name__ == "__main__":
    main()
