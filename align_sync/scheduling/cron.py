"""Cron expressions on the wall clock of a zone: what may be written, and at which instants they fire.

A wall-clock time that a zone skips fires at the first instant after the gap; one that it shows twice fires the first
time only. The instant of a wall-clock time never goes back as the time goes forward, on which both searches rest.
"""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

FIELDS = 5
_SECOND = timedelta(seconds=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAY_NAME = "(?:sun|mon|tue|wed|thu|fri|sat)"
_WEEKDAYS = re.compile(rf"\*|{_DAY_NAME}(?:-{_DAY_NAME}|#[1-5])?(?:,{_DAY_NAME}(?:-{_DAY_NAME}|#[1-5])?)*")


def check_cron(text: str) -> str:
    """The expression in small letters with single spaces. Raises `ValueError` that says how to write it."""
    fields = text.casefold().split()
    if len(fields) != FIELDS:
        raise ValueError("five fields are needed: minute, hour, day of the month, month, weekday, as in 0 9 * * mon")
    day, weekday = fields[2], fields[4]
    # Sunday is 0, 1 or 7 by turns, depending on the program that one learnt it from.
    if re.search(r"(?<!#)\d", weekday):
        raise ValueError("weekdays are written by name, as in mon or mon-fri: their numbers differ between programs")
    if not _WEEKDAYS.fullmatch(weekday):
        raise ValueError("the weekday is *, a name such as mon, a range such as mon-fri, a list, or mon#1, the first")
    if not (day.startswith("*") or weekday == "*"):
        raise ValueError(
            "of the day of the month and the weekday one is *, as cron would take days that meet either;"
            " the first Monday of a month is * * mon#1"
        )
    cron = " ".join(fields)
    try:
        first = next(CronSim(cron, _EPOCH), None)
    except CronSimError as error:
        raise ValueError(_say_error(str(error))) from None
    if first is None:
        raise ValueError("no day is like that in fifty years, so that it would never fire")
    return cron


def _say_error(said: str) -> str:
    field = said.removeprefix("Bad ").replace("-", " ")
    if field == "day of week":
        return "a range of weekdays goes forward in a week from sun to sat; list the days, as in fri,sat,sun"
    return f"the {field} cannot be read, or never comes; 0 9 * * mon means Mondays at 09:00"


def next_fire(cron: str, zone: ZoneInfo, after: datetime) -> datetime:
    """The first instant after this one, in UTC."""
    for wall in CronSim(cron, _read_wall(zone, after)):
        if (instant := find_instant(wall, zone)) > after:
            return instant
    raise ValueError(f"{cron} never fires again")


def newest_fire(cron: str, zone: ZoneInfo, until: datetime) -> datetime:
    """The last instant that is not after this one, in UTC."""
    local = until.astimezone(zone)
    # Within a repeated hour its wall-clock times are all past, also those that the clock has not shown again yet.
    repeated = _offset(local, 0) - _offset(local, 1) if local.fold else timedelta(0)
    newest = _read_wall(zone, until).replace(microsecond=0) + repeated
    for wall in CronSim(cron, newest + _SECOND, reverse=True):
        if (instant := find_instant(wall, zone)) <= until:
            return instant
    raise ValueError(f"{cron} never fired before")


def find_instant(wall: datetime, zone: ZoneInfo) -> datetime:
    """When the clocks of the zone show this time for the first time, or jump over it."""
    first = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if _offset(wall.replace(tzinfo=zone), 0) >= _offset(wall.replace(tzinfo=zone), 1):
        return first
    return _find_jump(zone, wall.replace(tzinfo=zone, fold=1).astimezone(UTC), first)


def _find_jump(zone: ZoneInfo, before: datetime, after: datetime) -> datetime:
    """The first instant of the new offset: after the one, not after the other."""
    new = after.astimezone(zone).utcoffset()
    while after - before > _SECOND:
        middle = before + (after - before) // 2
        middle = middle.replace(microsecond=0)
        if middle.astimezone(zone).utcoffset() == new:
            after = middle
        else:
            before = middle
    return after


def _read_wall(zone: ZoneInfo, instant: datetime) -> datetime:
    return instant.astimezone(zone).replace(tzinfo=None, fold=0)


def _offset(local: datetime, fold: int) -> timedelta:
    return local.replace(fold=fold).utcoffset() or timedelta(0)
