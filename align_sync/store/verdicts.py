"""Verdicts and the evidence behind them: what waits to be linked, what was decided, and what was known until when."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import chain
from typing import Any

import orjson
from pydantic import TypeAdapter
from sqlalchemy import Connection, Row, select, update

from align_sync.linking.evidence import Bucket, Evidence, Link, Match, Rejected, RuleKind
from align_sync.store.items import GONE, NAMED_AS_PARENT, PRESENT
from align_sync.store.schema import evidence, item, link_state, parent_edge, verdict
from align_sync.store.upsert import in_portions, insert_into, insert_rows
from align_sync.work import ItemKind, ItemRef, WorkItem, read_document

_STATE_ROW = 1
_LINKS: TypeAdapter[tuple[Link, ...]] = TypeAdapter(tuple[Link, ...])
_REJECTED: TypeAdapter[tuple[Rejected, ...]] = TypeAdapter(tuple[Rejected, ...])
_CHAIN: TypeAdapter[tuple[ItemRef, ...]] = TypeAdapter(tuple[ItemRef, ...])


def load_linked_rules(connection: Connection) -> str | None:
    """The fingerprint of book and rules with which everything was linked last."""
    return connection.execute(select(link_state.c.rules).where(link_state.c.id == _STATE_ROW)).scalar_one_or_none()


def save_linked_rules(connection: Connection, rules: str, now: datetime) -> None:
    statement = insert_into(connection, link_state).values(id=_STATE_ROW, rules=rules, linked_at=now)
    connection.execute(statement.on_conflict_do_update(index_elements=["id"], set_={"rules": rules, "linked_at": now}))


def load_waiting(connection: Connection) -> list[int]:
    """Items that changed since they were linked, and all that hang on them."""
    waiting = {row.id for row in connection.execute(select(item.c.id).where(item.c.needs_link))}
    front = waiting
    while front:
        front = _load_children(connection, sorted(front)) - waiting
        waiting |= front
    return sorted(waiting)


def _load_children(connection: Connection, ids: Sequence[int]) -> set[int]:
    children: set[int] = set()
    for portion in in_portions(ids):
        for named in NAMED_AS_PARENT:
            chosen = select(parent_edge.c.item_id).join(item, named).where(item.c.id.in_(portion))
            children.update(item_id for (item_id,) in connection.execute(chosen))
    return children


def load_all_ids(connection: Connection) -> list[int]:
    return list(connection.scalars(select(item.c.id).where(item.c.state == PRESENT).order_by(item.c.id)))


def load_hashes(connection: Connection, ids: Iterable[int], *, lock: bool = False) -> dict[int, str]:
    """State and content of items as one text; `lock` keeps a server's other writers off them to the end."""
    hashes: dict[int, str] = {}
    for portion in in_portions(ids):
        chosen = select(item.c.id, item.c.state, item.c.content_hash).where(item.c.id.in_(portion)).order_by(item.c.id)
        rows = connection.execute(chosen.with_for_update() if lock else chosen)
        hashes |= {row.id: f"{row.state}:{row.content_hash}" for row in rows}
    return hashes


def load_work(connection: Connection, ids: Iterable[int]) -> dict[int, WorkItem]:
    """Present items by our id; containers are left out, as nobody works on one."""
    found: dict[int, WorkItem] = {}
    for portion in in_portions(ids):
        rows = connection.execute(
            select(item.c.id, item.c.document, item.c.updated_at)
            .where(item.c.id.in_(portion), item.c.state == PRESENT, item.c.kind != ItemKind.CONTAINER.value)
            .order_by(item.c.id)
        )
        found |= {row.id: read_document(row.document, updated_at=row.updated_at) for row in rows}
    return found


def load_above(connection: Connection, refs: Iterable[ItemRef]) -> Iterator[WorkItem]:
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
            rows = connection.execute(
                select(item.c.document, item.c.updated_at).where(
                    item.c.source == source, item.c.state == PRESENT, is_named
                )
            )
            for document, updated_at in rows:
                yield read_document(document, updated_at=updated_at)


def save_matches(connection: Connection, matches: Mapping[int, Match], *, rules: str, now: datetime) -> int:
    """Write verdicts and evidence, and clear the waiting mark; returns how many verdicts differ from before."""
    before = {
        row.item_id: row
        for portion in in_portions(matches)
        for row in connection.execute(select(verdict).where(verdict.c.item_id.in_(portion)))
    }
    rows = [_verdict_row(item_id, match, rules, now) for item_id, match in matches.items()]
    differing = [row for row in rows if not _is_same(before.get(row["item_id"]), row)]
    if differing:
        updates = tuple(name for name in differing[0] if name != "item_id")
        insert_rows(connection, verdict, differing, key=("item_id",), updates=updates)
        _save_evidence(connection, {row["item_id"]: matches[row["item_id"]] for row in differing}, now)
    for portion in in_portions(matches):
        connection.execute(update(item).where(item.c.id.in_(portion), item.c.needs_link).values(needs_link=False))
    return len(differing)


def clear_waiting(connection: Connection, ids: Iterable[int]) -> None:
    """What is gone or a container has no verdict to wait for."""
    for portion in in_portions(ids):
        connection.execute(update(item).where(item.c.id.in_(portion), item.c.needs_link).values(needs_link=False))
        gone = select(item.c.id).where(item.c.id.in_(portion), item.c.state == GONE)
        connection.execute(verdict.delete().where(verdict.c.item_id.in_(gone)))


def _is_same(before: Row[Any] | None, row: dict[str, object]) -> bool:
    return before is not None and all(
        getattr(before, name) == row[name] for name in ("bucket", "because", "links", "rejected", "chain")
    )


def _verdict_row(item_id: int, match: Match, rules: str, now: datetime) -> dict[str, Any]:
    return {
        "item_id": item_id,
        "bucket": match.bucket.value,
        "because": match.because,
        "links": orjson.dumps(match.links).decode(),
        "rejected": orjson.dumps(match.rejected).decode(),
        "chain": orjson.dumps(match.chain).decode(),
        "rules": rules,
        "decided_at": now,
    }


def _save_evidence(connection: Connection, matches: Mapping[int, Match], now: datetime) -> None:
    """Append what is new and end what is gone; nothing that was once known is deleted."""
    known: dict[tuple[object, ...], int] = {}
    for portion in in_portions(matches):
        chosen = select(evidence).where(evidence.c.item_id.in_(portion), evidence.c.gone_at.is_(None))
        for row in connection.execute(chosen):
            known[_identity(row.item_id, _read_evidence(row))] = row.id
    found = {_identity(item_id, one): (item_id, one) for item_id, match in matches.items() for one in match.evidence}
    for portion in in_portions(row_id for identity, row_id in known.items() if identity not in found):
        connection.execute(update(evidence).where(evidence.c.id.in_(portion)).values(gone_at=now))
    added = [
        {
            "item_id": item_id,
            "key_result": one.key_result,
            "rule": one.rule.value,
            "field": one.field,
            "found": one.found,
            "via_source": one.via.source,
            "via_external_id": one.via.external_id,
            "via_key": one.via.key,
            "distance": one.distance,
            "weight": one.weight,
            "first_seen_at": now,
        }
        for identity, (item_id, one) in found.items()
        if identity not in known
    ]
    insert_rows(connection, evidence, added)


def _identity(item_id: int, one: Evidence) -> tuple[object, ...]:
    return (item_id, one.key_result, one.rule, one.field, one.found, one.via, one.distance, one.weight)


def _read_evidence(row: Row[Any]) -> Evidence:
    return Evidence(
        key_result=row.key_result,
        rule=RuleKind(row.rule),
        field=row.field,
        found=row.found,
        via=ItemRef(source=row.via_source, external_id=row.via_external_id, key=row.via_key),
        distance=row.distance,
        weight=row.weight,
    )


def load_evidence(connection: Connection, ids: Iterable[int]) -> dict[int, tuple[Evidence, ...]]:
    """The evidence that holds now, by our id of the item, in the order in which it was found."""
    found: dict[int, list[Evidence]] = {}
    for portion in in_portions(ids):
        chosen = (
            select(evidence)
            .where(evidence.c.item_id.in_(portion), evidence.c.gone_at.is_(None))
            .order_by(evidence.c.id)
        )
        for row in connection.execute(chosen):
            found.setdefault(row.item_id, []).append(_read_evidence(row))
    return {item_id: tuple(one) for item_id, one in found.items()}


def load_matches(connection: Connection, work: Mapping[int, WorkItem]) -> dict[int, Match]:
    """The stored verdicts of these items."""
    found = load_evidence(connection, work)
    matches: dict[int, Match] = {}
    for portion in in_portions(work):
        for row in connection.execute(select(verdict).where(verdict.c.item_id.in_(portion))):
            matches[row.item_id] = Match(
                ref=work[row.item_id].ref,
                bucket=Bucket(row.bucket),
                because=row.because,
                links=_LINKS.validate_json(row.links),
                evidence=found.get(row.item_id, ()),
                rejected=_REJECTED.validate_json(row.rejected),
                chain=_CHAIN.validate_json(row.chain),
            )
    return matches
