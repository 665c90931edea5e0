"""Cron expressions: what may be written, and that every wall-clock time fires once in every zone."""

import random
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest

from align_sync.scheduling.cron import check_cron, find_instant, newest_fire, next_fire
from benchmarks.zones import SPAN, list_expected, list_stretches, list_zones


def fires(cron: str, zone: str, begin: datetime, end: datetime) -> list[str]:
    """Local times with their offset, from `begin` on and before `end`, which are wall-clock times of the zone."""
    at, listed = begin.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC) - timedelta(seconds=1), []
    until = end.replace(tzinfo=ZoneInfo(zone))
    while (at := next_fire(cron, ZoneInfo(zone), at)) < until:
        listed.append(at.astimezone(ZoneInfo(zone)).strftime("%a %d %H:%M %z"))
    return listed


def on(day: str, days: int = 1) -> tuple[datetime, datetime]:
    begin = datetime.fromisoformat(day)
    return begin, begin + timedelta(days=days)


@pytest.mark.parametrize(
    ("cron", "zone", "day", "days", "expected"),
    [
        ("0 9 * * mon", "Europe/Rome", "2026-11-23", 14, ["Mon 23 09:00 +0100", "Mon 30 09:00 +0100"]),
        ("0 9 * * sun", "Europe/Rome", "2026-11-23", 7, ["Sun 29 09:00 +0100"]),
        ("0 9 * * mon-fri", "UTC", "2026-11-26", 5, ["Thu 26 09:00 +0000", "Fri 27 09:00 +0000", "Mon 30 09:00 +0000"]),
        ("0 9 * * mon#1", "UTC", "2026-12-01", 31, ["Mon 07 09:00 +0000"]),
        ("0 9 l * *", "UTC", "2026-11-23", 14, ["Mon 30 09:00 +0000"]),
        # The clock jumps from 02:00 to 03:00: what lies between fires at 03:00, and only once.
        ("30 2 * * *", "Europe/Rome", "2026-03-29", 1, ["Sun 29 03:00 +0200"]),
        ("*/20 1-3 * * *", "America/New_York", "2026-03-08", 1, [
            "Sun 08 01:00 -0500", "Sun 08 01:20 -0500", "Sun 08 01:40 -0500",
            "Sun 08 03:00 -0400", "Sun 08 03:20 -0400", "Sun 08 03:40 -0400",
        ]),
        # It jumps from midnight to 01:00: that day has no midnight.
        ("0 0 * * *", "America/Havana", "2026-03-08", 2, ["Sun 08 01:00 -0400", "Mon 09 00:00 -0400"]),
        # It goes back from 03:00 to 02:00: the first 02:30 counts, and nothing fires in the second hour.
        ("30 2 * * *", "Europe/Rome", "2026-10-25", 1, ["Sun 25 02:30 +0200"]),
        ("*/30 1-2 * * *", "America/New_York", "2026-11-01", 1, [
            "Sun 01 01:00 -0400", "Sun 01 01:30 -0400", "Sun 01 02:00 -0500", "Sun 01 02:30 -0500",
        ]),
        ("59 23 * * sat", "America/Asuncion", "2024-03-23", 1, ["Sat 23 23:59 -0300"]),
        # In the south, in October and April.
        ("30 2 * * *", "Australia/Sydney", "2026-10-04", 1, ["Sun 04 03:00 +1100"]),
        ("30 2 * * *", "Australia/Sydney", "2026-04-05", 1, ["Sun 05 02:30 +1100"]),
        # By half an hour: from 02:00 to 02:30, and back from 02:00 to 01:30.
        ("*/15 2 * * *", "Australia/Lord_Howe", "2026-10-04", 1, ["Sun 04 02:30 +1100", "Sun 04 02:45 +1100"]),
        ("45 1 * * *", "Australia/Lord_Howe", "2026-04-05", 1, ["Sun 05 01:45 +1100"]),
        # The 30th of December 2011 was no day in Apia: its fire comes as the 31st begins.
        ("0 9 * * *", "Pacific/Apia", "2011-12-29", 3, [
            "Thu 29 09:00 -1000", "Sat 31 00:00 +1400", "Sat 31 09:00 +1400",
        ]),
        ("0 9 * * fri", "Pacific/Apia", "2011-12-29", 9, ["Sat 31 00:00 +1400", "Fri 06 09:00 +1400"]),
        # Kwajalein left out Saturday the 21st of August 1993.
        ("0 9 * * sat", "Pacific/Kwajalein", "1993-08-20", 3, ["Sun 22 00:00 +1200"]),
    ],
)  # fmt: skip
def test_every_time_of_the_wall_clock_fires_once(
    cron: str, zone: str, day: str, days: int, expected: list[str]
) -> None:
    assert fires(check_cron(cron), zone, *on(day, days)) == expected


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("0 9 * *", "five fields"),
        ("0 0 9 * * mon", "five fields"),
        ("@weekly", "five fields"),
        ("", "five fields"),
        ("0 9 * * 1", "by name"),
        ("0 9 * * 1-5", "by name"),
        ("0 9 * * mon,3", "by name"),
        ("0 9 * * 5l", "by name"),
        ("0 9 * * mon#6", "the first"),
        ("0 9 * * monday", "a name such as mon"),
        ("0 9 * * fri-mon", "list the days"),
        ("0 9 1 * mon", "either"),
        ("0 24 * * *", "the hour cannot be read"),
        ("60 9 * * *", "the minute cannot be read"),
        ("0 9 0 * *", "the day of month cannot be read"),
        ("0 9 31 2,4 *", "never comes"),
        ("0 9 * foo *", "the month cannot be read"),
        ("*/0 9 * * *", "the minute cannot be read"),
        ("0 9 */30 * mon#2", "would never fire"),
    ],
)
def test_what_is_no_expression_is_refused_with_advice(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        check_cron(text)


def test_an_expression_is_kept_in_one_spelling() -> None:
    assert check_cron("  0  9 * *\tMON,Wed-FRI ") == "0 9 * * mon,wed-fri"
    assert check_cron("0 9 * jan-mar *") == "0 9 * jan-mar *"


def test_an_instant_within_a_second_and_the_fire_itself_count_as_told() -> None:
    zone, fire = ZoneInfo("Europe/Rome"), datetime(2026, 11, 23, 8, tzinfo=UTC)
    tick = timedelta(microseconds=1)
    assert next_fire("0 9 * * mon", zone, fire - tick) == fire
    assert next_fire("0 9 * * mon", zone, fire) == fire + timedelta(days=7)
    assert newest_fire("0 9 * * mon", zone, fire) == newest_fire("0 9 * * mon", zone, fire + tick) == fire
    assert newest_fire("0 9 * * mon", zone, fire - tick) == fire - timedelta(days=7)


def test_from_any_moment_both_directions_find_the_same_fires() -> None:
    """Every ten minutes around each kind of change, within the repeated hour too."""
    for name, day in (
        ("Europe/Rome", "2026-03-29"), ("Europe/Rome", "2026-10-25"), ("Australia/Lord_Howe", "2026-04-05"),
        ("Pacific/Apia", "2011-12-30"), ("America/Havana", "2026-11-01"),
    ):  # fmt: skip
        zone, begin = ZoneInfo(name), datetime.fromisoformat(day).replace(tzinfo=UTC) - timedelta(days=1)
        for cron in ("*/20 * * * *", "30 2 * * *", "0 0 * * *"):
            at, known = begin - timedelta(days=2), []
            while (at := next_fire(cron, zone, at)) < begin + timedelta(days=3):
                known.append(at)
            assert all(earlier < later for earlier, later in pairwise(known))
            for step in range(0, 48 * 60, 10):
                until = begin + timedelta(minutes=step)
                assert newest_fire(cron, zone, until) == max(one for one in known if one <= until), (cron, name, until)
                assert next_fire(cron, zone, until) == min(one for one in known if one > until), (cron, name, until)


def test_looking_back_takes_no_longer_after_fifty_years() -> None:
    """A leap day is years away, and seconds since 1970 are no way to find it."""
    zone = ZoneInfo("UTC")
    assert newest_fire("0 0 29 2 *", zone, datetime(2027, 12, 31, tzinfo=UTC)) == datetime(2024, 2, 29, tzinfo=UTC)
    assert next_fire("0 0 29 2 *", zone, datetime(2024, 2, 29, tzinfo=UTC)) == datetime(2028, 2, 29, tzinfo=UTC)


def test_what_never_fires_is_an_error_and_no_endless_search() -> None:
    zone, now = ZoneInfo("UTC"), datetime(2026, 11, 23, tzinfo=UTC)
    with pytest.raises(ValueError, match="never fires again"):
        next_fire("0 9 */30 * mon#2", zone, now)
    with pytest.raises(ValueError, match="never fired before"):
        newest_fire("0 9 */30 * mon#2", zone, now)


def test_no_week_is_missed_and_none_fires_twice_in_any_kind_of_zone() -> None:
    """A sample of `python -m benchmarks.zones`: random zones, weekdays and times, around all changes of two years."""
    draw = random.Random(20261123)
    names = sorted(draw.sample(sorted(available_timezones() & set(list_zones())), 40))
    for name in names:
        zone, year = ZoneInfo(name), draw.randint(SPAN[0].year, SPAN[1].year - 2)
        begin, end = datetime(year, 1, 1, tzinfo=UTC), datetime(year + 1, 1, 1, tzinfo=UTC)
        stretches = list_stretches(zone, begin, end)
        for weekday, hour, minute in ((6, 2, 30), (6, 0, 0), (draw.randrange(7), draw.randrange(24), 30)):
            cron = f"{minute} {hour} * * {('mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun')[weekday]}"
            at, found = begin - timedelta(seconds=1), []
            while (at := next_fire(cron, zone, at)) < end:
                found.append(at)
            expected = list_expected(stretches, weekday, timedelta(hours=hour, minutes=minute), begin, end)
            assert found == expected, (name, cron)


def test_a_gap_ends_at_its_very_second() -> None:
    """Monrovia left 44 min 30 s out."""
    at = find_instant(datetime.fromisoformat("1972-01-07T00:30"), ZoneInfo("Africa/Monrovia"))
    assert at.astimezone(ZoneInfo("Africa/Monrovia")).strftime("%H:%M:%S") == "00:44:30"
    assert at.date() == date(1972, 1, 7)
