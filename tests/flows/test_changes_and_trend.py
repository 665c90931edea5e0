"""What changed between two days and who did it, and coverage over weeks and sprints."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from align_sync.errors import UserError
from align_sync.flows.decide import Said, add_exemption, add_link, expire_exemption
from align_sync.flows.snapshots import keep
from align_sync.jobs import Rhythm, draw_trend, find_changes
from align_sync.linking.evidence import Bucket
from align_sync.reports.changes import Change, ChangeKind
from align_sync.reports.model import Filters
from align_sync.work import SprintState
from tests.make import NOW, make_book, make_sprint
from tests.store.told_world import DAY, ToldWorld, made, told_world


@pytest.fixture
def world(database_url: str) -> Iterator[ToldWorld]:
    with told_world(database_url, policy={"grace_days": 2}) as world:
        world.tell(
            made("PAY-1", "okr/ret90"),
            made("PAY-2"),
            made("PAY-3", "okr/act5"),
            made("PAY-4"),
            sprints=[make_sprint("42")],
        )
        world.apply(make_book("ret90", "act5"))
        world.link()
        world.clock.tick(DAY)
        yield world


def changes_of(world: ToldWorld) -> dict[str, Change]:
    changes = find_changes(world.app, Filters(), since=NOW)
    return {one.key: one for one in changes.changes}


def test_it_says_who_decided_and_why(world: ToldWorld) -> None:
    add_link(world.app, "PAY-2", "act5", Said(author="Ana", reason="it is"))
    add_exemption(world.app, "PAY-4", "ktlo", Said(author="Luca", reason="it must be"))
    expire_exemption(world.app, "PAY-4", Said(author="Ana", reason="no"))
    add_exemption(world.app, "PAY-4", "upgrade", Said(author="Luca", reason="rather"))
    world.tell(made("PAY-1"), made("PAY-9"), gone=["PAY-3"])
    world.link()
    found = changes_of(world)
    assert {key: one.kind for key, one in found.items()} == {
        "PAY-1": ChangeKind.SET_ASIDE,
        "PAY-2": ChangeKind.NOW_LINKED,
        "PAY-3": ChangeKind.WENT,
        "PAY-4": ChangeKind.SET_ASIDE,
        "PAY-9": ChangeKind.CAME,
    }
    assert [(by.author, by.says) for by in found["PAY-2"].by] == [("Ana", "linked to act5: it is")]
    assert [(by.author, by.says) for by in found["PAY-4"].by] == [
        ("Luca", "exempted as ktlo: it must be"),
        ("Ana", "no longer exempted as ktlo: no"),
        ("Luca", "exempted as upgrade: rather"),
    ]
    assert found["PAY-1"].by == (), "what a tracker says was changed there, and nobody is looked for"


def test_time_alone_ends_grace(world: ToldWorld) -> None:
    world.clock.tick(2 * DAY)
    world.tell()
    found = changes_of(world)
    ended = (Bucket.GRACE, Bucket.UNLINKED, ())
    assert {key: (one.before, one.after, one.by) for key, one in found.items()} == {"PAY-2": ended, "PAY-4": ended}


def test_each_version_of_the_book_is_told(world: ToldWorld) -> None:
    world.apply(make_book("ret90"), author="Eva", reason="too much")
    world.link()
    changes = find_changes(world.app, Filters(), since=NOW)
    assert [(one.author, one.says) for one in changes.book] == [
        ("Eva", "OKR book applied: 1 removed: act5 (too much)"),
    ]
    (one,) = changes.changes
    assert (one.key, one.before, one.after) == ("PAY-3", Bucket.DIRECT, Bucket.INVALID)


def test_since_a_report_that_was_kept_is_since_it_was_made(world: ToldWorld) -> None:
    kept = keep(world.app, world.report())
    world.clock.tick()
    world.tell(made("PAY-1"))
    world.link()
    changes = find_changes(world.app, Filters(), before=kept, since=NOW)
    assert (changes.since, [one.key for one in changes.changes]) == (kept.generated_at, ["PAY-1"])
    assert changes.unchanged == 3


class TestTrend:
    def test_each_week_is_judged_as_it_was(self, world: ToldWorld) -> None:
        world.clock.tick(6 * DAY)
        world.tell(made("PAY-2", "okr/act5"), made("PAY-4", "okr/act5"))
        world.link()
        world.clock.tick(DAY)
        trend = draw_trend(world.app, Filters(), by=Rhythm.WEEK, points=3)
        assert [point.tally and point.tally.coverage for point in trend.points] == [None, 1.0, 1.0]
        grace = [point.tally.counts[Bucket.GRACE] for point in trend.points if point.tally]
        assert grace == [2, 0], "what waited then waits there still"

    def test_each_sprint_is_judged_at_its_end(self, world: ToldWorld) -> None:
        """What was not linked at the end stays so, whatever was done about it since; what nobody read has no figure."""
        older = replace(make_sprint("40", name="Sprint 40"), state=SprintState.CLOSED, completed_at=NOW - 9 * DAY)
        world.clock.tick(3 * DAY)
        ended = replace(make_sprint("42"), state=SprintState.CLOSED, completed_at=world.clock.at)
        new = replace(make_sprint("43", name="Sprint 43"), starts_at=world.clock.at)
        world.tell(made("PAY-4", sprint="43"), sprints=[older, ended, new])
        world.link()
        world.clock.tick(DAY)
        world.tell(*(made(f"PAY-{n}", "okr/act5", sprint="43" if n == 4 else "42") for n in (1, 2, 3, 4)))
        world.link()
        trend = draw_trend(world.app, Filters(teams=("Payments",)), by=Rhythm.SPRINT, points=5)
        told = [(point.label, point.tally and point.tally.coverage) for point in trend.points]
        assert told == [("Sprint 40", None), ("Sprint 42", 0.5), ("now", 1.0)]

    def test_sprints_of_several_teams_do_not_end_together(self, world: ToldWorld) -> None:
        with pytest.raises(UserError, match="a trend over sprints is that of one team"):
            draw_trend(world.app, Filters(), by=Rhythm.SPRINT, points=5)
