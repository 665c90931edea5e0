"""The OKR book as applied, version after version; the newest one is in force."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

import orjson
from pydantic import TypeAdapter
from sqlalchemy import Connection, insert, select

from align_sync.okr.model import Book, KeyResultState, Objective
from align_sync.store.schema import book

_OBJECTIVES: TypeAdapter[tuple[Objective, ...]] = TypeAdapter(tuple[Objective, ...])


@dataclass(frozen=True, slots=True, kw_only=True)
class AppliedBook:
    """A version of the book with the time and the person of its application, and since when it holds."""

    book: Book
    fingerprint: str
    applied_at: datetime
    applied_by: str
    held_from_at: datetime
    reason: str = ""
    book_id: int = 0


def load_book(connection: Connection, at: datetime | None = None) -> AppliedBook | None:
    """The book in force now, or the one that held at an instant; None before the first application."""
    return next(iter(load_versions(connection, at=at)), None)


def load_versions(connection: Connection, *, at: datetime | None = None) -> Iterator[AppliedBook]:
    """All versions, the newest first; with `at` from the one on that held then, as far as is known today."""
    chosen = select(book).order_by(book.c.id.desc())
    if at is not None:
        chosen = chosen.where(book.c.held_from_at <= at)
    for row in connection.execute(chosen):
        yield AppliedBook(
            book=Book(objectives=_OBJECTIVES.validate_json(row.document)),
            fingerprint=row.fingerprint,
            applied_at=row.applied_at,
            applied_by=row.applied_by,
            held_from_at=row.held_from_at,
            reason=row.reason,
            book_id=row.id,
        )


def load_closed_on(connection: Connection, now_in_force: Book, at: datetime | None = None) -> dict[str, date]:
    """Since when key results of the book are closed or archived, where the book itself does not say."""
    wanted = {
        kr.key for kr in now_in_force.key_results if kr.state is not KeyResultState.ACTIVE and kr.closed_on is None
    }
    found: dict[str, date] = {}
    for version in load_versions(connection, at=at) if wanted else ():
        inactive = {kr.key for kr in version.book.key_results if kr.state is not KeyResultState.ACTIVE}
        wanted &= inactive
        if not wanted:
            break
        found |= dict.fromkeys(wanted, version.held_from_at.date())
    return found


def save_book(
    connection: Connection,
    new: Book,
    *,
    fingerprint: str,
    now: datetime,
    author: str,
    held_from_at: datetime | None = None,
    reason: str = "",
) -> None:
    connection.execute(
        insert(book).values(
            applied_at=now,
            applied_by=author,
            held_from_at=held_from_at or now,
            reason=reason,
            fingerprint=fingerprint,
            document=orjson.dumps(new.objectives).decode(),
        )
    )
