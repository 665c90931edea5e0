"""When a digest stays silent and when its data is too old: what the settings say, as plain values."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestPolicy:
    """`preview_first` is for where an admin channel exists: without one the first digest is posted as any other.

    `quiet_points` are points of coverage, from 0 to 100.
    """

    fresh: timedelta = timedelta(hours=6)
    unusable: timedelta = timedelta(days=7)
    quiet_if_unchanged: bool = True
    quiet_points: float = 1
    remind_after_weeks: int = 4
    preview_first: bool = False
