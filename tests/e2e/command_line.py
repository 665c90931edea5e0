"""The command line as people run it: real processes in a folder of their own, with an environment of their own."""

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from tests.e2e.forked import forker

ROOT = Path(__file__).resolve().parents[2]
LAST_LINE = "With ALIGN_SYNC_DATABASE__URL"


@dataclass(frozen=True, slots=True)
class Ended:
    code: int
    out: str
    err: str


@dataclass(slots=True)
class RunningSandbox:
    """`said` is what it printed until it was ready, `variables` are its export lines."""

    process: subprocess.Popen[str]
    said: str

    @property
    def variables(self) -> dict[str, str]:
        found = re.findall(r"^export (ALIGN_SYNC_\w+)=(.+)$", self.said, re.MULTILINE)
        return {name: shlex.split(value)[0] for name, value in found}

    def url_of(self, name: str) -> str:
        found = re.search(rf"^{name} +(http://127\.0\.0\.1:\d+)", self.said, re.MULTILINE)
        assert found, self.said
        return found[1]


@dataclass(slots=True)
class CommandLine:
    """`variables` are all that a process has beside what Python needs."""

    folder: Path
    variables: dict[str, str] = field(default_factory=dict)

    def run(self, *arguments: str, variables: Mapping[str, str] | None = None) -> Ended:
        return Ended(*forker().run(arguments, self.folder, self._environment(variables)))

    def run_json(self, *arguments: str, variables: Mapping[str, str] | None = None) -> dict[str, Any]:
        """The decoded standard output of a command that ends well."""
        ended = self.run(*arguments, variables=variables)
        assert ended.code == 0, ended.err
        told: dict[str, Any] = orjson.loads(ended.out)
        return told

    @contextmanager
    def sandbox(self, *arguments: str) -> Iterator[RunningSandbox]:
        """On free ports unless told; ended at the end, whatever happened."""
        ports = ("--jira-port=0", "--linear-port=0", "--slack-port=0")
        process = subprocess.Popen(
            [sys.executable, "-m", "align_sync", "sandbox", *ports, *arguments],
            cwd=self.folder,
            env=self._environment(None),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        with process:
            try:
                yield RunningSandbox(process, _read_until_ready(process))
            finally:
                process.terminate()

    def _environment(self, variables: Mapping[str, str] | None) -> dict[str, str]:
        folder = str(self.folder)
        return {
            "PYTHONPATH": str(ROOT),
            "PYTHONWARNINGS": "error",
            "PATH": "/usr/bin:/bin",
            "HOME": folder,
            "XDG_CONFIG_HOME": folder,
            "ALIGN_SYNC_SECRETS_DIR": str(self.folder / "none"),
            **self.variables,
            **(variables or {}),
        }


def _read_until_ready(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    lines = []
    for line in process.stdout:
        lines.append(line)
        if line.startswith(LAST_LINE):
            break
    return "".join(lines)
