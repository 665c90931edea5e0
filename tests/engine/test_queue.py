"""The queue: a job and its ledger row stand or fall together, none is lost, none runs beside another of its subject."""

import asyncio
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from procrastinate import App, PsycopgConnector

from align_sync.daemon.queue.dispatcher import ProcrastinateDispatcher
from align_sync.daemon.queue.sweep import SWEEP_LOCK, sweep
from align_sync.errors import StoreError
from align_sync.scheduling.run import Run
from align_sync.settings_service import ServeSettings
from align_sync.store.engine import Store
from align_sync.store.queue_schema import connection_arguments
from tests.databases import Postgres
from tests.engine.queue_world import Tables, make_run, open_plain_store, path_of, queue_template, wait_until

pytestmark = pytest.mark.postgres

GRACE = timedelta(seconds=5)
LATER = datetime(2999, 1, 1, tzinfo=UTC)


@pytest.fixture
def url(postgres: Postgres) -> str:
    return postgres.make_database(queue_template(postgres))


@pytest.fixture
def tables(url: str) -> Tables:
    return Tables(url)


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    opened = open_plain_store(url)
    yield opened
    opened.close()


def make_dispatcher(store: Store, *, workers: int = 4, grace: timedelta = GRACE) -> ProcrastinateDispatcher:
    serve = ServeSettings(workers=workers, grace=grace)
    return ProcrastinateDispatcher(connection_arguments(store), serve=serve, poll_every=timedelta(seconds=0.1))


@pytest.fixture
def dispatcher(store: Store) -> Iterator[ProcrastinateDispatcher]:
    made = make_dispatcher(store)
    yield made
    made.stop(GRACE)


def enlist(store: Store, dispatcher: ProcrastinateDispatcher, *runs: Run) -> None:
    with store.write() as connection:
        for run in runs:
            dispatcher.enlist(connection, run)


def enlist_and_fail(store: Store, dispatcher: ProcrastinateDispatcher) -> None:
    with store.write() as connection:
        dispatcher.enlist(connection, make_run(1))
        raise ZeroDivisionError


class Executed:
    """What a worker was given; `hold` keeps it busy until it is let go."""

    def __init__(self) -> None:
        self.runs = list[int]()
        self.at_once, self.most_at_once = 0, 0
        self.may_end = threading.Event()
        self.may_end.set()
        self._lock = threading.Lock()

    def __call__(self, run_id: int) -> None:
        with self._lock:
            self.runs.append(run_id)
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
        self.may_end.wait(10)
        with self._lock:
            self.at_once -= 1


def test_a_job_stands_only_where_its_ledger_row_does_and_the_path_of_the_connection_is_left_as_it_was(
    store: Store, dispatcher: ProcrastinateDispatcher, tables: Tables
) -> None:
    with pytest.raises(ZeroDivisionError):
        enlist_and_fail(store, dispatcher)
    assert tables.jobs() == []
    with store.write() as connection:
        before = path_of(connection)
        connection.exec_driver_sql("SET LOCAL search_path TO pg_temp, public")
        dispatcher.enlist(connection, make_run(2))
        assert path_of(connection) == "pg_temp, public"
    assert tables.jobs() == [(2, "todo")]
    with store.write() as connection:
        assert path_of(connection) == before


def test_a_refusal_within_a_savepoint_leaves_the_rest_of_the_transaction_to_its_caller(
    store: Store, dispatcher: ProcrastinateDispatcher, tables: Tables
) -> None:
    tables.ask("ALTER TABLE procrastinate_jobs RENAME TO elsewhere")
    with store.write() as connection:
        before = path_of(connection)
        with pytest.raises(StoreError, match="cannot be queued"), connection.begin_nested():
            dispatcher.enlist(connection, make_run(1))
        assert path_of(connection) == before


def test_a_run_that_waits_is_not_queued_again_and_one_that_was_is(
    store: Store, dispatcher: ProcrastinateDispatcher, tables: Tables
) -> None:
    enlist(store, dispatcher, make_run(1), make_run(1), make_run(2))
    assert tables.jobs() == [(1, "todo"), (2, "todo")]
    tables.ask("UPDATE procrastinate_jobs SET status = 'succeeded'")
    enlist(store, dispatcher, make_run(1))
    assert tables.jobs() == [(1, "succeeded"), (2, "succeeded"), (1, "todo")]


def test_a_run_that_had_to_wait_for_its_time_is_done_at_once_whatever_the_clock_of_the_server_says(
    store: Store, dispatcher: ProcrastinateDispatcher
) -> None:
    executed = Executed()
    enlist(store, dispatcher, make_run(1, next_attempt_at=LATER), make_run(2))
    dispatcher.start(executed)
    wait_until(lambda: executed.runs == [1, 2])


def test_one_run_of_a_subject_at_a_time_and_several_of_several(
    store: Store, dispatcher: ProcrastinateDispatcher
) -> None:
    executed = Executed()
    executed.may_end.clear()
    enlist(store, dispatcher, *(make_run(number, "source:jira") for number in (1, 2, 3)), make_run(4, "source:linear"))
    dispatcher.start(executed)
    wait_until(lambda: executed.at_once == 2)
    time.sleep(0.2)
    assert sorted(executed.runs) == [1, 4]
    executed.may_end.set()
    wait_until(lambda: sorted(executed.runs) == [1, 2, 3, 4])
    assert executed.most_at_once == 2
    assert dispatcher.health() == ""


def test_the_end_waits_for_what_is_under_way_and_takes_nothing_more(
    store: Store, dispatcher: ProcrastinateDispatcher, tables: Tables
) -> None:
    executed = Executed()
    executed.may_end.clear()
    enlist(store, dispatcher, make_run(1))
    dispatcher.start(executed)
    wait_until(lambda: executed.at_once == 1)
    threading.Timer(0.3, executed.may_end.set).start()
    dispatcher.stop(GRACE)
    enlist(store, dispatcher, make_run(2))
    assert tables.jobs() == [(1, "succeeded"), (2, "todo")]
    assert tables.ask("SELECT * FROM procrastinate_workers") == []


def test_the_end_does_not_wait_longer_than_the_grace(store: Store, tables: Tables) -> None:
    executed = Executed()
    executed.may_end.clear()
    dispatcher = make_dispatcher(store, grace=timedelta(seconds=1))
    enlist(store, dispatcher, make_run(1))
    dispatcher.start(executed)
    wait_until(lambda: executed.at_once == 1)
    began = time.monotonic()
    dispatcher.stop(timedelta(seconds=1))
    assert 0.4 < time.monotonic() - began < 0.95
    assert tables.jobs() == [(1, "aborted")]
    executed.may_end.set()


def test_work_that_raises_does_not_end_the_worker(
    store: Store, dispatcher: ProcrastinateDispatcher, tables: Tables, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = list[int]()
    monkeypatch.setattr(threading, "excepthook", lambda _arguments: None)

    def fail(run_id: int) -> None:
        seen.append(run_id)
        raise RuntimeError

    enlist(store, dispatcher, make_run(1), make_run(2))
    dispatcher.start(fail)
    wait_until(lambda: seen == [1, 2])
    wait_until(lambda: [state for _, state in tables.jobs()] == ["succeeded", "succeeded"])


def run_sweep(store: Store) -> int | None:
    async def once() -> int | None:
        connector = PsycopgConnector(kwargs=connection_arguments(store), min_size=1, max_size=2)
        app = App(connector=connector)
        async with app.open_async():
            return await sweep(app, connector)

    return asyncio.run(once())


def leave_behind(tables: Tables, run_id: int, *, silent_for: str) -> None:
    """As a worker does that was killed in the middle of a job."""
    tables.ask("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - %s::interval)", silent_for)
    tables.ask(
        "UPDATE procrastinate_jobs SET status = 'doing', worker_id = (SELECT max(id) FROM procrastinate_workers)"
        " WHERE (args->>'run_id')::int = %s",
        run_id,
    )


def test_jobs_of_a_dead_worker_are_given_back_and_those_of_a_slow_one_are_not(
    store: Store, dispatcher: ProcrastinateDispatcher, tables: Tables
) -> None:
    enlist(store, dispatcher, make_run(1, "a"), make_run(2, "b"), make_run(3, "a"), make_run(4, "c"))
    leave_behind(tables, 1, silent_for="31 s")
    leave_behind(tables, 2, silent_for="20 s")
    assert run_sweep(store) == 1
    assert run_sweep(store) == 0
    assert tables.jobs() == [(1, "todo"), (2, "doing"), (3, "todo"), (4, "todo")]
    executed = Executed()
    dispatcher.start(executed)
    wait_until(lambda: sorted(executed.runs) == [1, 3, 4])
    assert executed.runs.index(1) < executed.runs.index(3)


def test_one_replica_sweeps_at_a_time(
    store: Store, dispatcher: ProcrastinateDispatcher, tables: Tables, url: str
) -> None:
    enlist(store, dispatcher, make_run(1))
    leave_behind(tables, 1, silent_for="1 h")
    with psycopg.connect(url) as other:
        other.execute("SELECT pg_advisory_xact_lock(%s)", [SWEEP_LOCK])
        assert run_sweep(store) is None
    assert tables.jobs() == [(1, "doing")]
    assert run_sweep(store) == 1


def test_what_was_over_for_a_week_is_dropped(store: Store, dispatcher: ProcrastinateDispatcher, tables: Tables) -> None:
    enlist(store, dispatcher, *(make_run(number) for number in (1, 2, 3)))
    tables.ask("UPDATE procrastinate_jobs SET status = 'succeeded' WHERE (args->>'run_id')::int = 1")
    tables.ask("UPDATE procrastinate_jobs SET status = 'aborted' WHERE (args->>'run_id')::int = 2")
    run_sweep(store)
    assert len(tables.jobs()) == 3
    tables.ask("UPDATE procrastinate_events SET at = now() - interval '169 hours'")
    run_sweep(store)
    assert tables.jobs() == [(3, "todo")]


def cut_off(postgres: Postgres, tables: Tables, lasts: float) -> None:
    """End all connections of a database, and let nobody in for a while."""
    name = tables.url.rpartition("@/")[2].partition("?")[0]
    with psycopg.connect(postgres.url("postgres"), autocommit=True) as connection:
        connection.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false".encode())
        connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
        time.sleep(lasts)
        connection.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true".encode())


def worker_numbers(tables: Tables) -> list[int]:
    return [int(row["id"]) for row in tables.ask("SELECT id FROM procrastinate_workers ORDER BY id")]


def test_a_worker_that_lost_its_tables_is_started_again(
    store: Store, dispatcher: ProcrastinateDispatcher, tables: Tables
) -> None:
    executed = Executed()
    dispatcher.start(executed)
    wait_until(lambda: dispatcher.health() == "")
    tables.ask("ALTER TABLE procrastinate_jobs RENAME TO elsewhere")
    wait_until(lambda: dispatcher.health() != "")
    tables.ask("ALTER TABLE elsewhere RENAME TO procrastinate_jobs")
    enlist(store, dispatcher, make_run(1))
    wait_until(lambda: executed.runs == [1])
    assert dispatcher.health() == ""


def test_a_worker_that_lost_the_database_for_a_moment_is_replaced_by_one_with_a_pulse(
    store: Store, dispatcher: ProcrastinateDispatcher, tables: Tables, postgres: Postgres
) -> None:
    executed = Executed()
    dispatcher.start(executed)
    wait_until(lambda: worker_numbers(tables) == [1])
    cut_off(postgres, tables, lasts=0.3)
    wait_until(lambda: 2 in worker_numbers(tables))
    enlist(store, dispatcher, make_run(1))
    wait_until(lambda: executed.runs == [1])
    assert dispatcher.health() == ""
