"""The command line as its users meet it: help, wrong use, exit codes, and words that mend."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from align_sync.cli import exit_codes
from align_sync.errors import (
    AlreadyRunningError,
    AuthError,
    FatalError,
    ForbiddenError,
    InterruptedPullError,
    NotYetError,
    RetriableError,
    StoreError,
    UnsafeSweepError,
    UserError,
)

ROOT = Path(__file__).resolve().parents[2]
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Runs a command line in an empty folder with an empty environment."""

    def run_command(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(tmp_path / "home"),
            "PYTHONPATH": str(ROOT),
            "ALIGN_SYNC_SECRETS_DIR": str(tmp_path / "no-secrets"),
            **variables,
        }
        return subprocess.run(
            [sys.executable, "-m", "align_sync", *arguments],
            cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip

    return run_command


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (UserError("x"), 2),
        (StoreError("x"), 2),
        (FatalError("x"), 3),
        (RetriableError("x"), 3),
        (UnsafeSweepError("x"), 3),
        (AuthError("x"), 4),
        (ForbiddenError("x"), 4),
        (NotYetError("x", wait=timedelta()), 3),
        (AlreadyRunningError("x"), 5),
        (InterruptedPullError("x"), 130),
    ],
)
def test_each_kind_of_error_has_its_exit_code(error: UserError, code: int) -> None:
    assert exit_codes.exit_code_of(error) == code


def test_refused_credentials_count_more_than_other_failures() -> None:
    assert exit_codes.worst_of([FatalError("x"), AuthError("x"), None]) == exit_codes.AUTH
    assert exit_codes.worst_of([None, FatalError("x")]) == exit_codes.PARTIAL
    assert exit_codes.worst_of([None]) == exit_codes.FINE


def test_help_lists_all_commands_and_loads_none_of_them(run: Run) -> None:
    script = (
        "import sys; from align_sync.cli.main import invoke; invoke(['--help']);"
        "heavy = {'sqlalchemy', 'jira', 'httpx', 'alembic', 'apscheduler', 'graphql', 'jinja2', 'pydantic'};"
        "sys.exit(', '.join(sorted(heavy & set(sys.modules))) or 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    for command in ("sync", "report", "explain", "okr", "sandbox", "run"):
        assert f" {command} " in done.stdout
    assert run("--help").returncode == 0


def test_a_command_that_does_not_exist_is_wrong_use(run: Run) -> None:
    done = run("reprot")
    assert done.returncode == exit_codes.USAGE
    assert "reprot" in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize("command", ["sync", "serve", "run"])
def test_without_a_source_nothing_is_made_up(run: Run, command: str) -> None:
    done = run(command)
    assert done.returncode == exit_codes.USAGE
    assert "no source is set up" in done.stderr
    assert "ALIGN_SYNC_JIRA__URL" in done.stderr
    assert "--sample-if-unconfigured" in done.stderr


def test_a_report_before_the_first_sync_says_so_and_is_partial(run: Run) -> None:
    done = run("report", ALIGN_SYNC_LINEAR__TOKEN="lin_api_x")
    assert done.returncode == exit_codes.PARTIAL
    assert "never read" in done.stdout


def test_an_unknown_item_and_sprint_are_named_with_a_way_on(run: Run) -> None:
    explained = run("explain", "PAY-1")
    assert explained.returncode == exit_codes.USAGE
    assert "no item is called 'PAY-1'" in explained.stderr
    reported = run("report", "--sprint", "Nope")
    assert reported.returncode == exit_codes.USAGE
    assert "no sprint is called 'Nope'" in reported.stderr


def test_wrong_yaml_is_refused_as_a_whole_with_file_line_and_column(run: Run, tmp_path: Path) -> None:
    good = (ROOT / "config" / "okrs" / "support.yaml").read_text(encoding="utf-8")
    (tmp_path / "okrs").mkdir()
    (tmp_path / "okrs" / "bad.yaml").write_text(good.replace("title:", "titel:", 1), encoding="utf-8")
    done = run("okr", "apply", "okrs", "--yes")
    assert done.returncode == exit_codes.USAGE
    assert "nothing was applied" in done.stderr
    assert "bad.yaml:" in done.stderr
    assert "titel" in done.stderr
    assert run("okr", "tree").returncode == exit_codes.USAGE


def test_the_book_is_applied_once_and_shown_as_a_tree(run: Run) -> None:
    folder = str(ROOT / "config" / "okrs")
    first = run("okr", "apply", folder, "--yes", "--author", "giulia")
    assert first.returncode == 0, first.stderr
    assert "created" in first.stdout
    assert "nothing changed" in run("okr", "apply", folder, "--yes").stdout
    tree = run("okr", "tree")
    assert "ret90" in tree.stdout
    assert "ret90" in run("okr", "tree", folder).stdout  # of files alone no standing is known
    nodes = json.loads(run("okr", "tree", "--json").stdout)["nodes"]
    assert {node["key"] for node in nodes} >= {"CO-1", "O-2"}


def test_a_file_that_is_missing_is_named(run: Run) -> None:
    done = run("okr", "apply", "nowhere.yaml")
    assert done.returncode == exit_codes.USAGE
    assert "nowhere.yaml: no such file or folder" in done.stderr


def test_settings_are_shown_with_their_origin_and_without_secrets(run: Run) -> None:
    done = run("config", "show", "--origin", ALIGN_SYNC_LINEAR__TOKEN="lin_api_canary")
    assert done.returncode == 0
    assert "linear.token" in done.stdout
    assert "# environment" in done.stdout
    assert "canary" not in done.stdout + done.stderr
    told = json.loads(run("config", "show", "--json").stdout)
    assert told["sync.every"] == {"value": "0:15:00", "origin": "default"}


def test_settings_are_validated_with_the_files_that_they_name(run: Run, tmp_path: Path) -> None:
    (tmp_path / "align-sync.toml").write_text(f'okrs = ["{ROOT / "config" / "okrs"}"]\n', encoding="utf-8")
    done = run("config", "validate")
    assert done.returncode == 0, done.stderr
    assert "key results" in done.stdout
    (tmp_path / "align-sync.toml").write_text("timezone = 3\n", encoding="utf-8")
    assert run("config", "validate").returncode == exit_codes.USAGE


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[calendar]\ncountry = 'XX'\n", "no public holidays are known for the country XX"),
        ("teams = [{name = 'Rome', calendar = 'Itly'}]\n", "did you mean IT (Italy)?"),
        ("teams = [{name = 'Rome', calendar = 'IT', subdivision = 'Rmo'}]\n", "IT has no subdivision Rmo"),
        ("teams = [{name = 'Rome', subdivision = 'RM'}]\n", "the subdivision RM has no country"),
    ],
)
def test_a_place_without_known_holidays_is_refused_before_any_report_needs_it(
    run: Run, tmp_path: Path, text: str, said: str
) -> None:
    (tmp_path / "align-sync.toml").write_text(text, encoding="utf-8")
    done = run("config", "validate")
    assert (done.returncode, said in done.stderr) == (exit_codes.USAGE, True), done.stderr
    assert "the settings can be used" not in done.stdout


def test_places_with_known_holidays_can_be_used(run: Run, tmp_path: Path) -> None:
    text = "teams = [{name = 'Rome', subdivision = 'RM'}]\n[calendar]\ncountry = 'IT'\n"
    (tmp_path / "align-sync.toml").write_text(text, encoding="utf-8")
    done = run("config", "validate")
    assert (done.returncode, done.stderr) == (exit_codes.FINE, "")


def test_the_database_is_made_and_its_schema_told(run: Run) -> None:
    assert run("db", "current").returncode == exit_codes.USAGE
    assert run("db", "upgrade").returncode == 0
    current = run("db", "current")
    assert current.returncode == 0
    assert "needed is" in current.stdout


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("mysql://root@localhost/x", "is not supported"),
        ("sqlite://", "in memory"),
        ("sqlite:////nowhere/at/all/x.db", "does not exist"),
        ("postgresql://align@127.0.0.1:9/x", "cannot be reached"),
        ("no address", "cannot be read"),
    ],
)
def test_a_wrong_database_address_is_wrong_use(run: Run, url: str, said: str) -> None:
    done = run("okr", "tree", ALIGN_SYNC_DATABASE__URL=url)
    assert done.returncode == exit_codes.USAGE
    assert said in done.stderr
    assert "ALIGN_SYNC_DATABASE__URL" in done.stderr


def test_exit_codes_and_version_are_told(run: Run) -> None:
    assert "130" in run("exit-codes").stdout
    assert set(json.loads(run("version", "--json").stdout)) >= {"align-sync", "python", "sqlite", "jira"}


def test_a_reader_that_has_seen_enough_is_no_error(tmp_path: Path) -> None:
    command = f"{sys.executable} -m align_sync config show | head -1"
    done = subprocess.run(
        ["/bin/sh", "-c", command], cwd=tmp_path, env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert "Traceback" not in done.stderr
    assert "BrokenPipe" not in done.stderr


def test_a_fault_of_ours_is_told_as_such(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    from align_sync.cli import main  # noqa: PLC0415 -- only this test needs it

    monkeypatch.setitem(main.COMMANDS, "version", ("align_sync.cli.nowhere", "x"))
    assert main.invoke(["version"]) == exit_codes.FAULT
    assert "a fault of ours" in capsys.readouterr().err
