"""The book in force published, if nothing stands against it; what stood open then is kept with it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from align_sync.app import App
from align_sync.errors import UserError
from align_sync.okr.lint.accepted import read_accepted, sort_findings
from align_sync.okr.lint.model import Finding, Severity, Subject
from align_sync.okr.lint.run import build_subject, place_findings, run_lint
from align_sync.okr.model import Book
from align_sync.okr.publish_gates import ALWAYS_ERRORS, Gate, judge_gates, list_remarks, unchecked_of
from align_sync.register import load_register
from align_sync.store.books import AppliedBook, load_book
from align_sync.store.confidences import load_confidences
from align_sync.store.publications import Publication, load_newest_book_id, save_publication


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishResult:
    """`published` is None where a gate failed, or where nothing was to be written."""

    gates: tuple[Gate, ...]
    applied: AppliedBook
    published: Publication | None

    @property
    def is_stopped(self) -> bool:
        return any(gate.faults for gate in self.gates)


def publish(app: App, *, author: str, reason: str = "", dry_run: bool = False) -> PublishResult:
    """Put the book in force through all gates, and write the publication down. Raises `UserError`."""
    now = app.now()
    with app.store.read() as connection:
        applied = load_book(connection)
        if applied is None:
            raise UserError(
                "no OKR book has been applied yet", where="okr publish", advice="align-sync okr apply okrs/"
            )
        subject = _load_subject(app, connection, applied.book, now)
    levels = {name: Severity(level) for name, level in app.settings.lint.levels.items()}
    findings = run_lint(subject, {**levels, **dict.fromkeys(ALWAYS_ERRORS, Severity.ERROR)})
    accepted = _find_accepted(app.settings.lint.baseline, findings)
    off = tuple(name for name, level in levels.items() if level is Severity.OFF and name not in ALWAYS_ERRORS)
    gates = judge_gates(subject, findings, accepted, off)
    result = PublishResult(gates=gates, applied=applied, published=None)
    if dry_run or result.is_stopped:
        return result
    publication = Publication(
        book_id=applied.book_id,
        published_at=now,
        published_by=author,
        reason=reason,
        findings=(*unchecked_of(gates), *list_remarks(findings, accepted)),
    )
    with app.store.write() as connection:
        if load_newest_book_id(connection) != applied.book_id:
            message = "another version of the book was applied meanwhile; nothing was published"
            raise UserError(message, where="okr publish", advice="run the command again")
        save_publication(connection, publication)
    return PublishResult(gates=gates, applied=applied, published=publication)


def _find_accepted(file: Path | None, findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Those of the findings that the file of the settings accepts, if there is one. Raises `UserError`."""
    if file is None or not file.exists():
        return ()
    try:
        marks = read_accepted(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else error
        advice = "write it anew: align-sync okr lint --write-baseline"
        raise UserError(f"the accepted findings cannot be read: {why}", where=str(file), advice=advice) from None
    return tuple(one.finding for one in sort_findings(place_findings(findings), marks).accepted)


def _load_subject(app: App, connection: Connection, book: Book, now: datetime) -> Subject:
    said = load_confidences(connection)
    return build_subject(
        book,
        today=now.astimezone(ZoneInfo(app.settings.timezone)).date(),
        metrics=load_register(app, connection, book),
        confidences={key: told[-1].share for key, told in said.items()},
    )
