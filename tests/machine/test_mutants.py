"""Known bugs, switched on one at a time: the tests of the outbox and of the pull find every one of them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from align_sync.errors import StoreError
from align_sync.seams import pass_failpoint
from align_sync.store.engine import open_store
from align_sync.store.leases import load_owner
from tests.databases import TEMPLATE, Postgres
from tests.machine import known_bugs
from tests.machine.memory_ledger import MemoryRows
from tests.machine.outbox_simulator import HARSH, TAME, Odds, Played, play
from tests.machine.test_machine_pull import PullMachine
from tests.store import test_outbox_ledger as contract

MOST = 1_500


def first_found(odds: Odds, rows: Callable[[], MemoryRows] = MemoryRows) -> Played | None:
    """The first schedule that shows it."""
    return next((one for seed in range(1, MOST) if not (one := play(seed, odds, rows=rows())).is_fine), None)


@pytest.mark.parametrize(
    ("bug", "odds", "shows"),
    [
        (known_bugs.resend_without_looking, TAME, "duplicates"),
        (known_bugs.resend_without_looking, HARSH, "blind"),
        (known_bugs.naive_retry, TAME, "duplicates"),
        (known_bugs.at_most_once, HARSH, "lost"),
        (known_bugs.look_before_it_settled, replace(TAME, lost=0.3), "duplicates"),
        (known_bugs.clear_the_doubt_on_a_refusal, replace(HARSH, refused=0.3, lost=0.2), "blind"),
        (known_bugs.keep_the_newest, HARSH, "oldest deleted"),
    ],
)
def test_the_simulator_finds_it(bug: Callable[[], Iterator[None]], odds: Odds, shows: str) -> None:
    with contextmanager(bug)():
        played = first_found(odds)
    assert played is not None
    assert getattr(played, shows, None) or played.found[shows], played
    assert play(played.seed, odds).is_fine, "and ours is right where it is wrong"


def test_the_simulator_finds_that_the_fence_is_not_looked_at() -> None:
    assert first_found(HARSH, lambda: MemoryRows(checks_fence=False)) is not None


def test_the_contract_finds_that_the_store_does_not_look_at_the_fence(sqlite_url: str) -> None:
    store = open_store(sqlite_url, failpoint=pass_failpoint)
    with contextmanager(known_bugs.no_fence)(), pytest.raises(AssertionError):
        contract.test_who_was_thought_dead_writes_nothing_any_more(contract.StoreRows(store))
    store.close()


@pytest.mark.postgres
def test_the_contract_finds_that_the_rowcount_is_looked_at(postgres: Postgres, sqlite_url: str) -> None:
    """And only on a server: on SQLite the bug is not there."""
    for url, is_found in ((postgres.make_database(TEMPLATE), True), (sqlite_url, False)):
        store = open_store(url, failpoint=pass_failpoint)
        with contextmanager(known_bugs.look_at_the_rowcount)():
            assert finds_a_second_one(contract.StoreRows(store)) is is_found
        store.close()


def finds_a_second_one(rows: contract.StoreRows) -> bool:
    try:
        contract.test_the_same_key_is_written_once(rows)
    except AssertionError:
        return True
    return False


@pytest.mark.parametrize("is_deferred", [False, True])
def test_two_stores_find_that_a_transaction_does_not_lock_before_it_reads(
    sqlite_url: str, *, is_deferred: bool
) -> None:
    with contextmanager(known_bugs.begin_deferred if is_deferred else lambda: iter([None]))():
        stores = [open_store(sqlite_url, failpoint=pass_failpoint, busy_timeout=timedelta(0)) for _ in range(2)]
    with stores[0].write() as connection:
        load_owner(connection, "x")
        try:
            with stores[1].write() as other:
                load_owner(other, "x")
            both_read = True
        except StoreError:
            both_read = False
    for store in stores:
        store.close()
    assert both_read is is_deferred, "what two have read, one of them writes over"


@pytest.mark.parametrize("is_naive", [False, True])
def test_the_world_of_the_pull_finds_a_naive_cursor(sqlite_template: Path, *, is_naive: bool) -> None:
    """An edit that the index shows only after the next pull is lost for ever."""
    with contextmanager(known_bugs.naive_cursor if is_naive else lambda: iter([None]))():
        assert knows_everything(type("Chosen", (PullMachine,), {"template": sqlite_template})()) is not is_naive


def knows_everything(machine: PullMachine) -> bool:
    try:
        machine.pull(force_full=False)
        machine.tick(5)
        machine.edit(1, "b")
        machine.tick(1)
        machine.pull(force_full=False)
        machine.everything_is_known_once_the_lag_has_passed(full=False)
    except AssertionError:
        return False
    finally:
        machine.teardown()
    return True
