"""The book of the files put in force: only the plan that was shown, or what needs no person."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import structlog

from align_sync.app import App
from align_sync.errors import UserError
from align_sync.flows.okr.proposal import BookOfFiles, Proposal, propose, read_files
from align_sync.okr.model import Book
from align_sync.okr.plan import BookPlan
from align_sync.okr.plan_review import PlanReview
from align_sync.okr.plan_text import list_agreed, list_linked
from align_sync.register import definitions_of, record_book_values
from align_sync.store.books import save_book

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """What a person agreed to: one plan by its fingerprint, removals included, or whatever the files say.

    Without a fingerprint, key results that items are linked to are removed only with `removal`.
    """

    fingerprint: str | None = None
    removal: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplyResult:
    """What was applied; `plan` is empty where the book in force says the same.

    `held` is what waits for a person instead, and `held_because` says why; nothing was applied then.
    """

    plan: BookPlan
    book: Book
    files: int
    held: PlanReview | None = None
    held_because: tuple[str, ...] = ()


class PlanRefusedError(UserError):
    """Show the plan as it is now and ask again: it is another one than was agreed to, or more than that."""

    def __init__(self, message: str, proposal: Proposal, *, advice: str) -> None:
        super().__init__(message, where="okr apply", advice=advice)
        self.proposal = proposal


def plan(app: App, paths: Iterable[Path]) -> Proposal:
    """What applying the files would change; nothing is written."""
    new = read_files(paths)
    with app.store.read() as connection:
        return propose(connection, new)


def apply(
    app: App,
    paths: Iterable[Path],
    *,
    author: str,
    reason: str = "",
    held_from_at: datetime | None = None,
    approval: Approval | None = None,
) -> ApplyResult:
    """Put the book of the files in force as a whole, from now on or since an earlier instant.

    Without an approval nobody is there to ask: what needs a person waits, and the book in force stays. Raises
    `UserError` with all problems of the files, and `PlanRefusedError` for what the approval does not cover.
    """
    new = read_files(paths)
    with app.store.write() as connection:
        proposal = propose(connection, new)
        if proposal.in_force is not None and proposal.changes_nothing:
            return ApplyResult(plan=proposal.review.plan, book=new.book, files=new.files)
        if approval is not None:
            _check(proposal, approval, reason)
        elif waiting := tuple(_list_waiting(proposal.review, reason)):
            return _hold(proposal, new, waiting)
        now = app.now()
        save_book(
            connection,
            new.book,
            fingerprint=proposal.review.plan.fingerprint,
            now=now,
            author=author,
            held_from_at=held_from_at,
            reason=reason,
        )
        record_book_values(
            connection,
            proposal.in_force.book if proposal.in_force else None,
            new.book,
            now=now,
            author=author,
            definitions=definitions_of(app),
        )
    return ApplyResult(plan=proposal.review.plan, book=new.book, files=new.files)


def _check(proposal: Proposal, approval: Approval, reason: str) -> None:
    review = proposal.review
    if approval.fingerprint not in {None, review.fingerprint}:
        message = f"the plan is no longer {approval.fingerprint}; nothing was applied"
        raise PlanRefusedError(message, proposal, advice=f"look at it again, then --plan {review.fingerprint}")
    if review.agreed and not reason:
        message = f"what was agreed changes, which needs a reason; nothing was applied: {list_agreed(review)}"
        raise PlanRefusedError(message, proposal, advice='say why: --reason "..."')
    if review.linked and approval.fingerprint is None and not approval.removal:
        message = f"key results with linked work would go; nothing was applied: {list_linked(review)}"
        advice = f"close them with a successor instead, or agree: --plan {review.fingerprint}, or --allow-removal"
        raise PlanRefusedError(message, proposal, advice=advice)


def _list_waiting(review: PlanReview, reason: str) -> Iterator[str]:
    if review.linked:
        yield f"removes key results with linked work: {list_linked(review)}"
    if review.agreed and not reason:
        yield f"changes what was agreed without a reason: {list_agreed(review)}"


def _hold(proposal: Proposal, new: BookOfFiles, waiting: tuple[str, ...]) -> ApplyResult:
    command = f"align-sync okr apply --plan {proposal.review.fingerprint}"
    log.warning("book.held_for_a_person", because=waiting, command=f'{command} --reason "..."')
    unchanged = BookPlan(unchanged=proposal.review.plan.unchanged)
    return ApplyResult(plan=unchanged, book=new.book, files=new.files, held=proposal.review, held_because=waiting)
