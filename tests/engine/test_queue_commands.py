"""The tables of the queue on the command line, and what stands in the way of a queue."""

from pathlib import Path

import pytest

from align_sync.app import open_app
from align_sync.cli.main import run_command_line
from align_sync.daemon.queue import open_queue
from align_sync.errors import UserError
from align_sync.flows.queue import queue_state
from align_sync.settings import Settings
from tests.databases import TEMPLATE, Postgres


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    with pytest.raises(SystemExit) as ended:
        run_command_line(list(arguments))
    return int(ended.value.code or 0), "".join(capsys.readouterr())


@pytest.mark.postgres
def test_the_upgrade_makes_the_tables_of_the_queue_too_where_the_engine_needs_them(
    postgres: Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ALIGN_SYNC_DATABASE__URL", postgres.make_database(TEMPLATE))
    assert run(capsys, "db", "current")[0] == 0
    monkeypatch.setenv("ALIGN_SYNC_ENGINE", "procrastinate")
    code, said = run(capsys, "db", "current")
    assert code == 2
    assert ": queue none, needed is " in said
    code, said = run(capsys, "db", "upgrade")
    assert code == 0
    assert ": queue 03." in said
    assert run(capsys, "db", "current")[0] == 0


def test_a_queue_over_a_file_of_sqlite_is_refused_by_every_command_that_needs_it(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ALIGN_SYNC_DATABASE__URL", sqlite_url)
    monkeypatch.setenv("ALIGN_SYNC_ENGINE", "procrastinate")
    code, said = run(capsys, "db", "upgrade")
    assert code == 2
    assert "ALIGN_SYNC_ENGINE" in said
    assert "ALIGN_SYNC_DATABASE__URL=postgresql" in said
    settings = Settings.model_validate({"database": {"url": sqlite_url}, "engine": "procrastinate"})
    with open_app(settings) as app, pytest.raises(UserError, match="ALIGN_SYNC_ENGINE"):
        open_queue(app)


@pytest.mark.postgres
def test_a_first_start_makes_the_tables_and_another_engine_needs_none(postgres: Postgres) -> None:
    url = postgres.make_database()
    with open_app(Settings.model_validate({"database": {"url": url}})) as app:
        assert queue_state(app) is None
    with open_app(Settings.model_validate({"database": {"url": url}, "engine": "procrastinate"})) as app:
        assert (before := queue_state(app))
        assert before.revision is None
        assert open_queue(app).name == "procrastinate"
        assert (after := queue_state(app))
        assert after.is_current
