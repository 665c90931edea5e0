"""`okr lint` from the command line: what it reads, writes and refuses, and with which exit code it ends."""

from pathlib import Path

import orjson
import pytest
from click.testing import CliRunner, Result

from align_sync.app import open_app
from align_sync.cli.okr.lint import command
from align_sync.cli.session import Options
from align_sync.errors import UserError
from align_sync.flows.lint import has_database
from align_sync.okr.book_yaml import parse_book
from align_sync.settings import Settings
from align_sync.settings_sources import load_settings
from align_sync.store.books import save_book
from tests.core.okr.lint.test_lint_output import COMPANY

GOOD = """\
apiVersion: align-sync.dev/v1
kind: OKRSet
metadata: {name: good}
spec:
  team: payments
  period: 2026-Q4
  objectives:
    - id: O-1
      title: Customers stay because the product helps them
      owner: ana@acme.example
      keyResults:
        - id: KR-1
          title: Retention rises from 68 % to 80 %
          owner: ana@acme.example
          metric: {unit: percent, baseline: 68, target: 80, source: "sql:retention"}
        - id: KR-2
          title: Complaints fall from 12 to 6 a week
          owner: ana@acme.example
          metric: {unit: complaints, direction: decrease, baseline: 12, target: 6}
"""
METRIC = '[[metrics]]\nname = "retention"\nkind = "manual"\n'


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("HOME", "XDG_CONFIG_HOME"):
        monkeypatch.setenv(name, str(tmp_path))
    (tmp_path / "okrs").mkdir()
    (tmp_path / "okrs" / "good.yaml").write_text(GOOD)
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(command, arguments, obj=Options(), standalone_mode=False, catch_exceptions=False)


def settings_of(folder: Path, text: str) -> Settings:
    (folder / "align-sync.toml").write_text(text)
    return load_settings().settings


def test_sound_files_end_well_and_leave_no_database(folder: Path) -> None:
    ended = run("okrs")
    assert ended.return_value == 0
    assert ended.stdout == ""
    assert "nothing found in 1 objective and 2 key results" in ended.stderr
    assert sorted(path.name for path in folder.iterdir()) == ["okrs"]


def test_errors_end_with_one_and_a_bad_entry_hides_no_other(folder: Path) -> None:
    (folder / "okrs" / "company.yaml").write_text(COMPANY)
    ended = run("okrs")
    assert ended.return_value == 1
    assert "okrs/company.yaml:19:11: error unsound-entry" in ended.stdout
    assert "okrs/company.yaml:14:18: error direction-against-numbers CO-1.1: " in ended.stdout


def test_formats_are_chosen_by_option_or_by_the_ending_of_the_file(folder: Path) -> None:
    assert orjson.loads(run("okrs", "--json").stdout)["schema_version"] == 1
    assert orjson.loads(run("okrs", "--sarif").stdout)["version"] == "2.1.0"
    assert orjson.loads(run("okrs", "-o", "json").stdout)["items"] == []
    run("okrs", "--out", "found.sarif")
    assert orjson.loads((folder / "found.sarif").read_text())["version"] == "2.1.0"
    run("okrs", "--out", "found.txt")
    assert (folder / "found.txt").read_text() == ""


def test_on_a_terminal_findings_are_grouped(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "okrs" / "good.yaml").write_text(COMPANY)
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b[1mCO-1\x1b[0m  Reach 10 million in revenue" in run("okrs").stdout


def test_accepted_findings_do_not_stop_anybody(folder: Path) -> None:
    (folder / "okrs" / "good.yaml").write_text(COMPANY)
    settings_of(folder, '[lint]\nbaseline = "accepted.json"\n')
    assert run("okrs").return_value == 1
    assert run("okrs", "--write-baseline").return_value == 0
    ended = run("okrs")
    # What cannot be read is never accepted: nobody knows what it says.
    assert ended.return_value == 1
    assert all("unsound-entry" in line for line in ended.stdout.splitlines())
    (folder / "okrs" / "good.yaml").write_text(GOOD)
    assert "accepted findings are gone" in run("okrs").stderr
    (folder / "accepted.json").write_text("[]")
    with pytest.raises(UserError, match="cannot be read"):
        run("okrs")
    (folder / "accepted.json").unlink()
    (folder / "accepted.json").mkdir()
    with pytest.raises(UserError, match="cannot be read"):
        run("okrs")


def test_accepting_needs_a_file(folder: Path) -> None:
    del folder
    with pytest.raises(UserError, match="no file for the accepted findings"):
        run("okrs", "--write-baseline")


def test_levels_of_the_settings_hold_and_unknown_rules_are_refused(folder: Path) -> None:
    settings_of(folder, '[lint.levels]\nno-owner = "off"\n')
    assert "no-owner                   off" in run("--rules").stdout
    with pytest.raises(UserError) as refused:
        settings_of(folder, '[lint.levels]\nno-ownr = "off"\n')
    (problem,) = refused.value.problems
    assert "no rule no-ownr" in problem.message
    assert problem.advice == "did you mean no-owner?"
    assert ":2:" in problem.where


def test_a_rule_explains_itself(folder: Path) -> None:
    del folder
    assert run("--explain", "cycle").stdout.startswith("cycle (error)")
    with pytest.raises(UserError, match="--rules lists them all"):
        run("--explain", "zzz")


def test_what_the_settings_define_is_known_without_a_database(folder: Path) -> None:
    settings_of(folder, METRIC)
    ended = run("okrs")
    assert "warning source-kind-mismatch KR-1" in ended.stdout
    assert "unmeasurable" not in ended.stdout
    assert not (folder / "align-sync.db").exists()


def test_with_readings_the_database_is_asked_how_metrics_are_measured(folder: Path) -> None:
    settings_of(folder, METRIC + '[database]\nurl = "sqlite:///here.db"\n')
    ended = run("okrs", "--readings")
    assert ended.return_value == 1
    assert "error unmeasurable KR-1" in ended.stdout
    assert (folder / "here.db").exists()


def test_without_paths_the_files_of_the_settings_are_read(folder: Path) -> None:
    settings_of(folder, 'okrs = ["okrs"]\n[database]\nurl = "sqlite:///here.db"\n')
    assert "was not looked at" in run().stderr
    with open_app(load_settings().settings):
        pass
    assert "error unmeasurable KR-2" in run().stdout


def test_without_files_the_book_in_force_is_judged(folder: Path) -> None:
    settings = settings_of(folder, '[database]\nurl = "sqlite:///here.db"\n')
    with pytest.raises(UserError, match="no book in force"):
        run()
    with open_app(settings) as app:
        with pytest.raises(UserError, match="there is no OKR book yet"):
            run()
        book, _ = parse_book([("good.yaml", GOOD)])
        with app.store.write() as connection:
            save_book(connection, book, fingerprint="1", now=app.now(), author="ana")
    assert "KR-1: error unmeasurable" in run().stdout or "KR-1: error unknown-metric" in run().stdout


def test_a_server_is_a_database_and_a_file_that_is_missing_is_none(folder: Path) -> None:
    assert has_database(settings_of(folder, '[database]\nurl = "postgresql+psycopg://localhost/okr"\n'))
    assert not has_database(settings_of(folder, '[database]\nurl = "sqlite:///missing.db"\n'))
