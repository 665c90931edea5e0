"""The commands that write and show values, as people meet them: words, tables, exit codes, and where a token may be."""

import io
import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from align_sync.cli.main import invoke
from align_sync.reports.register_list import RegisterList
from align_sync.reports.render.measured import render_register, say_span
from align_sync.reports.render.view import Screen as View
from align_sync.settings_metrics import ManualMetric

SETTINGS = """
[[metrics]]
name = "churn"
kind = "push"
unit = "%"
owner = "Ana"
refresh = "36h"
lowest = 0
highest = 100
token_sha256 = "{sha256}"

[[metrics]]
name = "nps"
kind = "manual"
"""
SHA256 = "2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b"  # of the word secret


class Screen(io.StringIO):
    def __init__(self, text: str = "", *, is_terminal: bool = False) -> None:
        super().__init__(text)
        self.is_terminal = is_terminal

    def isatty(self) -> bool:
        return self.is_terminal


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sqlite_url: str) -> Path:
    (tmp_path / "align-sync.toml").write_text(SETTINGS.format(sha256=SHA256), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ALIGN_SYNC_DATABASE__URL", sqlite_url)
    monkeypatch.setattr("sys.stdin", Screen())
    return tmp_path


Told = pytest.CaptureFixture[str]


def test_record_says_what_was_written_and_what_stood_there_before(capsys: Told) -> None:
    assert invoke(["okr", "record", "nps", "-5", "--author", "Ana"]) == 0
    assert invoke(["okr", "record", "nps", "-7,5", "--author", "Ana", "--on", "2026-01-05"]) == 0
    first, second, third = capsys.readouterr().out.splitlines()
    assert first.startswith("nps: \u22125 on ")
    assert second == "nps: \u22127.5 on 2026-01-05"
    assert third.endswith("is newer and still counts: \u22125")
    assert invoke(["okr", "record", "nps", "-6", "--author", "Ana"]) == 0
    assert "(before: \u22125 on " in capsys.readouterr().out
    assert invoke(["okr", "record", "nps", "5", "--froce"]) == 2
    assert invoke(["okr", "record", "churn", "650"]) == 2
    assert "--force --reason" in capsys.readouterr().err


def test_record_says_who_is_how_sure(capsys: Told, folder: Path) -> None:
    apply_book(folder)
    capsys.readouterr()
    assert invoke(["okr", "record", "KR1", "--confidence", "7/10", "--author", "Ana"]) == 0
    assert capsys.readouterr().out == "kr1: Ana is sure to 70 %\n"


def apply_book(folder: Path) -> None:
    (folder / "okrs.yaml").write_text(
        "apiVersion: align-sync.dev/v1\nkind: OKRSet\nmetadata: {name: a}\nspec:\n  team: A\n  period: 2026-Q4\n"
        "  objectives:\n  - {id: O-1, title: x, keyResults: [{id: kr1, title: y, metric: {source: 'push:churn'}}]}\n",
        encoding="utf-8",
    )
    assert invoke(["okr", "apply", "okrs.yaml", "--yes"]) == 0


def test_the_token_of_a_push_comes_from_the_environment_or_standard_input_alone(
    capsys: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert invoke(["okr", "push", "churn", "6"]) == 4
    monkeypatch.setattr("sys.stdin", Screen("secret\nmore\n"))
    assert invoke(["okr", "push", "churn", "6"]) == 0
    monkeypatch.setenv("ALIGN_SYNC_PUSH_TOKEN", "secret")
    assert invoke(["okr", "push", "churn", "650"]) == 1
    assert invoke(["okr", "push", "churn", "6", "--token", "secret"]) == 2
    monkeypatch.setenv("ALIGN_SYNC_PUSH_TOKEN", "no-secret")
    assert invoke(["okr", "push", "churn", "6"]) == 4
    told = capsys.readouterr()
    assert "secret" not in told.out
    assert "no-secret" not in told.err
    assert "quarantined, it does not count: 650 is above 100" in told.err
    assert "PUSH_TOKEN: there is no such setting" not in told.err
    monkeypatch.delenv("ALIGN_SYNC_PUSH_TOKEN")
    monkeypatch.setattr("sys.stdin", Screen(is_terminal=True))
    monkeypatch.setattr("click.prompt", lambda *_, hide_input, **_named: "secret" if hide_input else "")
    assert invoke(["okr", "push", "churn", "6", "--as-of", "2026-01-05"]) == 0
    told = capsys.readouterr()
    assert "stale: its source says that it is of 2026-01-05" in told.err
    assert invoke(["okr", "readings", "churn", "--release", "2", "--reason", "a sale", "--as-of", "1d"]) == 2
    assert invoke(["okr", "readings", "churn", "--release", "2", "--reason", "a sale"]) == 0
    assert "churn: 650 % counts now" in capsys.readouterr().out


def test_a_new_token_is_told_once_and_its_hash_is_ready_to_paste(capsys: Told, folder: Path) -> None:
    assert invoke(["okr", "metrics", "token", "churn"]) == 0
    told = capsys.readouterr()
    token, line = told.out.strip(), told.err.splitlines()[-1]
    text = SETTINGS.format(sha256=line.partition('"')[2].rstrip('"'))
    (folder / "align-sync.toml").write_text(text, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ALIGN_SYNC_PUSH_TOKEN", token)
        assert invoke(["okr", "push", "churn", "6"]) == 0
    assert token not in (folder / "align-sync.db").read_bytes().decode("latin-1")


def test_backfill_tells_bad_rows_and_what_it_did(capsys: Told, folder: Path) -> None:
    file = folder / "old.csv"
    file.write_text("2026-01-01,7\n2026-01-02,many\n", encoding="utf-8")
    assert invoke(["okr", "backfill", "nps", "old.csv"]) == 2
    assert "old.csv:2: 'many' is no number" in capsys.readouterr().err
    assert invoke(["okr", "backfill", "nps", "old.csv", "--skip-bad", "--dry-run"]) == 0
    assert invoke(["okr", "backfill", "nps", "old.csv", "--skip-bad"]) == 0
    told = capsys.readouterr()
    assert told.out == "nps: 1 value would be added\nnps: 1 value added\n"
    assert "1 row left out:" in told.err
    file.write_text("2026-01-01,8\n2026-01-03,5\n", encoding="utf-8")
    assert invoke(["okr", "backfill", "nps", "old.csv"]) == 0
    assert invoke(["okr", "backfill", "nps", "old.csv"]) == 0
    assert capsys.readouterr().out == "nps: 1 value added, 1 restated\nnps: 0 values added, 2 known before\n"
    file.write_bytes(b"2026-01-01,\xff\n")
    for name, words in (("old.csv", "not UTF-8"), ("none.csv", "cannot be read"), (".", "cannot be read")):
        assert invoke(["okr", "backfill", "nps", name]) == 2
        assert words in capsys.readouterr().err
    file.write_bytes(b"2" * 5_000_001)
    assert invoke(["okr", "backfill", "nps", "old.csv"]) == 2
    assert "more than 5 MB" in capsys.readouterr().err


def test_readings_as_table_as_rows_and_as_json(capsys: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = "".join(f"2026-01-{day:02},{day}.5\n" for day in range(1, 23))
    Path("old.csv").write_text(rows, encoding="utf-8")
    assert invoke(["okr", "backfill", "churn", "old.csv", "--author", "Ana", "--reason", "the \x1b[31msheet"]) == 0
    capsys.readouterr()
    assert invoke(["okr", "readings", "churn"]) == 0
    heading, first, *rest = capsys.readouterr().out.splitlines()
    assert len(rest) == 21
    told = dict(zip(heading.split("\t"), first.split("\t"), strict=True))
    assert (told["metric"], told["as_of"], told["value"], told["unit"]) == ("churn", "2026-01-01T12:00:00Z", "1.5", "%")
    assert (told["status"], told["standing"], told["source"], told["author"]) == ("ok", "counts", "manual", "Ana")
    assert told["reason"] == "the \u241b[31msheet"
    assert invoke(["okr", "readings", "churn", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert (document["metric"], document["unit"], len(document["readings"])) == ("churn", "%", 22)
    assert document["readings"][0]["value"] == 1.5
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert invoke(["okr", "readings", "churn"]) == 0
    table = capsys.readouterr().out
    assert "churn: 22 readings, the newest 20 of them" in table
    assert "22.5 %" in table
    assert " 2.5 %" not in table
    assert invoke(["okr", "readings", "churn", "--all"]) == 0
    assert " 2.5 %" in capsys.readouterr().out
    assert invoke(["okr", "readings", "nps"]) == 0
    assert "nps: no reading yet" in capsys.readouterr().out
    assert invoke(["okr", "readings", "churn", "--as-of", "1d", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["readings"] == []


def test_the_register_as_table_as_rows_and_as_json(capsys: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    page = ["--evidence", "https://wiki.example.com/nps", "--reason", "looked", "--author", "Bo"]
    assert invoke(["okr", "metrics", "verify", "nps", *page, "--until", "2999-12-31"]) == 0
    assert invoke(["okr", "record", "nps", "40"]) == 0
    assert capsys.readouterr().out.splitlines()[0] == "nps: verified by Bo until 2999-12-31"
    assert invoke(["okr", "metrics"]) == 0
    heading, churn, nps = (line.split("\t") for line in capsys.readouterr().out.splitlines())
    assert dict(zip(heading, churn, strict=True)) == {
        **dict.fromkeys(heading, ""),
        "metric": "churn",
        "source": "push",
        "owner": "Ana",
        "refresh_seconds": "129600",
        "state": "declared",
        "unit": "%",
        "next": "let its system call align-sync okr push churn VALUE",
    }
    told = dict(zip(heading, nps, strict=True))
    assert (told["value"], told["state"], told["evidence"], told["next"]) == (
        "40", "verified-manual", "https://wiki.example.com/nps", "",
    )  # fmt: skip
    assert invoke(["okr", "metrics", "--json"]) == 0
    first, second = json.loads(capsys.readouterr().out)["metrics"]
    assert (first["refresh_seconds"], first["last"], first["verified"]) == (129600, None, None)
    assert second["verified"]["until"] == "2999-12-31"
    assert second["last"]["value"] == 40
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert invoke(["okr", "metrics"]) == 0
    table = capsys.readouterr().out
    assert "2 metrics" in table
    assert "36 h" in table


def test_check_fails_where_a_key_result_is_measured_by_what_nobody_verified(folder: Path, capsys: Told) -> None:
    assert invoke(["okr", "metrics", "--check"]) == 0
    apply_book(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FORCE_COLOR", "1")
        capsys.readouterr()
        assert invoke(["okr", "metrics"]) == 0
    # What to do stands below the table, where there is room for a command.
    assert "    let its system call align-sync okr push churn VALUE\n" in re.sub(
        r"\x1b\[[0-9;]*m", "", capsys.readouterr().out
    )
    assert invoke(["okr", "metrics", "--check"]) == 1
    page = ["--evidence", "https://wiki.example.com", "--reason", "looked", "--author", "Bo"]
    assert invoke(["okr", "metrics", "verify", "kr1", *page]) == 0
    assert invoke(["okr", "metrics", "--check"]) == 0
    assert "kr1" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("span", "said"), [("14d", "14 d"), ("36h", "36 h"), ("90m", "90 min"), ("90s", "90 s"), ("1d", "1 d")]
)
def test_spans_are_told_exactly(span: str, said: str) -> None:
    assert say_span(ManualMetric.model_validate({"name": "x", "kind": "manual", "refresh": span}).refresh) == said


def test_an_empty_register_and_sample_data_are_called_so() -> None:
    told = RegisterList(lines=(), at=datetime(2026, 11, 23, tzinfo=UTC), timezone="UTC", is_sample=True)
    table = render_register(told, as_json=False, screen=View(width=80, is_terminal=True))
    assert "SAMPLE DATA" in table
    assert "No metrics yet" in table
