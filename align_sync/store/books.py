"""The OKR book as applied, version after version; the newest one is in force."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import orjson
from pydantic import TypeAdapter
from sqlalchemy import Connection, insert, select

from align_sync.okr.model import Book, Objective
from align_sync.store.schema import book

_OBJECTIVES: TypeAdapter[tuple[Objective, ...]] = TypeAdapter(tuple[Objective, ...])


@dataclass(frozen=True, slots=True, kw_only=True)
class AppliedBook:
    """A version of the book with the time and the person of its application."""

    book: Book
    fingerprint: str
    applied_at: datetime
    applied_by: str


def load_book(connection: Connection) -> AppliedBook | None:
    """The book in force; None before the first application."""
    row = connection.execute(select(book).order_by(book.c.id.desc()).limit(1)).first()
    if row is None:
        return None
    return AppliedBook(
        book=Book(objectives=_OBJECTIVES.validate_json(row.document)),
        fingerprint=row.fingerprint,
        applied_at=row.applied_at,
        applied_by=row.applied_by,
    )


def save_book(connection: Connection, new: Book, *, fingerprint: str, now: datetime, author: str) -> None:
    told: list[dict[str, Any]] = [asdict(objective) for objective in new.objectives]
    connection.execute(
        insert(book).values(
            applied_at=now, applied_by=author, fingerprint=fingerprint, document=orjson.dumps(told).decode()
        )
    )
