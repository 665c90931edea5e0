"""What is stored of metrics: only added to, and told as it was known at any moment."""

from collections.abc import Collection
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import text

from align_sync.okr.metrics import SourceKind, Verification
from align_sync.okr.readings import BY_HAND, Confidence, Reading, ReadingStatus
from align_sync.seams import pass_failpoint
from align_sync.store.books import save_book
from align_sync.store.confidences import load_confidences, save_confidence
from align_sync.store.engine import Store, open_store
from align_sync.store.publications import Publication, load_newest_book_id, load_publication, save_publication
from align_sync.store.readings import (
    MOST_NAMED,
    begin_run,
    find_reading,
    finish_run,
    load_readings,
    save_readings,
)
from align_sync.store.schema import metric_run
from align_sync.store.verifications import load_verifications, save_verification
from tests.make import NOW, make_book

DAY = timedelta(days=1)
SHOWN = Reading(
    metric="churn",
    as_of_at=NOW - 5 * DAY,
    value=7.25,
    source=SourceKind.SQL,
    series="abc",
    status=ReadingStatus.OK,
    recorded_at=NOW - 4 * DAY,
    author="Ana",
    reason="seen",
)
FAILED = replace(SHOWN, value=None, status=ReadingStatus.FAILED, reason="timed out", author="")


def save(store: Store, *readings: Reading) -> None:
    with store.write() as connection:
        save_readings(connection, readings)


def load(
    store: Store, *, metrics: Collection[str] | None = None, at: datetime | None = None
) -> dict[str, list[Reading]]:
    with store.read() as connection:
        found = load_readings(connection, metrics, at=at)
    return {metric: [replace(one, reading_id=0) for one in readings] for metric, readings in found.items()}


class TestReadings:
    def test_every_field_survives_the_store(self, store: Store) -> None:
        with store.write() as connection:
            run = begin_run(connection, now=NOW, author="Ana")
            finish_run(connection, run, now=NOW + DAY)
            assert begin_run(connection, now=NOW) > run
            told = connection.execute(metric_run.select().order_by(metric_run.c.id)).all()
        assert [row[1:] for row in told] == [(NOW, NOW + DAY, "Ana"), (NOW, None, "")]
        every = [
            replace(SHOWN, status=status, run=run, recorded_at=NOW + number * DAY)
            for number, status in enumerate(ReadingStatus)
            if status is not ReadingStatus.FAILED
        ]
        every += [replace(FAILED, recorded_at=NOW + 9 * DAY), replace(SHOWN, value=0.0, recorded_at=NOW + 10 * DAY)]
        save(store, *every)
        assert load(store) == {"churn": every}

    def test_they_come_in_the_order_of_what_they_are_of_and_then_of_when_we_learnt_it(self, store: Store) -> None:
        early, late = replace(SHOWN, as_of_at=NOW - 9 * DAY), replace(SHOWN, as_of_at=NOW - DAY)
        restated = replace(early, value=8.0, recorded_at=NOW)
        again = replace(restated, value=9.0)
        save(store, late, restated, again, early, replace(SHOWN, metric="nps"))
        assert load(store, metrics=["churn", "none"]) == {"churn": [early, restated, again, late]}
        assert list(load(store)) == ["churn", "nps"]
        assert load(store, metrics=[]) == {}

    def test_what_was_known_stays_known(self, store: Store) -> None:
        """A restatement, and a value of long ago that is told late, are not known before."""
        restated = replace(SHOWN, value=9.0, recorded_at=NOW)
        late = replace(SHOWN, as_of_at=NOW - 60 * DAY, recorded_at=NOW + DAY)
        save(store, SHOWN, restated, late)
        before = SHOWN.recorded_at - timedelta(microseconds=1)
        assert load(store, at=before) == {}
        assert load(store, at=SHOWN.recorded_at) == {"churn": [SHOWN]}
        assert load(store, metrics=["churn"], at=NOW) == {"churn": [SHOWN, restated]}
        assert load(store, at=NOW + DAY) == {"churn": [late, SHOWN, restated]}

    def test_a_long_list_of_metrics_is_no_trouble(self, store: Store) -> None:
        many = [f"m{number:05}" for number in range(MOST_NAMED + 1)]
        save(store, SHOWN, *(replace(SHOWN, metric=metric) for metric in many))
        assert list(load(store, metrics=many)) == many

    def test_one_is_found_by_its_number(self, store: Store) -> None:
        save(store, SHOWN)
        with store.read() as connection:
            (stored,) = load_readings(connection)["churn"]
            assert find_reading(connection, stored.reading_id) == stored
            assert find_reading(connection, stored.reading_id + 1) is None

    @pytest.mark.parametrize(
        "wrong",
        [
            replace(SHOWN, value=None),
            replace(SHOWN, value=float("nan")),
            replace(SHOWN, value=float("-inf")),
            replace(FAILED, value=0.0),
            replace(FAILED, value=float("nan")),
        ],
    )
    def test_only_a_failed_one_has_no_value_and_it_never_has_one(self, store: Store, wrong: Reading) -> None:
        with pytest.raises(ValueError, match="cannot be the value of a reading"):
            save(store, SHOWN, wrong)
        assert load(store) == {}

    def test_nothing_to_save_is_nothing(self, store: Store) -> None:
        save(store)
        assert load(store) == {}

    def test_the_index_answers_for_some_metrics(self, sqlite_url: str) -> None:
        opened = open_store(sqlite_url, failpoint=pass_failpoint)
        with opened.read() as connection:
            plan = connection.execute(
                text(
                    "EXPLAIN QUERY PLAN SELECT * FROM reading WHERE metric IN ('a', 'b') AND recorded_at <= 'x'"
                    " ORDER BY metric, as_of_at, recorded_at, id"
                )
            ).all()
        opened.close()
        assert [row.detail for row in plan] == ["SEARCH reading USING INDEX ix_reading_metric (metric=?)"]


def test_confidences_by_key_result_as_known_then(store: Store) -> None:
    first = Confidence(key_result="ret90", share=0.5, stated_at=NOW, author="Ana", note="half")
    second, other = replace(first, share=1.0, stated_at=NOW + DAY), replace(first, key_result="act5", share=0.0)
    with store.write() as connection:
        for one in (second, first, other):
            save_confidence(connection, one)
    with store.read() as connection:
        assert load_confidences(connection) == {"ret90": (first, second), "act5": (other,)}
        assert load_confidences(connection, at=NOW) == {"ret90": (first,), "act5": (other,)}
        assert load_confidences(connection, at=NOW - DAY) == {}


def test_the_newest_verification_of_each_metric_as_known_then(store: Store) -> None:
    first = Verification(
        metric="churn",
        author="Ana",
        verified_at=NOW,
        evidence="https://x.example/churn",
        reason="seen",
        query_hash="abc",
        expires_on=date(2026, 12, 31),
    )
    second, other = replace(first, verified_at=NOW + DAY, expires_on=None), replace(first, metric="nps")
    with store.write() as connection:
        for one in (second, first, other):
            save_verification(connection, one)
    with store.read() as connection:
        assert load_verifications(connection) == {"churn": second, "nps": other}
        assert load_verifications(connection, at=NOW) == {"churn": first, "nps": other}
        assert load_verifications(connection, at=NOW - DAY) == {}


def test_the_newest_publication_as_known_then(store: Store) -> None:
    with store.write() as connection:
        assert load_newest_book_id(connection) == 0
        assert load_publication(connection) is None
        for number in (1, 2):
            save_book(connection, make_book("ret90"), fingerprint=str(number), now=NOW, author="Ana")
        newest = load_newest_book_id(connection)
        assert newest == 2
        first = Publication(book_id=newest, published_at=NOW, published_by="Ana", reason="go", findings=("a: b", "c"))
        second = replace(first, published_at=NOW + DAY, findings=())
        save_publication(connection, second)
        save_publication(connection, first)
    with store.read() as connection:
        assert load_publication(connection) == second
        assert load_publication(connection, at=NOW) == first
        assert load_publication(connection, at=NOW - DAY) is None


def test_hand_values_are_a_series_of_their_own() -> None:
    assert BY_HAND == "by-hand"  # it is stored, so that it never changes
