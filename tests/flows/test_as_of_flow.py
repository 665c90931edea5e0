"""A report of an instant of the past says what it said then, whatever has changed since; what is told late is told."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from align_sync.errors import UserError
from align_sync.flows.decide import Said, add_exemption, add_link, dispute, list_decisions, remove_link
from align_sync.linking.decisions import DecisionKind
from align_sync.linking.evidence import Bucket
from align_sync.okr.model import KeyResultState
from align_sync.reports.model import AlignmentReport
from align_sync.work import ItemKind, SprintState, StatusCategory
from tests.make import NOW, make_book, make_kr, make_sprint
from tests.store.same_report import find_differences
from tests.store.told_world import DAY, ToldWorld, made, told_world

COMING = replace(make_sprint("43", name="Sprint 43"), state=SprintState.FUTURE)
RULES: dict[str, Any] = {
    "map": [{"name": "rest", "kr": "act5", "components": ["x"], "owner": "Ana", "expires_on": "2026-12-01"}],
    "exempt": [{"name": "bugs", "category": "bug", "kinds": ["bug"], "reason": "they must be mended"}],
}


@pytest.fixture
def world(database_url: str) -> Iterator[ToldWorld]:
    with told_world(database_url, policy={"grace_days": 2}, **RULES) as world:
        world.tell(
            made("PAY-1", "okr/ret90", sprint=None, kind=ItemKind.EPIC),
            made("PAY-2", parent="PAY-1"),
            made("PAY-3"),
            made("PAY-4", "okr/act5", points=5),
            made("PAY-5", kind=ItemKind.BUG),
            made("PAY-6", parent="PAY-1", sprint="43"),
            replace(made("PAY-7"), components=("x",), assignee="Luca"),
            sprints=[make_sprint("42"), COMING],
        )
        world.apply(make_book("ret90", "act5"))
        world.link()
        world.clock.tick()
        yield world


def edit_items(world: ToldWorld) -> None:
    world.tell(
        made("PAY-1", "okr/act5", sprint=None, kind=ItemKind.EPIC),
        replace(made("PAY-4", "okr/act5", title="Other", points=8), status="Done", status_category=StatusCategory.DONE),
        made("PAY-3", sprint="43"),
        made("PAY-8", "okr/ret90"),
    )


def lose_items(world: ToldWorld) -> None:
    world.tell(gone=["PAY-1", "PAY-4"])


def bring_back(world: ToldWorld) -> None:
    world.tell(made("PAY-1", "okr/ret90", sprint=None, kind=ItemKind.EPIC), made("PAY-4", "okr/act5", points=5))


def change_sprints(world: ToldWorld) -> None:
    ended = replace(make_sprint("42"), state=SprintState.CLOSED, completed_at=world.clock.at)
    begun = replace(COMING, state=SprintState.ACTIVE, name="Forty-three", starts_at=world.clock.at)
    world.tell(made("PAY-2", parent="PAY-1", sprint="43"), sprints=[ended, begun])


def change_book(world: ToldWorld) -> None:
    world.apply(make_book(make_kr("ret90", state=KeyResultState.CLOSED, successor="new1"), "act5", "new1"))


def decide(world: ToldWorld) -> None:
    soon = (world.clock.at + 2 * DAY).date()
    add_link(world.app, "PAY-3", "ret90", Said(author="Ana", reason="it is", expires_on=soon))
    add_link(world.app, "PAY-5", "act5", Said(author="Ana", reason="it is"))
    add_exemption(world.app, "PAY-2", "ktlo", Said(author="Luca", reason="it must be"))
    dispute(world.app, "PAY-4", Said(author="Luca", reason="it is not"))


def decide_otherwise(world: ToldWorld) -> None:
    remove_link(world.app, "PAY-5", "act5", Said(author="Ana", reason="it was not"))
    add_exemption(world.app, "PAY-2", "upgrade", Said(author="Luca", reason="it is more of this"))


def change_rules(world: ToldWorld) -> None:
    world.reopen(policy={"grace_days": 2}, map=RULES["map"])


STEPS: tuple[Callable[[ToldWorld], None], ...] = (
    edit_items,
    lose_items,
    decide,
    bring_back,
    change_book,
    decide_otherwise,
    change_sprints,
    change_rules,
)
FILTERS: tuple[dict[str, Any], ...] = ({}, {"teams": ("Payments",), "sprint": "42"})


def look(world: ToldWorld, **more: Any) -> list[AlignmentReport]:
    return [world.report(**filters, **more) for filters in FILTERS]


def test_it_says_what_was_said_then(world: ToldWorld) -> None:
    """Items, buckets, sentences, links and figures: after each edit, and again after the verdicts followed."""
    step = timedelta(hours=9)
    told: list[tuple[str, datetime, list[AlignmentReport]]] = [("first", world.clock.at, look(world))]
    for edit in STEPS:
        world.clock.tick(step)
        edit(world)
        world.clock.tick(step)
        if edit is not change_rules:  # rules of the settings are known to the store from the next link on
            told.append((edit.__name__, world.clock.at, look(world)))
            world.clock.tick(step)
        world.link()
        told.append((f"{edit.__name__}, linked", world.clock.at, look(world)))
    world.clock.tick(9 * DAY)
    distinct = {repr([find_differences(told[0][2][0], reports[0])]) for _, _, reports in told}
    assert len(distinct) > len(STEPS), "the history has too little in it"
    for name, at, reports in told:
        for then, now in zip(reports, look(world, as_of_at=at), strict=True):
            assert (name, find_differences(then, now)) == (name, {})


class TestToldLate:
    def test_a_decision_holds_from_the_day_that_it_says(self, world: ToldWorld) -> None:
        start = world.clock.at
        world.clock.tick(3 * DAY)
        said = Said(author="Ana", reason="we know since then", since_at=start + DAY)
        add_link(world.app, "PAY-3", "ret90", said)
        told_at = world.clock.at
        world.clock.tick(DAY)
        hour = timedelta(hours=1)
        instants = (start + DAY - hour, start + DAY, start + 2 * DAY, told_at)
        found = [world.item("PAY-3", as_of_at=at).bucket for at in instants]
        assert found == [Bucket.GRACE, Bucket.DIRECT, Bucket.DIRECT, Bucket.DIRECT]
        (line,) = list_decisions(world.app, DecisionKind.LINK).decisions
        assert (line.since_at, line.recorded_at) == (start + DAY, told_at)

    def test_what_it_replaced_held_until_then(self, world: ToldWorld) -> None:
        start = world.clock.at
        add_exemption(world.app, "PAY-3", "ktlo", Said(author="Ana", reason="first"))
        world.clock.tick(3 * DAY)
        add_exemption(world.app, "PAY-3", "upgrade", Said(author="Ana", reason="rather", since_at=start + DAY))
        world.clock.tick(DAY)
        categories = []
        for at in (start, start + DAY, start + 4 * DAY):
            exempted = world.item("PAY-3", as_of_at=at).exempted
            categories.append(exempted.category if exempted else None)
        assert categories == ["ktlo", "upgrade", "upgrade"]

    def test_a_book_holds_from_the_day_that_it_says(self, world: ToldWorld) -> None:
        start = world.clock.at
        world.clock.tick(3 * DAY)
        world.apply(make_book("ret90"), held_from_at=start + DAY)
        world.clock.tick(DAY)
        found = [world.item("PAY-4", as_of_at=start + n * DAY).bucket for n in (0, 1, 2, 3)]
        assert found == [Bucket.DIRECT, Bucket.INVALID, Bucket.INVALID, Bucket.INVALID]

    def test_an_item_is_in_a_sprint_from_when_that_was_known(self, world: ToldWorld) -> None:
        """Though the tracker says that it came earlier: nobody could see it then."""
        start = world.clock.at
        world.clock.tick(2 * DAY)
        late = replace(made("PAY-6", parent="PAY-1"), sprint_entered=(("42", start),))
        world.tell(late)
        world.clock.tick()
        assert world.item("PAY-6").entered_at == start
        assert "PAY-6" not in [one.key for one in world.report(as_of_at=start + DAY).items]
        assert "PAY-6" in [one.key for one in world.report(as_of_at=world.clock.at).items]


class TestNothingKnownYet:
    def test_it_says_so_rather_than_nought_per_cent(self, world: ToldWorld) -> None:
        report = world.report(as_of_at=NOW - DAY)
        assert (report.headline.coverage, report.headline.withheld, report.items) == (None, "no item is in scope", ())
        assert report.is_partial
        assert report.data_as_of is None
        assert any("no source has been read" in note for note in report.notes)
        assert any("as far as it was known then" in note for note in report.notes)

    def test_a_sprint_that_nobody_knew_cannot_be_asked_for(self, world: ToldWorld) -> None:
        with pytest.raises(UserError, match="no sprint is called '42'"):
            world.report(as_of_at=NOW - DAY, sprint="42")

    def test_items_that_were_read_before_there_was_a_book_are_unknown(self, database_url: str) -> None:
        with told_world(database_url) as world:
            world.tell(made("PAY-1", "okr/ret90"), sprints=[make_sprint("42")])
            world.clock.tick(DAY)
            world.apply(make_book("ret90"))
            world.link()
            found = world.item("PAY-1", as_of_at=NOW)
            assert (found.bucket, world.item("PAY-1").bucket) == (Bucket.UNKNOWN, Bucket.DIRECT)
            assert "no OKR book" in found.because

    def test_a_source_that_was_not_read_to_the_end_makes_its_items_unknown(self, database_url: str) -> None:
        with told_world(database_url) as world:
            world.apply(make_book("ret90"))
            world.tell(made("PAY-1"), sprints=[make_sprint("42")], is_whole=False)
            begun = world.clock.at
            world.clock.tick(DAY)
            world.tell()
            world.link()
            world.clock.tick(DAY)
            assert world.item("PAY-1", as_of_at=begun).bucket is Bucket.UNKNOWN
            assert world.item("PAY-1", as_of_at=begun + DAY).bucket is Bucket.UNLINKED
