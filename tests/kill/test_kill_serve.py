"""kill -9 of the service at its commits: the next one takes over at once, loses nothing and does nothing twice."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from align_sync.app import read_clock
from align_sync.demo.fake_jira import FakeJira
from align_sync.demo.http_server import FakeServer
from align_sync.scheduling.run import Run, RunKind, RunState
from align_sync.seams import pass_failpoint
from align_sync.store.daemons import load_daemons
from align_sync.store.engine import Store, open_store
from align_sync.store.items import find_items
from align_sync.store.runs import load_runs
from tests.databases import TEMPLATE, Postgres
from tests.flows.jira_world import Clock, copy_of, make_site

ROOT = Path(__file__).parents[2]
PATIENCE_SECONDS = 30.0
"""Shorter than a lease: nobody waits for one of a process that is dead."""
SHORT = ["commit.before:3"]
LONG = [f"{name}:{number}" for name in ("commit.before", "commit.after") for number in range(1, 17)]
POINTS = [*SHORT, *(pytest.param(name, marks=pytest.mark.long) for name in LONG if name not in SHORT)]


@pytest.fixture(scope="module")
def jira() -> Iterator[FakeServer]:
    with FakeServer(FakeJira(make_site(clock=Clock(read_clock())))) as server:
        yield server


def serve(jira: FakeServer, database_url: str, failpoint: str = "") -> "subprocess.Popen[str]":
    environ = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "HOME": "/nonexistent",
        "ALIGN_SYNC_DATABASE__URL": database_url,
        "ALIGN_SYNC_JIRA__URL": jira.url,
        "ALIGN_SYNC_JIRA__EMAIL": "demo@example.com",
        "ALIGN_SYNC_JIRA__TOKEN": "demo-token",
        "ALIGN_SYNC_SYNC__EVERY": "30d",
        "ALIGN_SYNC_SCHEDULE__PRUNE": "",
        "ALIGN_SYNC_FAILPOINT": failpoint,
    }
    command = [sys.executable, "-m", "align_sync", "serve"]
    return subprocess.Popen(command, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, cwd="/")


def pulls(store: Store) -> tuple[Run, ...]:
    with store.read() as connection:
        return load_runs(connection, kinds=[RunKind.SYNC])


def check(jira: FakeServer, database_url: str, failpoint: str) -> None:
    store = open_store(database_url, failpoint=pass_failpoint)
    try:
        with serve(jira, database_url, failpoint) as killed:
            try:
                assert killed.wait(PATIENCE_SECONDS) == -signal.SIGKILL, killed.stderr and killed.stderr.read()
            finally:
                killed.kill()
        with serve(jira, database_url) as second:
            try:
                await_pull(store, second)
                second.send_signal(signal.SIGTERM)
                _, said = second.communicate(timeout=PATIENCE_SECONDS)
            finally:
                second.kill()
        assert second.returncode == 0, said
        (run,) = pulls(store)
        assert run.dedupe_key.startswith("sync:jira@")
        assert run.attempt <= 2
        with store.read() as connection:
            assert find_items(connection, "PAY-2")
            assert load_daemons(connection) == ()
    finally:
        store.close()


def await_pull(store: Store, service: "subprocess.Popen[str]") -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while [run.state for run in pulls(store)] != [RunState.DONE]:
        assert service.poll() is None, service.stderr and service.stderr.read()
        assert time.monotonic() < deadline, pulls(store)
        time.sleep(0.05)


@pytest.mark.parametrize("failpoint", POINTS)
def test_a_killed_service_is_gone_on_with(
    jira: FakeServer, sqlite_template: Path, tmp_path: Path, failpoint: str
) -> None:
    check(jira, copy_of(sqlite_template, tmp_path), failpoint)


@pytest.mark.postgres
def test_a_killed_service_is_gone_on_with_on_a_server(jira: FakeServer, postgres: Postgres) -> None:
    check(jira, postgres.make_database(TEMPLATE), "commit.after:8")
