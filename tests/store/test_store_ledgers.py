"""Leases, sweeps and books as stored, on both databases."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from align_sync.errors import AlreadyRunningError, Problem
from align_sync.okr.model import KeyResultState
from align_sync.store.books import load_book, load_closed_on, save_book
from align_sync.store.engine import Store
from align_sync.store.leases import LEASE_TIME, claim_lease, hold_lease, lease_name, load_owner, release_lease
from align_sync.store.sweeps import (
    MOST_PROBLEMS,
    begin_sweep,
    drop_unfinished,
    finish_sweep,
    load_status,
    load_statuses,
    load_unfinished,
    save_facts,
    save_failure,
    touch_source,
)
from align_sync.sync.cursor import Progress, SweepKind
from tests.make import NOW, make_book, make_kr

LATER = NOW + timedelta(hours=1)
NAME = lease_name("jira")


class TestLease:
    def test_the_first_gets_it_and_the_second_is_told_by_whom_it_is_held(self, store: Store) -> None:
        with store.write() as connection:
            assert claim_lease(connection, NAME, owner="host:1:1", now=NOW) == 1
        with store.write() as connection, pytest.raises(AlreadyRunningError) as caught:
            claim_lease(connection, NAME, owner="host:2:2", now=NOW)
        assert str(caught.value) == (
            "source:jira: another process works on it (host:1:1, until 13:32:00 UTC unless it goes on);"
            " wait for it to end, then run the command again"
        )

    @pytest.mark.parametrize(
        ("after", "dead", "fence"),
        [
            (timedelta(0), frozenset[str](), None),
            (LEASE_TIME, frozenset[str](), None),
            (LEASE_TIME + timedelta(seconds=1), frozenset[str](), 2),
            (timedelta(0), frozenset({"host:1:1"}), 2),
            (timedelta(0), frozenset({"host:9:9"}), None),
        ],
    )
    def test_it_is_taken_over_when_its_time_is_up_or_its_owner_is_dead(
        self, store: Store, after: timedelta, dead: frozenset[str], fence: int | None
    ) -> None:
        with store.write() as connection:
            claim_lease(connection, NAME, owner="host:1:1", now=NOW)
            try:
                got = claim_lease(connection, NAME, owner="host:2:2", now=NOW + after, dead_owners=dead)
            except AlreadyRunningError:
                got = None
            assert got == fence
            assert load_owner(connection, NAME) == ("host:2:2" if fence else "host:1:1")

    def test_who_was_thought_dead_can_neither_write_nor_release(self, store: Store) -> None:
        with store.write() as connection:
            old = claim_lease(connection, NAME, owner="host:1:1", now=NOW)
            new = claim_lease(connection, NAME, owner="host:2:2", now=NOW, dead_owners=frozenset({"host:1:1"}))
            release_lease(connection, NAME, old)
            assert load_owner(connection, NAME) == "host:2:2"
            hold_lease(connection, NAME, new, NOW)
            with pytest.raises(AlreadyRunningError, match="another process has taken over"):
                hold_lease(connection, NAME, old, NOW)

    def test_holding_renews_it(self, store: Store) -> None:
        with store.write() as connection:
            fence = claim_lease(connection, NAME, owner="host:1:1", now=NOW)
            hold_lease(connection, NAME, fence, NOW + LEASE_TIME)
            with pytest.raises(AlreadyRunningError):
                claim_lease(connection, NAME, owner="host:2:2", now=NOW + LEASE_TIME + timedelta(seconds=30))

    def test_once_released_it_is_free_and_its_fence_goes_on(self, store: Store) -> None:
        with store.write() as connection:
            release_lease(connection, NAME, claim_lease(connection, NAME, owner="a", now=NOW))
            assert load_owner(connection, NAME) is None
            assert claim_lease(connection, NAME, owner="b", now=NOW) == 2
            assert claim_lease(connection, lease_name("linear"), owner="b", now=NOW) == 1


class TestSweep:
    def test_a_source_is_nothing_before_it_was_tried(self, store: Store) -> None:
        with store.write() as connection:
            assert load_status(connection, "jira") is None
            touch_source(connection, "jira", "jira", NOW)
            touch_source(connection, "jira", "jira", LATER)
            status = load_status(connection, "jira")
            assert status is not None
            assert (status.attempted_at, status.complete_at, status.progress) == (LATER, None, Progress())
            assert (status.facts, status.facts_at, status.problems) == ({}, None, ())

    def test_an_unfinished_sweep_is_gone_on_with_until_it_is_dropped(self, store: Store) -> None:
        with store.write() as connection:
            begun = begin_sweep(connection, "jira", SweepKind.FULL, started_at=NOW, cursor_at=NOW)
            assert load_unfinished(connection, "jira") == begun
            assert load_unfinished(connection, "linear") is None
            drop_unfinished(connection, "jira", LATER)
            assert load_unfinished(connection, "jira") is None

    @pytest.mark.parametrize("kind", list(SweepKind))
    @pytest.mark.parametrize("is_wide", [False, True])
    def test_the_end_of_a_sweep_moves_the_cursor_and_clears_the_failure(
        self, store: Store, kind: SweepKind, *, is_wide: bool
    ) -> None:
        cursor_at = NOW - timedelta(seconds=7)
        with store.write() as connection:
            touch_source(connection, "jira", "jira", NOW)
            save_failure(connection, "jira", failure="refused", failure_kind="auth", problems=())
            begun = begin_sweep(connection, "jira", kind, started_at=NOW, cursor_at=cursor_at)
            problem = Problem(message="odd", where="jira: PAY-1", advice="look")
            finish_sweep(connection, "jira", begun, now=LATER, is_wide=is_wide, counts={"new": 3}, problems=[problem])
            status = load_status(connection, "jira")
        assert status is not None
        assert status.progress == Progress(
            cursor_at=cursor_at, wide_at=NOW if is_wide else None, full_at=NOW if kind is SweepKind.FULL else None
        )
        assert (status.failure, status.failure_kind, status.complete_at) == ("", "", NOW)
        assert (status.problems, status.problem_count) == ((problem,), 1)

    def test_a_failure_keeps_cursor_and_sweep_and_is_told_with_its_problems(self, store: Store) -> None:
        problems = [Problem(message=f"odd {number}") for number in range(MOST_PROBLEMS + 5)]
        with store.write() as connection:
            touch_source(connection, "jira", "jira", NOW)
            begun = begin_sweep(connection, "jira", SweepKind.INCREMENTAL, started_at=NOW, cursor_at=NOW)
            save_failure(connection, "jira", failure="refused", failure_kind="auth", problems=problems)
            assert load_unfinished(connection, "jira") == begun
            (status,) = load_statuses(connection)
        assert (status.failure, status.failure_kind, status.progress.cursor_at) == ("refused", "auth", None)
        assert (len(status.problems), status.problem_count) == (MOST_PROBLEMS, MOST_PROBLEMS + 5)

    def test_facts_are_remembered_with_their_time(self, store: Store) -> None:
        facts: dict[str, object] = {"boards": [{"id": 7, "name": "Zahlungen ✓"}], "version": 1}
        with store.write() as connection:
            touch_source(connection, "jira", "jira", NOW)
            save_facts(connection, "jira", facts, LATER)
            status = load_status(connection, "jira")
        assert status is not None
        assert (status.facts, status.facts_at) == (facts, LATER)

    def test_an_instant_comes_back_in_utc_whatever_zone_it_went_in(self, store: Store) -> None:
        rome = timezone(timedelta(hours=1))
        moment = datetime(2026, 11, 23, 13, 30, 0, 123_456, tzinfo=rome)
        with store.write() as connection:
            touch_source(connection, "jira", "jira", moment)
            status = load_status(connection, "jira")
        assert status is not None
        assert status.attempted_at is not None
        assert (status.attempted_at, status.attempted_at.tzinfo) == (moment, UTC)


def test_the_newest_book_is_in_force_as_it_was_written(store: Store) -> None:
    old = make_book("ret90")
    new = make_book(make_kr("ret90", state=KeyResultState.CLOSED, successor="ret95", labels=("a", "b")), "ret95")
    with store.write() as connection:
        assert load_book(connection) is None
        save_book(connection, old, fingerprint="1", now=NOW, author="Ana")
        save_book(connection, new, fingerprint="2", now=LATER, author="Luca")
        applied = load_book(connection)
    assert applied is not None
    assert (applied.book, applied.fingerprint, applied.applied_at, applied.applied_by) == (new, "2", LATER, "Luca")


def test_a_book_that_is_written_down_late_holds_from_the_day_that_it_says(store: Store) -> None:
    """The day before is judged by it from then on, and nothing is known of the time before the first one."""
    day = timedelta(days=1)
    with store.write() as connection:
        save_book(connection, make_book("ret90"), fingerprint="1", now=NOW, author="Ana")
        late = make_book("ret90", "act5")
        save_book(
            connection, late, fingerprint="2", now=NOW + 4 * day, author="Ana", held_from_at=NOW + day, reason="x"
        )
        held = [load_book(connection, NOW + n * day) for n in (-1, 0, 1, 2, 9)]
    assert [one and one.fingerprint for one in held] == [None, "1", "2", "2", "2"]
    newest = held[-1]
    assert newest is not None
    assert (newest.applied_at, newest.held_from_at, newest.reason) == (NOW + 4 * day, NOW + day, "x")


def test_a_key_result_is_closed_since_the_first_of_the_versions_that_say_so(store: Store) -> None:
    """Unless the book names the day itself; one that was opened again in between counts from its second end."""
    day = timedelta(days=1)
    closed = make_book(make_kr("ret90", state=KeyResultState.CLOSED), "act5")
    with store.write() as connection:
        for number, book in enumerate((make_book("ret90", "act5"), closed, make_book("ret90", "act5"), closed, closed)):
            save_book(connection, book, fingerprint=str(number), now=NOW + number * day, author="Ana")
        assert load_closed_on(connection, closed) == {"ret90": date(2026, 11, 26)}
        assert load_closed_on(connection, closed, NOW + 1.5 * day) == {"ret90": date(2026, 11, 24)}
        assert load_closed_on(connection, make_book("act5")) == {}
