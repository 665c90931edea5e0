"""Who is measured: by hand, the floor, and the command `align-sync sync` as people run it."""

import os
import sqlite3
import sys
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import orjson

from benchmarks.jira_process import SIGN_IN, Counts, JiraProcess
from benchmarks.measured import Measure, measure
from benchmarks.okr_book import write_book

ROOT = Path(__file__).resolve().parent.parent
DATABASE = "measured.db"


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One measured run, and what the server counted of it. `link_seconds` is the part of it that was linking."""

    name: str
    latency_ms: int
    items: int
    measure: Measure
    counts: Counts
    link_seconds: float = 0.0

    @property
    def pull_seconds(self) -> float:
        """Without linking, which the others do not do; with the start of the process."""
        return self.measure.seconds - self.link_seconds


BY_HAND = "by hand"
BY_HAND_BY_DEFAULT = "by hand, API 2"
FLOOR = "floor"
OURS = "align-sync"
AGAIN = "nothing changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """The server to run against, and the folder to work in."""

    jira: JiraProcess
    folder: Path
    items: int
    latency_ms: int

    def contestants(self, fields: tuple[str, ...]) -> Mapping[str, Callable[[], Run]]:
        """How each is run, by name; `fields` are those that the floor asks for."""
        return {
            BY_HAND: self.run_by_hand,
            BY_HAND_BY_DEFAULT: self.run_by_hand_by_default,
            FLOOR: lambda: self.run_floor(fields),
            OURS: self.run_ours,
            AGAIN: self.run_again,
        }

    def run_by_hand(self) -> Run:
        self._clear()
        return self._run(BY_HAND, ["-m", "benchmarks.by_hand", self.jira.url, DATABASE, "3"])

    def run_by_hand_by_default(self) -> Run:
        """With the API that the package takes where it is not told otherwise: texts come as text, and are smaller."""
        self._clear()
        return self._run(BY_HAND_BY_DEFAULT, ["-m", "benchmarks.by_hand", self.jira.url, DATABASE, "2"])

    def run_floor(self, fields: tuple[str, ...]) -> Run:
        """`fields` are those that our own run asked for."""
        self._clear()
        return self._run(FLOOR, ["-m", "benchmarks.floor", self.jira.url, DATABASE, ",".join(fields)])

    def run_ours(self) -> Run:
        """A full pull into a new database."""
        self._clear()
        return self._run(OURS, ["-m", "align_sync", "sync", "--json"])

    def run_again(self) -> Run:
        """The same once more, after nothing has changed."""
        return self._run(AGAIN, ["-m", "align_sync", "sync", "--json"])

    def _clear(self) -> None:
        for file in self.folder.glob(f"{DATABASE}*"):
            file.unlink()
        (self.folder / "okrs.yaml").write_text(write_book(), encoding="utf-8")

    def _run(self, name: str, arguments: list[str]) -> Run:
        self.jira.set_latency(self.latency_ms)
        self.jira.take_counts()
        measured = measure([sys.executable, *arguments], folder=self.folder, environment=self._environment())
        counts = self.jira.take_counts()
        items, link_seconds = _read_outcome(self.folder / DATABASE, measured)
        if items < self.items:
            raise RuntimeError(f"{name} stored {items} items of {self.items}")
        return Run(
            name=name,
            latency_ms=self.latency_ms,
            items=items,
            measure=measured,
            counts=counts,
            link_seconds=link_seconds,
        )

    def _environment(self) -> dict[str, str]:
        email, token = SIGN_IN
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            "PYTHONPATH": str(ROOT),
            "ALIGN_SYNC_JIRA__URL": self.jira.url,
            "ALIGN_SYNC_JIRA__EMAIL": email,
            "ALIGN_SYNC_JIRA__TOKEN": token,
            "ALIGN_SYNC_DATABASE__URL": f"sqlite:///{self.folder / DATABASE}",
            "ALIGN_SYNC_OKRS": orjson.dumps([str(self.folder / "okrs.yaml")]).decode(),
        }


def _read_outcome(database: Path, measured: Measure) -> tuple[int, float]:
    """How many items are stored, and how long linking took, by the stamps that ours leaves."""
    with closing(sqlite3.connect(database)) as connection:
        (items,) = connection.execute("SELECT count(*) FROM item").fetchone()
        if not measured.output.startswith(b"{"):
            return int(items), 0.0
        if not orjson.loads(measured.output)["linked"]["full"]:
            return int(items), 0.0
        pulled, linked = connection.execute(
            "SELECT (SELECT max(finished_at) FROM sweep), (SELECT linked_at FROM link_state)"
        ).fetchone()
    return int(items), (datetime.fromisoformat(linked) - datetime.fromisoformat(pulled)).total_seconds()
