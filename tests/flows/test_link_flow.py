"""Linking what was pulled: only what changed or hangs on it, everything where the book changed, and never half."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import Connection, func, select, update

from align_sync.flows import link as flow
from align_sync.flows.decide import Said, add_link, remove_link
from align_sync.flows.link import LinkResult, link
from align_sync.linking.bulk import StoredItem
from align_sync.linking.evidence import Bucket
from align_sync.okr.model import Book
from align_sync.store.books import save_book
from align_sync.store.judging import load_waiting, load_work
from align_sync.store.leases import claim_lease, release_lease
from align_sync.store.ledger import load_buckets
from align_sync.store.schema import evidence, ground, item, lease, link_run, verdict
from align_sync.work import ItemKind, SprintState
from tests.flows.jira_world import NOON, JiraWorld, jira_world
from tests.make import make_book, make_item, make_sprint
from tests.store.told_world import DAY, QUARTER, ToldWorld, made, told_world


@pytest.fixture
def world(database_url: str) -> Iterator[JiraWorld]:
    """PAY-1, an epic with a label, and four stories under it."""
    with jira_world(database_url) as world:
        world.pull_well()
        apply(world, make_book("ret90", "act5"))
        world.clock.tick()
        yield world


def apply(world: JiraWorld, book: Book) -> None:
    with world.app.store.write() as connection:
        save_book(connection, book, fingerprint="x", now=NOON, author="Ana")


def buckets(world: JiraWorld) -> dict[str, Bucket]:
    with world.app.store.read() as connection:
        keys = dict(connection.execute(select(item.c.id, item.c.key)).all())
        return {keys[item_id]: bucket for item_id, bucket in load_buckets(connection, keys).items()}


def test_stories_inherit_from_their_epic(world: JiraWorld) -> None:
    assert link(world.app) == LinkResult(judged=5, differing=5, was_full=True)
    assert buckets(world) == {"PAY-1": Bucket.DIRECT} | {f"PAY-{number}": Bucket.INHERITED for number in (2, 3, 4, 5)}


def test_a_second_linking_finds_nothing_to_do(world: JiraWorld) -> None:
    link(world.app)
    assert link(world.app) == LinkResult()


def test_only_what_changed_is_judged_again(world: JiraWorld) -> None:
    link(world.app)
    world.site.edit_issue("PAY-3", labels=["okr/act5"])
    world.pull_well()
    assert link(world.app) == LinkResult(judged=1, differing=1)
    assert buckets(world)["PAY-3"] is Bucket.DIRECT


def test_a_change_above_is_judged_below(world: JiraWorld) -> None:
    link(world.app)
    world.site.edit_issue("PAY-1", labels=[])
    world.pull_well()
    assert link(world.app) == LinkResult(judged=5, differing=5)
    assert set(buckets(world).values()) == {Bucket.UNLINKED}


def test_another_book_judges_everything_and_writes_what_differs(world: JiraWorld) -> None:
    link(world.app)
    apply(world, make_book("act5"))
    result = link(world.app)
    assert (result.judged, result.differing, result.was_full) == (5, 5, True)
    apply(world, make_book("act5", "other"))
    assert replace(link(world.app), differing=0) == LinkResult(judged=5, was_full=True)


def test_what_hangs_on_an_unreadable_parent_is_unknown(world: JiraWorld) -> None:
    world.site.add_issue("OPS-1", issue_type="Epic")
    world.site.add_issue("OPS-2", parent_key="OPS-1", sprint_ids=[42])
    world.site.forbid("OPS-1")
    world.pull_well()
    link(world.app)
    assert buckets(world)["OPS-2"] is Bucket.UNKNOWN


@pytest.fixture
def told(database_url: str) -> Iterator[ToldWorld]:
    """An epic with a label and a project around it, a story under it, its sub-task, and a story of nothing; linked."""
    with told_world(database_url) as world:
        world.tell(
            made("PAY-9", sprint=None, kind=ItemKind.CONTAINER),
            made("PAY-1", "okr/ret90", sprint=None, kind=ItemKind.EPIC),
            made("PAY-2", parent="PAY-1"),
            made("PAY-3", parent="PAY-2", kind=ItemKind.SUBTASK),
            made("PAY-4", container="PAY-9"),
            sprints=[make_sprint("42")],
        )
        world.apply(make_book("ret90", "act5"))
        world.link()
        world.clock.tick()
        yield world


def count_rows(world: ToldWorld) -> list[int]:
    with world.app.store.read() as connection:
        return [
            connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in (evidence, ground, link_run, verdict)
        ]


class TestWhatIsJudged:
    def test_nothing_new_is_written_where_nothing_changed(self, told: ToldWorld) -> None:
        before = count_rows(told)
        assert told.link() == LinkResult()
        told.tell()
        assert told.link() == LinkResult()
        assert count_rows(told) == before

    def test_a_label_on_the_epic_reaches_two_levels_down(self, told: ToldWorld) -> None:
        told.tell(made("PAY-1", "okr/act5", sprint=None, kind=ItemKind.EPIC))
        assert told.link() == LinkResult(judged=3, differing=3)
        assert [told.ledger(key) for key in ("PAY-2", "PAY-3")] == [[("act5", told.clock.at, False)]] * 2
        told.check_verdicts()

    def test_a_label_on_a_container_reaches_what_is_in_it(self, told: ToldWorld) -> None:
        told.tell(made("PAY-9", "okr/act5", sprint=None, kind=ItemKind.CONTAINER))
        assert told.link() == LinkResult(judged=1, differing=1)
        assert told.buckets()["PAY-4"] is Bucket.INHERITED
        told.check_verdicts()
        assert told.link() == LinkResult(), "a container is judged by nobody, and waits for nothing"

    def test_another_parent_is_another_verdict(self, told: ToldWorld) -> None:
        told.tell(made("PAY-2"), made("PAY-4", parent="PAY-1"))
        told.link()
        assert told.buckets()["PAY-3"] is Bucket.UNLINKED
        assert told.buckets()["PAY-4"] is Bucket.INHERITED
        told.check_verdicts()

    def test_what_is_gone_loses_verdict_and_evidence_and_what_hangs_on_it_is_unknown(self, told: ToldWorld) -> None:
        told.tell(gone=["PAY-1"])
        told.link()
        assert "PAY-1" not in told.buckets()
        assert told.buckets()["PAY-3"] is Bucket.UNKNOWN
        assert [line[2] for line in told.ledger("PAY-1", with_gone=True)] == [True]
        told.check_verdicts()
        told.tell(made("PAY-1", "okr/ret90", sprint=None, kind=ItemKind.EPIC))
        told.link()
        assert told.buckets()["PAY-3"] is Bucket.INHERITED
        told.check_verdicts()

    def test_another_book_links_all_and_touches_no_source(self, told: ToldWorld) -> None:
        with told.app.store.read() as connection:
            before = connection.execute(select(item.c.changed_at, item.c.sweep_id)).all()
        told.apply(make_book("act5"))
        assert told.link() == LinkResult(judged=4, differing=3, was_full=True)
        with told.app.store.read() as connection:
            assert connection.execute(select(item.c.changed_at, item.c.sweep_id)).all() == before
        told.check_verdicts()

    def test_a_rule_of_the_settings_ends_with_its_last_day(self, told: ToldWorld) -> None:
        """At midnight in the zone of the organisation, which is an hour before that of UTC."""
        rule = {"name": "rest", "kr": "act5", "kinds": ["story"], "owner": "Ana", "expires_on": "2026-11-24"}
        told.reopen(map=[rule], timezone="Europe/Rome")
        assert told.link() == LinkResult(judged=4, differing=1, was_full=True)
        assert told.buckets()["PAY-4"] is Bucket.RULE
        told.clock.at = told.clock.at.replace(day=24, hour=22, minute=59)
        assert told.link() == LinkResult()
        told.clock.tick(timedelta(minutes=1))
        assert told.link() == LinkResult(judged=4, differing=1, was_full=True)
        assert told.buckets()["PAY-4"] is Bucket.UNLINKED
        told.check_verdicts()

    def test_a_rule_about_a_team_follows_the_sprint(self, told: ToldWorld) -> None:
        rule = {"name": "risk", "kr": "act5", "teams": ["Risk"], "owner": "Ana", "expires_on": "2026-12-24"}
        told.reopen(map=[rule])
        told.link()
        assert told.buckets()["PAY-4"] is Bucket.UNLINKED
        told.tell(sprints=[make_sprint("42", team="Risk")])
        assert told.link().was_full
        assert told.buckets()["PAY-4"] is Bucket.RULE
        told.check_verdicts()

    def test_an_item_in_the_sprints_of_two_teams_is_of_the_one_that_the_report_says(self, told: ToldWorld) -> None:
        """That of the sprint that began first, whichever of the two was stored first."""
        rule = {"name": "risk", "kr": "act5", "teams": ["Risk"], "owner": "Ana", "expires_on": "2026-12-24"}
        told.reopen(map=[rule])
        older = replace(make_sprint("90", team="Risk"), starts_at=told.clock.at - 9 * DAY)
        both = replace(made("PAY-4"), sprint_ids=("42", "90"))
        told.tell(both, sprints=[older])
        told.link()
        assert told.buckets()["PAY-4"] is Bucket.RULE
        assert (told.item("PAY-4").team, told.item("PAY-4").bucket) == ("Risk", Bucket.RULE)
        told.tell(sprints=[replace(older, state=SprintState.CLOSED)])
        told.link()
        assert (told.item("PAY-4").team, told.item("PAY-4").bucket) == ("Payments", Bucket.UNLINKED)
        told.check_verdicts()


class TestDecisions:
    def test_one_that_is_made_and_taken_back_is_seen_by_the_next_link(self, told: ToldWorld) -> None:
        add_link(told.app, "PAY-2", "act5", Said(author="Ana", reason="it is for act5"))
        assert told.link() == LinkResult(judged=2, differing=2), "it is inherited"
        assert told.ledger("PAY-3") == [("act5", told.clock.at, False)]
        told.check_verdicts()
        told.clock.tick()
        remove_link(told.app, "PAY-2", "act5", Said(author="Ana", reason="it was not"))
        assert told.link() == LinkResult(judged=2, differing=2)
        assert told.ledger("PAY-3") == [("ret90", told.clock.at, False)]
        told.check_verdicts()

    def test_one_that_runs_out_is_seen_by_the_first_link_of_the_next_day(self, told: ToldWorld) -> None:
        said = Said(author="Ana", reason="for a day", expires_on=date(2026, 11, 24))
        add_link(told.app, "PAY-4", "act5", said)
        told.link()
        told.clock.at = told.clock.at.replace(day=24, hour=23, minute=59)
        assert told.link() == LinkResult()
        told.clock.tick(timedelta(minutes=1))
        assert told.link() == LinkResult(judged=1, differing=1)
        assert told.buckets()["PAY-4"] is Bucket.UNLINKED
        assert told.link() == LinkResult()
        told.check_verdicts()

    def test_one_that_ran_out_while_nobody_linked_is_seen_by_whoever_links_next(self, told: ToldWorld) -> None:
        add_link(told.app, "PAY-2", "act5", Said(author="Ana", reason="for a day", expires_on=date(2026, 11, 23)))
        told.link()
        told.clock.tick(5 * DAY)
        told.tell(made("PAY-4", "okr/act5"))
        assert told.link() == LinkResult(judged=3, differing=3)
        told.check_verdicts()


def crash_at(world: ToldWorld | JiraWorld, commit: int, name: str = "commit.after") -> None:
    """Let the run end at its commit of this number, the first is 1."""
    reached = 0

    def crash(here: str) -> None:
        nonlocal reached
        reached += here == name
        if reached == commit:
            raise ZeroDivisionError

    world.failpoint = crash


def go_on(world: ToldWorld | JiraWorld) -> None:
    world.failpoint = lambda _name: None


class TestInterrupted:
    @pytest.fixture(autouse=True)
    def in_small_steps(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(flow, "ITEMS_A_TRANSACTION", 1)

    @pytest.mark.parametrize("name", ["commit.before", "commit.after"])
    @pytest.mark.parametrize("commit", [1, 2, 3, 5])
    def test_it_goes_on_where_it_was(self, told: ToldWorld, commit: int, name: str) -> None:
        """Also with what hangs on an item that was judged and waits no more."""
        told.tell(made("PAY-1", sprint=None, kind=ItemKind.EPIC), gone=["PAY-4"])
        crash_at(told, commit, name)
        with pytest.raises(ZeroDivisionError):
            told.link()
        go_on(told)
        assert told.link().was_full is False
        told.check_verdicts()
        assert told.link() == LinkResult()

    def test_what_was_judged_is_not_judged_again(self, told: ToldWorld) -> None:
        told.tell(made("PAY-1", sprint=None, kind=ItemKind.EPIC))
        crash_at(told, 3)
        with pytest.raises(ZeroDivisionError):
            told.link()
        go_on(told)
        with told.app.store.read() as connection:
            assert len(load_waiting(connection, with_below=False)) == 1
        assert told.link() == LinkResult(judged=1, differing=1)

    @pytest.mark.parametrize("commit", [1, 3, 5])
    def test_a_full_one_is_full_again(self, told: ToldWorld, commit: int) -> None:
        """The rules are remembered last of all, so that no item keeps a verdict of the old book."""
        told.apply(make_book("act5"))
        crash_at(told, commit)
        with pytest.raises(ZeroDivisionError):
            told.link()
        go_on(told)
        assert told.link().was_full
        told.check_verdicts()

    def test_a_full_one_is_full_again_even_by_the_rules_of_before(self, told: ToldWorld) -> None:
        """Else what was judged by the other book on the way would keep its verdict."""
        told.apply(make_book("act5"))
        crash_at(told, 3)
        with pytest.raises(ZeroDivisionError):
            told.link()
        go_on(told)
        told.apply(make_book("ret90", "act5"))
        assert told.link().was_full
        told.check_verdicts()


def change_after(world: ToldWorld, commit: int, *changes: object) -> None:
    """Let these items be told, as by a pull of another process, after a commit of the next link."""
    reached = 0

    def change(here: str) -> None:
        nonlocal reached
        reached += here == "commit.after"
        if reached == commit and here == "commit.after":
            world.failpoint = lambda _name: None
            world.clock.tick()
            for tell in changes:
                assert callable(tell)
                tell()

    world.failpoint = change


class TestMeanwhile:
    """What a pull changes between two transactions of a run is judged by the run or waits for the next one."""

    @pytest.fixture(autouse=True)
    def in_small_steps(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(flow, "ITEMS_A_TRANSACTION", 1)

    def settle(self, world: ToldWorld) -> None:
        for _ in range(5):
            world.link()
        assert world.link() == LinkResult()
        world.check_verdicts()

    @pytest.mark.parametrize("is_full", [True, False])
    @pytest.mark.parametrize("commit", [2, 4])
    def test_an_epic_that_others_were_judged_by(self, told: ToldWorld, commit: int, *, is_full: bool) -> None:
        told.tell(made("PAY-0"), made("PAY-8", "okr/ret90", kind=ItemKind.EPIC), made("PAY-0", parent="PAY-8"))
        told.tell(made("PAY-4", parent="PAY-8"), made("PAY-2", parent="PAY-1", title="other"))
        if is_full:
            told.apply(make_book("ret90", "act5", "new1"))
        change_after(told, commit, lambda: told.tell(made("PAY-8", "okr/act5", kind=ItemKind.EPIC)))
        self.settle(told)
        assert told.ledger("PAY-4")[0][0] == "act5"

    @pytest.mark.parametrize("is_full", [True, False])
    @pytest.mark.parametrize("commit", [2, 4])
    def test_a_container_that_waited_already(self, told: ToldWorld, commit: int, *, is_full: bool) -> None:
        told.tell(made("PAY-9", "okr/ret90", sprint=None, kind=ItemKind.CONTAINER))
        if is_full:
            told.apply(make_book("ret90", "act5", "new1"))
        again = made("PAY-9", "okr/act5", sprint=None, kind=ItemKind.CONTAINER)
        change_after(told, commit, lambda: told.tell(again))
        self.settle(told)
        assert told.ledger("PAY-4")[0][0] == "act5"

    @pytest.mark.parametrize("is_full", [True, False])
    @pytest.mark.parametrize("commit", [4, 5])
    def test_an_epic_that_goes_and_one_that_comes_back(self, told: ToldWorld, commit: int, *, is_full: bool) -> None:
        told.tell(made("PAY-8", "okr/act5", kind=ItemKind.EPIC), made("PAY-4", parent="PAY-8"))
        told.tell(made("PAY-1", "okr/ret90", "more", sprint=None, kind=ItemKind.EPIC), gone=["PAY-8"])
        if is_full:
            told.apply(make_book("ret90", "act5", "new1"))
        back = made("PAY-8", "okr/act5", kind=ItemKind.EPIC)
        change_after(told, commit, lambda: told.tell(back, gone=["PAY-1"]))
        self.settle(told)
        assert told.buckets()["PAY-4"] is Bucket.INHERITED
        assert told.buckets()["PAY-2"] is Bucket.UNKNOWN

    @pytest.mark.parametrize("is_full", [True, False])
    @pytest.mark.parametrize("commit", [2, 5])
    def test_a_parent_that_nobody_knew(self, told: ToldWorld, commit: int, *, is_full: bool) -> None:
        told.tell(made("PAY-4", parent="PAY-8"), made("PAY-2", parent="PAY-1", title="other"))
        if is_full:
            told.apply(make_book("ret90", "act5", "new1"))
        change_after(told, commit, lambda: told.tell(made("PAY-8", "okr/act5", kind=ItemKind.EPIC)))
        self.settle(told)
        assert told.buckets()["PAY-4"] is Bucket.INHERITED

    @pytest.mark.parametrize("is_full", [True, False])
    @pytest.mark.parametrize("commit", [2, 4])
    def test_a_decision_that_says_to_have_held_before(self, told: ToldWorld, commit: int, *, is_full: bool) -> None:
        told.tell(made("PAY-2", parent="PAY-1", title="other"), made("PAY-4", title="other"))
        if is_full:
            told.apply(make_book("ret90", "act5", "new1"))
        said = Said(author="Ana", reason="since ever", since_at=told.clock.at - DAY)
        change_after(told, commit, lambda: add_link(told.app, "PAY-4", "act5", said))
        self.settle(told)
        assert told.buckets()["PAY-4"] is Bucket.DIRECT

    @pytest.mark.parametrize(("commit", "later"), [(4, 1), (4, 2), (5, 1)])
    def test_a_crash_after_it(self, told: ToldWorld, commit: int, later: int) -> None:
        """The epic was judged anew and waits no more: what was judged by it before does."""
        told.tell(made("PAY-0"), made("PAY-8", "okr/ret90", kind=ItemKind.EPIC))
        told.tell(made("PAY-0", parent="PAY-8"), made("PAY-4", parent="PAY-8"), made("PAY-2", title="other"))
        change = made("PAY-8", "okr/act5", kind=ItemKind.EPIC)
        change_after(told, commit, lambda: told.tell(change), lambda: crash_at(told, later))
        with pytest.raises(ZeroDivisionError):
            told.link()
        go_on(told)
        self.settle(told)
        assert told.ledger("PAY-4")[0][0] == "act5"

    def test_one_run_is_enough_where_it_can_be(self, told: ToldWorld) -> None:
        told.tell(made("PAY-8", "okr/ret90", kind=ItemKind.EPIC), made("PAY-4", parent="PAY-8"))
        change_after(told, 2, lambda: told.tell(made("PAY-8", "okr/act5", kind=ItemKind.EPIC)))
        assert told.link() == LinkResult(judged=4, differing=3)
        assert told.link() == LinkResult()
        told.check_verdicts()


def test_two_pulls_between_two_links_are_one_change(told: ToldWorld) -> None:
    told.tell(made("PAY-2", "okr/act5", parent="PAY-1"))
    told.clock.tick(QUARTER)
    told.tell(made("PAY-2", parent="PAY-1"))
    assert told.link() == LinkResult(judged=2, differing=0)
    assert told.ledger("PAY-2", with_gone=True) == [("ret90", told.clock.at - 2 * QUARTER, False)]


def test_what_has_no_parents_and_no_labels_is_judged_too(told: ToldWorld) -> None:
    told.tell(make_item("PAY-7"))
    assert told.link() == LinkResult(judged=1, differing=1)
    told.check_verdicts()


class TestTwoAtOnce:
    def test_a_second_process_leaves_the_work_to_the_first(self, told: ToldWorld) -> None:
        told.tell(made("PAY-1", "okr/nps"))
        with told.app.store.write() as connection:
            fence = claim_lease(connection, flow.LEASE, owner="elsewhere:1:1", now=told.app.now())
        assert link(told.app) == LinkResult(is_busy=True)
        with told.app.store.write() as connection:
            release_lease(connection, flow.LEASE, fence)
        assert told.link().judged > 0
        told.check_verdicts()

    def test_a_process_that_was_overtaken_writes_nothing_more(
        self, told: ToldWorld, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        told.tell(made("PAY-1", "okr/nps"))

        def overtake(connection: Connection, ids: Iterable[int], *, with_documents: bool) -> list[StoredItem]:
            connection.execute(update(lease).where(lease.c.name == flow.LEASE).values(fence=lease.c.fence + 1))
            return load_work(connection, ids, with_documents=with_documents)

        monkeypatch.setattr(flow, "load_work", overtake)
        assert told.link().is_busy
        monkeypatch.undo()
        told.link()
        told.check_verdicts()
