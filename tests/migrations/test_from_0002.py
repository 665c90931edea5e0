"""From the schema of the second version: the values that stood in the book alone are readings afterwards."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import orjson
import pytest
from alembic import command

from align_sync.okr.metrics import SourceKind
from align_sync.okr.readings import BY_HAND, ReadingStatus
from align_sync.store.books import load_book
from align_sync.store.engine import Store
from align_sync.store.migrate import load_schema_state, prepare_schema, upgrade_schema
from align_sync.store.readings import load_readings
from align_sync.store.schema import SCHEMA_REVISION
from tests.make import NOW
from tests.migrations.older import Writer, describe, opened, run_alembic

DAY = timedelta(days=1)


def document(*key_results: tuple[str, dict[str, object] | None]) -> str:
    objective = {"key": "O-1", "title": "x", "team": "Payments", "period": "2026-Q4", "owner": "Ana"}
    told = [{"key": key, "title": "x", **({"metric": metric} if metric else {})} for key, metric in key_results]
    return orjson.dumps([{**objective, "key_results": told}, {**objective, "key": "O-2"}]).decode()


CHURN = {"unit": "%", "baseline": 8.0, "target": 5.0, "current": 7.5, "current_on": "2026-11-02", "source": "sql:churn"}
WEB = {"current": 3.0, "source": "http:web"}
FIRST = document(("ret90", CHURN), ("act5", None), ("nps", {"current": 0}), ("sup", {"current": None}), ("web", WEB))
# A key in another case, two values as before, one new, one that is of the morning of its own day, one of two keys.
SECOND = document(
    ("RET90", {**CHURN, "current": 7.0, "current_on": "2026-11-20"}),
    ("nps", {"current": 0.0}),
    ("WEB", WEB),
    ("act5", {"current": 41, "current_on": NOW.date().isoformat(), "source": "activation"}),
    ("act6", {"current": 41, "current_on": NOW.date().isoformat(), "source": "push: activation"}),
)


@pytest.fixture
def older(empty_url: str) -> Iterator[Store]:
    with opened(empty_url) as store:
        with store.write() as connection:
            run_alembic(connection, command.upgrade, "0002")
            put = Writer(connection)
            for number, (told, applied_at) in enumerate(((FIRST, NOW - 9 * DAY), (SECOND, NOW - DAY / 4)), start=1):
                put(
                    "book",
                    [
                        {
                            "applied_at": applied_at,
                            "applied_by": f"Ana {number}",
                            "held_from_at": applied_at,
                            "fingerprint": str(number),
                            "document": told,
                        }
                    ],
                )
        assert load_schema_state(store).revision == "0002"
        yield store


def upgrade(store: Store) -> None:
    if store.dialect == "sqlite":
        prepare_schema(store)
    else:
        upgrade_schema(store)
    assert load_schema_state(store).is_current


def noon(day: str) -> datetime:
    return datetime.combine(date.fromisoformat(day), datetime.min.time(), UTC) + timedelta(hours=12)


def test_each_value_that_a_version_of_the_book_brought_is_a_reading_by_hand(older: Store) -> None:
    upgrade(older)
    first_at, second_at = NOW - 9 * DAY, NOW - DAY / 4
    with older.read() as connection:
        stored = load_readings(connection)
        assert load_readings(connection, at=second_at - DAY).keys() == {"churn", "kr:nps", "web"}
        applied = load_book(connection)
    assert applied is not None
    assert applied.applied_at == second_at
    assert {
        metric: [(one.value, one.as_of_at, one.recorded_at, one.author) for one in readings]
        for metric, readings in stored.items()
    } == {
        "activation": [(41.0, second_at, second_at, "Ana 2")],
        "churn": [
            (7.5, noon("2026-11-02"), first_at, "Ana 1"),
            (7.0, noon("2026-11-20"), second_at, "Ana 2"),
        ],
        "kr:nps": [(0.0, first_at, first_at, "Ana 1")],
        "web": [(3.0, first_at, first_at, "Ana 1")],
    }
    every = [one for readings in stored.values() for one in readings]
    kinds = {(one.source, one.series, one.status, one.reason, one.run) for one in every}
    assert kinds == {(SourceKind.MANUAL, BY_HAND, ReadingStatus.OK, "the current value in the OKR book", 0)}


def test_a_database_without_a_book_has_no_readings(empty_url: str) -> None:
    with opened(empty_url) as store:
        with store.write() as connection:
            run_alembic(connection, command.upgrade, "0002")
        upgrade(store)
        with store.read() as connection:
            assert load_readings(connection) == {}


def test_it_is_the_schema_of_a_new_database(older: Store, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    upgrade(older)
    if older.dialect == "sqlite":
        url = f"sqlite:///{tmp_path}/new.db"
        (copy,) = tmp_path.glob("*.before-*")
        assert copy.name.endswith(f".before-{SCHEMA_REVISION}-from-0002")
    else:
        url = request.getfixturevalue("postgres").make_database()
    with opened(url) as new:
        prepare_schema(new)
        assert describe(older) == describe(new)


def test_there_is_no_way_back_to_it(older: Store) -> None:
    upgrade(older)
    with older.write() as connection, pytest.raises(NotImplementedError, match="restore the copy that was made"):
        run_alembic(connection, command.downgrade, "0002")
    assert load_schema_state(older).is_current
