"""The service in the foreground: it pulls at once and again, outlives a source that fails, and ends when it is told."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from align_sync.app import App, open_app, read_clock
from align_sync.daemon.schedule import run_once, serve
from align_sync.demo.fake_jira import FakeJira, JiraSite
from align_sync.demo.faults import Fault, Status
from align_sync.demo.http_server import FakeServer
from align_sync.jobs import SyncResult
from align_sync.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_SECONDS = 30.0


@pytest.fixture
def jira() -> Iterator[FakeServer]:
    site = JiraSite("cloud", clock=read_clock)
    site.add_project("PAY", "Payments")
    site.add_board(1, "Payments", "scrum", "PAY")
    site.add_sprint(11, "Sprint 11", "active", 1)
    site.add_issue("PAY-1", summary="One", labels=["okr/ret90"], sprint_ids=[11])
    with FakeServer(FakeJira(site)) as server:
        yield server


def variables(server: FakeServer, folder: Path) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "PYTHONPATH": str(ROOT),
        "PYTHONWARNINGS": "error",
        "ALIGN_SYNC_JIRA__URL": server.url,
        "ALIGN_SYNC_JIRA__EMAIL": "demo@example.com",
        "ALIGN_SYNC_JIRA__TOKEN": "demo-token",
        "ALIGN_SYNC_SYNC__EVERY": "1s",
    }


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_pulls_again_and_again_until_it_is_told_to_end(
    jira: FakeServer, tmp_path: Path, number: signal.Signals
) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "align_sync", "serve"],
        cwd=tmp_path, env=variables(jira, tmp_path), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    with process:
        try:
            assert process.stdout is not None
            runs = 0
            deadline = time.monotonic() + PATIENCE_SECONDS
            while runs < 2 and time.monotonic() < deadline:
                runs += process.stdout.readline().startswith("jira")
            process.send_signal(number)
            process.wait(PATIENCE_SECONDS)
        finally:
            process.kill()
        said = process.stderr.read() if process.stderr else ""
    assert runs == 2
    assert process.returncode == 0, said
    assert "stopped" in said
    assert "Traceback" not in said


def test_one_pass_ends_with_the_code_of_a_pass(jira: FakeServer, tmp_path: Path) -> None:
    def once() -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "align_sync", "serve", "--once"],
            cwd=tmp_path, env=variables(jira, tmp_path), capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip

    good = once()
    assert good.returncode == 0, good.stderr
    assert "1 new" in good.stdout
    jira.faults.add(Fault(path=r".*", times=None, action=Status(401)))
    refused = once()
    assert refused.returncode == 4
    assert "ALIGN_SYNC_JIRA__TOKEN" in refused.stderr


@pytest.fixture
def app(jira: FakeServer, tmp_path: Path) -> Iterator[App]:
    settings = Settings.model_validate(
        {
            "jira": {"url": jira.url, "email": "demo@example.com", "token": "demo-token"},
            "database": {"url": f"sqlite:///{tmp_path / 'x.db'}"},
            "sync": {"every": "1s"},
        }
    )
    with open_app(settings) as opened:
        yield opened


def test_a_source_that_fails_does_not_end_the_service(jira: FakeServer, app: App) -> None:
    jira.faults.add(Fault(path=r".*", times=1, action=Status(401)))
    stop, results = threading.Event(), list[SyncResult]()

    def note(result: SyncResult) -> None:
        results.append(result)
        if not result.pulled.is_partial:
            stop.set()

    serve(app, stop, note)
    assert [result.pulled.is_partial for result in results] == [True, False]


def test_a_wish_to_stop_and_a_fault_of_ours_end_the_run_only(app: App) -> None:
    def blow_up(_result: SyncResult) -> None:
        raise AssertionError("must not be called")

    app.stop.set()
    run_once(app, blow_up)
    app.stop.clear()
    app.store.close()
    Path(app.settings.database.url.get_secret_value().removeprefix("sqlite:///")).write_bytes(b"no database at all")
    run_once(app, blow_up)
