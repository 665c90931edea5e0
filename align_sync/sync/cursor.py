"""Where the next pull begins, and when it looks farther back or reads everything again.

The cursor is an instant of the source's own clock. It never passes the start of the run that it covers: what changes
while we read belongs to the next run. The overlap is subtracted when it is used, not when it is stored, so that a
changed setting holds at once.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class SweepKind(StrEnum):
    FULL = "full"
    INCREMENTAL = "incremental"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rhythm:
    """How far back to look again, and how often. The wide look heals what a search index shows late."""

    overlap: timedelta
    wide_overlap: timedelta
    wide_every: timedelta
    full_every: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far earlier runs came; all None before the first complete one."""

    cursor_at: datetime | None = None
    wide_at: datetime | None = None
    full_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """What this run reads: everything, or what changed since an instant."""

    kind: SweepKind
    since: datetime | None
    is_wide: bool


def plan_window(progress: Progress, rhythm: Rhythm, *, now: datetime, force_full: bool = False) -> Window:
    """Everything at first and every `full_every`; else since the cursor, less the overlap that is due."""
    never = progress.cursor_at is None or progress.full_at is None
    if force_full or never or now - (progress.full_at or now) >= rhythm.full_every:
        return Window(kind=SweepKind.FULL, since=None, is_wide=True)
    is_wide = progress.wide_at is None or now - progress.wide_at >= rhythm.wide_every
    overlap = rhythm.wide_overlap if is_wide else rhythm.overlap
    return Window(kind=SweepKind.INCREMENTAL, since=(progress.cursor_at or now) - overlap, is_wide=is_wide)


def next_cursor(*, started_at: datetime, server_at: datetime | None, previous: datetime | None) -> datetime:
    """The start of the run by whichever clock is behind; earlier than it was only where our clock was set back."""
    cursor = min(started_at, server_at) if server_at is not None else started_at
    return max(cursor, min(previous, started_at)) if previous is not None else cursor
