"""The pretended Jira of the benchmarks, seen from the process that measures: started, told what to do, asked, ended."""

import subprocess
import sys
from dataclasses import dataclass
from typing import Any, Self

import orjson

SIGN_IN = ("demo@example.com", "demo-token")
BOARD = 1
SPRINT = 1
PROJECT = "BULK"
"""All items are in it; those of the sprint and their epics, which our pull finds by itself."""


@dataclass(frozen=True, slots=True)
class Counts:
    """What the server answered; `fields` are those of the last bulk fetch."""

    requests: int
    sent_bytes: int
    fields: tuple[str, ...]


class JiraProcess:
    """Starts the server and waits until it answers; ends it on leaving."""

    def __init__(self, items: int) -> None:
        self._child = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.jira_server", str(items)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        self.url = str(self._read()["url"])

    def set_latency(self, milliseconds: int) -> None:
        self._tell(f"latency {milliseconds}")

    def take_counts(self) -> Counts:
        """What was answered since the last call."""
        told = self._tell("counts")
        return Counts(told["requests"], told["sent_bytes"], tuple(told["fields"]))

    def _tell(self, line: str) -> dict[str, Any]:
        if self._child.stdin is None:
            raise RuntimeError("the server has no standard input")
        self._child.stdin.write(line.encode() + b"\n")
        self._child.stdin.flush()
        return self._read()

    def _read(self) -> dict[str, Any]:
        line = self._child.stdout.readline() if self._child.stdout else b""
        if not line:
            raise RuntimeError("the server of the benchmark has ended")
        told: dict[str, Any] = orjson.loads(line)
        return told

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._child.communicate()
