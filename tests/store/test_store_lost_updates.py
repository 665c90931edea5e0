"""Two that change the same row at once: neither change is lost, on either database.

The test is tested, too: with the begin event taken away, which is how SQLAlchemy comes, updates are lost.
"""

import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import Engine, create_engine, event, select, update
from sqlalchemy.exc import OperationalError

from align_sync.errors import AlreadyRunningError
from align_sync.seams import pass_failpoint
from align_sync.store.engine import Store, open_store
from align_sync.store.leases import claim_lease, hold_lease, load_owner
from align_sync.store.schema import lease
from tests.flows.jira_world import NOON

WORKERS = 4
ROUNDS = 25


def count_up(store: Store) -> None:
    """Read, think, write: as a flow does with what it knows."""
    with store.write() as connection:
        fence = connection.execute(select(lease.c.fence).where(lease.c.name == "x").with_for_update()).scalar_one()
        connection.execute(update(lease).where(lease.c.name == "x").values(fence=fence + 1))


def count_up_in_threads(url: str) -> int:
    """Each with connections of its own, as processes have; how far the counting came."""
    gate = threading.Barrier(WORKERS)

    def work() -> None:
        store = open_store(url, failpoint=pass_failpoint)
        gate.wait()
        for _ in range(ROUNDS):
            count_up(store)
        store.close()

    first = open_store(url, failpoint=pass_failpoint)
    with first.write() as connection:
        start = claim_lease(connection, "x", owner="me", now=NOON)
    with ThreadPoolExecutor(WORKERS) as pool:
        for done in [pool.submit(work) for _ in range(WORKERS)]:
            done.result()
    with first.read() as connection:
        reached: int = connection.execute(select(lease.c.fence)).scalar_one()
    first.close()
    return reached - start


def test_no_update_is_lost(database_url: str) -> None:
    assert count_up_in_threads(database_url) == WORKERS * ROUNDS


def test_sqlalchemy_as_it_comes_loses_an_update(sqlite_url: str) -> None:
    """Both read 1, both write 2: pysqlite begins a transaction only at the first write."""
    engines = [create_engine(sqlite_url) for _ in range(2)]
    assert _interleave(engines) == 1


def test_our_begin_makes_the_second_wait_before_it_reads(sqlite_url: str) -> None:
    store = open_store(sqlite_url, failpoint=pass_failpoint)
    with store.write() as connection:
        claim_lease(connection, "x", owner="me", now=NOON)
        other = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), timeout=0, isolation_level=None)
        try:
            other.execute("BEGIN IMMEDIATE")
            begun = True
        except sqlite3.OperationalError:
            begun = False
        other.close()
    store.close()
    assert not begun


def test_a_deferred_begin_fails_where_ours_waits(sqlite_url: str) -> None:
    """What the begin event is for: with a plain BEGIN the second writer is refused, whatever its patience."""
    engines = []
    for _ in range(2):
        engine = create_engine(sqlite_url, connect_args={"timeout": 0.05})
        event.listen(engine, "connect", lambda connection, _record: setattr(connection, "isolation_level", None))
        event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN"))
        engines.append(engine)
    assert _interleave(engines) == "refused"


def _interleave(engines: list[Engine]) -> int | str:
    """Two read-modify-writes, the second read before the first write; how far the counting came of two."""
    first, second = engines
    with first.begin() as connection:
        connection.execute(lease.insert().values(name="x", fence=0))
    try:
        with first.connect() as one, second.connect() as two:
            seen = [c.execute(select(lease.c.fence)).scalar_one() for c in (one, two)]
            two_ended = seen[1]
            one.execute(update(lease).values(fence=seen[0] + 1))
            one.commit()
            two.execute(update(lease).values(fence=two_ended + 1))
            two.commit()
        with first.connect() as connection:
            return int(connection.execute(select(lease.c.fence)).scalar_one())
    except OperationalError:
        return "refused"
    finally:
        for engine in engines:
            engine.dispose()


def test_of_many_that_claim_a_lease_at_once_one_gets_it(database_url: str) -> None:
    gate = threading.Barrier(WORKERS)

    def claim(number: int) -> int | None:
        store = open_store(database_url, failpoint=pass_failpoint)
        gate.wait()
        try:
            with store.write() as connection:
                return claim_lease(connection, "source:jira", owner=f"worker {number}", now=NOON)
        except AlreadyRunningError:
            return None
        finally:
            store.close()

    with ThreadPoolExecutor(WORKERS) as pool:
        fences = list(pool.map(claim, range(WORKERS)))
    assert sorted(fences, key=str) == [1, *[None] * (WORKERS - 1)]
    store = open_store(database_url, failpoint=pass_failpoint)
    with store.write() as connection:
        assert load_owner(connection, "source:jira") == f"worker {fences.index(1)}"
        hold_lease(connection, "source:jira", 1, NOON)
    store.close()
