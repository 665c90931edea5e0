"""The book of the files beside the one in force: what would change, and what that would cost."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection

from align_sync.errors import UserError
from align_sync.okr.book_yaml import parse_book
from align_sync.okr.model import Book
from align_sync.okr.plan_review import PlanReview, removed_key_results, review_plan, with_links
from align_sync.okr_files import find_texts
from align_sync.store.books import AppliedBook, load_book
from align_sync.store.linked_items import count_linked


@dataclass(frozen=True, slots=True, kw_only=True)
class BookOfFiles:
    """A book without fault, and of how many files it is made."""

    book: Book
    files: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A new book with what it would change in the one in force, which is None before the first."""

    review: PlanReview
    book: Book
    files: int
    in_force: AppliedBook | None

    @property
    def changes_nothing(self) -> bool:
        return self.review.plan.is_empty


def read_files(paths: Iterable[Path]) -> BookOfFiles:
    """The book of files and folders. Raises `UserError` with all problems."""
    texts, unread = find_texts(paths)
    book, wrong = parse_book(texts)
    problems = (*unread, *wrong)
    if problems:
        raise UserError(
            f"the OKR book has {len(problems)} problem{'s' if len(problems) > 1 else ''}; nothing was applied",
            problems=problems,
            advice="mend them and run the command again",
        )
    return BookOfFiles(book=book, files=len(texts))


def propose(connection: Connection, new: BookOfFiles) -> Proposal:
    """What applying these files would do now."""
    in_force = load_book(connection)
    review = review_plan(in_force.book if in_force else Book(), new.book)
    removed = removed_key_results(review.plan)
    if removed:
        review = with_links(review, count_linked(connection, removed))
    return Proposal(review=review, book=new.book, files=new.files, in_force=in_force)
