"""The ledger of evidence: what each item rests on, from which run to which; rows are ended, never deleted."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import orjson
from sqlalchemy import Connection, and_, func, insert, or_, select, update

from align_sync.linking.deciding import Outcome
from align_sync.linking.evidence import Bucket, Evidence, RuleKind
from align_sync.linking.reading import Ground
from align_sync.store.schema import evidence, ground, item, link_run, link_state, verdict
from align_sync.store.upsert import in_portions, insert_into, insert_rows, insert_tuples
from align_sync.work import ItemRef

_STATE_ROW = 1
_VERDICT = ("item_id", "bucket", "basis", "run_id")
_EVIDENCE = ("item_id", "ground_id", "via_id", "distance", "first_run_id")
_GROUND = ("key_result", "rule", "field", "found", "weight", "author")


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerLine:
    """One piece of evidence with the time in which it was known. `last_seen_at` is when it was confirmed last."""

    item_id: int
    evidence: Evidence
    run_id: int
    first_seen_at: datetime
    last_seen_at: datetime
    is_gone: bool


def load_linked_rules(connection: Connection) -> str | None:
    """The fingerprint of book, rules and policy with which everything was linked last."""
    return connection.execute(select(link_state.c.rules).where(link_state.c.id == _STATE_ROW)).scalar_one_or_none()


def save_linked_rules(connection: Connection, rules: str, now: datetime) -> None:
    statement = insert_into(connection, link_state).values(id=_STATE_ROW, rules=rules, linked_at=now)
    connection.execute(statement.on_conflict_do_update(index_elements=["id"], set_={"rules": rules, "linked_at": now}))


def begin_run(connection: Connection, *, rules: str, is_full: bool, now: datetime) -> int:
    began: int = connection.execute(
        insert(link_run).values(started_at=now, rules=rules, is_full=is_full).returning(link_run.c.id)
    ).scalar_one()
    return began


def finish_run(connection: Connection, run_id: int, now: datetime) -> None:
    connection.execute(update(link_run).where(link_run.c.id == run_id).values(finished_at=now))


def load_last_run(connection: Connection) -> datetime | None:
    """When the last run began that came to its end."""
    chosen = select(link_run.c.started_at).where(link_run.c.finished_at.is_not(None))
    return connection.execute(chosen.order_by(link_run.c.id.desc()).limit(1)).scalar()


class GroundIds:
    """Our ids of grounds, each looked up or written once in a run."""

    def __init__(self) -> None:
        self._ids: dict[Ground, int] = {}

    def learn(self, connection: Connection, grounds: Iterable[Ground]) -> None:
        new = {_digest(one): one for one in grounds if one not in self._ids}
        if not new:
            return
        rows = [{"digest": digest, **_ground_row(one)} for digest, one in new.items()]
        insert_rows(connection, ground, rows, key=("digest",), updates=())
        for portion in in_portions(new):
            for row in connection.execute(select(ground.c.id, ground.c.digest).where(ground.c.digest.in_(portion))):
                self._ids[new[row.digest]] = row.id

    def __getitem__(self, one: Ground) -> int:
        return self._ids[one]


def _ground_row(one: Ground) -> dict[str, object]:
    return {
        "key_result": one.key,
        "rule": one.rule.value,
        "field": one.field,
        "found": one.found,
        "weight": one.weight,
        "author": one.author,
    }


def _digest(one: Ground) -> str:
    told = [one.key, one.rule, one.field, one.found, one.weight, one.author]
    return hashlib.blake2b(orjson.dumps(told), digest_size=16).hexdigest()


def save_outcomes(
    connection: Connection, judged: Sequence[tuple[int, Outcome]], grounds: GroundIds, run_id: int
) -> int:
    """Write the verdicts that differ from before, with their evidence; returns how many those are.

    `judged` are our ids of items in rising order. Many share one outcome, whose basis is then found once.
    """
    if not judged:
        return 0
    outcomes = {id(outcome): outcome for _, outcome in judged}
    grounds.learn(connection, {one for outcome in outcomes.values() for _, one in outcome.won})
    bases = {identity: (outcome.bucket.value, _basis(outcome, grounds)) for identity, outcome in outcomes.items()}
    before = _load_before(connection, [item_id for item_id, _ in judged])
    differing = [(item_id, outcome) for item_id, outcome in judged if before.get(item_id) != bases[id(outcome)]]
    rows = [(item_id, *bases[id(outcome)], run_id) for item_id, outcome in differing]
    insert_tuples(connection, verdict, _VERDICT, rows, key=("item_id",), updates=_VERDICT[1:])
    _save_evidence(connection, differing, before, grounds, run_id)
    return len(differing)


def _basis(outcome: Outcome, grounds: GroundIds) -> str:
    if outcome.won:
        distance = outcome.distance
        return ",".join(
            [f"{grounds[one]}@{'' if node is None else node.item_id}/{distance}" for node, one in outcome.won]
        )
    exempted = outcome.exempted
    if exempted is None:
        return ""
    return f"{exempted.category}:{exempted.rule or exempted.author}@{exempted.via.external_id}/{exempted.distance}"


def _load_before(connection: Connection, ids: Sequence[int]) -> dict[int, tuple[str, str]]:
    """Bucket and basis as stored, by item. Ids that lie close together are read as one range."""
    chosen = select(verdict.c.item_id, verdict.c.bucket, verdict.c.basis)
    if ids[-1] - ids[0] < 2 * len(ids):
        found = [connection.execute(chosen.where(verdict.c.item_id.between(ids[0], ids[-1]))).all()]
    else:
        found = [connection.execute(chosen.where(verdict.c.item_id.in_(portion))).all() for portion in in_portions(ids)]
    return {item_id: (bucket, basis) for rows in found for item_id, bucket, basis in rows}


def _save_evidence(
    connection: Connection,
    differing: Sequence[tuple[int, Outcome]],
    before: Mapping[int, tuple[str, str]],
    grounds: GroundIds,
    run_id: int,
) -> None:
    """Append what is new and end what is gone."""
    held: dict[tuple[int, int, int | None, int], int] = {}
    for portion in in_portions(item_id for item_id, _ in differing if item_id in before):
        chosen = select(evidence).where(evidence.c.item_id.in_(portion), evidence.c.gone_run_id.is_(None))
        for row in connection.execute(chosen):
            held[row.item_id, row.ground_id, row.via_id, row.distance] = row.id
    shared = {
        id(outcome): [
            (grounds[one], None if node is None else node.item_id, outcome.distance) for node, one in outcome.won
        ]
        for _, outcome in differing
    }
    found = [(item_id, *told) for item_id, outcome in differing for told in shared[id(outcome)]]
    kept = set(found) & held.keys() if held else set()
    for portion in in_portions(row_id for identity, row_id in held.items() if identity not in kept):
        connection.execute(update(evidence).where(evidence.c.id.in_(portion)).values(gone_run_id=run_id))
    added = [(*told, run_id) for told in found if told not in kept]
    insert_tuples(connection, evidence, _EVIDENCE, added)


def forget_verdicts(connection: Connection, ids: Sequence[int], run_id: int) -> None:
    """End the evidence of items that are gone, or are no work, and take their verdicts away."""
    for portion in in_portions(ids):
        connection.execute(
            update(evidence)
            .where(evidence.c.item_id.in_(portion), evidence.c.gone_run_id.is_(None))
            .values(gone_run_id=run_id)
        )
        connection.execute(verdict.delete().where(verdict.c.item_id.in_(portion)))


def load_buckets(connection: Connection, ids: Iterable[int]) -> dict[int, Bucket]:
    """The stored verdicts, which know nothing of grace and of what was not read."""
    return {
        row.item_id: Bucket(row.bucket)
        for portion in in_portions(ids)
        for row in connection.execute(select(verdict.c.item_id, verdict.c.bucket).where(verdict.c.item_id.in_(portion)))
    }


def load_run_of(connection: Connection, item_id: int) -> tuple[int, datetime] | None:
    """The run that last changed the verdict on an item, and when it began."""
    row = connection.execute(
        select(link_run.c.id, link_run.c.started_at)
        .join(verdict, verdict.c.run_id == link_run.c.id)
        .where(verdict.c.item_id == item_id)
    ).first()
    return (row.id, row.started_at) if row else None


def load_first_seen(connection: Connection, ids: Iterable[int], *, at: datetime | None = None) -> dict[int, datetime]:
    """When the oldest evidence of each item was first seen, of that which holds now, or held at an instant."""
    first, gone = link_run.alias("first"), link_run.alias("gone")
    chosen = (
        select(evidence.c.item_id, func.min(first.c.started_at))
        .join(first, first.c.id == evidence.c.first_run_id)
        .group_by(evidence.c.item_id)
    )
    if at is None:
        chosen = chosen.where(evidence.c.gone_run_id.is_(None))
    else:
        chosen = chosen.outerjoin(gone, gone.c.id == evidence.c.gone_run_id).where(
            first.c.started_at <= at, or_(evidence.c.gone_run_id.is_(None), gone.c.started_at > at)
        )
    return {
        item_id: seen_at
        for portion in in_portions(ids)
        for item_id, seen_at in connection.execute(chosen.where(evidence.c.item_id.in_(portion)))
    }


def load_ledger(
    connection: Connection, ids: Iterable[int], *, at: datetime | None = None, with_gone: bool = False
) -> Iterator[LedgerLine]:
    """Evidence of these items in the order in which it was found: what holds now, or held at an instant, or all."""
    first, gone = link_run.alias("first"), link_run.alias("gone")
    via = item.alias("via")
    last = connection.execute(select(link_run.c.started_at).order_by(link_run.c.id.desc()).limit(1)).scalar()
    chosen = (
        select(
            evidence.c.item_id,
            evidence.c.distance,
            evidence.c.first_run_id,
            *(ground.c[name] for name in _GROUND),
            first.c.started_at.label("first_at"),
            gone.c.started_at.label("gone_at"),
            *(c.label(f"via_{c.name}") for c in (via.c.source, via.c.external_id, via.c.key)),
            *(item.c[name] for name in ("source", "external_id", "key")),
        )
        .join(ground, ground.c.id == evidence.c.ground_id)
        .join(first, first.c.id == evidence.c.first_run_id)
        .join(item, item.c.id == evidence.c.item_id)
        .outerjoin(gone, gone.c.id == evidence.c.gone_run_id)
        .outerjoin(via, via.c.id == evidence.c.via_id)
        .order_by(evidence.c.id)
    )
    if at is not None:
        chosen = chosen.where(
            and_(first.c.started_at <= at, or_(evidence.c.gone_run_id.is_(None), gone.c.started_at > at))
        )
    elif not with_gone:
        chosen = chosen.where(evidence.c.gone_run_id.is_(None))
    for portion in in_portions(ids):
        for row in connection.execute(chosen.where(evidence.c.item_id.in_(portion))):
            ref = ItemRef(source=row.source, external_id=row.external_id, key=row.key)
            via_ref = (
                ref
                if row.via_source is None
                else ItemRef(source=row.via_source, external_id=row.via_external_id, key=row.via_key)
            )
            yield LedgerLine(
                item_id=row.item_id,
                evidence=Evidence(
                    key_result=row.key_result,
                    rule=RuleKind(row.rule),
                    field=row.field,
                    found=row.found,
                    via=via_ref,
                    distance=row.distance,
                    weight=row.weight,
                    author=row.author,
                ),
                run_id=row.first_run_id,
                first_seen_at=row.first_at,
                last_seen_at=row.gone_at or last or row.first_at,
                is_gone=row.gone_at is not None,
            )
