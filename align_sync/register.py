"""The register of metrics at a moment: the definitions of the settings, and what is stored of each."""

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from align_sync.app import App
from align_sync.okr.hand_values import find_book_values
from align_sync.okr.lint.model import Evidence
from align_sync.okr.metrics import MetricDefinition
from align_sync.okr.model import Book
from align_sync.okr.register import Register, find_users
from align_sync.okr.targets import Target, find_target
from align_sync.store.books import load_book
from align_sync.store.readings import load_readings, save_readings
from align_sync.store.verifications import load_verifications


def definitions_of(app: App) -> dict[str, MetricDefinition]:
    """What the settings define, by name."""
    return {one.name: one for one in app.settings.metric_definitions()}


def find_metric(app: App, connection: Connection, name: str) -> Target:
    """What a person means who names a metric or a key result. Raises `UserError`."""
    applied = load_book(connection)
    return find_target(applied.book if applied else Book(), definitions_of(app), name)


def load_whole_register(app: App, connection: Connection, book: Book, *, at: datetime | None = None) -> Register:
    """Of the metrics of the settings and of the book; with `at` as far as it was known then."""
    instant = at or app.now()
    definitions = definitions_of(app)
    return Register(
        definitions=definitions,
        readings=load_readings(connection, {*definitions, *find_users(book)}, at=at),
        verifications=load_verifications(connection, at=at),
        at=instant,
        today=instant.astimezone(ZoneInfo(app.settings.timezone)).date(),
    )


def load_register(
    app: App, connection: Connection, book: Book, *, at: datetime | None = None
) -> Mapping[str, Evidence]:
    """What is known of each metric, for those who judge the book."""
    return load_whole_register(app, connection, book, at=at).evidence_of(book)


def record_book_values(
    connection: Connection,
    old: Book | None,
    new: Book,
    *,
    now: datetime,
    author: str,
    definitions: Mapping[str, MetricDefinition],
) -> None:
    """Store the `current` values that a new book brings, as readings by hand."""
    save_readings(connection, find_book_values(old, new, now=now, author=author, definitions=definitions))
