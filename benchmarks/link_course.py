"""One size of store: who is measured on it, in which order, and in which surroundings."""

import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from benchmarks.contestants import ROOT
from benchmarks.link_agree import check_agreement
from benchmarks.link_book import MadeKeyResult, change_book, make_book, write_table, write_yaml
from benchmarks.link_items import RARE_LABELS, SPRINTS_A_BLOCK, count_sprints, team_of
from benchmarks.measured import Measure, measure

FIRST = "first link"
RELINK = "full re-link, changed book"
CHANGED = "1,000 changed items"
REPORT = "report of one team"
PROCESS = "the same, a whole process"
PANDAS = "pandas merge"

ANALYST = Path(__file__).with_name("link_pandas.py")


MAKERS = (
    "align_sync/store/schema.py", "align_sync/work.py",
    "benchmarks/link_book.py", "benchmarks/link_items.py", "benchmarks/link_store.py",
)  # fmt: skip
"""What a filled store follows from: one that was kept is filled anew where any of it has changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkRun:
    """One measured run on a store of `items`. `seconds` is the work itself, without the start of the process.

    `judged` is how many items were looked at, ancestors too.
    """

    name: str
    items: int
    measure: Measure
    seconds: float
    judged: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Plans:
    """How many different statements a report sends, and those that read a large table from end to end."""

    items: int
    statements: int
    scans: tuple[str, ...]


def make_pandas(folder: Path) -> Path:
    """A Python with pandas, in an environment of its own that is made once a folder."""
    python = folder / "pandas" / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(folder / "pandas")], check=True)
        install = [str(python), "-m", "pip", "install", "-q", "--disable-pip-version-check", "pandas", "orjson"]
        subprocess.run(install, check=True)
    return python


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkCourse:
    """`folder` needs room for four times the store: 1.6 GB of it for a million items."""

    folder: Path
    items: int
    pandas: Path

    def run_links(self) -> Iterator[LinkRun]:
        """Each once, in the order in which one makes the state for the next. Raises where ours and pandas disagree."""
        first = make_book()
        later = change_book(first, RARE_LABELS)
        self._copy_store()
        self._apply(first)
        yield self._link(FIRST)
        yield self._run_pandas()
        self._apply(later)
        yield self._link(RELINK)
        self._tell(["-m", "benchmarks.link_store", "change", str(self._store), str(self.items)])
        yield self._link(CHANGED)
        yield self._run_pandas()

    def run_reports(self) -> Iterator[LinkRun]:
        """From the store as it was left."""
        yield self._report()
        yield self._report_by_process()

    def check_plans(self) -> Plans:
        """Of the store as it was left."""
        told = self._tell(["-m", "benchmarks.link_plans", self._team])[1]
        return Plans(items=self.items, statements=int(told["statements"]), scans=tuple(told["scans"]))

    @property
    def _store(self) -> Path:
        return self.folder / f"measured-{self.items}.db"

    @property
    def _team(self) -> str:
        """One in the middle, with history."""
        return team_of(count_sprints(self.items) // SPRINTS_A_BLOCK // 2 * SPRINTS_A_BLOCK)

    def _copy_store(self) -> None:
        # Its sprints are current for a while only.
        filled = self.folder / f"filled-{self.items}-{time.strftime('%Y-%m-%d')}-{_name_makers()}.db"
        if not filled.exists():
            for old in self.folder.glob(f"filled-{self.items}-*"):
                old.unlink()
            begun = self.folder / "begun.db"
            begun.unlink(missing_ok=True)
            self._tell(["-m", "benchmarks.link_store", "fill", str(begun), str(self.items)])
            begun.rename(filled)
        shutil.copyfile(filled, self._store)

    def _apply(self, book: tuple[MadeKeyResult, ...]) -> None:
        file = self.folder / "okrs.yaml"
        year, month = time.strftime("%Y"), int(time.strftime("%m"))
        file.write_text(write_yaml(book, f"{year}-Q{(month + 2) // 3}"), encoding="utf-8")
        (self.folder / "key_results.csv").write_text(write_table(book), encoding="utf-8")
        self._tell(["-m", "benchmarks.link_ours", "apply", str(file)])

    def _link(self, name: str) -> LinkRun:
        measured, told = self._tell(["-m", "benchmarks.link_ours", "link"])
        if told["sources"] or told["was_full"] is not (name != CHANGED):
            raise RuntimeError(f"{name} did something else: {told}")
        return LinkRun(
            name=name, items=self.items, measure=measured, seconds=told["seconds"], judged=int(told["judged"])
        )

    def _run_pandas(self) -> LinkRun:
        out = self.folder / "pandas.db"
        out.unlink(missing_ok=True)
        command = [str(self.pandas), str(ANALYST), str(self._store), str(self.folder / "key_results.csv"), str(out)]
        measured = measure(command, folder=self.folder, environment=self._environment())
        check_agreement(self._store, out)
        told = orjson.loads(measured.output)
        return LinkRun(
            name=PANDAS, items=self.items, measure=measured, seconds=told["seconds"], judged=int(told["items"])
        )

    def _report(self) -> LinkRun:
        measured, told = self._tell(["-m", "benchmarks.link_report", self._team])
        return LinkRun(
            name=REPORT, items=self.items, measure=measured, seconds=told["seconds"], judged=int(told["judged"])
        )

    def _report_by_process(self) -> LinkRun:
        measured, _ = self._tell(["-m", "align_sync", "report", "-t", self._team, "-o", "json"])
        return LinkRun(name=PROCESS, items=self.items, measure=measured, seconds=measured.seconds)

    def _tell(self, arguments: list[str]) -> tuple[Measure, dict[str, Any]]:
        measured = measure([sys.executable, *arguments], folder=self.folder, environment=self._environment())
        told: dict[str, Any] = orjson.loads(measured.output or b"{}")
        return measured, told

    def _environment(self) -> Mapping[str, str]:
        """No source is set, so that nothing can be pulled."""
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            "PYTHONPATH": str(ROOT),
            "ALIGN_SYNC_DATABASE__URL": f"sqlite:///{self._store}",
        }


def _name_makers() -> str:
    return hashlib.blake2b(b"".join((ROOT / file).read_bytes() for file in MAKERS), digest_size=4).hexdigest()
