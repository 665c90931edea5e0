"""`okr tree` and `okr show` as people meet them: formats, files, an earlier day, and what is wrong said in words."""

import json
from pathlib import Path

import pytest

from align_sync.cli.main import invoke

BOOK = """
apiVersion: align-sync.dev/v1
kind: OKRSet
metadata: {name: a}
spec:
  team: A
  period: 2026-Q4
  objectives:
  - id: O-1
    title: Calm
    keyResults:
    - {id: kr1, title: "Calls fall from 9 to 3", metric: {direction: decrease, baseline: 9, target: 3}}
"""
Told = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sqlite_url: str) -> Path:
    (tmp_path / "okrs.yaml").write_text(BOOK, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ALIGN_SYNC_DATABASE__URL", sqlite_url)
    return tmp_path


def apply_and_measure(capsys: Told) -> None:
    assert invoke(["okr", "apply", "okrs.yaml", "--yes"]) == 0
    assert invoke(["okr", "record", "kr1", "6", "--author", "Ana"]) == 0
    capsys.readouterr()


@pytest.mark.parametrize("words", [["tree"], ["show", "KR1"]])
def test_each_is_shown_in_every_format(capsys: Told, folder: Path, words: list[str]) -> None:
    apply_and_measure(capsys)
    assert invoke(["okr", *words]) == 0
    assert "50 %" in capsys.readouterr().out
    assert invoke(["okr", *words, "--json"]) == 0
    text = capsys.readouterr().out
    assert '"progress": 0.5' in text
    assert json.loads(text)["schema_version"] == "1.0"
    assert invoke(["okr", *words, "-o", "html", "--out", "page.html"]) == 0
    assert "Calls fall from 9 to 3" in (folder / "page.html").read_text(encoding="utf-8")


def test_of_files_alone_the_tree_has_no_progress(capsys: Told) -> None:
    assert invoke(["okr", "tree", "okrs.yaml"]) == 0
    out = capsys.readouterr().out
    assert "kr1" in out
    assert "unknown" not in out


REFUSED: tuple[tuple[list[str], str], ...] = (
    (["tree"], "no OKR book has been applied yet"),
    (["show", "kr1"], "no OKR book has been applied yet"),
    (["tree", "okrs.yaml", "--as-of", "7d"], "files have no past"),
    (["tree", "broken.yaml"], "broken.yaml:"),
    (["tree", "--as-of", "sometime"], "--as-of"),
    (["show", "kr1", "--as-of", "sometime"], "--as-of"),
)


@pytest.mark.parametrize(("words", "said"), REFUSED, ids=[" ".join(row[0]) for row in REFUSED])
def test_what_cannot_be_shown_is_said(capsys: Told, folder: Path, words: list[str], said: str) -> None:
    (folder / "broken.yaml").write_text("kind: Other\n", encoding="utf-8")
    assert invoke(["okr", *words]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert said in told.err


def test_a_key_that_is_none_and_a_day_before_the_book(capsys: Told) -> None:
    apply_and_measure(capsys)
    assert invoke(["okr", "show", "kr2"]) == 2
    assert "did you mean kr1?" in capsys.readouterr().err
    assert invoke(["okr", "show", "kr1", "--as-of", "30d"]) == 2
    assert "no OKR book has been applied yet" in capsys.readouterr().err
