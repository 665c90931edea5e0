"""Reading the register: every metric gets its line, none hides or delays another, and what was told is stored."""

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from align_sync.errors import AlignSyncError, InterruptedPullError, ReadingError, RetriableError, UserError
from align_sync.flows.measure import MeasureLine, measure
from align_sync.okr.metrics import SourceKind
from align_sync.okr.model import Book, KeyResult, KeyResultState, Metric, Objective
from align_sync.okr.readings import Reading, ReadingStatus
from align_sync.readings.asking import ask_each
from align_sync.store.readings import load_readings
from align_sync.store.schema import metric_run
from tests.make import NOW
from tests.store.told_world import DAY, ToldWorld, told_world

OK, FAILED, QUARANTINED, STALE = (
    ReadingStatus.OK, ReadingStatus.FAILED, ReadingStatus.QUARANTINED, ReadingStatus.STALE
)  # fmt: skip
REFUNDS = {"name": "refunds", "kind": "sql", "connection": "shop", "sql": "select count(*) from refund"}
DATED = {**REFUNDS, "sql": "select count(*) from refund where made_at <= :as_of"}
BROKEN = {**REFUNDS, "name": "broken", "sql": "select amount from refund"}
ENDLESS = "with recursive n(i) as (select 1 union all select i + 1 from n) select count(*) from n"
TRUST = {"name": "trust", "kind": "manual"}
DEPLOYS = {"name": "deploys", "kind": "push", "token_sha256": "0" * 64}


class Shop:
    """A store of ours, and a database of somebody else's with refunds in it."""

    def __init__(self, world: ToldWorld, folder: Path) -> None:
        self.world = world
        self.file = folder / "shop.db"
        self.change("CREATE TABLE refund (made_at TEXT)")

    def change(self, sql: str, *values: str) -> None:
        with closing(sqlite3.connect(self.file)) as connection:
            connection.execute(sql, values)
            connection.commit()

    def refund(self, *days: str) -> None:
        for day in days:
            self.change("INSERT INTO refund VALUES (?)", f"{day} 09:00:00")

    def define(self, *metrics: dict[str, Any], **readings: Any) -> None:
        self.world.reopen(
            metrics=metrics,
            readings={"sql": True, "timeout": timedelta(seconds=5), **readings},
            connections={"shop": {"url": f"sqlite:///{self.file}"}, "api": {"token": "canary_7f3a9c"}},
        )

    def measure(self, *names: str, **options: Any) -> list[MeasureLine]:
        return list(measure(self.world.app, names, author="Ana", **options).lines)

    def stored(self, metric: str = "refunds") -> list[Reading]:
        with self.world.app.store.read() as connection:
            return list(load_readings(connection, [metric]).get(metric, ()))


@pytest.fixture
def shop(sqlite_url: str, tmp_path: Path) -> Iterator[Shop]:
    with told_world(sqlite_url) as world:
        yield Shop(world, tmp_path)


def make_book(*metrics: Metric, period: str = "2026-Q4", **changes: Any) -> Book:
    krs = tuple(
        KeyResult(**{"key": f"K{number}", "title": "t", "owner": "Ana", "metric": metric, **changes})
        for number, metric in enumerate(metrics, 1)
    )
    return Book(objectives=(Objective(key="O", title="o", team="Pay", period=period, owner="Ana", key_results=krs),))


def test_every_metric_has_its_line_and_what_fails_hides_nothing(shop: Shop) -> None:
    shop.define(BROKEN, REFUNDS, {**TRUST, "unit": "%"}, DEPLOYS)
    shop.refund("2026-10-01", "2026-10-02")
    broken, refunds, trust, deploys = shop.measure()
    assert (broken.status, broken.value, broken.reason) == (
        FAILED, None, "the database refused the query: no such column: amount"
    )  # fmt: skip
    assert (refunds.status, refunds.value, refunds.as_of_at, refunds.before, refunds.reason) == (OK, 2, NOW, None, "")
    assert (trust.status, trust.unit, trust.reason) == (None, "%", "people write its value down: align-sync okr record")
    assert (deploys.status, deploys.reason) == (None, "another system tells its value: align-sync okr push")
    (failed,), (good,) = shop.stored("broken"), shop.stored()
    assert (failed.status, failed.value, failed.reason, failed.run) == (FAILED, None, broken.reason, good.run)
    assert (good.status, good.value, good.source, good.recorded_at, good.author) == (OK, 2, SourceKind.SQL, NOW, "")
    assert good.series == shop.world.app.settings.metric_definitions()[1].query_hash
    assert shop.stored("trust") == []
    with shop.world.app.store.read() as connection:
        (run,) = connection.execute(metric_run.select()).all()
    assert (run.id, run.started_at, run.finished_at, run.author) == (good.run, NOW, NOW, "Ana")


def test_the_last_value_stands_beside_the_new_one(shop: Shop) -> None:
    shop.define({**REFUNDS, "highest": 2})
    expected = [(OK, 0, None), (OK, 1, 0), (QUARANTINED, 3, 1), (QUARANTINED, 4, 1)]
    for days in ((), ("2026-10-01",), ("2026-10-02", "2026-10-03"), ("2026-10-04",)):
        shop.refund(*days)
        (line,) = shop.measure("refunds")
        assert (line.status, line.value, line.before) == expected.pop(0)
        shop.world.clock.tick(DAY)
    shop.change("DROP TABLE refund")
    (line,) = shop.measure("refunds")
    assert (line.status, line.value, line.before) == (FAILED, None, 1)
    assert [one.status for one in shop.stored()] == [OK, OK, QUARANTINED, QUARANTINED, FAILED]


def test_a_changed_definition_is_not_compared_with_what_was_before(shop: Shop) -> None:
    shop.define(REFUNDS)
    shop.measure()
    shop.world.clock.tick(DAY)
    shop.define({**REFUNDS, "sql": "select 5"})
    (line,) = shop.measure()
    assert (line.value, line.before) == (5, None)
    assert len({one.series for one in shop.stored()}) == 2


def test_an_old_row_is_a_stale_value_of_its_own_day(shop: Shop, tmp_path: Path) -> None:
    (tmp_path / "nps.csv").write_text("day,nps\n2026-10-01,40\n", encoding="utf-8")
    nps = {"name": "nps", "kind": "csv", "date_column": "day", "value_column": "nps", "refresh": timedelta(days=7)}
    shop.define({**nps, "file": tmp_path / "nps.csv"})
    (line,) = shop.measure()
    assert (line.status, line.value, line.as_of_at) == (STALE, 40, datetime(2026, 10, 1, 12, tzinfo=UTC))
    assert line.reason == "its source says that it is of 2026-10-01, longer ago than 7 days"


def test_names_choose_whatever_their_case_and_twice_is_once(shop: Shop) -> None:
    shop.define(REFUNDS, TRUST)
    assert [line.metric for line in shop.measure("TRUST", "refunds", "trust")] == ["trust", "refunds"]
    with pytest.raises(UserError, match=r"METRIC: no metric is called 'refund'; did you mean refunds\?"):
        shop.measure("trust", "refund")
    with pytest.raises(UserError, match="no metric is called 'zzz'; align-sync okr metrics lists them all"):
        shop.measure("zzz")
    shop.define()
    with pytest.raises(UserError, match=r"no metric is defined; write \[\[metrics\]\] tables"):
        shop.measure()


def test_baselines_are_asked_for_at_noon_of_their_day(shop: Shop) -> None:
    shop.define(DATED, {**DATED, "name": "unused"}, TRUST)
    shop.refund("2026-09-01", "2026-10-05", "2026-11-01")
    of_refunds = Metric(source="sql:refunds", baseline_on=date(2026, 10, 5))
    shop.world.apply(
        make_book(
            of_refunds, of_refunds, Metric(source="sql:refunds"), Metric(source="manual:trust"),
            Metric(source="sql:refunds", baseline_on=date(2026, 12, 1)), Metric(source="sql:else"),
        )
    )  # fmt: skip
    lines = shop.measure(baselines=True)
    told = [(line.metric, line.value, line.key_results, line.before, line.as_of_at) for line in lines]
    noon = {day: datetime.combine(date.fromisoformat(day), datetime.min.time(), UTC) + DAY / 2 for day in DAYS}
    assert told == [
        ("refunds", 1, ("K3",), None, noon["2026-10-01"]),
        ("refunds", 2, ("K1", "K2"), 1, noon["2026-10-05"]),
        ("refunds", None, ("K5",), None, NOW),
        ("refunds", 3, (), 2, NOW),
        ("unused", 3, (), None, NOW),
        ("trust", None, (), None, None),
    ]
    assert [line.status for line in lines] == [OK, OK, None, OK, OK, None]
    assert lines[2].reason == "the day of the baseline is yet to come"
    assert [(one.as_of_at, one.value) for one in shop.stored()] == [
        (noon["2026-10-01"], 1), (noon["2026-10-05"], 2), (NOW, 3)
    ]  # fmt: skip


DAYS = ("2026-10-01", "2026-10-05")


def test_the_baseline_of_today_is_asked_for_now_and_of_what_is_over_not_at_all(shop: Shop) -> None:
    shop.define(DATED)
    shop.world.clock.at = NOW.replace(hour=6)
    shop.world.apply(make_book(Metric(source="sql:refunds", baseline_on=NOW.date())))
    assert [line.as_of_at for line in shop.measure(baselines=True)] == [NOW.replace(hour=6)] * 2
    shop.world.clock.tick()
    shop.world.apply(make_book(Metric(source="sql:refunds"), state=KeyResultState.ARCHIVED))
    assert len(shop.measure(baselines=True)) == 1
    shop.world.clock.tick()
    shop.world.apply(make_book(Metric(source="sql:refunds"), period="soon"))
    assert len(shop.measure(baselines=True)) == 1


def test_where_nobody_can_be_asked_there_is_no_run(shop: Shop) -> None:
    shop.define(TRUST, DEPLOYS)
    result = measure(shop.world.app, author="Ana", baselines=True)
    assert (result.run, result.count(None), result.count(FAILED)) == (0, 2, 0)


def test_without_a_book_there_are_no_baselines(shop: Shop) -> None:
    shop.define(REFUNDS)
    assert len(shop.measure(baselines=True)) == 1


def test_a_definition_without_a_moment_is_not_asked_for_an_earlier_one(shop: Shop) -> None:
    shop.define(REFUNDS, {**DATED, "name": "dated"}, TRUST)
    shop.refund("2026-09-01", "2026-10-05")
    shop.world.apply(make_book(Metric(source="sql:refunds")))
    at = datetime(2026, 10, 1, tzinfo=UTC)
    plain, dated, trust = shop.measure(at=at)
    assert (plain.status, plain.reason) == (None, "its source tells the value of today only")
    assert (dated.status, dated.value, dated.as_of_at) == (OK, 1, at)
    assert trust.reason == "people write its value down: align-sync okr record"
    baseline, now = shop.measure("refunds", baselines=True)
    assert (baseline.status, baseline.key_results, baseline.reason) == (None, ("K1",), plain.reason)
    assert (now.status, now.value) == (OK, 2)


def test_a_slow_source_delays_no_other_and_ends_in_time(shop: Shop) -> None:
    slow = {**REFUNDS, "name": "slow", "sql": ENDLESS}
    shop.define(slow, {**slow, "name": "slower"}, REFUNDS, timeout=timedelta(seconds=0.3), concurrency=3)
    began = time.monotonic()
    assert [line.status for line in shop.measure()] == [FAILED, FAILED, OK]
    assert time.monotonic() - began < 2
    assert "took longer than 0.3 s" in shop.stored("slow")[0].reason


def test_nothing_of_ours_is_locked_while_a_source_is_asked(shop: Shop) -> None:
    shop.define({"name": "nps", "kind": "http", "url": "https://example.com/nps", "path": "nps"})

    def answer(_request: httpx.Request) -> httpx.Response:
        with shop.world.app.store.write() as connection:
            connection.execute(metric_run.insert().values(started_at=NOW, author="somebody else"))
        body = httpx.ByteStream(b'{"nps": 40}')
        return httpx.Response(200, headers={"Content-Type": "application/json"}, stream=body)

    (line,) = shop.measure(transports={"nps": httpx.MockTransport(answer)})
    assert (line.status, line.value) == (OK, 40), line.reason


def test_no_secret_enters_a_reason(shop: Shop) -> None:
    shop.define({**REFUNDS, "sql": "select canary_7f3a9c from refund"})
    (line,) = shop.measure()
    assert line.reason == shop.stored()[0].reason == "the database refused the query: no such column: ****"


def test_a_run_that_is_stopped_stores_no_half(shop: Shop) -> None:
    shop.define(REFUNDS)
    app = shop.world.app
    stopped = replace(app, seams=replace(app.seams, stopping=lambda: True))
    with pytest.raises(InterruptedPullError):
        measure(stopped, author="Ana")
    assert shop.stored() == []


def never() -> bool:
    return False


def test_answers_come_in_the_order_of_the_questions_and_few_are_asked_at_a_time() -> None:
    lock, under_way, most = threading.Lock(), [0], [0]

    def ask(number: int) -> int:
        with lock:
            under_way[0] += 1
            most[0] = max(most[0], under_way[0])
        time.sleep(0.01 * (4 - number % 4))
        with lock:
            under_way[0] -= 1
        return number

    asks = [lambda number=number: ask(number) for number in range(9)]
    told = ask_each(asks, workers=3, timeout=timedelta(seconds=9), stopping=never)
    assert told == list(range(9))
    assert most == [3]


def test_who_hangs_is_left_to_himself_and_his_late_answer_counts_for_nothing() -> None:
    release = threading.Event()
    asks = [lambda: release.wait(20), lambda: True, lambda: True]
    began = time.monotonic()
    try:
        late, *others = ask_each(asks, workers=1, timeout=timedelta(seconds=0.2), stopping=never)
    finally:
        release.set()
    assert time.monotonic() - began < 2
    assert others == [True, True]
    assert isinstance(late, ReadingError)
    assert str(late) == "no answer came within 0.2 s; readings.timeout sets the limit"


def test_whatever_goes_wrong_is_an_answer_too() -> None:
    def refuse(error: Exception) -> int:
        raise error

    asks = [lambda: refuse(RetriableError("busy")), lambda: refuse(KeyError("canary")), lambda: 1]
    busy, fault, one = ask_each(asks, workers=2, timeout=timedelta(seconds=9), stopping=never)
    assert (str(busy), one) == ("busy", 1)
    assert isinstance(fault, AlignSyncError)
    assert str(fault) == "a fault of align-sync itself (KeyError); run it with --debug"
    with pytest.raises(InterruptedPullError):
        ask_each(
            [lambda: refuse(InterruptedPullError()), lambda: 1],
            workers=2, timeout=timedelta(seconds=9), stopping=never,
        )  # fmt: skip
    assert ask_each([], workers=1, timeout=timedelta(seconds=1), stopping=never) == []
