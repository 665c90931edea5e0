"""One digest behind all channels: built once, kept for ever, rendered by pure functions that compute nothing.

It names work, key results and teams, never people. Shares are from 0 to 1, instants are UTC.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from align_sync.reports.model import Lens


class DigestKind(StrEnum):
    TEAM = "team"
    LEADERSHIP = "leadership"


class DigestState(StrEnum):
    """Decided when it is built. `PREVIEW` is the first one of a team, for the administrators alone.

    `QUIET` is not posted; `UNCHANGED` is the one line that breaks the silence every fourth week; `CLEAN` is one line of
    praise; `PARTIAL` carries a banner and no names; `WITHHELD` goes to the administrators, as a notice.
    """

    NEWS = "news"
    PREVIEW = "preview"
    CLEAN = "clean"
    QUIET = "quiet"
    UNCHANGED = "unchanged"
    PARTIAL = "partial"
    WITHHELD = "withheld"


class ChangeSort(StrEnum):
    """What happened to an item since the digest before."""

    NOW_UNLINKED = "now_unlinked"
    NOW_LINKED = "now_linked"
    SET_ASIDE = "set_aside"
    MOVED = "moved"
    CAME = "came"
    WENT = "went"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeNote:
    """One changed item; `serves` are key results."""

    sort: ChangeSort
    key: str
    title: str
    team: str
    address: str = ""
    serves: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Fix:
    """One thing that can be done about an item: a command to paste. `key_result` where it names one."""

    command: str
    key_result: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemNote:
    """One unlinked item. `wrong_name` is what it carries that names no key result, `right_key` what it may mean."""

    key: str
    title: str
    team: str
    points: float | None
    address: str = ""
    because: str = ""
    wrong_name: str = ""
    right_key: str = ""
    fixes: tuple[Fix, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamNote:
    """One team's line; teams stand in alphabetical order, never by their figures."""

    team: str
    coverage: float | None
    coverage_before: float | None
    unlinked: int
    unlinked_before: int | None
    withheld: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyResultNote:
    """A key result with no work (`health` empty) or in danger; `progress` is a share, None where unknown."""

    key: str
    title: str
    team: str
    health: str = ""
    progress: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekPoint:
    """One point of the trend; None where nothing is known, which is not zero."""

    label: str
    coverage: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceNote:
    """How old the data of a source is. `state` is a value of `reports.model.SourceState`."""

    source: str
    state: str
    complete_at: datetime | None
    failure: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """What a digest says. `team` is empty for leadership; `week` is the ISO week in the zone, as 2026-W48.

    `items` are those in scope, by which the next digest sees that some went missing; 0 where it is not known.
    `unlinked_hash` stands for the set of unlinked items, so that the next digest sees whether it is the same.
    `quiet_weeks` counts how many weeks before this one nothing was posted. `commands` are (command, what it shows).
    """

    kind: DigestKind
    team: str
    week: str
    timezone: str
    made_at: datetime
    data_as_of: datetime | None
    state: DigestState
    goal: float
    warn: float
    lens: Lens
    coverage: float | None
    unlinked: int
    unlinked_hash: str
    items: int = 0
    coverage_before: float | None = None
    unlinked_before: int | None = None
    before_week: str = ""
    withheld: str = ""
    reason: str = ""
    quiet_weeks: int = 0
    largest: tuple[ItemNote, ...] = ()
    unlinked_items: tuple[ItemNote, ...] = ()
    dead_links: tuple[ItemNote, ...] = ()
    idle: tuple[KeyResultNote, ...] = ()
    in_danger: tuple[KeyResultNote, ...] = ()
    changes: tuple[ChangeNote, ...] = ()
    expiring: tuple[ItemNote, ...] = ()
    teams: tuple[TeamNote, ...] = ()
    trend: tuple[WeekPoint, ...] = ()
    sources: tuple[SourceNote, ...] = ()
    closed_channels: tuple[str, ...] = ()
    is_sample: bool = False
    snapshot: str = ""
