"""`doctor` finds what is wrong, says what mends it, and neither changes nor asks what it was not told to."""

import os
import socket
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Table, insert, text

from align_sync.app import open_app
from align_sync.errors import Problem, UserError
from align_sync.flows.diagnose import Check, Diagnosis, Level, diagnose, diagnose_refusal
from align_sync.flows.diagnose.database import find_file_system
from align_sync.flows.diagnose.machine import check_zones
from align_sync.flows.diagnose.model import Room
from align_sync.flows.diagnose.times import compare_clocks, say_span
from align_sync.flows.keep import backup
from align_sync.scheduling.run import RunState
from align_sync.sending.entry import EntryState
from align_sync.settings import Settings
from align_sync.settings_sources import LoadedSettings
from align_sync.store import schema
from tests.databases import TEMPLATE, Postgres
from tests.flows.jira_world import JiraWorld, jira_world
from tests.flows.test_prune_flow import message, run_row
from tests.make import NOW

MINUTE = timedelta(minutes=1)
POSTS: dict[str, Any] = {"posts": {"kind": "file", "folder": "posts", "teams": ["*"]}}


@pytest.fixture
def world(sqlite_url: str, tmp_path: Path) -> Iterator[JiraWorld]:
    POSTS["posts"]["folder"] = str(tmp_path)
    settings = {"channels": POSTS, "teams": [{"name": "Payments"}], "timezone": "Europe/Rome"}
    with jira_world(sqlite_url, settings=settings) as world:
        Path(sqlite_url.removeprefix("sqlite:///")).chmod(0o600)
        yield world


def loaded(settings: Settings, *warnings: Problem) -> LoadedSettings:
    return LoadedSettings(settings=settings, file=None, warnings=warnings, layers=())


def look(world: JiraWorld, *warnings: Problem, is_offline: bool = True, **changes: Any) -> Diagnosis:
    settings = world.app.settings.model_copy(update=changes)
    return diagnose(
        loaded(settings, *warnings),
        seams=world.seams(),
        is_offline=is_offline,
        opening=lambda asked: open_app(asked, seams=world.seams()),
    )


def found(diagnosis: Diagnosis, room: str, name: str) -> Check:
    (check,) = [check for check in diagnosis.checks if (check.room, check.name) == (room, name)]
    return check


def bad(diagnosis: Diagnosis) -> dict[str, tuple[str, str]]:
    """What is not fine: name to level and advice."""
    return {
        f"{check.room}: {check.name}": (check.level.value, check.advice)
        for check in diagnosis.checks
        if check.level is not Level.OK
    }


def add(world: JiraWorld, table: Table, *rows: dict[str, Any]) -> None:
    with world.app.store.write() as connection:
        for row in rows:
            connection.execute(insert(table).values(row))


def test_where_all_is_well_nothing_is_complained_of(world: JiraWorld, tmp_path: Path) -> None:
    world.pull_well()
    backup(world.app.settings, tmp_path / "copy")
    os.utime(tmp_path / "align-sync.db.last-backup", (world.clock.at.timestamp(),) * 2)
    diagnosis = look(world, is_offline=False)
    assert bad(diagnosis) == {}
    assert diagnosis.worst is Level.OK
    assert "open sprints are within reach" in found(diagnosis, "sources", "jira sprints").says
    assert found(diagnosis, "sources", "jira clock").says == "the clocks agree"
    assert found(diagnosis, "database", "schema").says == f"{schema.SCHEMA_REVISION}, as this version needs"
    digest = next(one for one in diagnosis.schedules if one.schedule == "digest:Payments")
    assert [at.isoformat() for at in digest.at[:2]] == ["2026-11-30T08:00:00+00:00", "2026-12-07T08:00:00+00:00"]
    assert len(digest.at) == 5
    says = found(diagnosis, "service", "schedule digest:Payments").says
    assert says == "next at Mon 30 Nov 08:00 UTC (Mon 30 Nov 09:00 Europe/Rome)"
    assert all(check.advice and check.why for check in diagnosis.checks if check.level is not Level.OK)


def test_without_a_database_the_rest_is_looked_at_and_none_is_made(world: JiraWorld, tmp_path: Path) -> None:
    database = world.app.settings.database.model_validate({"url": f"sqlite:///{tmp_path}/none.db"})
    diagnosis = look(world, is_offline=False, database=database)
    assert found(diagnosis, "sources", "jira sign-in").level is Level.OK
    assert found(diagnosis, "database", "reachable").says.endswith("none.db is made by the first pass")
    assert not (tmp_path / "none.db").exists()


@pytest.mark.parametrize(
    ("revision", "level", "said"),
    [
        ("0003", "warn", "0003, and this version needs"),
        ("9999", "fail", "9999, and this version needs"),
    ],
)
def test_another_schema_is_told_and_left_as_it_is(world: JiraWorld, revision: str, level: str, said: str) -> None:
    with world.app.store.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :revision"), {"revision": revision})
    check = found(look(world), "database", "schema")
    assert (check.level.value, check.advice) == (level, "align-sync db upgrade")
    assert said in check.says
    with world.app.store.read() as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one() == revision


@pytest.mark.postgres
def test_a_server_is_looked_at_too(postgres: Postgres) -> None:
    with jira_world(postgres.make_database(TEMPLATE)) as world:
        diagnosis = look(world)
        assert "PostgreSQL" in found(diagnosis, "database", "reachable").says
        # that of the test stands still
        assert found(diagnosis, "database", "clock").advice == "set the clock by NTP: timedatectl set-ntp true"
        assert found(diagnosis, "service", "backup").level is Level.OK


def test_a_damaged_or_foreign_file_fails_with_the_way_back(world: JiraWorld, tmp_path: Path) -> None:
    (tmp_path / "none.db").write_bytes(b"rubbish" * 999)
    database = world.app.settings.database.model_validate({"url": f"sqlite:///{tmp_path}/none.db"})
    check = found(look(world, database=database), "database", "reachable")
    assert check.level is Level.FAIL
    assert check.advice


def test_what_the_tables_tell_is_told_with_what_mends_it(world: JiraWorld) -> None:
    at = world.clock.at
    world.pull_well()
    add(
        world,
        schema.source_health,
        {"source": "jira", "failures": 5, "blocked_until_at": at + 15 * MINUTE, "error": "x"},
    )
    seen = {"engine": "inline", "version": "1", "started_at": at}
    add(
        world,
        schema.daemon,
        {**seen, "owner": "a", "seen_at": at},
        {**seen, "owner": "b", "seen_at": at, "version": "2"},
        {**seen, "owner": "c", "seen_at": at - 5 * MINUTE},
    )
    add(world, schema.run, run_row(1, at - timedelta(days=1), RunState.DEAD))
    add(
        world,
        schema.outbox,
        message("1", EntryState.HELD, at),
        message("2", EntryState.DEAD, at),
        message("3", EntryState.PENDING, at - 16 * MINUTE),
        message("4", EntryState.SENDING, at - 14 * MINUTE, channel="other"),
    )
    add(
        world,
        schema.channel_state,
        {
            "channel": "posts",
            "disabled_at": at,
            "reason": "invalid_auth",
            "settings_hash": world.app.settings.channels["posts"].fingerprint,
        },
    )
    diagnosis = look(world)
    assert bad(diagnosis) == {
        "database: versions": ("warn", "bring all to the same version"),
        "database: silence": ("warn", "systemctl restart align-sync, or docker restart"),
        "sources: jira reading": ("warn", "align-sync sync --source jira"),
        "channels: posts state": ("fail", "mend it, then: align-sync outbox enable posts"),
        "service: held messages": ("warn", "align-sync outbox list"),
        "service: refused messages": ("warn", "align-sync outbox list"),
        "service: stuck messages": ("warn", "align-sync outbox list says what stops them"),
        "service: runs": ("warn", "mend what they say, then: align-sync jobs list"),
        "service: backup": ("warn", "align-sync backup FILE, every day by cron"),
    }
    assert diagnosis.worst is Level.FAIL
    assert found(diagnosis, "service", "stuck messages").says == "1 for slack since 16 min"
    assert "disabled: invalid_auth" in found(diagnosis, "channels", "posts state").says


@pytest.mark.parametrize(
    ("age", "level"), [(timedelta(minutes=40), "ok"), (timedelta(hours=2), "warn"), (timedelta(days=8), "fail")]
)
def test_the_older_the_data_of_a_source_the_worse(world: JiraWorld, age: timedelta, level: str) -> None:
    world.pull_well()
    world.clock.tick(age)
    assert found(look(world), "sources", "jira reading").level.value == level


def test_a_refused_token_fails_and_says_how_to_get_another(world: JiraWorld) -> None:
    world.reopen(jira={"token": "wrong"})
    check = found(look(world, is_offline=False), "sources", "jira sign-in")
    assert check.level is Level.FAIL
    assert "refused" in check.says
    assert "ALIGN_SYNC_JIRA__TOKEN" in check.advice


def test_warnings_of_the_settings_and_files_that_others_can_read_are_doubts(world: JiraWorld, tmp_path: Path) -> None:
    (tmp_path / "align-sync.db").chmod(0o644)
    diagnosis = look(world, Problem(message="there is no such setting", where="ALIGN_SYNC_X", advice="take it out"))
    assert bad(diagnosis)["settings: doubt"] == ("warn", "take it out")
    assert bad(diagnosis)["settings: modes"] == ("warn", f"chmod 600 {tmp_path / 'align-sync.db'}")


def test_settings_that_cannot_be_used_are_told_one_by_one() -> None:
    problems = (Problem(message="a", where="x.toml:1:2", advice="b"), Problem(message="c"))
    diagnosis = diagnose_refusal(UserError("the settings cannot be used", problems=problems))
    assert [(check.level, check.says) for check in diagnosis.checks] == [
        (Level.FAIL, "x.toml:1:2: a"),
        (Level.FAIL, "c"),
    ]
    assert diagnosis.worst is Level.FAIL


def test_offline_asks_no_server_at_all(world: JiraWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []

    def refuse(*where: object, **_: object) -> None:
        asked.append(where)
        raise OSError("no network here")

    world.pull_well()
    world.server.requests.clear()
    for name in ("connect", "connect_ex", "sendto"):
        monkeypatch.setattr(socket.socket, name, refuse)
    for name in ("getaddrinfo", "gethostbyname", "create_connection"):
        monkeypatch.setattr(socket, name, refuse)
    slack = {"kind": "slack", "to": ["C1"], "token": "xoxb-1", "teams": ["*"]}
    settings = Settings.model_validate({"channels": {"slack": slack}, "linear": {"token": "lin_api_1"}})
    look(world, channels=settings.channels, linear=settings.linear)
    server = settings.database.model_validate({"url": "postgresql://align:p@db.example/align"})
    assert found(look(world, database=server), "database", "reachable").says == "not asked: --offline"
    assert asked == []
    assert list(world.server.requests) == []


@pytest.mark.parametrize(
    ("ahead", "level"),
    [(0, "ok"), (5, "ok"), (-5, "ok"), (7, "warn"), (-7, "warn"), (59, "warn"), (62, "fail"), (-62, "fail")],
)
def test_clocks_that_differ_by_more_than_5_s_are_a_doubt_and_by_more_than_60_s_a_fault(ahead: int, level: str) -> None:
    asked_at, answered_at = NOW, NOW + timedelta(seconds=0.5)
    check = compare_clocks(Room("x"), "clock", NOW + timedelta(seconds=ahead), asked_at, answered_at)
    assert check.level.value == level
    assert ("behind" in check.says) == (ahead > 5)


MOUNTS = """\
22 1 0:20 / / rw - overlay overlay rw
23 22 0:21 / /data rw,relatime shared:3 - nfs4 server:/x rw
24 22 0:22 / /data/local\\040disk rw - ext4 /dev/sda1 rw
25 22 0:23 / /data rw - cifs //server/x rw
"""


@pytest.mark.parametrize(
    ("folder", "system"),
    [("/", "overlay"), ("/home/x", "overlay"), ("/data", "cifs"), ("/data/a/b", "cifs"), ("/data/local disk", "ext4")],
)
def test_the_file_system_of_a_folder_is_that_of_the_nearest_mount(tmp_path: Path, folder: str, system: str) -> None:
    (tmp_path / "mounts").write_text(MOUNTS)
    assert find_file_system(Path(folder), tmp_path / "mounts") == system
    assert find_file_system(Path(folder), tmp_path / "none") == ""


def test_old_zone_data_is_a_doubt() -> None:
    today = date(2026, 11, 23)
    assert [check_zones(told, today).level.value for told in ("2023c", "2024a", "2026b", "")] == [
        "warn",
        "ok",
        "ok",
        "ok",
    ]


def test_spans_are_told_in_their_largest_unit() -> None:
    spans = (timedelta(seconds=0.2), timedelta(seconds=61), timedelta(hours=-5), timedelta(days=3, hours=23))
    assert [say_span(span) for span in spans] == ["0 s", "1 min", "5 h", "3 d"]
