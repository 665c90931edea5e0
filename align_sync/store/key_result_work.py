"""What the whole store says of the work on key results: whether any is open or just done, and what is planned.

Existence is asked for, not numbers: a key result that is worked on is answered by its newest item, however many there
are. All of its items are read only for one that looks idle.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, case, func, or_, select

from align_sync.reports.model import KeyResultWork
from align_sync.store.items import PRESENT
from align_sync.store.past import load_earlier_items, load_items_at, stays_at
from align_sync.store.schema import evidence, ground, item, link_run, membership, sprint
from align_sync.store.upsert import in_portions
from align_sync.work import SprintRef, StatusCategory

_FINISHED = (StatusCategory.DONE.value, StatusCategory.CANCELLED.value)


def load_key_result_work(
    connection: Connection,
    keys: Collection[str],
    *,
    recent_since: datetime,
    coming: Collection[SprintRef],
    at: datetime | None = None,
) -> tuple[KeyResultWork, ...]:
    """For each of the key results, as told by the ledger now or at an instant."""
    sprint_ids = tuple(_load_sprint_ids(connection, coming))
    if at is not None:
        work = _gather_at(connection, keys, recent_since, at)
        planned = _count_planned_at(connection, sprint_ids, at)
        return tuple(replace(work[key], planned=planned.get(key, 0)) for key in sorted(keys))
    # Two questions: one with "or" in it would walk past all finished work to find the open item.
    has_open = _find_worked(connection, keys, _IS_OPEN)
    has_recent = _find_worked(connection, keys, _is_recent(recent_since))
    planned = _count_planned(connection, sprint_ids)
    last = _find_last(connection, set(keys) - has_open - has_recent)
    return tuple(
        KeyResultWork(
            key_result=key,
            has_open=key in has_open,
            has_recent=key in has_recent,
            planned=planned.get(key, 0),
            last_work_at=last.get(key),
        )
        for key in sorted(keys)
    )


_IS_OPEN = item.c.status_category.not_in(_FINISHED)


def _is_recent(since: datetime) -> ColumnElement[bool]:
    return and_(item.c.status_category == StatusCategory.DONE.value, item.c.changed_at >= since)


def _find_worked(connection: Connection, keys: Collection[str], condition: ColumnElement[bool]) -> set[str]:
    """Those with at least one item of this kind: the search ends at the first."""
    one_item = _held(select(evidence.c.id)).where(evidence.c.ground_id == ground.c.id, condition).exists()
    return {
        key
        for portion in in_portions(sorted(keys))
        for (key,) in connection.execute(
            select(ground.c.key_result).where(ground.c.key_result.in_(portion), one_item).distinct()
        )
    }


def _find_last(connection: Connection, keys: Collection[str]) -> dict[str, datetime]:
    return {
        key: last
        for portion in in_portions(sorted(keys))
        for key, last in connection.execute(
            _held(select(ground.c.key_result, func.max(item.c.updated_at)))
            .join(ground, ground.c.id == evidence.c.ground_id)
            .where(ground.c.key_result.in_(portion))
            .group_by(ground.c.key_result)
        )
        if last is not None
    }


def _count_planned(connection: Connection, sprint_ids: Iterable[int]) -> dict[str, int]:
    """How many items of the coming sprints serve each key result."""
    counts: Counter[str] = Counter()
    for portion in in_portions(sprint_ids):
        chosen = (
            _held(select(ground.c.key_result, func.count(func.distinct(item.c.id))))
            .join(ground, ground.c.id == evidence.c.ground_id)
            .join(membership, membership.c.item_id == item.c.id)
            .where(membership.c.sprint_id.in_(portion), membership.c.left_at.is_(None))
            .group_by(ground.c.key_result)
        )
        counts.update(dict(connection.execute(chosen).all()))
    return counts


def _held(chosen: Select[Any]) -> Select[Any]:
    """Evidence on present items that holds now."""
    return (
        chosen.select_from(evidence)
        .join(item, item.c.id == evidence.c.item_id)
        .where(item.c.state == PRESENT, evidence.c.gone_run_id.is_(None))
    )


def _gather_at(
    connection: Connection, keys: Collection[str], recent_since: datetime, at: datetime
) -> dict[str, KeyResultWork]:
    """Without what is planned: from the items that are as they were then, and from the versions of those that changed.

    All work is read, which an earlier day is worth.
    """
    work = {key: KeyResultWork(key_result=key) for key in keys}
    is_open, is_recent = (func.max(case((is_so, 1), else_=0)) for is_so in (_IS_OPEN, _is_recent(recent_since)))
    changed: dict[int, set[str]] = {}
    for portion in in_portions(sorted(keys)):
        chosen = _held_at(select(ground.c.key_result, is_open, is_recent, func.max(item.c.updated_at)), at).where(
            ground.c.key_result.in_(portion), item.c.changed_at <= at, item.c.state == PRESENT
        )
        for key, has_open, has_recent, last in connection.execute(chosen.group_by(ground.c.key_result)):
            work[key] = _add(work[key], has_open=bool(has_open), has_recent=bool(has_recent), last=last)
        later = _held_at(select(evidence.c.item_id, ground.c.key_result), at).where(
            ground.c.key_result.in_(portion), item.c.changed_at > at
        )
        for item_id, key in connection.execute(later):
            changed.setdefault(item_id, set()).add(key)
    for item_id, one, known_from_at in load_earlier_items(connection, sorted(changed), at):
        has_open = one.status_category.value not in _FINISHED
        has_recent = one.status_category is StatusCategory.DONE and known_from_at >= recent_since
        for key in changed[item_id]:
            work[key] = _add(work[key], has_open=has_open, has_recent=has_recent, last=one.updated_at)
    return {
        key: replace(one, last_work_at=None) if one.has_open or one.has_recent else one for key, one in work.items()
    }


def _add(one: KeyResultWork, *, has_open: bool, has_recent: bool, last: datetime | None) -> KeyResultWork:
    return replace(
        one,
        has_open=one.has_open or has_open,
        has_recent=one.has_recent or has_recent,
        last_work_at=max((at for at in (one.last_work_at, last) if at is not None), default=None),
    )


def _count_planned_at(connection: Connection, sprint_ids: Iterable[int], at: datetime) -> dict[str, int]:
    served: set[tuple[int, str]] = set()
    for portion in in_portions(sprint_ids):
        chosen = (
            _held_at(select(evidence.c.item_id, ground.c.key_result), at)
            .join(membership, membership.c.item_id == evidence.c.item_id)
            .where(membership.c.sprint_id.in_(portion), stays_at(at))
        )
        served.update((item_id, key) for item_id, key in connection.execute(chosen))
    present = load_items_at(connection, sorted({item_id for item_id, _ in served}), at)
    return Counter(key for item_id, key in served if item_id in present)


def _held_at(chosen: Select[Any], at: datetime) -> Select[Any]:
    """Evidence that held at the instant, whatever became of its item."""
    first, gone = link_run.alias("first"), link_run.alias("gone")
    return (
        chosen.select_from(evidence)
        .join(ground, ground.c.id == evidence.c.ground_id)
        .join(item, item.c.id == evidence.c.item_id)
        .join(first, first.c.id == evidence.c.first_run_id)
        .outerjoin(gone, gone.c.id == evidence.c.gone_run_id)
        .where(first.c.started_at <= at, or_(evidence.c.gone_run_id.is_(None), gone.c.started_at > at))
    )


def _load_sprint_ids(connection: Connection, refs: Iterable[SprintRef]) -> Iterator[int]:
    by_source: dict[str, list[str]] = {}
    for ref in refs:
        by_source.setdefault(ref.source, []).append(ref.external_id)
    for source, external_ids in sorted(by_source.items()):
        for portion in in_portions(external_ids):
            chosen = select(sprint.c.id).where(sprint.c.source == source, sprint.c.external_id.in_(portion))
            yield from connection.scalars(chosen.order_by(sprint.c.id))
