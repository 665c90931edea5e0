"""The service in the foreground: it pulls at once and again, outlives a source that fails, and ends when it is told."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import orjson
import pytest

from align_sync.app import App, open_app, read_clock
from align_sync.cli.serve import ONE_SIGNAL
from align_sync.daemon.service import serve
from align_sync.demo.fake_jira import FakeJira, JiraSite
from align_sync.demo.faults import Fault, Status
from align_sync.demo.http_server import FakeServer
from align_sync.flows.runs import begin_service
from align_sync.jobs import Ended
from align_sync.schedules import build_schedules
from align_sync.scheduling.run import RunKind, RunState
from align_sync.settings import Settings
from tests.e2e.command_line import CommandLine
from tests.e2e.command_line import Ended as Ran

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
            "serve": {"reconcile_every": "1s", "grace": "5s"},
        }
    )
    with open_app(settings) as opened:
        yield opened


def test_a_source_that_fails_does_not_end_the_service(jira: FakeServer, app: App) -> None:
    jira.faults.add(Fault(path=r".*", times=1, action=Status(410)))
    leave, ended = threading.Event(), list[Ended]()

    def note(one: Ended) -> None:
        if one.run.kind is RunKind.SYNC:
            ended.append(one)
            if one.run.state is RunState.DONE:
                leave.set()

    serve(app, build_schedules(app.settings, ["jira"]), leave, note)
    assert [one.run.state for one in ended] == [RunState.DEAD, RunState.DONE]


def test_a_second_service_without_a_queue_is_refused_and_told_who_the_first_is(
    jira: FakeServer, app: App, tmp_path: Path
) -> None:
    begin_service(app, started_at=app.now(), is_alone=True)
    second = subprocess.run(
        [sys.executable, "-m", "align_sync", "serve"],
        cwd=tmp_path,
        env=variables(jira, tmp_path) | {"ALIGN_SYNC_DATABASE__URL": f"sqlite:///{tmp_path / 'x.db'}"},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert second.returncode == 5, second.stderr
    assert f"process {os.getpid()})" in second.stderr


def test_the_ledger_tells_what_was_done_and_does_it_again(jira: FakeServer, tmp_path: Path) -> None:
    told = {name: value for name, value in variables(jira, tmp_path).items() if name.startswith("ALIGN_SYNC")}

    def jobs(*arguments: str) -> Ran:
        return CommandLine(tmp_path, told).run("jobs", *arguments)

    jira.faults.add(Fault(path=r".*", times=1, action=Status(410)))
    first = jobs("run", "sync")
    assert first.code == 3
    assert "jobs retry 1" in first.err
    again = jobs("retry", "1")
    assert again.code == 0, again.err
    assert "1 new" in again.out
    listed = orjson.loads(jobs("list", "--kind", "sync", "-f", "json").out)
    assert [(run["id"], run["state"], run["subject"]) for run in listed] == [(1, "done", "source:jira")]
    assert "outcome          full: 1 new" in jobs("show", "1").out
    assert jobs("retry", "1").code == 2


def test_a_second_sigterm_ends_the_process_at_once(jira: FakeServer, tmp_path: Path) -> None:
    jira.latency = timedelta(minutes=1)
    with subprocess.Popen(
        [sys.executable, "-m", "align_sync", "serve"],
        cwd=tmp_path, env=variables(jira, tmp_path) | {"ALIGN_SYNC_LOG__LEVEL": "info"},
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        # What waits for a line that never comes must end too.
        giving_up = threading.Timer(PATIENCE_SECONDS, process.kill)
        giving_up.start()
        try:
            assert process.stderr is not None
            assert any("run.started" in line for line in process.stderr)
            process.terminate()
            assert any("service.ending" in line for line in process.stderr)
            time.sleep(ONE_SIGNAL + 0.1)
            assert process.poll() is None
            process.terminate()
            assert process.wait(PATIENCE_SECONDS) == 130
        finally:
            giving_up.cancel()
            process.kill()
