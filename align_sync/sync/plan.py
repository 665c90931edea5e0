"""What a fetched page means for the store: which items are new, changed, the same or older than what is known.

Pure: the page and what is known come in, the decision goes out.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from align_sync.work import WorkItem, hash_document, to_document


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the store knows of an item. `sprint_ids` are the sprints it is in now, by the tracker's identifiers."""

    item_id: int
    content_hash: str
    updated_at: datetime | None
    is_present: bool = True
    sprint_ids: frozenset[str] = field(default_factory=frozenset)


@dataclass(frozen=True, slots=True, kw_only=True)
class Upsert:
    """One item to write, with the document and hash that it is stored under."""

    item: WorkItem
    document: str
    content_hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """An item that came into a sprint or left one, by the tracker's identifiers, and when it did."""

    external_id: str
    sprint_id: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PagePlan:
    """The decision for one page. `same` and `older` are written nowhere but marked as seen by this sweep.

    `revived` are items that were gone and are there again with the same content.
    """

    created: tuple[Upsert, ...] = ()
    changed: tuple[Upsert, ...] = ()
    same: tuple[str, ...] = ()
    older: tuple[str, ...] = ()
    revived: tuple[str, ...] = ()
    entered: tuple[Move, ...] = ()
    left: tuple[Move, ...] = ()


def plan_page(
    items: Iterable[WorkItem],
    known: Mapping[str, Known],
    sprint_ids: frozenset[str],
    unplaced: frozenset[str] = frozenset(),
    *,
    now: datetime,
    is_first: bool,
) -> PagePlan:
    """Compare by content, not by stamp. `sprint_ids` are all sprints that the store has; others are of no interest.

    `unplaced` are items whose sprints cannot be told from the item: they stay where they are. `now` and `is_first`
    are those of `date_entry`.

    An item that the source answers in an older state than is known (an index that lags) is left as it is.
    """
    created: list[Upsert] = []
    changed: list[Upsert] = []
    same: list[str] = []
    older: list[str] = []
    revived: list[str] = []
    entered: list[Move] = []
    left: list[Move] = []
    for item in {item.ref.external_id: item for item in items}.values():
        external_id = item.ref.external_id
        before = known.get(external_id)
        if before is not None and _is_older(item, before):
            older.append(external_id)
            continue
        document = to_document(item)
        content_hash = hash_document(document)
        if before is None:
            created.append(Upsert(item=item, document=document.decode(), content_hash=content_hash))
        elif before.content_hash != content_hash:
            changed.append(Upsert(item=item, document=document.decode(), content_hash=content_hash))
        else:
            same.append(external_id)
            if not before.is_present:
                revived.append(external_id)
        if external_id in unplaced:
            continue
        sprints_before = before.sprint_ids if before else frozenset[str]()
        stays = plan_stays(item, sprints_before, sprint_ids, now=now, is_first=is_first)
        entered += stays[0]
        left += stays[1]
    return PagePlan(
        created=tuple(created),
        changed=tuple(changed),
        same=tuple(same),
        older=tuple(older),
        revived=tuple(revived),
        entered=tuple(entered),
        left=tuple(left),
    )


def plan_stays(
    item: WorkItem, before: frozenset[str], sprint_ids: frozenset[str], *, now: datetime, is_first: bool
) -> tuple[tuple[Move, ...], tuple[Move, ...]]:
    """Which sprints the item entered and left. The whole set is replaced; an archived item is in none."""
    external_id = item.ref.external_id
    after = sprint_ids.intersection(item.sprint_ids) if item.archived_at is None else frozenset()
    told = dict(item.sprint_entered)
    return (
        tuple(
            Move(
                external_id=external_id,
                sprint_id=sprint,
                at=date_entry(told.get(sprint), item.updated_at, now=now, is_first=is_first),
            )
            for sprint in sorted(after - before)
        ),
        tuple(Move(external_id=external_id, sprint_id=sprint, at=now) for sprint in sorted(before - after)),
    )


def date_entry(told: datetime | None, updated_at: datetime | None, *, now: datetime, is_first: bool) -> datetime:
    """When an item came into a sprint where the store did not see it before; never later than `now`.

    What the tracker told counts. Else it came between the last pull and this one: now. Unless this `is_first`, the
    first complete reading of the source: then it may have been there for long, and at its last update for sure, since
    to enter a sprint is one. The time in which a new item need not be linked yet counts from here, so this is the
    latest instant that is possible: the benefit of the doubt is the item's.
    """
    if told is None and is_first:
        told = updated_at
    return now if told is None else min(told, now)


def _is_older(item: WorkItem, before: Known) -> bool:
    return item.updated_at is not None and before.updated_at is not None and item.updated_at < before.updated_at
