"""What `doctor` found out, as values: one check, one line."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from align_sync.errors import AlignSyncError


class Level(StrEnum):
    """`WARN` works, but not as it should; `FAIL` does not work."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """`says` is what was found, `why` why that matters, `advice` the command or the setting that mends it."""

    room: str
    name: str
    level: Level
    says: str
    why: str = ""
    advice: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NextFires:
    """When a schedule fires next; `zone` is the one that its times are told in beside UTC."""

    schedule: str
    zone: str
    at: tuple[datetime, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    checks: tuple[Check, ...]
    schedules: tuple[NextFires, ...] = ()

    @property
    def worst(self) -> Level:
        levels = {check.level for check in self.checks}
        return next((level for level in (Level.FAIL, Level.WARN) if level in levels), Level.OK)

    def count(self, level: Level) -> int:
        return sum(check.level is level for check in self.checks)


@dataclass(frozen=True, slots=True)
class Room:
    """Makes the checks of one part, so that none forgets which part it is of."""

    name: str

    def fine(self, name: str, says: str) -> Check:
        return Check(room=self.name, name=name, level=Level.OK, says=says)

    def doubt(self, name: str, says: str, *, why: str, advice: str) -> Check:
        return Check(room=self.name, name=name, level=Level.WARN, says=says, why=why, advice=advice)

    def fault(self, name: str, says: str, *, why: str, advice: str) -> Check:
        return Check(room=self.name, name=name, level=Level.FAIL, says=says, why=why, advice=advice)

    def error(self, name: str, error: AlignSyncError, *, why: str, advice: str = "") -> Check:
        """What an error said; its own advice before the one that is given."""
        place = f"{error.problem.where}: " if error.problem.where else ""
        return self.fault(name, f"{place}{error.problem.message}", why=why, advice=error.problem.advice or advice)


def say_list(names: Iterable[object]) -> str:
    return ", ".join(map(str, names))
