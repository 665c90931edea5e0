"""Leases, sweeps, books and verdicts as stored, on both databases."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import select

from align_sync.errors import AlreadyRunningError, Problem
from align_sync.linking.evidence import Bucket, Evidence, Link, Match, Rejected, RejectReason, RuleKind
from align_sync.okr.model import KeyResultState
from align_sync.store.books import load_book, save_book
from align_sync.store.engine import Store
from align_sync.store.items import load_ids, mark_gone, save_unreadable
from align_sync.store.leases import LEASE_TIME, claim_lease, hold_lease, lease_name, load_owner, release_lease
from align_sync.store.schema import evidence, verdict
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
from align_sync.store.verdicts import (
    clear_waiting,
    load_above,
    load_all_ids,
    load_evidence,
    load_linked_rules,
    load_matches,
    load_waiting,
    load_work,
    save_linked_rules,
    save_matches,
)
from align_sync.sync.cursor import Progress, SweepKind
from align_sync.work import ItemKind, ItemRef, Parent
from tests.make import NOW, make_book, make_item, make_kr, make_ref
from tests.store.test_store_items import pull_items

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


def make_match(key: str = "PAY-1", *, label: str = "kr/ret90", bucket: Bucket = Bucket.DIRECT) -> Match:
    ref = make_ref(key)
    found = Evidence(key_result="ret90", rule=RuleKind.LABEL, field="labels", found=label, via=ref, weight=0.5)
    rejected = Rejected(
        reason=RejectReason.UNKNOWN_KEY, key="rex", rule=RuleKind.LABEL, field="labels", found="kr/rex", via=ref
    )
    return Match(
        ref=ref,
        bucket=bucket,
        because=f"label {label}",
        links=(Link("ret90", 1.0),),
        evidence=(found,),
        rejected=(rejected,),
        chain=(make_ref("PAY-100"),),
    )


class TestVerdicts:
    def test_a_verdict_comes_back_as_it_went(self, store: Store) -> None:
        match = make_match()
        with store.write() as connection:
            pull_items(connection, make_item("PAY-1"))
            (item_id,) = load_waiting(connection)
            assert save_matches(connection, {item_id: match}, rules="r", now=NOW) == 1
            assert load_matches(connection, load_work(connection, [item_id])) == {item_id: match}
            assert load_waiting(connection) == []

    def test_the_same_verdict_is_not_written_again(self, store: Store) -> None:
        with store.write() as connection:
            pull_items(connection, make_item("PAY-1"))
            (item_id,) = load_waiting(connection)
            save_matches(connection, {item_id: make_match()}, rules="r", now=NOW)
            assert save_matches(connection, {item_id: make_match()}, rules="r", now=LATER) == 0
            assert connection.execute(select(verdict.c.decided_at)).scalar_one() == NOW

    def test_evidence_that_ends_is_kept_with_its_end(self, store: Store) -> None:
        with store.write() as connection:
            pull_items(connection, make_item("PAY-1"))
            (item_id,) = load_waiting(connection)
            save_matches(connection, {item_id: make_match()}, rules="r", now=NOW)
            assert save_matches(connection, {item_id: make_match(label="kr/new")}, rules="r", now=LATER) == 1
            rows = connection.execute(select(evidence).order_by(evidence.c.id)).all()
            assert [(row.found, row.first_seen_at, row.gone_at) for row in rows] == [
                ("kr/ret90", NOW, LATER),
                ("kr/new", LATER, None),
            ]
            assert [one.found for one in load_evidence(connection, [item_id])[item_id]] == ["kr/new"]

    def test_all_that_hangs_on_a_changed_item_waits_with_it(self, store: Store) -> None:
        """By identifier and by key, over several levels, and never round a circle."""
        by_key = Parent(ItemRef(source="jira", external_id="", key="PAY-2"))
        with store.write() as connection:
            pull_items(
                connection,
                make_item("PAY-1", parent="PAY-4"),
                make_item("PAY-2", parent="PAY-1"),
                replace(make_item("PAY-3"), parents=(by_key,)),
                make_item("PAY-4", parent="PAY-3"),
                make_item("PAY-5"),
            )
            ids = load_ids(connection, "jira", [f"id-PAY-{number}" for number in range(1, 6)])
            clear_waiting(connection, ids.values())
            assert load_waiting(connection) == []
            pull_items(connection, make_item("PAY-1", parent="PAY-4", title="changed"))
            assert load_waiting(connection) == sorted(ids[f"id-PAY-{number}"] for number in range(1, 5))

    def test_what_is_gone_loses_its_verdict_and_lends_nothing(self, store: Store) -> None:
        with store.write() as connection:
            pull_items(connection, make_item("PAY-1", labels=("kr/ret90",)))
            (item_id,) = load_waiting(connection)
            save_matches(connection, {item_id: make_match()}, rules="r", now=NOW)
            mark_gone(connection, "jira", ["id-PAY-1"], LATER)
            assert load_waiting(connection) == [item_id]
            assert load_work(connection, [item_id]) == {}
            clear_waiting(connection, [item_id])
            assert connection.execute(select(verdict)).all() == []
            assert list(load_above(connection, [make_ref("PAY-1")])) == []

    def test_only_present_items_that_are_worked_on_are_judged(self, store: Store) -> None:
        unreadable = ItemRef(source="jira", external_id="id-X-1", key="X-1")
        with store.write() as connection:
            pull_items(connection, make_item("PAY-1"), make_item("PAY-2", kind=ItemKind.CONTAINER))
            save_unreadable(connection, [unreadable], sweep_id=1, now=NOW)
            ids = load_all_ids(connection)
            assert len(ids) == 2
            assert [one.key for one in load_work(connection, ids).values()] == ["PAY-1"]
            assert list(load_above(connection, [unreadable])) == []

    def test_parents_are_found_by_identifier_and_by_key_in_each_source(self, store: Store) -> None:
        with store.write() as connection:
            pull_items(connection, make_item("PAY-1"), make_item("PAY-2"))
            pull_items(connection, make_item("PAY-1", source="linear"))
            asked = [make_ref("PAY-1"), ItemRef(source="jira", external_id="", key="PAY-2"), make_ref("PAY-9")]
            found = list(load_above(connection, [*asked, make_ref("PAY-1", "linear")]))
        assert sorted(str(one.ref.source) + one.key for one in found) == ["jiraPAY-1", "jiraPAY-2", "linearPAY-1"]

    def test_the_rules_of_the_last_linking_are_remembered(self, store: Store) -> None:
        with store.write() as connection:
            assert load_linked_rules(connection) is None
            for rules in ("one", "two"):
                save_linked_rules(connection, rules, NOW)
            assert load_linked_rules(connection) == "two"
