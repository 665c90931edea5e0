"""The OKR book: read from files, compared with the one in force, and put in its place."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from align_sync.app import App
from align_sync.errors import UserError
from align_sync.okr.book_yaml import parse_book
from align_sync.okr.model import Book
from align_sync.okr.plan import BookPlan, plan_apply
from align_sync.okr_files import read_texts
from align_sync.store.books import load_book, save_book


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplyResult:
    """What was applied; `plan` is empty where the book in force says the same."""

    plan: BookPlan
    book: Book
    files: int


def apply(app: App, paths: Iterable[Path], *, author: str) -> ApplyResult:
    """Read the book from files and folders and put it in force as a whole. Raises `UserError` with all problems."""
    texts = read_texts(paths)
    new, problems = parse_book(texts)
    if problems:
        raise UserError(
            f"the OKR book has {len(problems)} problem{'s' if len(problems) > 1 else ''}; nothing was applied",
            problems=problems,
            advice="mend them and run the command again",
        )
    with app.store.write() as connection:
        applied = load_book(connection)
        plan = plan_apply(applied.book if applied else Book(), new)
        if applied is None or not plan.is_empty:
            save_book(connection, new, fingerprint=plan.fingerprint, now=app.now(), author=author)
    return ApplyResult(plan=plan, book=new, files=len(texts))


def load_current_book(app: App) -> Book | None:
    """The book in force."""
    with app.store.read() as connection:
        applied = load_book(connection)
    return applied.book if applied else None
