"""Working days: a table of hand-counted ones, and what holds for all days."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from align_sync.okr.calendar import WorkCalendar, say_day

CHRISTMAS = frozenset({date(2026, 12, 8), date(2026, 12, 25), date(2026, 12, 26), date(2027, 1, 1), date(2027, 1, 6)})
ITALY = WorkCalendar(holidays=CHRISTMAS, zone="Europe/Rome")
GULF = WorkCalendar(weekend=frozenset({4, 5}))
NO_WEEKEND = WorkCalendar(weekend=frozenset())

days = st.dates(date(2020, 1, 1), date(2032, 12, 31))
calendars = st.builds(
    WorkCalendar,
    weekend=st.frozensets(st.integers(0, 6), max_size=6),
    holidays=st.frozensets(st.dates(date(2026, 1, 1), date(2026, 3, 31)), max_size=40),
)
near = st.dates(date(2025, 12, 1), date(2026, 5, 31))

COUNTED = (
    ("a day and itself", ITALY, "2026-11-20", "2026-11-20", 0),
    ("Friday to Saturday", ITALY, "2026-11-20", "2026-11-21", 0),
    ("Friday to Sunday", ITALY, "2026-11-20", "2026-11-22", 0),
    ("Friday to Monday", ITALY, "2026-11-20", "2026-11-23", 1),
    ("Saturday to Monday", ITALY, "2026-11-21", "2026-11-23", 1),
    ("a week of five days", ITALY, "2026-11-16", "2026-11-23", 5),
    ("three weeks", ITALY, "2026-11-02", "2026-11-23", 15),
    ("the end before the start", ITALY, "2026-11-23", "2026-11-20", 0),
    ("a holiday on a Tuesday", ITALY, "2026-12-07", "2026-12-09", 1),
    ("a holiday on the first day is not within", ITALY, "2026-12-08", "2026-12-09", 1),
    ("a holiday on the last day is", ITALY, "2026-12-07", "2026-12-08", 0),
    ("a holiday on a Saturday is lost", ITALY, "2026-12-23", "2026-12-28", 2),
    ("over two years", ITALY, "2026-12-31", "2027-01-07", 3),
    ("a weekend on Friday and Saturday", GULF, "2026-11-19", "2026-11-23", 2),
    ("a week without a weekend", NO_WEEKEND, "2026-11-19", "2026-11-26", 7),
    ("the days of a leap year", NO_WEEKEND, "2027-12-31", "2028-12-31", 366),
)


@pytest.mark.parametrize(
    ("calendar", "start", "end", "expected"), [row[1:] for row in COUNTED], ids=[r[0] for r in COUNTED]
)
def test_working_days_between(calendar: WorkCalendar, start: str, end: str, expected: int) -> None:
    assert calendar.working_days_after(date.fromisoformat(start), date.fromisoformat(end)) == expected


@pytest.mark.parametrize(
    ("start", "n", "expected"),
    [
        ("2026-11-20", 0, "2026-11-20"),
        ("2026-11-20", -3, "2026-11-20"),
        ("2026-11-20", 1, "2026-11-23"),
        ("2026-11-20", 3, "2026-11-25"),
        ("2026-11-21", 1, "2026-11-23"),
        ("2026-12-07", 1, "2026-12-09"),
        ("2026-12-24", 2, "2026-12-29"),
        ("2026-12-31", 4, "2027-01-08"),
    ],
)
def test_working_days_added(start: str, n: int, expected: str) -> None:
    assert ITALY.add_working_days(date.fromisoformat(start), n) == date.fromisoformat(expected)


def test_the_end_of_all_dates_is_the_end() -> None:
    assert ITALY.add_working_days(date(9999, 12, 28), 50) == date.max


@pytest.mark.parametrize("weekend", [frozenset(range(7)), frozenset({7}), frozenset({-1, 5})])
def test_a_weekend_that_is_none_is_refused(weekend: frozenset[int]) -> None:
    with pytest.raises(ValueError, match="0 to 6"):
        WorkCalendar(weekend=weekend)


@pytest.mark.parametrize(
    ("zone", "day"),
    [("UTC", date(2026, 11, 22)), ("Europe/Rome", date(2026, 11, 23)), ("America/New_York", date(2026, 11, 22))],
)
def test_the_zone_decides_which_day_it_is(zone: str, day: date) -> None:
    assert WorkCalendar(zone=zone).day_of(datetime(2026, 11, 22, 23, 30, tzinfo=UTC)) == day


def test_a_day_is_written_with_its_weekday() -> None:
    assert say_day(date(2026, 11, 25)) == "Wed 25 Nov 2026"
    assert say_day(date(2027, 1, 3)) == "Sun 3 Jan 2027"


@given(calendars, near, near)
def test_counting_is_counting_one_by_one(calendar: WorkCalendar, start: date, end: date) -> None:
    between = (start + timedelta(days=step) for step in range(1, (end - start).days + 1))

    assert calendar.working_days_after(start, end) == sum(calendar.is_working_day(day) for day in between)


@given(calendars, near, st.integers(1, 60))
def test_adding_and_counting_are_two_sides_of_one_thing(calendar: WorkCalendar, start: date, n: int) -> None:
    end = calendar.add_working_days(start, n)

    assert calendar.is_working_day(end)
    assert calendar.working_days_after(start, end) == n
    assert calendar.working_days_after(start, end - timedelta(days=1)) == n - 1


@given(calendars, near, near, near)
def test_stretches_add_up(calendar: WorkCalendar, one: date, other: date, third: date) -> None:
    first, middle, last = sorted((one, other, third))

    parts = calendar.working_days_after(first, middle) + calendar.working_days_after(middle, last)
    assert parts == calendar.working_days_after(first, last)


@given(calendars, days, st.integers(0, 30), st.integers(0, 30))
def test_more_days_never_end_earlier(calendar: WorkCalendar, start: date, n: int, more: int) -> None:
    assert start <= calendar.add_working_days(start, n) <= calendar.add_working_days(start, n + more)
