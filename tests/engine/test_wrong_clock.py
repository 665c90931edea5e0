"""A clock that is wrong by as much as a file says, for the processes of a chaos run."""

import os
from datetime import timedelta
from pathlib import Path

import pytest

from align_sync.app import choose_clock, open_app, read_clock
from align_sync.settings import Settings


def test_the_clock_of_a_process_is_wrong_by_what_the_file_says_now(tmp_path: Path) -> None:
    file = tmp_path / "offset"
    now = choose_clock({"ALIGN_SYNC_CLOCK_OFFSET_FILE": str(file)})
    for seconds in ("-90", "90.5", "0"):
        file.write_text(seconds)
        wrong_by = now() - read_clock()
        assert abs(wrong_by - timedelta(seconds=float(seconds))) < timedelta(seconds=5)
    assert choose_clock({}) is read_clock


def test_an_app_goes_by_it(sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "offset"
    file.write_text("-3600")
    monkeypatch.setitem(os.environ, "ALIGN_SYNC_CLOCK_OFFSET_FILE", str(file))
    with open_app(Settings.model_validate({"database": {"url": sqlite_url}})) as app:
        assert timedelta(minutes=55) < read_clock() - app.now() < timedelta(minutes=65)
