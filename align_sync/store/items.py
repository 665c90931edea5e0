"""Work items as stored: what is known of them, how a page of them is written, and how they are found again."""

from collections.abc import Container, Iterable, Iterator, Mapping
from datetime import datetime

from sqlalchemy import Connection, Select, and_, case, func, or_, select, union, update

from align_sync.errors import UserError
from align_sync.linking.told import write_above, write_words
from align_sync.store.history import begin_spans, end_spans, follow_spans, keep_item_versions
from align_sync.store.schema import item, membership, parent_edge, source_state, sprint
from align_sync.store.upsert import in_portions, insert_rows
from align_sync.store.waiting import mark_waiting
from align_sync.sync.absence import Missing
from align_sync.sync.identifiers import IdentifierSet
from align_sync.sync.plan import Known, PagePlan, Upsert
from align_sync.work import ItemRef, WorkItem, read_document

PRESENT = "present"
GONE = "gone"
UNREADABLE = "unreadable"

NAMED_AS_PARENT = (
    and_(parent_edge.c.source == item.c.source, parent_edge.c.parent_external_id == item.c.external_id),
    and_(
        parent_edge.c.source == item.c.source,
        parent_edge.c.parent_external_id == "",
        parent_edge.c.parent_key == item.c.key,
    ),
)
"""How an edge names the item at its upper end: by identifier, else by key. Each is asked for by itself, since one
question with "or" in it makes SQLite read all edges for every item."""

_UPDATED = (
    "key",
    "title",
    "kind",
    "status_category",
    "container",
    "words",
    "above",
    "document",
    "content_hash",
    "updated_at",
    "state",
    "missing_count",
    "changed_at",
    "sweep_id",
)


def load_known(connection: Connection, source: str, external_ids: Iterable[str]) -> dict[str, Known]:
    """What is stored of these items, by identifier, with the sprints that they are in now."""
    known: dict[str, Known] = {}
    for portion in in_portions(external_ids):
        chosen = and_(item.c.source == source, item.c.external_id.in_(portion))
        rows = connection.execute(
            select(item.c.external_id, item.c.id, item.c.content_hash, item.c.updated_at, item.c.state).where(chosen)
        ).all()
        if not rows:
            continue  # a first pull knows nothing, and need not ask for stays
        stays = (
            select(item.c.external_id, sprint.c.external_id)
            .select_from(
                membership.join(item, item.c.id == membership.c.item_id).join(
                    sprint, sprint.c.id == membership.c.sprint_id
                )
            )
            .where(chosen, membership.c.left_at.is_(None))
        )
        sprints: dict[str, set[str]] = {}
        for external_id, sprint_id in connection.execute(stays):
            sprints.setdefault(external_id, set()).add(sprint_id)
        for external_id, item_id, content_hash, updated_at, state in rows:
            known[external_id] = Known(
                item_id=item_id,
                content_hash=content_hash,
                updated_at=updated_at,
                is_present=state == PRESENT,
                sprint_ids=frozenset(sprints.get(external_id, ())),
            )
    return known


def save_items(
    connection: Connection, plan: PagePlan, *, known: Mapping[str, Known], source: str, sweep_id: int, now: datetime
) -> dict[str, int]:
    """Write what is new and changed, mark the rest as seen; returns our ids of all items of the page.

    What an item was before it changed is kept, and so is who had it in progress.
    """
    ids = {external_id: row.item_id for external_id, row in known.items()}
    if plan.created:
        insert_rows(connection, item, [_row(upsert, sweep_id, now) for upsert in plan.created])
        ids |= load_ids(connection, source, [upsert.item.ref.external_id for upsert in plan.created])
        begin_spans(connection, {ids[upsert.item.ref.external_id]: upsert.item for upsert in plan.created}, now)
    _keep_history(connection, plan, ids, now)
    if plan.changed:
        rows = [_row(upsert, sweep_id, now) for upsert in plan.changed]
        insert_rows(connection, item, rows, key=("source", "external_id"), updates=_UPDATED)
    _save_parents(connection, (*plan.created, *plan.changed), ids, known)
    differing = [upsert.item.ref.external_id for upsert in (*plan.created, *plan.changed)]
    mark_waiting(connection, [ids[external_id] for external_id in (*differing, *plan.revived)])
    seen = [ids[external_id] for external_id in (*plan.same, *plan.older)]
    for portion in in_portions(seen):
        connection.execute(update(item).where(item.c.id.in_(portion)).values(sweep_id=sweep_id, missing_count=0))
    for portion in in_portions([ids[external_id] for external_id in plan.revived]):
        connection.execute(update(item).where(item.c.id.in_(portion)).values(state=PRESENT, changed_at=now))
    return ids


def _keep_history(connection: Connection, plan: PagePlan, ids: Mapping[str, int], now: datetime) -> None:
    """Before the items are written: what they were, and whose work on them ends or begins."""
    changed = {ids[upsert.item.ref.external_id]: upsert.item for upsert in plan.changed}
    revived = [ids[external_id] for external_id in plan.revived]
    keep_item_versions(connection, [*changed, *revived], now)
    follow_spans(connection, changed | _load_items(connection, revived), now)


def load_ids(connection: Connection, source: str, external_ids: Iterable[str]) -> dict[str, int]:
    ids: dict[str, int] = {}
    for portion in in_portions(external_ids):
        chosen = select(item.c.external_id, item.c.id).where(item.c.source == source, item.c.external_id.in_(portion))
        ids |= dict(connection.execute(chosen).all())
    return ids


def _row(upsert: Upsert, sweep_id: int, now: datetime) -> dict[str, object]:
    work_item = upsert.item
    return {
        "source": work_item.ref.source,
        "external_id": work_item.ref.external_id,
        "key": work_item.key,
        "title": work_item.title,
        "kind": work_item.kind.value,
        "status_category": work_item.status_category.value,
        "container": work_item.container,
        "words": write_words(work_item),
        "above": write_above(work_item),
        "document": upsert.document,
        "content_hash": upsert.content_hash,
        "updated_at": work_item.updated_at,
        "state": PRESENT,
        "missing_count": 0,
        "first_seen_at": now,
        "changed_at": now,
        "sweep_id": sweep_id,
    }


def _save_parents(
    connection: Connection, upserts: Iterable[Upsert], ids: Mapping[str, int], known: Mapping[str, Known]
) -> None:
    upserts = tuple(upserts)
    for portion in in_portions([ids[u.item.ref.external_id] for u in upserts if u.item.ref.external_id in known]):
        connection.execute(parent_edge.delete().where(parent_edge.c.item_id.in_(portion)))
    edges = [
        {
            "item_id": ids[upsert.item.ref.external_id],
            "position": position,
            "source": parent.ref.source,
            "parent_external_id": parent.ref.external_id,
            "parent_key": parent.ref.key,
        }
        for upsert in upserts
        for position, parent in enumerate(upsert.item.parents)
    ]
    insert_rows(connection, parent_edge, edges)


def load_stored(connection: Connection, source: str, external_ids: Iterable[str]) -> list[str]:
    """Those of the identifiers that the store holds, in whatever state."""
    return list(load_ids(connection, source, external_ids))


def load_seen(connection: Connection, source: str, sweep_id: int) -> IdentifierSet:
    """What this sweep has read already: where an interrupted one goes on."""
    rows = connection.execute(
        select(item.c.external_id)
        .where(item.c.source == source, item.c.sweep_id == sweep_id)
        .order_by(func.length(item.c.external_id), item.c.external_id)
        .execution_options(yield_per=5_000)
    )
    return IdentifierSet(external_id for (external_id,) in rows)


def load_members(connection: Connection, source: str, *, unseen_by: int | None = None) -> Iterator[str]:
    """All present items that are in an open sprint now; only those that a sweep has not read, where one is named."""
    chosen = select(item.c.external_id).where(
        item.c.source == source, item.c.state != GONE, item.c.id.in_(_members(source))
    )
    if unseen_by is not None:
        chosen = chosen.where(item.c.sweep_id != unseen_by)
    for (external_id,) in connection.execute(chosen.order_by(item.c.external_id).execution_options(yield_per=5_000)):
        yield external_id


def _members(source: str) -> Select[tuple[int]]:
    return (
        select(membership.c.item_id)
        .join(sprint, sprint.c.id == membership.c.sprint_id)
        .where(sprint.c.source == source, sprint.c.state != "closed", membership.c.left_at.is_(None))
    )


def load_unseen(connection: Connection, source: str, sweep_id: int) -> list[str]:
    """Present items that matter now and that this sweep has not read: members of open sprints, and all parents."""
    parents = (select(item.c.id).join(parent_edge, named).where(item.c.source == source) for named in NAMED_AS_PARENT)
    rows = connection.execute(
        select(item.c.external_id)
        .where(
            item.c.source == source,
            item.c.state == PRESENT,
            item.c.sweep_id != sweep_id,
            item.c.id.in_(union(_members(source), *parents)),
        )
        .order_by(item.c.external_id)
    )
    return [external_id for (external_id,) in rows]


def load_unseen_parents(connection: Connection, source: str, *, also_gone: bool = False) -> list[ItemRef]:
    """Parents that present items name and that nothing is known of, by identifier where there is one.

    With `also_gone` those too that we took for gone: what a living item still names may be seen again.
    """
    above = item.alias("above")
    is_known = (above.c.state != GONE,) if also_gone else ()
    by_id = and_(
        parent_edge.c.parent_external_id != "",
        ~select(above.c.id)
        .where(
            above.c.source == parent_edge.c.source, above.c.external_id == parent_edge.c.parent_external_id, *is_known
        )
        .exists(),
    )
    by_key = and_(
        parent_edge.c.parent_external_id == "",
        ~select(above.c.id)
        .where(above.c.source == parent_edge.c.source, above.c.key == parent_edge.c.parent_key, *is_known)
        .exists(),
    )
    rows = connection.execute(
        select(parent_edge.c.parent_external_id, func.max(parent_edge.c.parent_key))
        .join(item, item.c.id == parent_edge.c.item_id)
        .where(parent_edge.c.source == source, item.c.state == PRESENT, or_(by_id, by_key))
        .group_by(
            parent_edge.c.parent_external_id,
            case((parent_edge.c.parent_external_id == "", parent_edge.c.parent_key), else_=""),
        )
        .order_by(parent_edge.c.parent_external_id)
    )
    return [ItemRef(source=source, external_id=external_id, key=key) for external_id, key in rows]


def load_silent_parts(connection: Connection, item_ids: Iterable[int], open_sprints: Container[str]) -> list[str]:
    """Present items that hang on one of these and name no open sprint themselves, by identifier."""
    child = item.alias("child")
    silent: dict[str, None] = {}
    for portion in in_portions(sorted(item_ids)):
        for named in NAMED_AS_PARENT:
            chosen = (
                select(child.c.external_id, child.c.document)
                .select_from(item)
                .join(parent_edge, named)
                .join(child, child.c.id == parent_edge.c.item_id)
                .where(item.c.id.in_(portion), child.c.state == PRESENT)
            )
            for external_id, document in connection.execute(chosen):
                if not any(sprint_id in open_sprints for sprint_id in read_document(document).sprint_ids):
                    silent[external_id] = None
    return list(silent)


def load_missed(connection: Connection, source: str, external_ids: Iterable[str]) -> tuple[Missing, ...]:
    """How often each was missing before; those that are gone already are left out."""
    missed: list[Missing] = []
    for portion in in_portions(external_ids):
        rows = connection.execute(
            select(item.c.external_id, item.c.missing_count).where(
                item.c.source == source, item.c.external_id.in_(portion), item.c.state == PRESENT
            )
        )
        missed += [Missing(external_id=external_id, missed_before=count) for external_id, count in rows]
    return tuple(sorted(missed, key=lambda one: one.external_id))


def count_present(connection: Connection, source: str) -> int:
    return connection.execute(
        select(func.count()).select_from(item).where(item.c.source == source, item.c.state == PRESENT)
    ).scalar_one()


def mark_missing(connection: Connection, source: str, external_ids: Iterable[str], *, sweep_id: int) -> None:
    """Count them up, once for each sweep: one that was interrupted after this must not count them again."""
    for portion in in_portions(external_ids):
        connection.execute(
            update(item)
            .where(item.c.source == source, item.c.external_id.in_(portion))
            .values(missing_count=item.c.missing_count + 1, sweep_id=sweep_id)
        )


def mark_gone(connection: Connection, source: str, external_ids: Iterable[str], now: datetime) -> None:
    """Keep the row as a tombstone, end its stays in sprints and the work on it, and link anew what hangs on it."""
    for portion in in_portions(external_ids):
        ids = tuple(load_ids(connection, source, portion).values())
        keep_item_versions(connection, ids, now)
        end_spans(connection, ids, now)
        mark_waiting(connection, ids)
        connection.execute(
            update(membership)
            .where(membership.c.item_id.in_(ids), membership.c.left_at.is_(None))
            .values(left_at=now, left_known_at=now)
        )
        connection.execute(
            update(item)
            .where(item.c.id.in_(ids))
            .values(state=GONE, missing_count=item.c.missing_count + 1, changed_at=now)
        )


def save_unreadable(connection: Connection, refs: Iterable[ItemRef], *, sweep_id: int, now: datetime) -> None:
    """Remember parents that the source does not show us, so that they are not asked for on every run.

    They are no work items: whatever hangs on them is unknown, and the next full sweep asks again.
    """
    rows = [
        {
            "source": ref.source,
            "external_id": ref.external_id or f"key:{ref.key}",
            "key": ref.key,
            "title": "",
            "kind": "other",
            "status_category": "unknown",
            "container": "",
            "document": "{}",
            "content_hash": "",
            "state": UNREADABLE,
            "first_seen_at": now,
            "changed_at": now,
            "sweep_id": sweep_id,
        }
        for ref in refs
    ]
    insert_rows(connection, item, rows, updates=())


def forget_unreadable(connection: Connection, source: str) -> None:
    connection.execute(item.delete().where(item.c.source == source, item.c.state == UNREADABLE))


def load_item(connection: Connection, item_id: int) -> WorkItem:
    return _load_items(connection, [item_id])[item_id]


def _load_items(connection: Connection, item_ids: Iterable[int]) -> dict[int, WorkItem]:
    rows = (
        row
        for portion in in_portions(item_ids)
        for row in connection.execute(
            select(item.c.id, item.c.document, item.c.updated_at).where(item.c.id.in_(portion))
        )
    )
    return {row.id: read_document(row.document, updated_at=row.updated_at) for row in rows}


def find_items(connection: Connection, text: str) -> list[tuple[int, ItemRef]]:
    """Items that a person means by a key or identifier; several where two sources use the same key.

    As it is written and in capitals, as keys mostly are, an index finds it. Only else all keys are looked through.
    """
    sources = connection.scalars(select(source_state.c.source)).all()
    quick = (
        select(*_NAMED).where(item.c.source.in_(sources), item.c.key.in_({text, text.upper()})),
        select(*_NAMED).where(item.c.source.in_(sources), item.c.external_id == text),
    )
    slow = select(*_NAMED).where(or_(func.lower(item.c.key) == text.lower(), item.c.external_id == text))
    found: dict[int, ItemRef] = {}
    for chosen in (*quick, slow):
        if chosen is slow and found:
            break
        for item_id, source, external_id, key in connection.execute(chosen.where(item.c.state != UNREADABLE)):
            found[item_id] = ItemRef(source=source, external_id=external_id, key=key)
    return sorted(found.items(), key=lambda one: one[1])


_NAMED = (item.c.id, item.c.source, item.c.external_id, item.c.key)


def find_one(connection: Connection, name: str) -> tuple[int, ItemRef, str]:
    """Our id, the reference and the title of the item that a person names: `PAY-12`, or `PAY-12@jira`.

    Raises `UserError` where the name finds no item, or several.
    """
    wanted, _, source = name.strip().partition("@")
    found = [(item_id, ref) for item_id, ref in find_items(connection, wanted) if source in {"", ref.source}]
    if len(found) > 1:
        several = ", ".join(f"{ref.key}@{ref.source}" for _, ref in found)
        raise UserError(f"{name!r} names several items", where="ITEM", advice=f"name one of: {several}")
    if not found:
        advice = "name a key such as PAY-12, or run align-sync sync: it may be new, or in no open sprint"
        raise UserError(f"no item is called {name!r}", where="ITEM", advice=advice)
    item_id, ref = found[0]
    title = connection.execute(select(item.c.title).where(item.c.id == item_id)).scalar_one()
    return item_id, ref, title
