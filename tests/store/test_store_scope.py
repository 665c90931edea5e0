"""Which items a report is about, and what the whole store says of the work on each key result."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from align_sync.reports.model import KeyResultWork
from align_sync.store.key_result_work import load_key_result_work
from align_sync.store.scope import load_place, load_teams
from align_sync.work import ItemKind, SprintState, StatusCategory, WorkItem
from tests.make import NOW, make_book, make_sprint
from tests.store.told_world import DAY, ToldWorld, made, told_world

TEAMS = ("Payments", "Risk", "Growth")


class TestTeams:
    @pytest.fixture
    def world(self, database_url: str) -> Iterator[ToldWorld]:
        """Three teams, of which the last one stored began first; PAY-3 to PAY-5 are in two or three sprints."""
        with told_world(database_url) as world:
            sprints = [
                replace(make_sprint(str(42 + n), team=team), starts_at=NOW - (n + 2) * DAY)
                for n, team in enumerate(TEAMS)
            ]
            world.tell(
                made("PAY-1", "okr/ret90", sprint="42"),
                made("PAY-2", sprint="43"),
                replace(made("PAY-3"), sprint_ids=("42", "43")),
                replace(made("PAY-4", "okr/ret90"), sprint_ids=("43", "44")),
                replace(made("PAY-5"), sprint_ids=("42", "43", "44")),
                made("PAY-6", "okr/ret90", sprint="44"),
                made("PAY-7", sprint=None),
                sprints=sprints,
            )
            world.apply(make_book("ret90"))
            world.link()
            yield world

    def test_an_item_of_several_teams_is_the_first_ones_whoever_is_asked_for(self, world: ToldWorld) -> None:
        whole = {item.key: item.team for item in world.report().items}
        assert whole == {
            "PAY-1": "Payments",
            "PAY-2": "Risk",
            "PAY-3": "Risk",
            "PAY-4": "Growth",
            "PAY-5": "Growth",
            "PAY-6": "Growth",
        }
        parts = [{item.key: item.team for item in world.report(teams=(team,)).items} for team in TEAMS]
        assert {key: team for part in parts for key, team in part.items()} == whole
        assert sum(len(part) for part in parts) == len(whole)

    def test_the_figures_of_the_teams_add_up_to_the_whole(self, world: ToldWorld) -> None:
        whole = world.report()
        parts = [world.report(teams=(team,)) for team in TEAMS]
        assert sum(part.headline.total for part in parts) == whole.headline.total == 6
        assert sum(part.headline.linked for part in parts) == whole.headline.linked == 3
        assert {line.team: line.tally for part in parts for line in part.teams} == {
            line.team: line.tally for line in whole.teams
        }

    def test_an_item_that_leaves_the_first_is_the_next_ones(self, world: ToldWorld) -> None:
        world.clock.tick()
        world.tell(replace(made("PAY-5"), sprint_ids=("42", "43")))
        assert world.item("PAY-5", teams=("Risk",)).team == "Risk"
        with world.app.store.read() as connection:
            place = load_place(connection, world.id_of("PAY-5"))
        assert place is not None
        assert (place[0].team, place[1]) == ("Risk", NOW)

    def test_of_a_closed_sprint_all_count_that_were_in_it_at_its_end(self, world: ToldWorld) -> None:
        world.clock.tick()
        world.tell(made("PAY-1", "okr/ret90", sprint=None))
        world.clock.tick()
        ended = replace(make_sprint("42"), state=SprintState.CLOSED, completed_at=world.clock.at)
        world.tell(replace(made("PAY-3"), sprint_ids=("43",)), sprints=[ended])
        assert {item.key for item in world.report(sprint="42").items} == {"PAY-3", "PAY-5"}


class TestWhoseAnItemIs:
    @pytest.fixture
    def world(self, database_url: str) -> Iterator[ToldWorld]:
        """Payments has an active sprint, Risk one that comes, Growth one that is over; all items are in two of them."""
        with told_world(database_url) as world:
            coming = replace(make_sprint("43", team="Risk"), state=SprintState.FUTURE, starts_at=NOW - 9 * DAY)
            over = replace(make_sprint("41", team="Growth"), state=SprintState.CLOSED, starts_at=NOW - 20 * DAY)
            world.tell(
                replace(made("PAY-1"), sprint_ids=("42", "43")),
                replace(made("PAY-2"), sprint_ids=("41", "43")),
                replace(made("PAY-3"), sprint_ids=("41", "42")),
                made("PAY-4", sprint=None),
                sprints=[make_sprint("42"), coming, over],
            )
            yield world

    def load(self, world: ToldWorld, at: datetime | None = None) -> dict[str, str]:
        ids = {world.id_of(f"PAY-{number}"): f"PAY-{number}" for number in (1, 2, 3, 4)}
        with world.app.store.read() as connection:
            return {ids[item_id]: team for item_id, team in load_teams(connection, ids, at=at).items()}

    def test_an_active_sprint_counts_before_one_that_comes_and_that_before_one_that_is_over(
        self, world: ToldWorld
    ) -> None:
        assert self.load(world) == {"PAY-1": "Payments", "PAY-2": "Risk", "PAY-3": "Payments"}

    def test_it_is_whose_sprint_it_was_in_as_far_as_that_was_known(self, world: ToldWorld) -> None:
        before = world.clock.at
        world.clock.tick()
        world.tell(made("PAY-1", sprint="43"), made("PAY-2", sprint=None), made("PAY-4"))
        assert self.load(world) == {"PAY-1": "Risk", "PAY-3": "Payments", "PAY-4": "Payments"}
        assert self.load(world, world.clock.at) == self.load(world)
        assert self.load(world, before) == {"PAY-1": "Payments", "PAY-2": "Risk", "PAY-3": "Payments"}
        assert self.load(world, before - DAY) == {}


def in_state(one: WorkItem, category: StatusCategory) -> WorkItem:
    return replace(one, status_category=category)


class TestWork:
    """What keeps a key result from being idle."""

    @pytest.fixture
    def world(self, database_url: str) -> Iterator[ToldWorld]:
        with told_world(database_url) as world:
            coming = replace(make_sprint("43"), state=SprintState.FUTURE)
            done, cancelled = StatusCategory.DONE, StatusCategory.CANCELLED
            world.tell(
                made("EP-1", "okr/open1", sprint=None, kind=ItemKind.EPIC),
                in_state(made("PAY-1", "okr/done1"), done),
                in_state(made("PAY-2", "okr/gave1"), cancelled),
                in_state(made("PAY-3", "okr/plan1", sprint="43"), done),
                in_state(made("PAY-4", "okr/plan1", "okr/open1", sprint="43"), StatusCategory.TODO),
                made("PAY-5", "okr/lost1"),
                made("PAY-6", "okr/gone1"),
                sprints=[make_sprint("42"), coming],
            )
            keys = ("open1", "done1", "gave1", "plan1", "lost1", "gone1", "none1")
            world.apply(make_book(*keys))
            world.link()
            world.clock.tick(DAY)
            world.tell(made("PAY-5"), gone=["PAY-6"])
            world.link()
            yield world

    def load(self, world: ToldWorld, *, days: int = 14, ago: timedelta | None = None) -> dict[str, KeyResultWork]:
        at = world.clock.at - ago if ago is not None else None
        with world.app.store.read() as connection:
            work = load_key_result_work(
                connection,
                ["open1", "done1", "gave1", "plan1", "lost1", "gone1", "none1"],
                recent_since=(at or world.clock.at) - days * DAY,
                coming=[make_sprint("43").ref],
                at=at,
            )
        return {one.key_result: one for one in work}

    TOUCHED = NOW - timedelta(hours=5)

    @pytest.mark.parametrize("is_told_as_of", [False, True])
    def test_open_recent_planned_and_idle(self, world: ToldWorld, *, is_told_as_of: bool) -> None:
        """Ended evidence does not count, nor that on an item that is gone."""
        work = self.load(world, ago=timedelta(0) if is_told_as_of else None)
        assert {key: (one.has_open, one.has_recent, one.planned) for key, one in work.items()} == {
            "open1": (True, False, 1),
            "done1": (False, True, 0),
            "gave1": (False, False, 0),
            "plan1": (True, True, 2),
            "lost1": (False, False, 0),
            "gone1": (False, False, 0),
            "none1": (False, False, 0),
        }
        assert {key for key, one in work.items() if one.last_work_at is not None} == {"gave1"}
        assert work["gave1"].last_work_at == self.TOUCHED

    @pytest.mark.parametrize("is_told_as_of", [False, True])
    def test_what_was_done_long_ago_is_work_of_the_past(self, world: ToldWorld, *, is_told_as_of: bool) -> None:
        world.clock.tick(20 * DAY)
        work = self.load(world, ago=timedelta(0) if is_told_as_of else None)
        assert (work["done1"].has_recent, work["done1"].last_work_at) == (False, self.TOUCHED)
        assert self.load(world, days=30)["done1"].has_recent

    def test_an_earlier_day_is_told_as_it_was(self, world: ToldWorld) -> None:
        world.clock.tick(DAY)
        again = in_state(made("PAY-2", "okr/gave1"), StatusCategory.IN_PROGRESS)
        world.tell(again, in_state(made("PAY-4", "okr/plan1", "okr/open1"), StatusCategory.DONE), gone=["EP-1"])
        world.link()
        before = self.load(world, ago=2 * DAY)
        assert before["lost1"].has_open
        assert before["gone1"].has_open
        day_after = self.load(world, ago=timedelta(minutes=1))
        assert (day_after["open1"].has_open, day_after["plan1"].planned) == (True, 2)
        assert not day_after["lost1"].has_open
        assert not day_after["gave1"].has_open
        now = self.load(world)
        assert (now["open1"].has_open, now["gave1"].has_open, now["plan1"].planned) == (False, True, 1)
