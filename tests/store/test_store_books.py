"""A book that is stored and loaded is the same book, days and values included."""

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

from align_sync.okr.model import Book, KeyResult, KeyResultState, Metric, Objective
from align_sync.seams import pass_failpoint
from align_sync.store.books import load_book, save_book
from align_sync.store.engine import open_store
from align_sync.store.migrate import prepare_schema

AT = datetime(2026, 11, 23, 9, tzinfo=UTC)


def test_days_and_values_survive_the_store(tmp_path: Path) -> None:
    metric = Metric(baseline=9, target=3, current=0.0, current_on=date(2026, 11, 20))
    closed = KeyResult(key="KR-1", title="x", metric=metric, state=KeyResultState.CLOSED, closed_on=date(2026, 11, 2))
    silent = replace(closed, key="KR-2", closed_on=None, metric=Metric())
    objective = Objective(key="O-1", title="x", team="a", period="2026-Q4", key_results=(closed, silent))
    book = Book(objectives=(objective,))
    store = open_store(f"sqlite:///{tmp_path / 'book.db'}", failpoint=pass_failpoint)
    try:
        prepare_schema(store)
        with store.write() as connection:
            save_book(connection, book, fingerprint="f", now=AT, author="test")
        with store.read() as connection:
            loaded = load_book(connection)
    finally:
        store.close()

    assert loaded is not None
    assert loaded.book == book
