"""Which version of the book was published, when, by whom, and what was known to be wrong with it."""

from dataclasses import dataclass
from datetime import datetime

import orjson
from sqlalchemy import Connection, func, insert, select

from align_sync.store.schema import book, publication


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """`findings` are the findings that stood then, one line each."""

    book_id: int
    published_at: datetime
    published_by: str
    reason: str = ""
    findings: tuple[str, ...] = ()


def save_publication(connection: Connection, one: Publication) -> None:
    connection.execute(
        insert(publication).values(
            book_id=one.book_id,
            published_at=one.published_at,
            published_by=one.published_by,
            reason=one.reason,
            findings=orjson.dumps(one.findings).decode(),
        )
    )


def load_publication(connection: Connection, *, at: datetime | None = None) -> Publication | None:
    """The newest one; with `at` the newest one then."""
    chosen = select(publication).order_by(publication.c.published_at.desc(), publication.c.id.desc()).limit(1)
    if at is not None:
        chosen = chosen.where(publication.c.published_at <= at)
    row = connection.execute(chosen).first()
    if row is None:
        return None
    return Publication(
        book_id=row.book_id,
        published_at=row.published_at,
        published_by=row.published_by,
        reason=row.reason,
        findings=tuple(orjson.loads(row.findings)),
    )


def load_newest_book_id(connection: Connection) -> int:
    """Our id of the version of the book that was applied last, which is the one to publish; 0 before the first."""
    return connection.execute(select(func.max(book.c.id))).scalar() or 0
