"""What align-sync runs on: versions with known traps, and the zone data."""

import platform
import sqlite3
import zoneinfo
from collections.abc import Iterator
from datetime import date
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from align_sync.flows.diagnose.model import Check, Room
from align_sync.settings import Settings
from align_sync.store.engine import WAL_SAFE_FROM, choose_journal_mode

ROOM = Room("machine")
ZONES_OLD_AFTER_YEARS = 2


def check_machine(settings: Settings, today: date) -> Iterator[Check]:
    yield ROOM.fine("python", f"Python {platform.python_version()}, {platform.system()} {platform.machine()}")
    yield _check_sqlite(settings, sqlite3.sqlite_version_info[:3])
    yield check_zones(read_zone_version(), today)


def _check_sqlite(settings: Settings, found: tuple[int, int, int]) -> Check:
    """https://sqlite.org/wal.html#walresetbug."""
    told = ".".join(map(str, found))
    mode = choose_journal_mode(settings.database.journal_mode, found)
    if found < WAL_SAFE_FROM and mode == "wal":
        safe = ".".join(map(str, WAL_SAFE_FROM))
        return ROOM.fault(
            "sqlite",
            f"SQLite {told} with write-ahead logging",
            why=f"before {safe} two processes that write can damage the file",
            advice='set database.journal_mode = "auto", which is safe with every version',
        )
    note = ", which keeps to the rollback journal" if found < WAL_SAFE_FROM else ""
    return ROOM.fine("sqlite", f"SQLite {told}{note}")


def read_zone_version() -> str:
    """Of the zone data that is in force: that of the system comes before the package. Empty where nothing tells."""
    for folder in map(Path, zoneinfo.TZPATH):
        told = folder / "tzdata.zi"
        if told.is_file():
            with told.open(encoding="utf-8") as lines:
                return lines.readline().removeprefix("# version").strip()
        if (folder / "+VERSION").is_file():
            return (folder / "+VERSION").read_text(encoding="utf-8").strip()
        if (folder / "UTC").is_file():
            return ""
    try:
        return version("tzdata")
    except PackageNotFoundError:
        return ""


def check_zones(found: str, today: date) -> Check:
    why = "schedules go by the wall clock, and countries change their rules"
    advice = "install the operating system's updates of tzdata, or: pip install -U tzdata"
    year = found[:4]
    if not year.isdigit():
        return ROOM.fine("zones", "zone data of the system, which does not tell its version")
    if int(year) < today.year - ZONES_OLD_AFTER_YEARS:
        return ROOM.doubt("zones", f"the zone data is of {found}", why=why, advice=advice)
    return ROOM.fine("zones", f"zone data {found}")
