"""Days and instants as people type them: `2026-10-01`, `2026-10-01T09:30`, or `7d` for a week ago."""

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from align_sync.errors import UserError

_AGO = re.compile(r"(\d{1,4})([dhw])")
EARLIEST, LATEST = 1970, 9000
"""Years outside of these are a slip of the hand, and no calculation with them ends well."""

_UNITS = {"h": "hours", "d": "days", "w": "weeks"}


def read_instant(text: str, *, option: str, now: datetime, zone: str, day_begins: bool = False) -> datetime:
    """A day means its end, when all of it was true, or where it says since when something holds its beginning.

    Raises `UserError` for what is no time, or ahead.
    """
    ago = _AGO.fullmatch(text.strip())
    if ago is not None:
        return now - timedelta(**{_UNITS[ago[2]]: int(ago[1])})
    try:
        at = _read(text.strip(), ZoneInfo(zone), time.min if day_begins else time.max)
    except (ValueError, OverflowError):
        raise UserError(
            f"{text!r} is no day and no time",
            where=option,
            advice="write 2026-10-01, 2026-10-01T09:30, 2026-10-01T09:30:00Z, or 7d for a week ago",
        ) from None
    if at.astimezone(ZoneInfo(zone)).date() > now.astimezone(ZoneInfo(zone)).date():
        raise UserError(f"{text} is yet to come", where=option, advice="nothing is known of it")
    return min(at, now)


def _read(text: str, zone: ZoneInfo, of_day: time) -> datetime:
    if not EARLIEST <= int(text[:4]) <= LATEST:
        raise ValueError(text)
    if len(text) == len("2026-10-01"):
        return datetime.combine(date.fromisoformat(text), of_day, zone).astimezone(UTC)
    at = datetime.fromisoformat(text)
    return (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC)


def read_day(text: str | None, *, option: str) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise UserError(f"{text!r} is no day", where=option, advice="write it as 2026-12-31") from None
