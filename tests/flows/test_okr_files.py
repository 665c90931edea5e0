"""The OKR files on disk: found in order, refused by size before they are read, and no fault hides another."""

import tracemalloc
from pathlib import Path

import pytest

from align_sync.errors import UserError
from align_sync.okr.yaml_documents import LARGEST_FILE
from align_sync.okr_files import find_texts, read_texts


def test_folders_are_read_in_the_order_of_names_and_each_file_once(tmp_path: Path) -> None:
    for name in ("b.yml", "deep/c.yaml", "a.yaml", "notes.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(f"# {name}\n", encoding="utf-8")

    texts = read_texts([tmp_path / "b.yml", tmp_path])

    assert [Path(name).name for name, _ in texts] == ["b.yml", "a.yaml", "c.yaml"]
    assert texts[0][1] == "# b.yml\n"


def test_a_byte_order_mark_is_no_text(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_bytes(b"\xef\xbb\xbfa: b\r\n")

    assert read_texts([tmp_path]) == [(str(tmp_path / "a.yaml"), "a: b\r\n")]


def test_a_file_of_100_mb_is_refused_before_it_is_read(tmp_path: Path) -> None:
    huge = tmp_path / "huge.yaml"
    with huge.open("wb") as opened:
        opened.truncate(100_000_000)
    tracemalloc.start()

    texts, problems = find_texts([huge])

    assert tracemalloc.get_traced_memory()[1] < 3 * LARGEST_FILE
    tracemalloc.stop()
    assert texts == []
    assert [str(one) for one in problems] == [f"{huge}:1:1: the file is larger than 1 MB; split it into several files"]


@pytest.mark.parametrize(("size", "is_read"), [(LARGEST_FILE, True), (LARGEST_FILE + 1, False)])
def test_the_size_counts_without_the_byte_order_mark(tmp_path: Path, size: int, is_read: bool) -> None:
    (tmp_path / "a.yaml").write_bytes(b"\xef\xbb\xbf" + b"#" * size)

    texts, problems = find_texts([tmp_path])

    assert (len(texts), len(problems)) == ((1, 0) if is_read else (0, 1))


def test_what_cannot_be_read_hides_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "good.yaml").write_text("a: b\n", encoding="utf-8")
    (tmp_path / "latin.yaml").write_bytes("a: b\ntitle: più\n".encode("latin-1"))
    (tmp_path / "gone.yaml").symlink_to(tmp_path / "gone.yaml")

    texts, problems = find_texts([tmp_path / "nowhere", tmp_path, tmp_path / "good.yaml"])

    assert [Path(name).name for name, _ in texts] == ["good.yaml"]
    assert [(Path(one.where).name, one.message) for one in problems] == [
        ("nowhere", "no such file or folder"),
        ("latin.yaml", "the file cannot be read: it is not UTF-8 text; the first such sign stands in line 2"),
    ]
    with pytest.raises(UserError, match="the OKR files cannot be read") as refused:
        read_texts([tmp_path, tmp_path / "nowhere"])
    assert len(refused.value.problems) == 2


def test_a_folder_without_any_file_is_told(tmp_path: Path) -> None:
    texts, (problem,) = find_texts([tmp_path])

    assert (texts, problem.message) == ([], "no YAML file was found")


def test_a_file_that_may_not_be_opened_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.yaml").write_text("a: b\n", encoding="utf-8")

    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)

    assert [one.message for one in find_texts([tmp_path])[1]] == ["the file cannot be read: Permission denied"]
