"""The queries that every run makes use an index: what is quick with five items must be so with a hundred thousand."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Connection, event

from align_sync.flows.decide import Said, add_link
from align_sync.flows.explain import explain
from align_sync.seams import pass_failpoint
from align_sync.store.engine import Store, open_store
from align_sync.store.items import find_items, load_ids, load_known, load_members, load_stored
from align_sync.store.judging import load_above, load_below, load_waiting
from align_sync.store.leases import claim_lease
from align_sync.store.ledger import load_first_seen, load_ledger
from align_sync.store.scope import load_scope
from align_sync.store.sweeps import load_unfinished
from align_sync.work import ItemKind, ItemRef, SprintState
from tests.make import NOW, make_book, make_ref, make_sprint
from tests.store.told_world import DAY, ToldWorld, made, told_world

SOME = [f"id-PAY-{number}" for number in range(20)]
QUERIES: dict[str, Callable[[Connection], Any]] = {
    "known": lambda c: load_known(c, "jira", SOME),
    "ids": lambda c: load_ids(c, "jira", SOME),
    "stored": lambda c: load_stored(c, "jira", SOME),
    "members": lambda c: list(load_members(c, "jira")),
    "above by id": lambda c: list(load_above(c, [make_ref(f"PAY-{number}") for number in range(20)])),
    "above by key": lambda c: list(load_above(c, [ItemRef(source="jira", external_id="", key="PAY-1")])),
    "waiting": lambda c: load_waiting(c, with_below=True),
    "below": lambda c: load_below(c, range(1, 20)),
    "first seen": lambda c: load_first_seen(c, range(1, 20)),
    "ledger": lambda c: list(load_ledger(c, range(1, 20), with_gone=True)),
    "scope": lambda c: load_scope(c, [make_sprint("42")]),
    "unfinished": lambda c: load_unfinished(c, "jira"),
    "lease": lambda c: claim_lease(c, "x", owner="me", now=NOW),
}
LARGE = "item|membership|evidence|verdict|parent_edge|decision|ground|item_version|progress_span"
WHOLE = re.compile(rf"SCAN ({LARGE}|[a-z_]*\bAS ({LARGE}))\b")


@contextmanager
def plans_of(store: Store) -> Iterator[list[str]]:
    """What SQLite says that it will do for each query, whoever asks."""
    plans: list[str] = []

    def explain_plan(connection: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        if statement.lstrip().upper().startswith(("SELECT", "UPDATE", "WITH", "DELETE")):
            raw = connection.connection.dbapi_connection.cursor()
            raw.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)
            plans.extend(row[3] for row in raw.fetchall())
            raw.close()

    for engine in (store.writer, store.reader):
        event.listen(engine, "before_cursor_execute", explain_plan)
    try:
        yield plans
    finally:
        for engine in (store.writer, store.reader):
            event.remove(engine, "before_cursor_execute", explain_plan)


def find_scans(plans: list[str]) -> list[str]:
    """Reading a whole index is reading the whole table, unless the first row found is the last one asked for."""
    assert plans
    return [plan for plan in plans if WHOLE.match(plan)]


@pytest.mark.parametrize("name", QUERIES)
def test_no_hot_query_reads_all_items(sqlite_url: str, name: str) -> None:
    store = open_store(sqlite_url, failpoint=pass_failpoint)
    with plans_of(store) as plans, store.write() as connection:
        QUERIES[name](connection)
    store.close()
    assert find_scans(plans) == []


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ToldWorld]:
    """Three thousand items in sprints of three teams, below epics, with versions, decisions and work in progress."""
    url = f"sqlite:///{tmp_path_factory.mktemp('large')}/large.db"
    with told_world(url) as world:
        sprints = [make_sprint(str(40 + n), name=f"Sprint {n}", team=f"Team {n % 3}") for n in range(6)]
        sprints += [replace(make_sprint("50", team="Team 0"), state=SprintState.FUTURE)]
        epics = [made(f"EP-{n}", f"okr/kr{n % 7}", sprint=None, kind=ItemKind.EPIC) for n in range(100)]
        stories = [
            replace(
                made(f"PAY-{n}", parent=f"EP-{n % 100}" if n % 3 else None, sprint=str(40 + n % 6)),
                assignee=f"Person {n % 40}",
            )
            for n in range(3000)
        ]
        world.tell(*epics, *stories, sprints=sprints)
        world.apply(make_book(*(f"kr{n}" for n in range(8))))
        world.link()
        world.clock.tick(DAY)
        world.tell(*(replace(one, title="other") for one in stories[::3]))
        for n in range(0, 60, 3):
            add_link(world.app, f"PAY-{n}", "kr7", Said(author="Ana", reason="so"))
        world.link()
        yield world


class TestThousands:
    def test_a_report_of_a_team_and_an_explanation_read_no_table_whole(self, large: ToldWorld) -> None:
        with plans_of(large.app.store) as plans:
            assert len(large.report(teams=("Team 1",)).items) == 1000
            for name in ("PAY-7", "pay-7", "PAY-0@jira", "id-PAY-9"):
                explain(large.app, name)
        assert find_scans(plans) == []

    def test_linking_a_few_items_reads_no_table_whole(self, large: ToldWorld) -> None:
        large.clock.tick()
        large.tell(made("EP-1", "okr/kr5", sprint=None, kind=ItemKind.EPIC))
        with plans_of(large.app.store) as plans:
            assert 20 < large.link().judged < 40
        assert find_scans(plans) == []


def test_a_person_may_wait_for_a_look_up_by_key_in_odd_capitals(sqlite_url: str) -> None:
    """The one that reads all: only what is found neither as it is written nor in capitals."""
    store = open_store(sqlite_url, failpoint=pass_failpoint)
    with plans_of(store) as plans, store.read() as connection:
        assert find_items(connection, "Pay-1") == []
    store.close()
    assert len(find_scans(plans)) == 1
