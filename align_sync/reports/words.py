"""How figures and times are written, the same in every output: `78 %`, `3 d ago`, `Mon 23 Nov 2026, 14:31 CET`."""

from datetime import UTC, datetime, timedelta
from math import floor
from zoneinfo import ZoneInfo

NO_TEAM = "(no team)"
"""How items without a team are shown, and how a filter asks for them."""

SAMPLE_NOTICE = "SAMPLE DATA"
WITHHELD = "withheld"

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_ROUNDING_NOISE = 1e-9


def percent(share: float) -> str:
    """Rounded down, so that 79.9 % never looks like a goal of 80 % that was reached, and 99.9 % never like all."""
    return "<1 %" if is_under_one(share) else f"{whole_per_cent(share)} %"


def whole_per_cent(share: float) -> int:
    return floor(share * 100 + _ROUNDING_NOISE)


def is_under_one(share: float) -> bool:
    """Whether it is more than nothing and less than one per cent."""
    return _ROUNDING_NOISE < share * 100 + _ROUNDING_NOISE < 1


def percent_or_withheld(share: float | None) -> str:
    return WITHHELD if share is None else percent(share)


def count(number: int, noun: str) -> str:
    """`1 item`, `2 items`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def quantity(number: float | None) -> str:
    """Without needless zeros; empty where nobody said."""
    return "" if number is None else f"{number:.2f}".rstrip("0").rstrip(".")


def moment(at: datetime | None, zone: str) -> str:
    """`Mon 23 Nov 2026, 14:31 CET`; `never` for None."""
    if at is None:
        return "never"
    local = at.astimezone(ZoneInfo(zone))
    return (
        f"{_DAYS[local.weekday()]} {local.day} {_MONTHS[local.month - 1]} {local.year}, {local:%H:%M} {local.tzname()}"
    )


def day_and_time(at: datetime, zone: str) -> str:
    """`Tue 09:12`."""
    local = at.astimezone(ZoneInfo(zone))
    return f"{_DAYS[local.weekday()]} {local:%H:%M}"


def day(at: datetime | None, zone: str) -> str:
    """`23 Nov 2026`; empty for None."""
    if at is None:
        return ""
    local = at.astimezone(ZoneInfo(zone))
    return f"{local.day} {_MONTHS[local.month - 1]} {local.year}"


def stamp(at: datetime | None) -> str | None:
    """`2026-11-23T13:31:04Z`, for machines."""
    return None if at is None else at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def age(since: datetime, now: datetime) -> str:
    """`3 d ago`, in the largest unit that fits."""
    number, unit = split_age(since, now)
    return f"{number} {unit} ago" if unit else "just now"


def split_age(since: datetime, now: datetime) -> tuple[int, str]:
    """`(3, "d")`; without a unit where it is less than a minute."""
    seconds = max(now - since, timedelta()) // timedelta(seconds=1)
    units = (("d", 86_400), ("h", 3_600), ("min", 60))
    return next(((seconds // size, unit) for unit, size in units if seconds >= size), (0, ""))


def team_name(team: str) -> str:
    return team or NO_TEAM


def source_name(source: str, kind: str) -> str:
    """`Jira` for the one source of its kind, else the name that the settings gave it."""
    return kind.capitalize() if source == kind else source
