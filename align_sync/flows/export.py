"""Everything that is known of OKRs, gathered to be written in open formats."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from align_sync.app import App
from align_sync.errors import UserError
from align_sync.okr.book_yaml import parse_book
from align_sync.okr.model import Book
from align_sync.okr.tables.records import (
    Records,
    Version,
    list_confidences,
    list_metrics,
    list_readings,
    list_versions,
)
from align_sync.okr_files import read_texts
from align_sync.register import load_whole_register
from align_sync.store.books import load_book, load_versions
from align_sync.store.confidences import load_confidences
from align_sync.store.readings import load_readings


class Part(StrEnum):
    """What can be exported; confidences come with the readings."""

    BOOK = "book"
    READINGS = "readings"
    VERSIONS = "versions"
    METRICS = "metrics"


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """`origin` says where the book is from, `as_of_at` since when it has been in force, where it is."""

    made_at: datetime
    origin: str
    as_of_at: datetime | None
    book: Book | None = None
    records: tuple[Records, ...] = ()
    versions: tuple[Version, ...] = ()


def export_files(paths: Iterable[Path], *, made_at: datetime) -> Export:
    """The book of files that are not applied. Raises `UserError` with all their problems."""
    texts = read_texts(paths)
    book, problems = parse_book(texts)
    if problems:
        raise UserError("the OKR files have problems", problems=problems, advice="mend them; nothing was written")
    return Export(made_at=made_at, origin=", ".join(name for name, _ in texts), as_of_at=None, book=book)


def export(app: App, wanted: Collection[Part]) -> Export:
    """What the database holds, as of one moment. Raises `UserError` where no book was ever applied."""
    with app.store.read() as connection:
        applied = load_book(connection)
        if applied is None:
            raise UserError("no OKR book has been applied yet", where="okr export", advice="align-sync okr apply okrs/")
        records: list[Records] = []
        versions: tuple[Version, ...] = ()
        if Part.READINGS in wanted:
            records += [list_readings(load_readings(connection)), list_confidences(load_confidences(connection))]
        if Part.VERSIONS in wanted:
            stored = reversed(list(load_versions(connection)))
            versions = tuple(
                Version(
                    number=number,
                    applied_at=one.applied_at,
                    applied_by=one.applied_by,
                    held_from_at=one.held_from_at,
                    reason=one.reason,
                    book=one.book,
                )
                for number, one in enumerate(stored, 1)
            )
            records.append(list_versions(versions))
        if Part.METRICS in wanted:
            records.append(list_metrics(load_whole_register(app, connection, applied.book), applied.book))
    return Export(
        made_at=app.now(),
        origin="the book in force",
        as_of_at=applied.applied_at,
        book=applied.book if Part.BOOK in wanted else None,
        records=tuple(records),
        versions=versions,
    )
