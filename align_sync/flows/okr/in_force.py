"""The book in force, and when it was published."""

from dataclasses import dataclass

from align_sync.app import App
from align_sync.okr.model import Book
from align_sync.store.books import load_book
from align_sync.store.publications import Publication, load_publication


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicationState:
    """The last publication, and whether it is of the book in force: a later version is not published by it."""

    last: Publication | None
    is_current: bool


def load_current_book(app: App) -> Book | None:
    """The book in force."""
    with app.store.read() as connection:
        applied = load_book(connection)
    return applied.book if applied else None


def load_publication_state(app: App) -> PublicationState:
    """When the book was published last and by whom, for those who show it."""
    with app.store.read() as connection:
        applied, last = load_book(connection), load_publication(connection)
    return PublicationState(last=last, is_current=bool(applied and last and last.book_id == applied.book_id))
