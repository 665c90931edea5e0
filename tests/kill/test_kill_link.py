"""kill -9 of a process that links or decides, at each commit: the next link makes all verdicts what they should be."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import func, select

from align_sync.app import read_clock
from align_sync.flows.link import LinkResult
from align_sync.store.schema import decision
from align_sync.work import ItemKind
from tests.databases import TEMPLATE, Postgres
from tests.flows.jira_world import Clock
from tests.make import make_book, make_sprint
from tests.store.told_world import ToldWorld, made, told_world

ROOT = Path(__file__).parents[2]
LINKING = """
import os
from align_sync.app import open_app
from align_sync.flows.link import link
from align_sync.settings import Settings
with open_app(Settings.model_validate({"database": {"url": os.environ["ALIGN_SYNC_DATABASE__URL"]}})) as app:
    link(app)
"""
SHORT = ["commit.after:2", "commit.before:4"]
LONG = [f"{name}:{number}" for name in ("commit.before", "commit.after") for number in range(1, 5)]
POINTS = [*SHORT, *(pytest.param(name, marks=pytest.mark.long) for name in LONG if name not in SHORT)]


@contextmanager
def linked_world(database_url: str) -> Iterator[ToldWorld]:
    """The clock is the real one, as that of the command is."""
    with told_world(database_url) as world:
        world.clock = Clock(read_clock())
        world.reopen()
        epic = made("PAY-1", "okr/ret90", sprint=None, kind=ItemKind.EPIC)
        stories = [made(f"PAY-{number}", parent="PAY-1") for number in range(2, 40)]
        world.tell(epic, *stories, sprints=[make_sprint("42")])
        world.apply(make_book("ret90", "act5"))
        world.link()
        yield world


@pytest.fixture
def world(sqlite_url: str) -> Iterator[ToldWorld]:
    with linked_world(sqlite_url) as world:
        yield world


def run(world: ToldWorld, failpoint: str, *arguments: str) -> int:
    environ = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "HOME": "/nonexistent",
        "ALIGN_SYNC_DATABASE__URL": world.database_url,
        "ALIGN_SYNC_FAILPOINT": failpoint,
    }
    command = [sys.executable, *arguments]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=60, check=False, cwd="/")
    return done.returncode


def kill_link(world: ToldWorld, failpoint: str, *, is_full: bool) -> None:
    world.tell(made("PAY-1", "okr/act5", sprint=None, kind=ItemKind.EPIC), gone=["PAY-2"])
    if is_full:
        world.apply(make_book("act5", "new1"))
    assert run(world, failpoint, "-c", LINKING) == -9
    check(world)


def check(world: ToldWorld) -> None:
    world.clock.at = read_clock()
    world.link()
    world.check_verdicts()
    assert world.link() == LinkResult()


@pytest.mark.parametrize("failpoint", POINTS)
@pytest.mark.parametrize("is_full", [True, False])
def test_a_killed_link_is_gone_on_with(world: ToldWorld, failpoint: str, *, is_full: bool) -> None:
    kill_link(world, failpoint, is_full=is_full)


@pytest.mark.postgres
@pytest.mark.parametrize("failpoint", ["commit.after:2"])
def test_a_killed_link_is_gone_on_with_on_a_server(postgres: Postgres, failpoint: str) -> None:
    with linked_world(postgres.make_database(TEMPLATE)) as world:
        kill_link(world, failpoint, is_full=True)


@pytest.mark.parametrize(("failpoint", "decided"), [("commit.before:1", 0), ("commit.after:1", 1)])
def test_a_decision_is_made_whole_or_not_at_all(world: ToldWorld, failpoint: str, decided: int) -> None:
    said = ("--reason", "it is so", "--author", "Ana")
    assert run(world, failpoint, "-m", "align_sync", "link", "add", "PAY-3", "act5", *said) == -9
    with world.app.store.read() as connection:
        assert connection.execute(select(func.count()).select_from(decision)).scalar_one() == decided
    check(world)
