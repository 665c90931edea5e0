"""The book put in force: only as it was shown, with a reason where one is due, and never half; and its versions."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from align_sync.errors import UserError
from align_sync.flows.okr import (
    ApplyResult,
    Approval,
    PlanRefusedError,
    apply,
    compare_versions,
    list_versions,
    load_current_book,
    load_publication_state,
    plan,
)
from align_sync.store.books import load_book
from align_sync.store.publications import Publication, save_publication
from align_sync.store.readings import load_readings
from tests.make import NOW, make_sprint
from tests.store.told_world import QUARTER, ToldWorld, made, told_world

HEAD = """\
apiVersion: align-sync.dev/v1
kind: OKRSet
metadata: {name: payments}
spec:
  team: payments
  period: 2026-Q4
  objectives:
    - id: O-1
      title: Customers stay with us
      keyResults:
"""
RET = "{id: ret90, title: Retention rises, metric: {baseline: 68, target: 80, current: 70, currentOn: 2026-10-02}}"
ACT = "{id: act5, title: More are active}"
YES = Approval()


class Desk:
    """A folder with one OKR file, beside a database that knows some work."""

    def __init__(self, world: ToldWorld, folder: Path) -> None:
        self.world, self.app, self.file = world, world.app, folder / "okrs.yaml"

    def write(self, *entries: str) -> None:
        text = HEAD + "".join(f"        - {entry}\n" for entry in entries)
        self.file.write_text(text, encoding="utf-8")

    def apply(
        self,
        approval: Approval | None = YES,
        *,
        reason: str = "",
        author: str = "Ana",
        held_from_at: datetime | None = None,
    ) -> ApplyResult:
        self.world.clock.tick()
        return apply(self.app, [self.file], author=author, reason=reason, held_from_at=held_from_at, approval=approval)

    def keys(self) -> list[str]:
        book = load_current_book(self.app)
        return [kr.key for kr in book.key_results] if book else []


@pytest.fixture
def desk(sqlite_url: str, tmp_path: Path) -> Iterator[Desk]:
    """Two key results in force; PAY-1 and what hangs on it are linked to the first."""
    with told_world(sqlite_url) as world:
        world.tell(made("PAY-1", "okr/ret90"), made("PAY-2", parent="PAY-1"), sprints=[make_sprint("42")])
        desk = Desk(world, tmp_path)
        desk.write(RET, ACT)
        desk.apply()
        world.link()
        yield desk


def test_plan_then_apply_then_plan_shows_nothing(desk: Desk) -> None:
    desk.write(RET.replace("Retention rises", "Retention rises further"), "{id: new, title: Something else}")
    shown = plan(desk.app, [desk.file])

    assert ([e.key for e in shown.review.plan.created], shown.review.plan.changed[0].key) == (["new"], "ret90")
    assert ([e.key for e in shown.review.plan.removed], shown.review.linked) == (["act5"], ())
    assert desk.keys() == ["ret90", "act5"]

    applied = desk.apply(Approval(fingerprint=shown.review.fingerprint))

    assert applied.plan == shown.review.plan
    assert desk.keys() == ["ret90", "new"]
    assert plan(desk.app, [desk.file]).changes_nothing


def test_a_plan_that_is_no_longer_the_one_shown_is_refused_with_the_new_one(desk: Desk) -> None:
    desk.write(RET, "{id: new, title: Something else}")
    shown = plan(desk.app, [desk.file])
    desk.write(RET, ACT, "{id: other, title: Written meanwhile}")

    with pytest.raises(PlanRefusedError, match=f"no longer {shown.review.fingerprint}") as refused:
        desk.apply(Approval(fingerprint=shown.review.fingerprint))

    now = refused.value.proposal.review
    assert [entry.key for entry in now.plan.created] == ["other"]
    assert now.fingerprint in refused.value.problem.advice
    assert desk.keys() == ["ret90", "act5"]


def test_what_somebody_else_applied_meanwhile_makes_it_another_plan(desk: Desk) -> None:
    desk.write(RET, ACT, "{id: new, title: Mine}")
    shown = plan(desk.app, [desk.file])
    desk.write(RET, ACT, "{id: other, title: Theirs}")
    desk.apply(author="Luca")
    desk.write(RET, ACT, "{id: new, title: Mine}")

    with pytest.raises(PlanRefusedError):
        desk.apply(Approval(fingerprint=shown.review.fingerprint))
    assert desk.keys() == ["ret90", "act5", "other"]


def test_applying_the_same_again_writes_no_version_whatever_was_agreed_to(desk: Desk) -> None:
    for approval in (YES, Approval(fingerprint="of another day"), None):
        assert desk.apply(approval, reason="again").plan.is_empty
    assert len(list_versions(desk.app)) == 1


def test_a_key_result_with_linked_work_goes_only_where_somebody_agreed(desk: Desk) -> None:
    desk.write(ACT)
    shown = plan(desk.app, [desk.file])
    assert shown.review.linked == (("ret90", 2),)

    with pytest.raises(PlanRefusedError, match=r"linked work would go; nothing was applied: ret90 \(2 items\)"):
        desk.apply()
    assert desk.keys() == ["ret90", "act5"]
    desk.apply(Approval(removal=True))
    assert desk.keys() == ["act5"]


def test_the_plan_that_was_shown_covers_its_removals(desk: Desk) -> None:
    desk.write(ACT)

    desk.apply(Approval(fingerprint=plan(desk.app, [desk.file]).review.fingerprint))

    assert desk.keys() == ["act5"]


def test_links_that_come_between_plan_and_apply_make_it_another_plan(desk: Desk) -> None:
    desk.write(RET)
    shown = plan(desk.app, [desk.file])
    desk.world.tell(made("PAY-1", "okr/act5"), sprints=[make_sprint("42")])
    desk.world.link()

    with pytest.raises(PlanRefusedError) as refused:
        desk.apply(Approval(fingerprint=shown.review.fingerprint))
    assert dict(refused.value.proposal.review.linked)["act5"] > 0


def test_another_target_needs_a_reason_which_is_kept(desk: Desk) -> None:
    desk.write(RET.replace("target: 80", "target: 76"), ACT)
    agreed = Approval(fingerprint=plan(desk.app, [desk.file]).review.fingerprint)

    for approval in (YES, agreed):
        with pytest.raises(PlanRefusedError, match=r"needs a reason; nothing was applied: ret90 \(metric.target\)"):
            desk.apply(approval)
    desk.apply(agreed, reason="the market shrank", author="Luca")

    with desk.app.store.read() as connection:
        applied = load_book(connection)
    assert applied is not None
    assert (applied.reason, applied.applied_by) == ("the market shrank", "Luca")
    assert applied.book.by_key["ret90"][1].metric.target == 76


def test_where_nobody_can_be_asked_what_needs_a_person_waits_and_is_told(desk: Desk) -> None:
    desk.write("{id: act5, title: More are active, due: 2026-11-30}", "{id: new, title: New}")

    with capture_logs() as logs:
        held = desk.apply(None, author="settings")

    assert (held.plan.is_empty, held.held is not None) == (True, True)
    assert held.held_because == (
        "removes key results with linked work: ret90 (2 items)",
        "changes what was agreed without a reason: act5 (due)",
    )
    assert [(line["event"], line["because"]) for line in logs] == [("book.held_for_a_person", held.held_because)]
    assert desk.keys() == ["ret90", "act5"]


def test_where_nobody_can_be_asked_all_else_is_applied(desk: Desk) -> None:
    desk.write(RET.replace("Retention rises", "More customers stay"), "{id: new, title: New}")

    result = desk.apply(None, author="settings")

    assert (result.held, result.held_because) == (None, ())
    assert desk.keys() == ["ret90", "new"]


def test_a_book_can_hold_since_an_earlier_day(desk: Desk) -> None:
    desk.write(RET, ACT, "{id: new, title: Late}")

    desk.apply(held_from_at=NOW - timedelta(days=30))

    with desk.app.store.read() as connection:
        then = load_book(connection, NOW - timedelta(days=20))
    assert then is not None
    assert "new" in then.book.by_key


def test_current_values_of_the_book_become_readings_by_hand_once(desk: Desk) -> None:
    desk.write(RET.replace("rises", "rises again"), ACT)
    desk.apply()
    desk.write(RET.replace("current: 70, currentOn: 2026-10-02", "current: 71, currentOn: 2026-10-09"), ACT)
    desk.apply(author="Luca")

    with desk.app.store.read() as connection:
        readings = load_readings(connection)["kr:ret90"]
    assert [(one.value, one.as_of_at.day, one.author) for one in readings] == [(70, 2, "Ana"), (71, 9, "Luca")]


def test_files_with_faults_are_refused_as_a_whole_with_those_that_cannot_be_read(desk: Desk, tmp_path: Path) -> None:
    desk.write(RET, "{id: a b, title: x}")

    with pytest.raises(UserError, match="has 2 problems; nothing was applied") as refused:
        plan(desk.app, [desk.file, tmp_path / "nowhere"])
    assert [problem.where for problem in refused.value.problems] == [
        str(tmp_path / "nowhere"),
        f"{desk.file}:12:16",
    ]


@pytest.fixture
def changed(desk: Desk) -> Desk:
    """Three versions, a quarter of an hour apart: reworded and moved in its target, then under another key."""
    desk.world.clock.tick(QUARTER)
    desk.write(RET.replace("target: 80", "target: 76").replace("Retention rises", "More stay"), ACT)
    desk.apply(reason="the market shrank", author="Luca")
    desk.world.clock.tick(QUARTER)
    desk.write(RET.replace("target: 80", "target: 76").replace("ret90", "stay, formerly: [ret90]"), ACT)
    desk.apply(author="Zoe")
    return desk


def test_the_last_two_versions_are_compared_by_default(changed: Desk) -> None:
    found = compare_versions(changed.app)

    assert found.before is not None
    assert (found.before.number, found.before.reason) == (2, "the market shrank")
    assert [(one.number, one.applied_by) for one in found.versions] == [(3, "Zoe")]
    assert [(change.key, [field.name for field in change.fields]) for change in found.plan.changed] == [
        ("stay", ["key", "title", "formerly"])
    ]


def test_two_days_are_compared_with_every_version_between(changed: Desk) -> None:
    first, second, third = reversed(list_versions(changed.app))

    found = compare_versions(changed.app, since=first.applied_at, until=third.applied_at)
    assert [(one.number, one.reason) for one in found.versions] == [(2, "the market shrank"), (3, "")]
    assert [field.name for field in found.plan.changed[0].fields] == ["key", "formerly", "metric.target"]
    earlier = compare_versions(changed.app, until=second.applied_at)
    assert [one.number for one in earlier.versions] == [2]
    whole = compare_versions(changed.app, since=first.applied_at - timedelta(days=1), until=first.applied_at)
    assert (whole.before, [one.number for one in whole.versions], len(whole.plan.created)) == (None, [1], 3)
    same = compare_versions(changed.app, since=third.applied_at)
    assert (same.versions, same.plan.is_empty) == ((), True)


@pytest.mark.parametrize("key", ["ret90", "STAY"])
def test_one_key_result_is_followed_through_its_keys(changed: Desk, key: str) -> None:
    first, _, _ = reversed(list_versions(changed.app))

    assert [one.number for one in list_versions(changed.app, key=key)] == [3, 2, 1]
    found = compare_versions(changed.app, since=first.applied_at, key=key)
    assert [change.key for change in found.plan.changed] == ["stay"]
    assert [change.key for version in found.versions for change in version.plan.changed] == ["ret90", "stay"]
    assert [one.number for one in list_versions(changed.app, key="act5")] == [1]
    assert compare_versions(changed.app, key="act5").plan.is_empty


def test_a_comparison_that_means_nothing_is_refused(changed: Desk) -> None:
    first, _, third = reversed(list_versions(changed.app))
    before = first.applied_at - timedelta(days=1)

    with pytest.raises(UserError, match="no version of the book has 'zzz'"):
        compare_versions(changed.app, key="zzz")
    with pytest.raises(UserError, match="no version of the book has 'zzz'"):
        list_versions(changed.app, key="zzz")
    with pytest.raises(UserError, match="no book was in force then"):
        compare_versions(changed.app, until=before)
    with pytest.raises(UserError, match="--from is after --to"):
        compare_versions(changed.app, since=third.applied_at, until=first.applied_at)


def test_before_the_first_book_there_is_nothing_to_compare(sqlite_url: str) -> None:
    with told_world(sqlite_url) as world:
        assert load_current_book(world.app) is None
        state = load_publication_state(world.app)
        with pytest.raises(UserError, match="no OKR book has been applied yet"):
            compare_versions(world.app)
    assert (state.last, state.is_current) == (None, False)


def test_a_publication_is_of_one_version_only(desk: Desk) -> None:
    with desk.app.store.write() as connection:
        applied = load_book(connection)
        assert applied is not None
        one = Publication(book_id=applied.book_id, published_at=NOW, published_by="Zoe")
        save_publication(connection, one)

    state = load_publication_state(desk.app)
    assert (state.last, state.is_current) == (one, True)
    desk.write(RET, ACT, "{id: new, title: Later}")
    desk.apply()
    later = load_publication_state(desk.app)
    assert (later.last, later.is_current) == (one, False)
