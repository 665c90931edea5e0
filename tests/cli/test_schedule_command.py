"""`align-sync schedule next`: what it prints for people and for scripts."""

import json
import os
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from align_sync.cli.main import invoke

SETTINGS = """
timezone = "Europe/Rome"
teams = [{name = "Search", timezone = "America/New_York"}]
[channels.pay]
kind = "file"
folder = "out"
teams = ["*"]
leadership = true
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in list(os.environ):
        if name.startswith("ALIGN_SYNC_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "align-sync.toml").write_text(SETTINGS, encoding="utf-8")
    return tmp_path


def test_the_next_times_are_told_on_the_clock_of_the_team_and_in_utc(capsys: pytest.CaptureFixture[str]) -> None:
    assert invoke(["schedule", "next", "--count", "2", "-f", "json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [one["id"] for one in told] == ["snapshot:Search", "digest:Search", "digest-leadership", "prune"]
    digest = told[1]
    first, second = (datetime.fromisoformat(fire["at"]) for fire in digest["fires"])
    # Between them lies a week on the wall clock, which in spring and autumn has an hour less or more.
    assert abs(second - first - timedelta(days=7)) <= timedelta(hours=1)
    for fire in digest["fires"]:
        local = datetime.fromisoformat(fire["local"])
        assert (local.strftime("%a %H:%M"), local) == ("Mon 09:00", datetime.fromisoformat(fire["at"]))
        assert local.utcoffset() == local.astimezone(ZoneInfo("America/New_York")).utcoffset()
    assert (digest["cron"], digest["zone"], digest["every_seconds"]) == ("0 9 * * mon", "America/New_York", None)


def test_a_table_has_a_line_for_each_time(capsys: pytest.CaptureFixture[str]) -> None:
    assert invoke(["schedule", "next", "--count", "1"]) == 0
    rows = [line.split("\t") for line in capsys.readouterr().out.splitlines()]
    assert [row[0] for row in rows] == ["snapshot:Search", "digest:Search", "digest-leadership", "prune"]
    assert rows[1][1].startswith("Mon ")
    assert rows[1][1].endswith((", 09:00 EST", ", 09:00 EDT"))
    assert rows[1][2].endswith(("T13:00:00Z", "T14:00:00Z"))
    # A day after the digests, on the clock of the organisation; an hour off where the clocks change in between.
    assert rows[2][1].startswith("Tue ")


def test_where_nothing_is_planned_it_says_so(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "align-sync.toml").write_text("[schedule]\nprune = ''\n", encoding="utf-8")
    assert invoke(["schedule", "next"]) == 0
    told = capsys.readouterr()
    assert (told.out, told.err.startswith("nothing is done by the clock")) == ("", True)
