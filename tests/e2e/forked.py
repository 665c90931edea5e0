"""Processes of the command line without the second that Python needs to import everything: forks of one that has it.

Each command is a process of its own, with a folder, an environment and standard streams of its own; only the modules
are loaded already. What a start from nothing costs and loads is tested elsewhere.
"""

import json
import os
import select
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
LONGEST_SECONDS = 120
LATE = ("jira", "holidays", "alembic.command", "align_sync.trackers.linear.client", "align_sync.trackers.jira.client")
"""What commands load only when they need it."""


class Forker:
    """The process that has everything; it is asked by lines of JSON, and forks for each."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.e2e.forked"],
            cwd=ROOT,
            env={"PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "error", "PATH": "/usr/bin:/bin"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def run(self, arguments: tuple[str, ...], folder: Path, variables: Mapping[str, str]) -> tuple[int, str, str]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with tempfile.TemporaryDirectory() as place:
            out, err = Path(place) / "out", Path(place) / "err"
            wish = {
                "arguments": arguments,
                "folder": str(folder),
                "variables": dict(variables),
                "out": str(out),
                "err": str(err),
            }
            self._process.stdin.write(json.dumps(wish) + "\n")
            self._process.stdin.flush()
            answered, _, _ = select.select([self._process.stdout], [], [], LONGEST_SECONDS)
            assert answered, f"{arguments} did not end within {LONGEST_SECONDS} seconds"
            code = int(self._process.stdout.readline())
            return code, out.read_text(encoding="utf-8"), err.read_text(encoding="utf-8")


@cache
def forker() -> Forker:
    return Forker()


def serve() -> int:
    """Fork for each line that comes; the end of the input is the end."""
    main = import_module("align_sync.cli.main")
    lazy = import_module("align_sync.cli.lazy")
    for name in main.COMMANDS:
        for command in _list_below(main.load_command(name), lazy):
            assert command
    for name in LATE:
        import_module(name)
    for line in sys.stdin:
        child = os.fork()
        if not child:
            return _become(json.loads(line), main)
        _, status = os.waitpid(child, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()
    return 0


def _list_below(command: Any, lazy: Any) -> Iterator[Any]:
    if isinstance(command, lazy.LazyGroup):
        yield from (lazy.load_from(command.table, name) for name in command.table)
    yield command


def _become(wish: dict[str, Any], main: Any) -> int:
    os.chdir(wish["folder"])
    os.environ.clear()
    os.environ.update(wish["variables"])
    with _streams(wish["out"], wish["err"]):
        try:
            main.run_command_line(wish["arguments"])
        except SystemExit as end:
            return end.code if isinstance(end.code, int) else 0
    return 0


@contextmanager
def _streams(out: str, err: str) -> Iterator[None]:
    for number, path in ((0, os.devnull), (1, out), (2, err)):
        opened = os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600) if number else os.open(path, os.O_RDONLY)
        os.dup2(opened, number)
        os.close(opened)
    sys.stdin = os.fdopen(0, encoding="utf-8", closefd=False)
    sys.stdout = os.fdopen(1, "w", encoding="utf-8", closefd=False)
    sys.stderr = os.fdopen(2, "w", encoding="utf-8", closefd=False)
    try:
        yield
    finally:
        sys.stdout.flush()
        sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(serve())
