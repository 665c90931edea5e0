"""Digests once a week, with all their messages or none, each in the place of what it replaces."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from align_sync.digests.model import DigestKind, DigestState
from align_sync.errors import AlreadyRunningError, NotYetError, StoreError, UserError
from align_sync.flows import runs
from align_sync.flows.digest import keep_digest, known_teams, list_digests, resend, week_of
from align_sync.jobs import execute
from align_sync.jobs.digesting import make_digest, preview_digest, run_digest
from align_sync.scheduling.run import Run, RunKind, RunState
from align_sync.store.channels import lock_channel
from align_sync.store.digests import find_digest
from align_sync.store.outbox import load_entries
from align_sync.store.schema import channel_state, digest, item, outbox, snapshot
from tests.make import make_book, make_sprint
from tests.store.told_world import ToldWorld, made, told_world

TEAM, LEADERSHIP = DigestKind.TEAM, DigestKind.LEADERSHIP
WEEK = timedelta(weeks=1)
SLACK = {"kind": "slack", "to": ["C1"], "token": "xoxb-1", "teams": ["*"]}
TOP = {"kind": "slack", "to": ["C2"], "token": "xoxb-1", "leadership": True, "language": "it"}
AGAIN = "so that nothing is done; with --again it goes to its readers"
ADMIN = {"kind": "slack", "to": ["C3"], "token": "xoxb-1", "admin": True}


@contextmanager
def open_world(url: str) -> Iterator[ToldWorld]:
    with told_world(url) as world:
        reopen(world)
        world.tell(made("PAY-1", "okr/ret90"), made("PAY-2"), made("PAY-3"), sprints=[make_sprint("42")])
        world.apply(make_book("ret90", "act5"))
        world.link()
        yield world


@pytest.fixture
def world(sqlite_url: str) -> Iterator[ToldWorld]:
    with open_world(sqlite_url) as world:
        yield world


@pytest.fixture
def either(database_url: str) -> Iterator[ToldWorld]:
    with open_world(database_url) as world:
        yield world


def reopen(world: ToldWorld, *, teams: Any = (), **channels: Any) -> None:
    told = {"okr": SLACK, "top": TOP, **channels}
    world.reopen(channels={name: {**one, "name": name} for name, one in told.items() if one}, teams=teams)


def make(world: ToldWorld, kind: DigestKind = TEAM, **named: Any) -> Any:
    return make_digest(world.app, kind, "payments" if kind is TEAM else "", at=world.clock.at, **named)


def pass_weeks(world: ToldWorld, number: int = 1) -> None:
    """The tracker is read again, and says the same."""
    world.clock.tick(WEEK * number)
    world.tell()


def entries(world: ToldWorld) -> list[Any]:
    with world.app.store.read() as connection:
        return list(load_entries(connection))[::-1]


def test_a_week_has_one_digest_with_a_message_and_its_thread(world: ToldWorld) -> None:
    first, second = make(world), make(world)
    assert (first.digest.state, second.entries) == (DigestState.NEWS, 0)
    assert first.digest_id == second.digest_id
    queued = entries(world)
    assert [one.dedupe_key for one in queued] == [
        f"digest:team:Payments:2026-W48:okr:1:{part}" for part in range(first.entries)
    ]
    assert {one.parent_id for one in queued[1:]} == {queued[0].id}
    assert {(one.digest_id, one.address) for one in queued} == {(first.digest_id, "C1")}
    assert first.digest.snapshot


def test_force_takes_the_place_of_what_stands_there_and_empties_replies_that_are_over(world: ToldWorld) -> None:
    make(world)
    before = entries(world)
    world.tell(made("PAY-2", "okr/act5"), made("PAY-3", "okr/act5"))
    world.link()
    again = make(world, force=True)
    after = entries(world)[len(before) :]
    assert again.digest.state is DigestState.CLEAN
    assert [one.replaces_id for one in after] == [one.id for one in before]
    assert [one.parent_id for one in after[1:]] == [after[0].id] * (len(before) - 1)
    assert "newer digest" in after[-1].payload
    assert resend(world.app, TEAM, "Payments", "2026-W48").entries == 1
    assert "newer digest" not in entries(world)[-1].payload


def test_of_two_processes_that_make_it_at_once_one_does(world: ToldWorld) -> None:
    first = make(world)
    late = keep_digest(world.app, first.digest, force=False)
    assert (late.entries, late.digest_id, len(entries(world))) == (0, first.digest_id, first.entries)


def test_who_loses_a_race_finds_what_the_other_made(world: ToldWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    first = make(world)
    looks = iter((None, find_digest, None, find_digest))

    def look(*whose: Any) -> Any:
        seen = next(looks)
        return seen(*whose) if seen else None

    monkeypatch.setattr("align_sync.flows.digest.keep.find_digest", look)
    late = keep_digest(world.app, first.digest, force=False)
    assert (late.digest_id, late.entries) == (first.digest_id, 0)
    assert late.says.endswith("was made before (news), so that nothing is done")
    with pytest.raises(AlreadyRunningError, match="another process makes this digest at this moment"):
        keep_digest(world.app, first.digest, force=True)


def test_both_databases_keep_force_and_send_again(either: ToldWorld) -> None:
    first = make(either)
    assert (make(either).entries, make(either, force=True).entries) == (0, first.entries)
    assert resend(either.app, TEAM, "Payments", "2026-W48").entries == first.entries
    pass_weeks(either)
    assert make(either).digest.before_week == "2026-W48"
    assert [one.number for one in list_digests(either.app, kind=TEAM)] == [1, 2, 1]


def test_what_was_refused_for_good_or_went_elsewhere_is_not_replaced(world: ToldWorld) -> None:
    make(world)
    with world.app.store.write() as connection:
        connection.execute(update(outbox).values(state="dead"))
    make(world, force=True)
    reopen(world, okr={**SLACK, "to": ["C9"]})
    make(world, force=True)
    assert {one.replaces_id for one in entries(world)} == {None}


def test_the_roll_up_goes_to_leadership_in_its_own_language(world: ToldWorld) -> None:
    made_now = make(world, LEADERSHIP)
    assert made_now.says == "leadership: 2026-W48 news, to top"
    assert "tutti i team" in entries(world)[0].payload
    assert [note.team for note in made_now.digest.teams] == ["Payments"]


def test_the_first_one_is_a_preview_where_somebody_may_see_it(world: ToldWorld) -> None:
    reopen(world, admin=ADMIN)
    assert make(world).digest.state is DigestState.PREVIEW
    assert {one.channel for one in entries(world)} == {"admin"}
    pass_weeks(world)
    following = make(world)
    assert (following.digest.state, following.digest.before_week) == (DigestState.NEWS, "")
    assert (following.digest.coverage_before, following.digest.unlinked_before) == (None, None)
    assert not [entry for entry in entries(world) if entry.channel == "okr" and "week 48" in entry.payload]
    pass_weeks(world)
    world.tell(made("PAY-2", "okr/act5"))
    world.link()
    assert make(world).digest.before_week == "2026-W49"


def test_a_preview_is_released_in_its_own_week_once_a_person_says_so(world: ToldWorld) -> None:
    reopen(world, admin=ADMIN)
    make(world)
    late = make(world)
    assert (late.entries, late.says[-len(AGAIN) :]) == (0, AGAIN)
    for _ in range(2):
        released = make(world, force=True)
        assert (released.digest.state, released.says) == (DigestState.NEWS, "Payments: 2026-W48 news, to okr")
    new = [one.channel for one in entries(world) if one.replaces_id is None and one.parent_id is None]
    assert sorted(new) == ["admin", "okr"]


def test_what_was_withheld_uses_up_no_week_and_is_told_once(world: ToldWorld) -> None:
    make(world)
    world.clock.tick(WEEK + timedelta(hours=23))
    reopen(world, admin=ADMIN)
    first = make(world)
    assert (first.digest.state, first.entries) == (DigestState.WITHHELD, 1)
    told, copies = len(entries(world)), count_snapshots(world)
    for again in (make(world), make(world)):
        assert (again.digest_id, again.entries) == (first.digest_id, 0)
        assert again.says == ("Payments: 2026-W49 is still withheld (no source can be used), so that nothing is done")
    assert keep_digest(world.app, first.digest, force=False).entries == 0
    assert (len(entries(world)), count_snapshots(world)) == (told, copies)
    world.tell(made("PAY-2", "okr/act5"))
    world.link()
    late = make(world)
    assert (late.digest.state, late.says) == (DigestState.NEWS, "Payments: 2026-W49 news, to okr")
    assert [one.number for one in list_digests(world.app, kind=TEAM)] == [2, 1, 1]
    assert make(world).says.endswith("was made before (news), so that nothing is done")


def test_a_digest_after_a_notice_is_a_message_of_its_own_also_in_the_same_channel(world: ToldWorld) -> None:
    reopen(world, okr={**SLACK, "admin": True})
    world.clock.tick(timedelta(hours=12))
    for _ in range(2):
        assert make(world, force=True).digest.state is DigestState.WITHHELD
    notices = entries(world)
    assert [one.replaces_id for one in notices] == [None, notices[0].id]
    world.tell()
    assert make(world).digest.state is DigestState.PREVIEW
    shown = entries(world)[2:]
    assert {one.replaces_id for one in shown} == {None}
    make(world, force=True)
    assert [one.replaces_id for one in entries(world)[2 + len(shown) :]] == [one.id for one in shown]


def test_a_run_that_was_left_lying_is_of_the_present_week(world: ToldWorld) -> None:
    slot = world.clock.at
    pass_weeks(world)
    assert run_digest(world.app, make_run("team:Payments", slot)) == "Payments: 2026-W49 news, to okr"


def count_snapshots(world: ToldWorld) -> int:
    with world.app.store.read() as connection:
        return len(connection.execute(select(snapshot.c.name)).all())


def test_a_run_looks_again_until_its_slot_is_too_old_and_what_it_waits_for_may_come(world: ToldWorld) -> None:
    reopen(world, admin=ADMIN, top={**TOP})
    world.clock.tick(timedelta(hours=12))
    for subject, lasts in (("team:Payments", 48), ("leadership", 72)):
        slot = world.clock.at
        run = make_run(subject, slot)
        for hours in (0, 1, lasts - 1):
            world.clock.at = slot + timedelta(hours=hours)
            with pytest.raises(NotYetError, match="the first digest waits until the data is complete") as caught:
                run_digest(world.app, run)
            ending = runs.end_badly(world.app, run, caught.value, None)
            assert (ending.state, ending.is_untried, ending.wait) == (RunState.QUEUED, True, timedelta(minutes=15))
        world.clock.at = slot + timedelta(hours=lasts)
        assert run_digest(world.app, run).endswith("so that nothing is done; withheld to the end")
    assert [one.number for one in list_digests(world.app)] == [1, 1]
    world.tell()
    assert "preview, to admin" in run_digest(world.app, make_run("team:Payments", world.clock.at))


def test_a_run_that_waits_is_put_back_without_an_attempt(world: ToldWorld) -> None:
    world.clock.tick(timedelta(days=8))
    asked = runs.ask(world.app, RunKind.DIGEST, "team:Payments").id
    for _ in range(8):
        ended = execute(world.app, asked)
        assert ended
        assert (ended.run.state, ended.run.attempt) == (RunState.QUEUED, 0)
        assert execute(world.app, asked) is None
        assert ended.run.next_attempt_at == world.clock.at + timedelta(minutes=15)
        world.clock.tick(timedelta(minutes=15))
    world.tell()
    ended = execute(world.app, asked)
    assert ended
    assert (ended.run.state, ended.run.outcome) == (RunState.DONE, "Payments: 2026-W49 news, to okr")


def make_run(subject: str, at: datetime) -> Run:
    return Run(id=1, kind=RunKind.DIGEST, subject=subject, dedupe_key="d", fire_at=at, state=RunState.RUNNING)


def test_a_team_is_not_judged_by_a_source_where_it_has_no_work(world: ToldWorld) -> None:
    world.clock.tick(timedelta(hours=12))
    world.tell(
        made("GROW-1", source="linear", sprint="7"),
        sprints=[make_sprint("7", source="linear", team="Growth")], source="linear",
    )  # fmt: skip
    world.link()
    growth = make_digest(world.app, TEAM, "Growth", at=world.clock.at).digest
    assert (growth.state, [note.source for note in growth.sources]) == (DigestState.NEWS, ["linear"])
    assert growth.data_as_of == world.clock.at
    assert make(world).digest.state is DigestState.PARTIAL
    roll_up = make(world, LEADERSHIP).digest
    assert (roll_up.state, [note.source for note in roll_up.sources]) == (DigestState.PARTIAL, ["jira", "linear"])
    reopen(world, teams=[{"name": "growth", "jira_board": 7}])
    named = preview_digest(world.app, TEAM, "growth", at=world.clock.at)
    assert (named.state, [note.source for note in named.sources]) == (DigestState.PARTIAL, ["jira", "linear"])
    world.clock.tick(timedelta(days=7))
    world.tell(source="linear")
    named = preview_digest(world.app, TEAM, "growth", at=world.clock.at)
    assert (named.state, named.unlinked) == (DigestState.PARTIAL, 1)
    assert named.reason == "left out, since it is too old or was never read: jira"


def test_what_was_withheld_is_previewed_first_also_when_it_is_made_again(world: ToldWorld) -> None:
    reopen(world, admin=ADMIN)
    world.clock.tick(timedelta(hours=12))
    assert make(world).digest.state is DigestState.WITHHELD
    world.tell()
    assert make(world, force=True).digest.state is DigestState.PREVIEW


def test_a_week_is_not_used_up_where_no_channel_gets_it(world: ToldWorld) -> None:
    reopen(world, okr={**SLACK, "teams": ["Search"]}, top=None, admin=ADMIN)
    for kind, advice in (
        (TEAM, 'add "Payments" to teams, or teams = \\["\\*"\\]'),
        (LEADERSHIP, "add leadership = true"),
    ):
        with pytest.raises(UserError, match=advice):
            make(world, kind)
    assert list_digests(world.app) == ()
    reopen(world, admin=ADMIN)
    assert make(world).entries


def test_a_loss_is_suspected_also_without_the_report_of_then(world: ToldWorld) -> None:
    make(world)
    with world.app.store.write() as connection:
        connection.execute(snapshot.delete())
        connection.execute(item.delete().where(item.c.key != "PAY-1"))
    pass_weeks(world)
    held = make(world).digest
    assert held.state is DigestState.PARTIAL
    assert held.reason.startswith("unlinked items fell from 2 to 0 while the items in scope fell from 3 to 1")
    assert make(world, force=True).digest.state is DigestState.CLEAN


def test_an_unchanged_week_is_silent_and_a_change_is_told_since_the_last_digest(world: ToldWorld) -> None:
    make(world)
    sent = len(entries(world))
    pass_weeks(world)
    assert make(world).says.endswith("quiet, nothing new, so that nothing is sent")
    assert len(entries(world)) == sent
    pass_weeks(world)
    world.tell(made("PAY-2", "okr/act5"))
    world.link()
    third = make(world)
    assert [(change.sort, change.key) for change in third.digest.changes] == [("now_linked", "PAY-2")]
    assert third.digest.before_week == "2026-W48"


def test_without_the_report_of_then_no_change_is_told(world: ToldWorld) -> None:
    make(world)
    with world.app.store.write() as connection:
        connection.execute(snapshot.delete())
    pass_weeks(world)
    world.tell(made("PAY-2", "okr/act5"))
    world.link()
    assert make(world).digest.changes == ()


def test_a_source_that_is_too_old_is_left_out_and_all_of_them_withhold(world: ToldWorld) -> None:
    make(world)
    world.clock.tick(WEEK + timedelta(days=1))
    withheld = make(world)
    assert withheld.digest.state is DigestState.WITHHELD
    assert withheld.says.endswith("no channel gets previews and notices: set admin = true for one")
    world.tell(made("GROW-1", source="linear"), sprints=[make_sprint("7", source="linear")], source="linear")
    world.clock.tick(timedelta(days=6))
    partial = make(world)
    assert partial.digest.state is DigestState.PARTIAL
    assert "jira" in partial.digest.reason


def test_closed_channels_are_named_in_the_next_digest(world: ToldWorld) -> None:
    with world.app.store.write() as connection:
        lock_channel(connection, "okr")
        print_of = world.app.settings.channels["okr"].fingerprint
        connection.execute(update(channel_state).values(disabled_at=world.clock.at, settings_hash=print_of))
    assert make(world, LEADERSHIP).digest.closed_channels == ("okr",)


def test_a_preview_writes_nothing_also_where_the_week_has_its_digest(world: ToldWorld) -> None:
    make(world)
    number = len(entries(world))
    assert preview_digest(world.app, TEAM, "Payments", at=world.clock.at).state is DigestState.NEWS
    assert (len(entries(world)), len(list_digests(world.app))) == (number, 1)


def test_a_resend_is_the_same_bytes_under_keys_of_their_own(world: ToldWorld) -> None:
    make(world)
    first = entries(world)
    for times in (1, 2):
        assert resend(world.app, TEAM, "Payments", "2026-W48").entries == len(first)
        again = entries(world)[len(first) * times :]
        assert [one.payload for one in again] == [one.payload for one in first]
        assert again[0].dedupe_key == f"digest:team:Payments:2026-W48:okr:1-again-{times}:0"
        assert {one.replaces_id for one in again} == {None}
        assert {one.parent_id for one in again[1:]} == {again[0].id}
    with world.app.store.write() as connection:
        connection.execute(outbox.delete())
    assert resend(world.app, TEAM, "Payments", "2026-W48").entries == len(first)
    assert [one.payload for one in entries(world)] == [one.payload for one in first]
    with pytest.raises(UserError, match="no digest was made for 2026-W40"):
        resend(world.app, TEAM, "Payments", "2026-W40")


def test_digest_and_messages_are_there_together_or_not_at_all(world: ToldWorld) -> None:
    reached: list[str] = []

    def fail(name: str) -> None:
        reached.append(name)
        if name == "commit.before" and reached.count(name) == 2:
            raise StoreError("the disk is full")

    world.failpoint = fail
    with pytest.raises(StoreError):
        make(world)
    with world.app.store.read() as connection:
        assert connection.execute(select(digest.c.id)).all() == []
    assert entries(world) == []
    assert make(world).entries


@pytest.mark.parametrize(
    ("at", "zone", "week"),
    [
        (datetime(2026, 11, 23, 9, tzinfo=UTC), "UTC", "2026-W48"),
        (datetime(2027, 1, 1, 12, tzinfo=UTC), "UTC", "2026-W53"),
        (datetime(2027, 1, 3, 23, 30, tzinfo=UTC), "Europe/Rome", "2027-W01"),
        (datetime(2027, 1, 3, 23, 30, tzinfo=UTC), "UTC", "2026-W53"),
        (datetime(2024, 12, 30, 3, tzinfo=UTC), "UTC", "2025-W01"),
        (datetime(2024, 12, 30, 3, tzinfo=UTC), "America/New_York", "2024-W52"),
        (datetime(2027, 1, 3, 11, tzinfo=UTC), "Pacific/Kiritimati", "2027-W01"),
    ],
)
def test_the_week_is_that_of_the_calendar_on_the_wall(at: datetime, zone: str, week: str) -> None:
    assert week_of(at, zone) == week


def test_a_run_tells_its_week_by_its_slot_and_in_the_zone_of_the_team(world: ToldWorld) -> None:
    zone = "Pacific/Kiritimati"
    reopen(world, teams=[{"name": "Payments", "timezone": zone}, {"name": "Quiet"}])
    assert known_teams(world.app) == ("Payments", "Quiet")
    sunday = datetime(2026, 11, 22, 11, tzinfo=UTC)
    run = Run(
        id=1, kind=RunKind.DIGEST, subject="team:Payments", dedupe_key="d", fire_at=sunday, state=RunState.RUNNING
    )
    assert run_digest(world.app, run) == "Payments: 2026-W48 news, to okr"
    (told,) = list_digests(world.app, kind=TEAM, team="Payments")
    assert told.digest.timezone == zone
    assert run_digest(world.app, replace(run, subject="leadership")).startswith("leadership: 2026-W47")
    for subject, words in (("team:Nobody", "known are: Payments, Quiet"), ("source:jira", "is no team")):
        with pytest.raises(UserError, match=words):
            run_digest(world.app, replace(run, subject=subject))
