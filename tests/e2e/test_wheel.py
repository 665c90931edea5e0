"""What is installed works without the checkout: the wheel holds all that the program reads at run time."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def names(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=ROOT, check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def test_the_migrations_are_inside(names: set[str]) -> None:
    versions = {path.name for path in (ROOT / "migrations" / "versions").glob("*.py")}
    assert {f"align_sync/_migrations/versions/{name}" for name in versions} <= names
    assert "align_sync/_migrations/env.py" in names


def test_every_file_of_the_package_that_is_no_code_is_inside(names: set[str]) -> None:
    files = {
        str(path.relative_to(ROOT))
        for path in (ROOT / "align_sync").rglob("*")
        if path.is_file() and path.suffix in {".graphql", ".html", ".css", ".typed"}
    }
    assert files
    assert files <= names


def test_the_example_book_is_inside(names: set[str]) -> None:
    books = {path.name for path in (ROOT / "config" / "okrs").glob("*.yaml")}
    assert {f"align_sync/_examples/okrs/{name}" for name in books} <= names


def test_tests_and_secrets_are_not(names: set[str]) -> None:
    assert not {name for name in names if name.startswith(("tests/", "benchmarks/")) or name.endswith((".env", ".db"))}
