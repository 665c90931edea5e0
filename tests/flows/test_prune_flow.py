"""What is old and over is removed; whatever a report, a decision or a message still needs stays."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Table, func, insert, select

from align_sync.flows.decide import Said, add_link
from align_sync.flows.prune import prune
from align_sync.scheduling.run import RunKind, RunState
from align_sync.sending.entry import EntryState
from align_sync.store import schema
from align_sync.work import ItemKind, SprintState
from tests.make import NOW, make_book, make_sprint
from tests.store.same_report import find_differences
from tests.store.told_world import DAY, ToldWorld, made, told_world

KEEP = {
    "runs": "20d",
    "digests": "20d",
    "snapshots": "20d",
    "history": "20d",
    "tombstones": "5d",
    "failed_readings": "20d",
}
LONG_AGO = NOW - 21 * DAY


@pytest.fixture
def world(database_url: str) -> Iterator[ToldWorld]:
    with told_world(database_url, keep=KEEP) as world:
        yield world


def count(world: ToldWorld, table: Table) -> int:
    with world.app.store.read() as connection:
        return connection.execute(select(func.count()).select_from(table)).scalar_one()


def add(world: ToldWorld, table: Table, *rows: dict[str, Any]) -> None:
    with world.app.store.write() as connection:
        for row in rows:
            connection.execute(insert(table).values(row))


def left(world: ToldWorld, column: Any) -> list[Any]:
    with world.app.store.read() as connection:
        return sorted(connection.scalars(select(column)).all())


def test_a_report_of_a_day_within_the_kept_history_stays_as_it_was(world: ToldWorld) -> None:
    """The world changes every other day for 60 days; 20 are kept, and tombstones 5, which the history overrules."""
    world.apply(make_book("ret90", "act5"))
    world.tell(
        *(made(f"PAY-{n}", "okr/ret90") for n in range(2, 9)),
        made("PAY-1", "okr/act5", sprint=None, kind=ItemKind.EPIC),
        sprints=[make_sprint("42")],
    )
    world.link()
    told: dict[datetime, Any] = {}
    for step in range(30):
        world.clock.tick(2 * DAY)
        key = f"PAY-{2 + step % 7}"
        if step % 5 == 4:
            world.tell(gone=[key])
        else:
            named = {"parent": "PAY-1"} if step % 2 else {}
            world.tell(
                replace(made(key, *(() if step % 2 else ("okr/ret90",)), **named), title=f"Title {step}"),
                sprints=[replace(make_sprint("42"), name=f"Sprint {step}")],
            )
        if step == 21:
            world.tell(gone=["PAY-1"])
        world.link()
        told[world.clock.at] = world.report()
    kept_from = world.clock.at - 20 * DAY
    kept = [at for at in told if at >= kept_from]
    before = count(world, schema.item_version), count(world, schema.item)
    result = prune(world.app)
    assert "item versions" in result.says
    assert "sprint versions" in result.says
    assert count(world, schema.item_version) < before[0]
    assert len(kept) == 11
    assert {at: find_differences(told[at], world.report(as_of_at=at)) for at in kept} == {at: {} for at in kept}
    assert find_differences(world.report(), told[world.clock.at]) == {}
    world.check_verdicts()


def test_tombstones_go_once_nothing_rests_on_them(world: ToldWorld) -> None:
    world.apply(make_book("ret90"))
    names = ("PAY-1", "PAY-2", "PAY-3", "PAY-4", "PAY-5", "PAY-6")
    world.tell(
        made("PAY-1", "okr/ret90", sprint=None, kind=ItemKind.EPIC),
        made("PAY-2", "okr/ret90"),
        made("PAY-3"),
        made("PAY-4", parent="PAY-1"),
        made("PAY-5"),
        made("PAY-6", parent="PAY-5"),
        sprints=[make_sprint("42"), replace(make_sprint("41"), state=SprintState.CLOSED)],
    )
    world.link()
    add_link(world.app, "PAY-3", "ret90", Said(author="Ana", reason="it is"))
    world.clock.tick(DAY)
    world.tell(gone=["PAY-2", "PAY-3", "PAY-5"])
    world.tell(made("PAY-4"))  # it hangs on PAY-1 no more, but its evidence came from there
    world.tell(gone=["PAY-1"])
    world.link()
    world.clock.tick(19 * DAY)
    prune(world.app)
    assert left(world, schema.item.c.key) == sorted(names)  # the history still tells of them
    world.clock.tick(2 * DAY)
    assert "1 tombstones" in prune(world.app).says
    # a decision, evidence that came from it, and a living item that names it
    assert left(world, schema.item.c.key) == ["PAY-1", "PAY-3", "PAY-4", "PAY-5", "PAY-6"]
    assert count(world, schema.decision) == 1
    assert prune(world.app).says == "nothing is old enough to be removed"


def run_row(number: int, at: datetime, state: RunState = RunState.DONE, **more: Any) -> dict[str, Any]:
    return {
        "kind": RunKind.SYNC.value,
        "subject": f"source:{number}",
        "dedupe_key": f"sync:{number}",
        "fire_at": at,
        "state": state.value,
        "created_at": at,
        "ended_at": at if state.is_over else None,
        **more,
    }


def test_runs_that_are_over_go_and_the_others_stay_however_old(world: ToldWorld) -> None:
    states = list(RunState)
    add(world, schema.run, *(run_row(n, LONG_AGO, state) for n, state in enumerate(states)))
    add(world, schema.run, run_row(90, NOW - 19 * DAY))
    add(world, schema.run, run_row(91, NOW - 19 * DAY, ended_at=LONG_AGO))  # its slot may still be looked back to
    assert prune(world.app).says == "removed: 3 runs"
    assert left(world, schema.run.c.state) == sorted(["queued", "running", "failed", "done", "done"])


def test_slots_are_remembered_for_a_week_whatever_the_settings_say(world: ToldWorld) -> None:
    world.reopen(keep={"runs": "1h"})
    add(world, schema.run, run_row(1, NOW - 6 * DAY), run_row(2, NOW - 8 * DAY))
    prune(world.app)
    assert left(world, schema.run.c.subject) == ["source:1"]


def message(name: str, state: EntryState = EntryState.SENT, at: datetime = LONG_AGO, **more: Any) -> dict[str, Any]:
    return {
        "id": name,
        "channel": "slack",
        "address": "C1",
        "dedupe_key": name,
        "payload": "{}",
        "payload_hash": "",
        "state": state.value,
        "created_at": at,
        "sent_at": at if state is EntryState.SENT else None,
        **more,
    }


def digest_row(number: int, at: datetime = LONG_AGO, **more: Any) -> dict[str, Any]:
    named = {"id": number, "kind": "team", "team": "Payments", "week": f"2026-W{number:02}", "made_at": at}
    return {"state": "news", "content_hash": "", "payload": b"", **named, **more}


def test_messages_go_before_what_they_hang_on_and_only_once_they_are_settled(world: ToldWorld) -> None:
    add(world, schema.digest, *(digest_row(number) for number in (1, 2, 3, 4, 5)))
    add(world, schema.digest, digest_row(6, team="Search"))
    add(
        world,
        schema.outbox,
        message("first", digest_id=1),
        message("reply", digest_id=1, parent_id="first"),
        message("edit", EntryState.DEAD, digest_id=1, replaces_id="first"),
        message("held", EntryState.HELD, digest_id=2),
        message("above", digest_id=3),
        message("waits", EntryState.PENDING, digest_id=3, parent_id="above"),
        message("doubt", digest_id=4, look_again_at=NOW),
        message("fresh", at=NOW - DAY),
    )
    assert prune(world.app).says == "removed: 3 messages, 1 digests"
    assert left(world, schema.outbox.c.id) == ["above", "doubt", "fresh", "held", "waits"]
    # the newest of each team stays to be compared with
    assert left(world, schema.digest.c.id) == [2, 3, 4, 5, 6]


def test_copies_of_reports_stay_while_something_is_compared_with_them(world: ToldWorld) -> None:
    def copy(name: str, at: datetime, filters: str = "all") -> dict[str, Any]:
        return {"name": name, "made_at": at, "as_of_at": at, "filters": filters, "content_hash": "", "payload": b""}

    add(world, schema.digest, digest_row(1, at=NOW, snapshot="named"))
    add(
        world,
        schema.snapshot,
        copy("named", NOW - 60 * DAY),
        copy("oldest", NOW - 50 * DAY),
        copy("older", NOW - 40 * DAY),
        copy("compared", NOW - 30 * DAY),  # with it a report of twenty days ago compares itself
        copy("week", NOW - 22 * DAY),
        copy("new", NOW - DAY),
        copy("lone", NOW - 40 * DAY, "other"),
    )
    assert prune(world.app).says == "removed: 2 snapshots"
    assert left(world, schema.snapshot.c.name) == ["compared", "lone", "named", "new", "week"]


def test_failed_readings_go_and_good_ones_never(world: ToldWorld) -> None:
    add(world, schema.metric_run, *({"id": n, "started_at": at} for n, at in ((1, LONG_AGO), (2, LONG_AGO), (3, NOW))))
    told = {"metric": "m", "as_of_at": LONG_AGO, "source": "csv", "series": "", "recorded_at": LONG_AGO}
    add(
        world,
        schema.reading,
        {**told, "value": None, "status": "failed", "run_id": 1},
        {**told, "value": 4.0, "status": "good", "run_id": 2},
        {**told, "value": None, "status": "failed", "recorded_at": NOW - DAY},
    )
    assert prune(world.app).says == "removed: 1 failed readings, 1 empty metric runs"
    assert left(world, schema.metric_run.c.id) == [2, 3]
    assert count(world, schema.reading) == 2


def test_it_goes_in_portions_and_stops_when_asked_to(sqlite_url: str) -> None:
    with told_world(sqlite_url, keep=KEEP) as world:
        with world.app.store.write() as connection:
            connection.execute(insert(schema.run), [run_row(n, LONG_AGO) for n in range(1200)])
        commits: list[str] = []
        world.failpoint = commits.append
        stopping = replace(
            world.app, seams=replace(world.app.seams, stopping=lambda: commits.count("commit.after") >= 2)
        )
        assert prune(stopping).says == "removed: 1000 runs; stopped before the end, the next one goes on"
        assert count(world, schema.run) == 200
        assert prune(world.app).says == "removed: 200 runs"


def test_a_daemon_that_is_long_gone_has_no_row(world: ToldWorld) -> None:
    def seen(owner: str, at: datetime) -> dict[str, Any]:
        return {"owner": owner, "engine": "inline", "version": "1", "started_at": at, "seen_at": at}

    add(world, schema.daemon, seen("dead", NOW - 2 * DAY), seen("living", NOW - timedelta(minutes=5)))
    prune(world.app)
    assert left(world, schema.daemon.c.owner) == ["living"]
