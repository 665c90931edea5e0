"""Person-days in progress: whose day, which days, and over how many items."""

from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from align_sync.okr.calendar import WorkCalendar
from align_sync.reports.person_days import count_days
from align_sync.sync.spans import Span

MONDAY, FRIDAY = date(2026, 11, 16), date(2026, 11, 20)
UTC_WEEK = WorkCalendar()


def at(day: int, hour: int = 9, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


def span(item_id: int, began_at: datetime, ended_at: datetime | None = None, *, person: str = "ana") -> Span:
    return Span(item_id=item_id, person=person, began_at=began_at, ended_at=ended_at)


def days(*spans: Span, calendar: WorkCalendar = UTC_WEEK, until: date = FRIDAY) -> dict[int, float]:
    return count_days(spans, lambda _: calendar, MONDAY, until)


@pytest.mark.parametrize(
    ("spans", "expected"),
    [
        # Any part of a day is the day.
        ([span(1, at(16, 23, 59), at(17, 0, 1))], {1: 2}),
        # What ends at midnight has no part of the next day.
        ([span(1, at(16), at(17, 0))], {1: 1}),
        ([span(1, at(16), at(16))], {}),
        ([span(1, at(17), at(16))], {}),
        # What goes on reaches to the end, what began before counts from the start.
        ([span(1, at(18))], {1: 3}),
        ([span(1, at(2))], {1: 5}),
        ([span(1, at(2), at(30))], {1: 5}),
        ([span(1, at(2), at(14))], {}),
        ([span(1, at(23))], {}),
        # A day is split over what the person had in progress on it, at once or one after the other.
        ([span(1, at(16), at(16, 12)), span(2, at(16, 12), at(16, 17))], {1: 0.5, 2: 0.5}),
        (
            [span(1, at(16), at(19, 0)), span(2, at(17), at(17, 10)), span(3, at(17), at(18, 0))],
            {1: 7 / 3, 2: 1 / 3, 3: 1 / 3},
        ),
        # Twice on the same item is one item; two persons are two days.
        ([span(1, at(16, 9), at(16, 10)), span(1, at(16, 11), at(16, 12))], {1: 1}),
        ([span(1, at(16), at(16, 10)), span(1, at(16), at(16, 10), person="bo")], {1: 2}),
    ],
)
def test_a_persons_day_is_shared_by_the_items_in_progress(spans: list[Span], expected: dict[int, float]) -> None:
    assert days(*spans) == pytest.approx(expected)


def test_only_working_days_count() -> None:
    friday_only = WorkCalendar(weekend=frozenset({0, 1, 2, 5, 6}), holidays=frozenset({date(2026, 11, 19)}))
    assert days(span(1, at(2)), calendar=friday_only, until=date(2026, 11, 22)) == {1: 1}


def test_the_day_is_that_of_the_team() -> None:
    late = span(1, at(16, 23, 30), at(16, 23, 45))
    assert count_days([late], lambda _: WorkCalendar(zone="Europe/Rome"), date(2026, 11, 17), FRIDAY) == {1: 1}
    assert count_days([late], lambda _: WorkCalendar(zone="UTC"), date(2026, 11, 17), FRIDAY) == {}


def test_a_holiday_of_one_team_leaves_the_day_to_the_other() -> None:
    calendars = {1: WorkCalendar(holidays=frozenset({MONDAY})), 2: UTC_WEEK}
    spans = [span(1, at(16), at(17, 8)), span(2, at(16), at(17, 8))]
    assert count_days(spans, calendars.__getitem__, MONDAY, FRIDAY) == {1: 0.5, 2: 1.5}


SPANS = st.lists(
    st.builds(
        lambda item_id, person, began, length: span(
            item_id, at(14) + timedelta(hours=began), at(14) + timedelta(hours=began + length), person=person
        ),
        st.integers(1, 4),
        st.sampled_from(["ana", "bo", "chi"]),
        st.integers(0, 150),
        st.integers(0, 60),
    ),
    max_size=12,
)


@given(spans=SPANS, random=st.randoms(use_true_random=False))
def test_nobody_works_more_than_there_are_days(spans: list[Span], random: Random) -> None:
    worked = {
        (one.person, day)
        for one in spans
        for day in (MONDAY + timedelta(days=n) for n in range(5))
        if one.began_at.date() <= day and one.ended_at is not None and one.began_at < one.ended_at
        if day <= (one.ended_at - timedelta(microseconds=1)).date()
    }
    counted = days(*spans)
    assert sum(counted.values()) == pytest.approx(len(worked))
    shuffled = spans.copy()
    random.shuffle(shuffled)
    assert days(*shuffled) == counted


def test_no_person_comes_out() -> None:
    counted = days(span(1, at(16)), span(2, at(16), person="bo"))
    assert {(type(key), type(value)) for key, value in counted.items()} == {(int, float)}
