"""Every zone, every weekday, seven times of the day, 21 years: does a weekly schedule ever miss or fire twice?

`python -m benchmarks.zones [ZONES]`. What should fire is found in another way than the code under test finds it: from
the stretches of time in which the offset of a zone stays the same, each of which covers a stretch of wall-clock times.
"""

import sys
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

from align_sync.scheduling.cron import newest_fire, next_fire

SPAN = (datetime(2015, 1, 1, tzinfo=UTC), datetime(2036, 1, 1, tzinfo=UTC))
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
TIMES = ((0, 0), (0, 30), (1, 30), (2, 30), (3, 0), (9, 0), (23, 59))
PROCESSES = 2
_NOT_PLACES = frozenset({"localtime", "Factory"})
_DAY = timedelta(days=1)
_STEP = timedelta(hours=6)
"""No clock is changed twice within so few hours."""
_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """From `begin_at` on, and before `end_at`, clocks are `offset` ahead of UTC."""

    begin_at: datetime
    end_at: datetime
    offset: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    fires: int
    missed: int
    double: int
    looked_back: int
    wrong_back: int


def list_zones() -> list[str]:
    return sorted(name for name in available_timezones() if name not in _NOT_PLACES)


def list_stretches(zone: ZoneInfo, begin: datetime, end: datetime) -> tuple[Stretch, ...]:
    """Some days more at both ends, as a day of one zone reaches into that of another."""
    at, last = begin - 10 * _DAY, end + 10 * _DAY
    stretches, started, offset = [], at, _offset(zone, at)
    while at < last:
        later = at + _STEP
        if (next_offset := _offset(zone, later)) != offset:
            change = _narrow(zone, at, later)
            stretches.append(Stretch(begin_at=started, end_at=change, offset=offset))
            started, offset = change, next_offset
        at = later
    return (*stretches, Stretch(begin_at=started, end_at=last, offset=offset))


def list_expected(
    stretches: Sequence[Stretch], weekday: int, at: timedelta, begin: datetime, end: datetime
) -> list[datetime]:
    """The fires from `begin` on and before `end`, day by day of the calendar."""
    found = []
    day = begin.date() - 3 * _DAY
    day += (weekday - day.weekday()) % 7 * _DAY
    first = 0
    while day <= end.date() + 3 * _DAY:
        wall = datetime(day.year, day.month, day.day, tzinfo=UTC) + at
        while stretches[first].end_at + stretches[first].offset <= wall and first + 1 < len(stretches):
            first += 1
        stretch = stretches[first]
        # A stretch whose clocks begin later leaves the time out: it fires as the stretch begins.
        instant = max(wall - stretch.offset, stretch.begin_at)
        if begin <= instant < end:
            found.append(instant)
        day += 7 * _DAY
    return found


def run_zone(name: str) -> Tally:
    """All schedules of one zone; around each change of the clock the way back is looked at too."""
    zone, (begin, end) = ZoneInfo(name), SPAN
    stretches = list_stretches(zone, begin, end)
    changes = {(stretch.begin_at + days * _DAY).date() for stretch in stretches[1:] for days in range(-2, 3)}
    tallies = [
        _run_schedule(zone, stretches, weekday, hour_and_minute, changes)
        for weekday in range(len(WEEKDAYS))
        for hour_and_minute in TIMES
    ]
    return add(tallies)


def _run_schedule(
    zone: ZoneInfo, stretches: Sequence[Stretch], weekday: int, time_of_day: tuple[int, int], changes: set[date]
) -> Tally:
    (hour, minute), (begin, end) = time_of_day, SPAN
    cron = f"{minute} {hour} * * {WEEKDAYS[weekday]}"
    expected = Counter(list_expected(stretches, weekday, timedelta(hours=hour, minutes=minute), begin, end))
    found, looked, wrong = Counter[datetime](), 0, 0
    before = begin - _SECOND
    while (at := next_fire(cron, zone, before)) < end:
        found[at] += 1
        if at.date() in changes:
            looked += 1
            backward = newest_fire(cron, zone, at), newest_fire(cron, zone, at + timedelta(hours=2))
            wrong += backward != (at, at) or (before >= begin and newest_fire(cron, zone, at - _SECOND) != before)
        before = at
    return Tally(
        fires=found.total(),
        missed=(expected - found).total(),
        double=(found - expected).total(),
        looked_back=looked,
        wrong_back=wrong,
    )


def add(tallies: Sequence[Tally]) -> Tally:
    return Tally(
        fires=sum(one.fires for one in tallies),
        missed=sum(one.missed for one in tallies),
        double=sum(one.double for one in tallies),
        looked_back=sum(one.looked_back for one in tallies),
        wrong_back=sum(one.wrong_back for one in tallies),
    )


def _offset(zone: ZoneInfo, at: datetime) -> timedelta:
    return at.astimezone(zone).utcoffset() or timedelta(0)


def _narrow(zone: ZoneInfo, before: datetime, after: datetime) -> datetime:
    """The second from which on the later offset holds."""
    while after - before > _SECOND:
        middle = before + (after - before) // 2 // _SECOND * _SECOND
        before, after = (middle, after) if _offset(zone, middle) == _offset(zone, before) else (before, middle)
    return after


def group_zones(names: Sequence[str]) -> dict[tuple[Stretch, ...], list[str]]:
    """Zones whose clocks are the same all the time need one run together."""
    groups: dict[tuple[Stretch, ...], list[str]] = {}
    for name in names:
        groups.setdefault(list_stretches(ZoneInfo(name), *SPAN), []).append(name)
    return groups


def main(arguments: Sequence[str]) -> int:
    started = time.monotonic()
    names = list_zones()
    if arguments:
        names = names[:: max(1, len(names) // int(arguments[0]))][: int(arguments[0])]
    groups = group_zones(names)
    firsts = [group[0] for group in groups.values()]
    with ProcessPoolExecutor(PROCESSES) as pool:
        tallies = dict(zip(firsts, pool.map(run_zone, firsts, chunksize=1), strict=True))
    total = add([tallies[group[0]] for group in groups.values() for _ in group])
    run = add(list(tallies.values()))
    print(f"zones      {len(names):>12,}  of which differ {len(groups):,}")
    print(f"schedules  {len(names) * len(WEEKDAYS) * len(TIMES):>12,}  {SPAN[0]:%Y} to {SPAN[1] - _DAY:%Y}")
    print(f"fires      {total.fires:>12,}  computed {run.fires:,}")
    print(f"missed     {total.missed:>12,}")
    print(f"double     {total.double:>12,}")
    print(f"backwards  {total.wrong_back:>12,}  wrong of {total.looked_back:,} looked for near a change of the clock")
    print(f"seconds    {time.monotonic() - started:>12,.0f}")
    for name, tally in tallies.items():
        if tally.missed or tally.double or tally.wrong_back:
            print(f"wrong: {name} {tally}")
    return 1 if total.missed or total.double or total.wrong_back else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
