"""Any history of edits: what is stored is what the report says, and each report of the past says what it said then."""

import shutil
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from align_sync.flows.decide import Said, add_exemption, add_link, expire_exemption, remove_link
from align_sync.flows.report import report
from align_sync.linking.decisions import DecisionKind
from align_sync.linking.evidence import Bucket
from align_sync.okr.model import KeyResultState
from align_sync.reports.model import AlignmentReport, Filters
from align_sync.store.books import load_book
from align_sync.store.decisions import load_history
from align_sync.store.sprints import load_sprints
from align_sync.work import ItemKind, SprintState, StatusCategory, WorkItem
from tests.databases import TEMPLATE, Postgres
from tests.make import make_book, make_kr, make_sprint
from tests.store.same_report import find_differences
from tests.store.told_world import DAY, ToldWorld, made, told_world

STORIES = ("PAY-4", "PAY-5", "PAY-6", "PAY-7")
EPICS = ("PAY-2", "PAY-3")
CONTAINER = "PAY-1"
SPRINTS = ("42", "43", "44")
LABELS = ("okr/ret90", "okr/act5", "okr/nothing", "other")
RULES = {
    "map": [
        {"name": "ours", "kr": "act5", "teams": ["Risk"], "owner": "Ana", "expires_on": "2026-11-26"},
        {"name": "rest", "kr": "ret90", "labels": ["other"], "owner": "Ana", "expires_on": "2027-01-01"},
    ],
    "exempt": [{"name": "bugs", "category": "bug", "kinds": ["bug"], "reason": "they must be mended"}],
}
BOOKS = (
    make_book("ret90", "act5"),
    make_book("ret90", make_kr("act5", state=KeyResultState.CLOSED, successor="ret90")),
    make_book("act5", make_kr("new1", labels=("other",))),
)

stories, epics = st.sampled_from(STORIES), st.sampled_from(EPICS)
everything = st.sampled_from((*STORIES, *EPICS, CONTAINER))
labels = st.lists(st.sampled_from(LABELS), max_size=2, unique=True).map(tuple)
parents = st.sampled_from((None, *EPICS))
sprint_ids = st.lists(st.sampled_from(SPRINTS), max_size=2, unique=True).map(tuple)


class History(RuleBasedStateMachine):
    """`make_url` is set by the test: the address of a new database of either kind."""

    make_url: Callable[[], str]

    def __init__(self) -> None:
        super().__init__()
        self.opened = ExitStack()
        self.world: ToldWorld = self.opened.enter_context(told_world(type(self).make_url(), **RULES))
        self.said: dict[str, WorkItem] = {}
        self.kept: list[tuple[datetime, AlignmentReport]] = []

    @initialize()
    def begin(self) -> None:
        items = [
            made(CONTAINER, sprint=None, kind=ItemKind.CONTAINER),
            *(made(key, sprint=None, kind=ItemKind.EPIC, container=CONTAINER) for key in EPICS),
            *(made(key, parent=EPICS[number % 2]) for number, key in enumerate(STORIES)),
        ]
        self.said = {one.key: one for one in items}
        started_at = self.world.clock.at - DAY
        risk = replace(make_sprint("43", name="Risk 43", team="Risk"), starts_at=started_at)
        coming = replace(make_sprint("44", name="Sprint 44"), state=SprintState.FUTURE, starts_at=None)
        self.world.tell(*items, sprints=[make_sprint("42"), risk, coming])
        self.world.apply(BOOKS[0])
        self.link_and_look()

    def tell(self, key: str, one: WorkItem) -> None:
        self.world.clock.tick()
        self.said[key] = one
        self.world.tell(one)

    @rule(key=everything, labels=labels)
    def label(self, key: str, labels: tuple[str, ...]) -> None:
        self.tell(key, replace(self.said[key], labels=labels))

    @rule(key=stories, parent=parents)
    def move_below(self, key: str, parent: str | None) -> None:
        self.tell(key, replace(self.said[key], parents=made(key, parent=parent).parents))

    @rule(key=stories, sprint_ids=sprint_ids)
    def plan(self, key: str, sprint_ids: tuple[str, ...]) -> None:
        self.tell(key, replace(self.said[key], sprint_ids=sprint_ids))

    @rule(
        key=stories,
        category=st.sampled_from(StatusCategory),
        points=st.sampled_from([None, 1.0, 8.0]),
        kind=st.sampled_from([ItemKind.STORY, ItemKind.BUG]),
        assignee=st.sampled_from([None, "Ana", "Luca"]),
    )
    def change(
        self, key: str, category: StatusCategory, points: float | None, kind: ItemKind, assignee: str | None
    ) -> None:
        one = replace(self.said[key], status_category=category, kind=kind)
        self.tell(key, replace(one, points=points, assignee=assignee))

    @rule(key=everything)
    def lose(self, key: str) -> None:
        self.world.clock.tick()
        self.world.tell(gone=[key])

    @rule(sprint_id=st.sampled_from(SPRINTS), state=st.sampled_from(SprintState))
    def change_sprint(self, sprint_id: str, state: SprintState) -> None:
        self.world.clock.tick()
        with self.world.app.store.read() as connection:
            (one,) = [one for one in load_sprints(connection) if one.ref.external_id == sprint_id]
        completed_at = self.world.clock.at if state is SprintState.CLOSED else None
        self.world.tell(sprints=[replace(one, state=state, completed_at=completed_at)])

    @rule(book=st.sampled_from(BOOKS))
    def apply(self, book: object) -> None:
        self.world.clock.tick()
        self.world.apply(next(one for one in BOOKS if one is book))

    @rule(key=st.sampled_from((*STORIES, *EPICS)), days=st.sampled_from([None, 0, 1]), is_link=st.booleans())
    def decide(self, key: str, days: int | None, *, is_link: bool) -> None:
        self.world.clock.tick()
        expires_on = None if days is None else (self.world.clock.at + days * DAY).date()
        said = Said(author="Ana", reason="it is so", expires_on=expires_on)
        if is_link:
            add_link(self.world.app, key, "ret90" if self.has("ret90") else "act5", said)
        else:
            add_exemption(self.world.app, key, "ktlo", said)

    def has(self, key: str) -> bool:
        with self.world.app.store.read() as connection:
            applied = load_book(connection)
        return applied is not None and key in [kr.key for kr in applied.book.key_results]

    @rule()
    def take_back(self) -> None:
        """The first decision that is in force, if any is."""
        self.world.clock.tick()
        now = self.world.clock.at
        with self.world.app.store.read() as connection:
            held = [one for one in load_history(connection) if one.holds_at(now, now.date())]
        for one in held[:1]:
            said = Said(author="Luca", reason="no more")
            if one.kind is DecisionKind.LINK:
                remove_link(self.world.app, one.ref.key, one.key_result, said)
            else:
                expire_exemption(self.world.app, one.ref.key, said)

    @rule(hours=st.sampled_from([3, 24, 80]))
    def wait(self, hours: int) -> None:
        self.world.clock.tick(timedelta(hours=hours))
        self.link_and_look()

    @rule()
    def look(self) -> None:
        """Before the verdicts have followed."""
        self.world.clock.tick()
        self.kept.append((self.world.clock.at, report(self.world.app, Filters())))

    @rule()
    def link_and_look(self) -> None:
        self.world.clock.tick()
        self.world.tell()  # a source that was not read for a day is stale
        self.world.link()
        self.world.check_verdicts()
        said = report(self.world.app, Filters())
        stored = self.world.buckets()
        for one in said.items:
            if one.bucket not in {Bucket.GRACE, Bucket.UNKNOWN}:
                assert (one.key, stored[one.key]) == (one.key, one.bucket)
        self.world.clock.tick()
        self.kept.append((self.world.clock.at, report(self.world.app, Filters())))

    def teardown(self) -> None:
        try:
            self.world.clock.tick(DAY)
            for at, then in self.kept:
                now = report(self.world.app, Filters(as_of_at=at))
                assert find_differences(then, now) == {}
        finally:
            self.opened.close()


def run(machine: type[History], examples: int) -> None:
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=12,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
            database=None,
        ),
    )


@pytest.mark.parametrize("examples", [7, pytest.param(150, marks=pytest.mark.long)])
def test_on_files(sqlite_template: Path, examples: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        numbers = iter(range(10_000))

        def make_url() -> str:
            path = Path(folder) / f"{next(numbers)}.db"
            shutil.copyfile(sqlite_template, path)
            return f"sqlite:///{path}"

        run(type("OnFiles", (History,), {"make_url": staticmethod(make_url)}), examples)


@pytest.mark.postgres
@pytest.mark.parametrize("examples", [2, pytest.param(50, marks=pytest.mark.long)])
def test_on_a_server(postgres: Postgres, examples: int) -> None:
    make_url = staticmethod(lambda: postgres.make_database(TEMPLATE))
    run(type("OnServer", (History,), {"make_url": make_url}), examples)
