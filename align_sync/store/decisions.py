"""What people decided about items, from when to when it holds, and when we were told."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain
from typing import Any

from sqlalchemy import Connection, Row, Select, func, insert, or_, select, update

from align_sync.linking.decisions import (
    NO_DECISIONS,
    DecisionKind,
    Decisions,
    Dispute,
    ManualExemption,
    ManualLink,
)
from align_sync.store.schema import decision, item
from align_sync.work import ItemRef


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredDecision:
    """One decision with its times.

    It holds from `since_at` until it expires or is ended; we know of it since `recorded_at`.
    """

    decision_id: int
    item_id: int
    ref: ItemRef
    title: str
    kind: DecisionKind
    author: str
    reason: str
    since_at: datetime
    recorded_at: datetime
    key_result: str = ""
    share: float | None = None
    category: str = ""
    expires_on: date | None = None
    ended_at: datetime | None = None
    ended_by: str = ""
    end_reason: str = ""

    def holds_at(self, at: datetime, day: date) -> bool:
        """Whether it is in force at the instant, which is in the day of the organisation."""
        is_ended = self.ended_at is not None and self.ended_at <= at
        is_expired = self.expires_on is not None and self.expires_on < day
        return self.since_at <= at and not is_ended and not is_expired


class DecisionBook:
    """The decisions in force at one moment, by item."""

    def __init__(self, decisions: Iterable[StoredDecision]) -> None:
        by_item: dict[tuple[str, str], list[StoredDecision]] = {}
        for one in decisions:
            by_item.setdefault((one.ref.source, one.ref.external_id), []).append(one)
        self._by_item = {identity: _gather(held) for identity, held in by_item.items()}

    def __call__(self, ref: ItemRef) -> Decisions:
        return self._by_item.get((ref.source, ref.external_id), NO_DECISIONS)

    @property
    def items(self) -> frozenset[tuple[str, str]]:
        """What anything was decided about, as (source, external id)."""
        return frozenset(self._by_item)

    def find_differing(self, other: "DecisionBook") -> list[ItemRef]:
        """Items that the two say different things of: a decision began or ran out between them."""
        refs = [ItemRef(source=source, external_id=external_id) for source, external_id in self.items | other.items]
        return sorted(ref for ref in refs if self(ref) != other(ref))


def _gather(held: Iterable[StoredDecision]) -> Decisions:
    links: dict[str, ManualLink] = {}
    exemption: ManualExemption | None = None
    dispute: Dispute | None = None
    for one in sorted(held, key=lambda one: (one.since_at, one.decision_id)):  # of two of a kind the later one
        match one.kind:
            case DecisionKind.LINK:
                links[one.key_result] = ManualLink(
                    key_result=one.key_result,
                    author=one.author,
                    reason=one.reason,
                    since_at=one.since_at,
                    share=one.share,
                    expires_on=one.expires_on,
                )
            case DecisionKind.EXEMPTION:
                exemption = ManualExemption(
                    category=one.category,
                    author=one.author,
                    reason=one.reason,
                    since_at=one.since_at,
                    expires_on=one.expires_on,
                )
            case DecisionKind.DISPUTE:
                dispute = Dispute(author=one.author, reason=one.reason, since_at=one.since_at)
    return Decisions(links=tuple(links.values()), exemption=exemption, dispute=dispute)


def load_decisions(connection: Connection, *, at: datetime, day: date) -> DecisionBook:
    """All that is in force at the instant, as far as is known today."""
    # Expired ones stay open in the table: nobody ended them, and an earlier day is judged by them still.
    held = _chosen().where(
        decision.c.kind.in_([kind.value for kind in DecisionKind]),
        decision.c.since_at <= at,
        or_(decision.c.expires_on.is_(None), decision.c.expires_on >= day),
    )
    # Two questions, so that the index passes over all that were ended before.
    still, until_later = held.where(decision.c.ended_at.is_(None)), held.where(decision.c.ended_at > at)
    return DecisionBook(chain(_read(connection, still), _read(connection, until_later)))


def load_history(
    connection: Connection, *, item_id: int | None = None, kind: DecisionKind | None = None
) -> tuple[StoredDecision, ...]:
    """Every decision that was ever made, oldest first."""
    chosen = _chosen()
    if item_id is not None:
        chosen = chosen.where(decision.c.item_id == item_id)
    if kind is not None:
        chosen = chosen.where(decision.c.kind == kind.value)
    return tuple(_read(connection, chosen))


def load_newest_id(connection: Connection) -> int:
    """Our id of the decision that was written last; 0 before the first."""
    return connection.execute(select(func.max(decision.c.id))).scalar() or 0


def load_decided_after(connection: Connection, decision_id: int) -> list[int]:
    """Items of the decisions that were written after this one."""
    return list(connection.scalars(select(decision.c.item_id).where(decision.c.id > decision_id)).unique())


def save_decision(
    connection: Connection,
    *,
    item_id: int,
    kind: DecisionKind,
    author: str,
    reason: str,
    since_at: datetime,
    now: datetime,
    key_result: str = "",
    share: float | None = None,
    category: str = "",
    expires_on: date | None = None,
) -> None:
    connection.execute(
        insert(decision).values(
            item_id=item_id,
            kind=kind.value,
            author=author,
            reason=reason,
            since_at=since_at,
            recorded_at=now,
            key_result=key_result,
            share=share,
            category=category,
            expires_on=expires_on,
        )
    )


def end_decision(connection: Connection, decision_id: int, *, now: datetime, author: str, reason: str) -> None:
    connection.execute(
        update(decision).where(decision.c.id == decision_id).values(ended_at=now, ended_by=author, end_reason=reason)
    )


def _chosen() -> Select[Any]:
    return (
        select(decision, item.c.source, item.c.external_id, item.c.key, item.c.title)
        .join(item, item.c.id == decision.c.item_id)
        .order_by(decision.c.id)
    )


def _read(connection: Connection, chosen: Select[Any]) -> Iterator[StoredDecision]:
    return (_make(row) for row in connection.execute(chosen))


def _make(row: Row[Any]) -> StoredDecision:
    return StoredDecision(
        decision_id=row.id,
        item_id=row.item_id,
        ref=ItemRef(source=row.source, external_id=row.external_id, key=row.key),
        title=row.title,
        kind=DecisionKind(row.kind),
        author=row.author,
        reason=row.reason,
        since_at=row.since_at,
        recorded_at=row.recorded_at,
        key_result=row.key_result,
        share=row.share,
        category=row.category,
        expires_on=row.expires_on,
        ended_at=row.ended_at,
        ended_by=row.ended_by,
        end_reason=row.end_reason,
    )
