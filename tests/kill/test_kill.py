"""kill -9 of a real process at every commit and request: the store stays whole, and the next run goes on.

The command runs as people run it, `python -m align_sync sync`, against a pretended Jira of this process.
"""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
import psycopg
import pytest

from align_sync.app import name_process, read_clock
from align_sync.demo.fake_jira import FakeJira, JiraSite
from align_sync.demo.http_server import FakeServer
from align_sync.flows.pull.pages import ITEMS_A_TRANSACTION
from align_sync.seams import pass_failpoint
from align_sync.store.engine import open_store
from align_sync.store.leases import claim_lease, lease_name
from tests.databases import TEMPLATE, Postgres
from tests.flows.jira_world import Clock, copy_of, make_site

ROOT = Path(__file__).parents[2]
CANARY = "CANARY-5f3a9c1e7b"
COUNT = ITEMS_A_TRANSACTION + 50
"""More than one transaction of items."""


@dataclass
class Site:
    site: JiraSite
    server: FakeServer

    def run(
        self, database_url: str, *arguments: str, failpoint: str = "", **more: str
    ) -> subprocess.CompletedProcess[str]:
        environ = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "HOME": "/nonexistent",
            "ALIGN_SYNC_DATABASE__URL": database_url,
            "ALIGN_SYNC_JIRA__URL": self.server.url,
            "ALIGN_SYNC_JIRA__EMAIL": self.site.email,
            "ALIGN_SYNC_JIRA__TOKEN": str(self.site.token),
            "ALIGN_SYNC_FAILPOINT": failpoint,
            **more,
        }
        command = [sys.executable, "-m", "align_sync", *(arguments or ("sync", "--json"))]
        return subprocess.run(command, env=environ, capture_output=True, text=True, timeout=60, check=False, cwd="/")

    def fetched(self) -> list[str]:
        bodies = [orjson.loads(entry.body) for entry in self.server.requests if entry.path.endswith("/bulkfetch")]
        return [name for body in bodies for name in body["issueIdsOrKeys"]]


@pytest.fixture(scope="module")
def running() -> Iterator[Site]:
    """The clock of the site is the real one, as that of the command is."""
    clock = Clock(read_clock())
    site = make_site(clock=clock)
    site.token = CANARY
    long_ago = clock.at - timedelta(days=3)
    for number in range(10, 10 + COUNT):
        site.add_issue(f"PAY-{number}", sprint_ids=[42], parent_key="PAY-1", created_at=long_ago)
    with FakeServer(FakeJira(site)) as server:
        yield Site(site, server)


def outcome(done: "subprocess.CompletedProcess[str]") -> dict[str, Any]:
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = orjson.loads(done.stdout)
    (source,) = told["sources"]
    return dict(source)


def count_rows(database_url: str) -> tuple[int, int, int]:
    """Items, open stays in sprints, and sweeps that are still running; the file must be whole."""
    queries = (
        "SELECT count(*) FROM item WHERE state = 'present'",
        "SELECT count(*) FROM membership WHERE left_at IS NULL",
        "SELECT count(*) FROM sweep WHERE state = 'running'",
    )
    if database_url.startswith("sqlite"):
        with closing(sqlite3.connect(database_url.removeprefix("sqlite:///"))) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
            items, stays, sweeps = (connection.execute(query).fetchone()[0] for query in queries)
    else:
        with psycopg.connect(database_url) as server:
            items, stays, sweeps = ((server.execute(query).fetchone() or (-1,))[0] for query in queries)
    return items, stays, sweeps


SHORT = ["commit.before:5"]
LONG = [f"{name}:{number}" for name in ("commit.before", "commit.after", "request.after") for number in range(1, 16)]


def points(names: list[str]) -> list[Any]:
    return [*names, *(pytest.param(name, marks=pytest.mark.long) for name in LONG if name not in names)]


def check(running: Site, database_url: str, failpoint: str) -> None:
    killed = running.run(database_url, failpoint=failpoint)
    if killed.returncode == 0:
        assert int(failpoint.partition(":")[2]) > 9, "the run had no such point"
        return
    assert killed.returncode == -9
    items, _, _ = count_rows(database_url)
    running.server.requests.clear()
    second = outcome(running.run(database_url))
    assert second["complete"]
    assert count_rows(database_url) == (COUNT + 5, COUNT + 4, 0)
    assert len(set(running.fetched())) <= COUNT + 5 - items, "what was stored is not fetched again"
    running.server.requests.clear()
    third = outcome(running.run(database_url))
    assert (third["new"], third["changed"], third["gone"], third["resumed"]) == (0, 0, 0, False)


@pytest.mark.parametrize("failpoint", points(SHORT))
def test_a_killed_pull_is_gone_on_with(running: Site, sqlite_template: Path, tmp_path: Path, failpoint: str) -> None:
    check(running, copy_of(sqlite_template, tmp_path), failpoint)


@pytest.mark.postgres
@pytest.mark.parametrize("failpoint", points(["request.after:9"]))
def test_a_killed_pull_is_gone_on_with_on_a_server(running: Site, postgres: Postgres, failpoint: str) -> None:
    check(running, postgres.make_database(TEMPLATE), failpoint)


def test_a_process_killed_while_it_sets_the_database_up_leaves_none(running: Site, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/new.db"
    assert running.run(url, failpoint="commit.before:1").returncode == -9
    assert outcome(running.run(url))["new"] == COUNT + 5


def test_no_secret_leaves_the_process(running: Site, sqlite_template: Path, tmp_path: Path) -> None:
    """At the loudest, with failures, and with the token in the place of a password: nothing of it is to be seen."""
    url = copy_of(sqlite_template, tmp_path)
    done = running.run(url, "--debug", "sync", "--json", ALIGN_SYNC_LOG__LEVEL="debug")
    assert done.returncode == 0, done.stderr
    wrong = running.run(url, "--debug", "sync", ALIGN_SYNC_JIRA__EMAIL="nobody@example.com")
    assert wrong.returncode == 4
    shown = running.run(url, "config", "show")
    written = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    for text in (done.stdout, done.stderr, wrong.stdout, wrong.stderr, shown.stdout, shown.stderr):
        assert CANARY not in text
    assert CANARY.encode() not in written
    assert "the credentials are refused (401)" in wrong.stderr


def test_ctrl_c_in_the_middle_of_a_page_says_that_the_next_run_goes_on(
    running: Site, sqlite_template: Path, tmp_path: Path
) -> None:
    url = copy_of(sqlite_template, tmp_path)
    environ = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "ALIGN_SYNC_DATABASE__URL": url,
        "ALIGN_SYNC_JIRA__URL": running.server.url,
        "ALIGN_SYNC_JIRA__EMAIL": running.site.email,
        "ALIGN_SYNC_JIRA__TOKEN": CANARY,
        "ALIGN_SYNC_JIRA__CONCURRENCY": "1",
    }
    running.server.requests.clear()
    running.server.latency = timedelta(seconds=0.08)
    try:
        with subprocess.Popen(
            [sys.executable, "-m", "align_sync", "sync"], env=environ, stderr=subprocess.PIPE, text=True, cwd="/"
        ) as process:
            while running.server.count(lambda entry: entry.path.endswith("/bulkfetch")) < 2:
                assert process.poll() is None
                running.server.wait(timedelta(seconds=0.01))
            process.send_signal(2)
            _, said = process.communicate(timeout=20)
    finally:
        running.server.latency = timedelta(0)
    assert process.returncode == 130
    assert "stopping at the next page; once more to stop at once" in said
    assert "the next run goes on from the last stored page" in said
    items, _, sweeps = count_rows(url)
    assert 0 < items < COUNT
    assert sweeps == 1
    running.server.requests.clear()
    assert outcome(running.run(url))["resumed"]
    assert len(running.fetched()) == COUNT + 5 - items


def test_a_second_process_leaves_the_source_to_the_first(running: Site, sqlite_template: Path, tmp_path: Path) -> None:
    url = copy_of(sqlite_template, tmp_path)
    store = open_store(url, failpoint=pass_failpoint)
    with store.write() as connection:
        claim_lease(connection, lease_name("jira"), owner=name_process(), now=read_clock())
    store.close()
    running.server.requests.clear()
    done = running.run(url, "sync")
    assert done.returncode == 5, done.stderr
    assert f"another process works on it ({name_process()}" in done.stderr
    assert running.server.requests.total == 0
