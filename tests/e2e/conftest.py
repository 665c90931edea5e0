"""The sample company, told once and copied for each test that looks into it or decides something about it."""

import shutil
from pathlib import Path

import pytest

from tests.e2e.command_line import CommandLine


@pytest.fixture(scope="session")
def told_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a sample run leaves behind: a database that was pulled, linked and decided about, and its settings."""
    folder = tmp_path_factory.mktemp("sample")
    ended = CommandLine(folder).run("run", "--sample-if-unconfigured")
    assert ended.code == 0, ended.err
    (folder / "said.txt").write_text(ended.out, encoding="utf-8")
    return folder / "out"


@pytest.fixture
def sample(told_once: Path, tmp_path: Path) -> CommandLine:
    """A command line over a copy of it."""
    shutil.copytree(told_once, tmp_path / "out")
    variables = {
        "ALIGN_SYNC_DATABASE__URL": f"sqlite:///{tmp_path / 'out' / 'sample.db'}",
        "ALIGN_SYNC_CONFIG": str(tmp_path / "out" / "sample.toml"),
    }
    return CommandLine(tmp_path, variables)
