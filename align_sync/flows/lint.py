"""Linting: a book from files or the one in force, judged with what is known of its metrics."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy.engine import make_url

from align_sync.app import App
from align_sync.errors import UserError
from align_sync.okr.book_yaml import ReadBook, read_book
from align_sync.okr.lint.accepted import read_accepted, sort_findings
from align_sync.okr.lint.model import Evidence, PlacedFinding, Severity
from align_sync.okr.lint.result import LintResult
from align_sync.okr.lint.run import build_subject, place_findings, run_lint
from align_sync.okr.metrics import Measurability
from align_sync.okr.model import Book
from align_sync.okr.readings import Confidence
from align_sync.okr_files import read_texts
from align_sync.register import load_register
from align_sync.settings import Settings
from align_sync.store.books import load_book
from align_sync.store.confidences import load_confidences


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """What is known beside the book. `metrics` is None where the settings define none and nobody looked further."""

    metrics: Mapping[str, Evidence] | None
    confidences: Mapping[str, float]
    has_readings: bool


def read_levels(settings: Settings) -> dict[str, Severity]:
    """The severities that the settings give to rules; that there are such rules was checked with the settings."""
    return {name: Severity(level) for name, level in settings.lint.levels.items()}


def has_database(settings: Settings) -> bool:
    """Whether there is anything to look up: a file of SQLite that nobody wrote yet is not made for a look."""
    url = make_url(settings.database.url.get_secret_value())
    if not url.drivername.startswith("sqlite"):
        return True
    return bool(url.database) and Path(str(url.database)).exists()


def lint_files(settings: Settings, paths: Iterable[Path], *, now: datetime, baseline: Path | None = None) -> LintResult:
    """Files alone, without a database; of metrics only what the settings define is known."""
    texts = read_texts(paths)
    defined = {
        one.name: Evidence(definition=one, measurability=Measurability.DECLARED, noise=one.noise)
        for one in settings.metric_definitions()
    }
    known = _Known(metrics=defined or None, confidences={}, has_readings=False)
    return _lint(settings, read_book(texts), [name for name, _ in texts], known, now=now, baseline=baseline)


def lint_with_readings(app: App, paths: Iterable[Path], *, baseline: Path | None = None) -> LintResult:
    """Files, or the book in force where none is named, with all that is stored of their metrics."""
    chosen = tuple(paths)
    texts = read_texts(chosen) if chosen else None
    with app.store.read() as connection:
        if texts is None:
            applied = load_book(connection)
            if applied is None:
                advice = "align-sync okr lint okrs/, or set okrs in align-sync.toml"
                raise UserError("there is no OKR book yet, and no file is named", where="okr lint", advice=advice)
            read = ReadBook(book=applied.book, problems=(), sites={})
        else:
            read = read_book(texts)
        known = _Known(
            metrics=load_register(app, connection, read.book),
            confidences=_newest(load_confidences(connection), read.book),
            has_readings=True,
        )
    names = [name for name, _ in texts or ()]
    return _lint(app.settings, read, names, known, now=app.now(), baseline=baseline)


def _newest(said: Mapping[str, tuple[Confidence, ...]], book: Book) -> dict[str, float]:
    """By key as the book writes it: case does not count."""
    by_fold = {key.casefold(): told[-1].share for key, told in said.items()}
    return {kr.key: by_fold[kr.key.casefold()] for kr in book.key_results if kr.key.casefold() in by_fold}


def _lint(
    settings: Settings, read: ReadBook, names: list[str], known: _Known, *, now: datetime, baseline: Path | None
) -> LintResult:
    levels = read_levels(settings)
    book = read.book
    subject = build_subject(
        book,
        today=now.astimezone(ZoneInfo(settings.timezone)).date(),
        metrics=known.metrics,
        confidences=known.confidences,
        problems=read.problems,
        has_readings=known.has_readings,
    )
    findings = place_findings(run_lint(subject, levels), read if names else None, names)
    return LintResult(
        findings=sort_findings(findings, load_accepted(baseline)),
        objectives=len(book.objectives),
        key_results=len(book.key_results),
        files=len(names),
        has_register=known.metrics is not None and known.has_readings,
        generated_at=now,
        titles=_titles_of(book),
    )


def _titles_of(book: Book) -> dict[str, str]:
    titles = {objective.key: objective.title for objective in book}
    return titles | {key_result.key: key_result.title for key_result in book.key_results}


def load_accepted(path: Path | None) -> frozenset[str]:
    """The fingerprints of the file; none where there is no such file. Raises `UserError` for one of another kind."""
    if path is None or not path.exists():
        return frozenset()
    try:
        return read_accepted(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        message = f"the accepted findings cannot be read: {reason}"
        raise UserError(message, where=str(path), advice="write it anew with --write-baseline") from None


def all_findings(result: LintResult) -> tuple[PlacedFinding, ...]:
    """New ones and accepted ones: what a new file of accepted findings would hold."""
    return (*result.findings.new, *result.findings.accepted)
