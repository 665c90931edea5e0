"""The queries that every run makes use an index: what is quick with five items must be so with a hundred thousand."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Connection, event

from align_sync.seams import pass_failpoint
from align_sync.store.engine import open_store
from align_sync.store.items import find_items, load_ids, load_known, load_members, load_stored
from align_sync.store.leases import claim_lease
from align_sync.store.scope import count_items, load_scope
from align_sync.store.sweeps import load_unfinished
from align_sync.store.verdicts import load_above, load_evidence, load_waiting
from align_sync.work import ItemRef
from tests.make import NOW, make_ref, make_sprint

SOME = [f"id-PAY-{number}" for number in range(20)]
QUERIES: dict[str, Callable[[Connection], Any]] = {
    "known": lambda c: load_known(c, "jira", SOME),
    "ids": lambda c: load_ids(c, "jira", SOME),
    "stored": lambda c: load_stored(c, "jira", SOME),
    "members": lambda c: list(load_members(c, "jira")),
    "above by id": lambda c: list(load_above(c, [make_ref(f"PAY-{number}") for number in range(20)])),
    "above by key": lambda c: list(load_above(c, [ItemRef(source="jira", external_id="", key="PAY-1")])),
    "waiting": load_waiting,
    "evidence": lambda c: load_evidence(c, range(1, 20)),
    "scope": lambda c: load_scope(c, [make_sprint("42")]),
    "counts": count_items,
    "unfinished": lambda c: load_unfinished(c, "jira"),
    "lease": lambda c: claim_lease(c, "x", owner="me", now=NOW),
}


@pytest.mark.parametrize("name", QUERIES)
def test_no_hot_query_reads_all_items(sqlite_url: str, name: str) -> None:
    store = open_store(sqlite_url, failpoint=pass_failpoint)
    plans: list[str] = []

    def explain(connection: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        if statement.lstrip().upper().startswith(("SELECT", "UPDATE")):
            raw = connection.connection.dbapi_connection.cursor()
            raw.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)
            plans.extend(row[3] for row in raw.fetchall())
            raw.close()

    event.listen(store.writer, "before_cursor_execute", explain)
    with store.write() as connection:
        QUERIES[name](connection)
    store.close()
    scans = [plan for plan in plans if re.match(r"SCAN (item|membership|parent_edge|evidence|verdict)\b", plan)]
    partial = [scan for scan in scans if "USING INDEX" not in scan and "USING COVERING INDEX" not in scan]
    assert plans
    assert partial == []


def test_a_person_may_wait_for_a_look_up_by_key_in_any_case(sqlite_url: str) -> None:
    """The one that reads all: people type a key now and then, and not in the case of the tracker."""
    store = open_store(sqlite_url, failpoint=pass_failpoint)
    with store.read() as connection:
        assert find_items(connection, "pay-1") == []
    store.close()
