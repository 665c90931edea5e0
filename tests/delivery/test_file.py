"""Digests in a folder: whole or not at all, for their owner alone, and never outside of it."""

import os
from pathlib import Path

import pytest

from align_sync.delivery.base import Channel
from align_sync.sending.outcome import Delivered, Refused
from tests.delivery.channel_world import Failpoints, make_entry, make_seams, open_kind
from tests.delivery.test_channel_contract import LASTING, MAYBE, NO, class_of

NAME = "payments-2026-W48.md"


def channel_in(folder: Path, failpoints: Failpoints | None = None) -> Channel:
    return open_kind({"kind": "file", "folder": str(folder)}, make_seams(failpoint=failpoints or Failpoints()))


def test_a_file_is_whole_for_its_owner_alone_and_the_same_when_written_twice(tmp_path: Path) -> None:
    failpoints = Failpoints()
    channel = channel_in(tmp_path / "new" / "digests", failpoints)
    assert channel.find(make_entry()) == ()
    assert channel.send(make_entry()) == channel.send(make_entry()) == Delivered(NAME)
    folder = tmp_path / "new" / "digests"
    assert [path.name for path in folder.iterdir()] == [NAME]
    assert (folder / NAME).read_text() == "Coverage 71 %"
    assert (folder / NAME).stat().st_mode & 0o777 == 0o600
    assert folder.stat().st_mode & 0o077 == 0
    assert failpoints.passed == ["request.before", "request.after"] * 2
    assert channel.find(make_entry()) == (NAME,)
    assert channel.find(make_entry({"text": "another"})) == ()
    assert channel.delete(make_entry(), NAME) == channel.delete(make_entry(), NAME) == Delivered(NAME)
    assert list(folder.iterdir()) == []
    channel.close()


@pytest.mark.parametrize("name", ["../x", "/etc/x", ".x", "", "a/b", "a\\b", "a\nb", "a\0b", "x" * 300, "-rf"])
def test_a_name_that_leads_elsewhere_is_refused(tmp_path: Path, name: str) -> None:
    channel = channel_in(tmp_path / "in")
    assert class_of(channel.send(make_entry({"name": name}))) == LASTING
    assert class_of(channel.delete(make_entry(), name)) == LASTING
    assert channel.find(make_entry({"name": name})) == ()
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_fails_is_a_no_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_number: int) -> None:
        raise OSError(28, "No space left on device")

    channel = channel_in(tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", fail)
        outcome = channel.send(make_entry())
    assert class_of(outcome) == NO
    assert "No space left" in str(outcome)
    assert list(tmp_path.iterdir()) == []
    (tmp_path / NAME).mkdir()
    assert isinstance(channel.send(make_entry()), Refused)
    assert isinstance(channel.delete(make_entry(), NAME), Refused)
    assert [path.name for path in tmp_path.iterdir()] == [NAME]


def test_a_folder_that_does_not_reach_the_disk_is_unclear(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[int] = []

    def fail_late(number: int) -> None:
        synced.append(number)
        if len(synced) > 1:
            raise OSError(5, "Input/output error")

    channel = channel_in(tmp_path)
    monkeypatch.setattr(os, "fsync", fail_late)
    assert class_of(channel.send(make_entry())) == MAYBE
    assert channel.find(make_entry()) == (NAME,)


def test_a_folder_is_checked_without_writing(tmp_path: Path) -> None:
    (check,) = channel_in(tmp_path / "a" / "b").check()
    assert check.is_fine
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "file").write_text("x")
    (check,) = channel_in(tmp_path / "file" / "b").check()
    assert check.is_fine is False
