"""The calendars of places: real public holidays, and what is told of a place that nobody knows."""

import subprocess
import sys
from datetime import date

import pytest

from align_sync.calendars import build_calendar
from align_sync.errors import UserError
from align_sync.okr.calendar import SATURDAY_AND_SUNDAY, WorkCalendar

TODAY = date(2026, 11, 23)


def build(country: str = "", subdivision: str = "", *days_off: date) -> WorkCalendar:
    return build_calendar(
        country=country,
        subdivision=subdivision,
        weekend=SATURDAY_AND_SUNDAY,
        days_off=frozenset(days_off),
        zone="Europe/Rome",
        today=TODAY,
    )


WORKING = (
    ("IT", "", "2026-12-08", False, "the Immaculate Conception"),
    ("IT", "", "2026-12-07", True, "Saint Ambrose, outside Milan"),
    ("IT", "MI", "2026-12-07", False, "Saint Ambrose, in Milan"),
    ("it", "milano", "2026-12-07", False, "Milan by its name"),
    ("IT", "RM", "2026-06-29", False, "Saints Peter and Paul, in Rome"),
    ("ITA", "", "2027-01-06", False, "a country by three letters"),
    ("DE", "BY", "2026-01-06", False, "Epiphany, in Bavaria"),
    ("DE", "BE", "2026-01-06", True, "Epiphany, in Berlin"),
    ("US", "", "2026-11-26", False, "Thanksgiving"),
    ("US", "", "2026-11-27", True, "the day after it"),
    ("UK", "", "2026-12-28", False, "Boxing Day moves to Monday"),
    ("IT", "", "2024-04-25", False, "two years ago"),
    ("IT", "", "2028-04-25", False, "in two years"),
    ("IT", "", "2026-11-22", True, "a Sunday"),
)


@pytest.mark.parametrize(
    ("country", "subdivision", "day", "is_working", "_reason"), WORKING, ids=[row[-1] for row in WORKING]
)
def test_a_public_holiday_is_no_working_day(
    country: str, subdivision: str, day: str, is_working: bool, _reason: str
) -> None:
    calendar = build(country, subdivision)

    expected = is_working and date.fromisoformat(day).weekday() not in calendar.weekend
    assert calendar.is_working_day(date.fromisoformat(day)) is expected


def test_days_off_of_ones_own_are_added() -> None:
    closed = date(2026, 12, 24)

    assert build("IT").is_working_day(closed)
    assert not build("IT", "", closed).is_working_day(closed)
    assert build("", "", closed) == WorkCalendar(holidays=frozenset({closed}), zone="Europe/Rome")


REFUSED = (
    ("Italy", "", "no public holidays are known for the country Italy", "did you mean IT (Italy)?"),
    ("Germny", "", "the country Germny", "did you mean DE (Germany)?"),
    ("untied states", "", "the country untied states", "did you mean US (United States)?"),
    ("XX", "", "the country XX", "write its two letters, such as IT, DE or US"),
    ("", "RM", "the subdivision RM has no country", "name its country too, such as IT"),
    ("IT", "Milamo", "IT has no subdivision Milamo", "did you mean MI?"),
    ("UK", "##", "UK has no subdivision ##", "write one of ENG, NIR, SCT, WLS"),
    ("EE", "Tartu", "EE has no subdivision Tartu", "leave it out: its public holidays are the same everywhere"),
)


@pytest.mark.parametrize(("country", "subdivision", "message", "advice"), REFUSED, ids=[row[2] for row in REFUSED])
def test_an_unknown_place_is_told_with_what_to_write(country: str, subdivision: str, message: str, advice: str) -> None:
    with pytest.raises(UserError) as raised:
        build(country, subdivision)

    assert message in raised.value.problem.message
    assert raised.value.problem.advice == advice
    assert raised.value.problem.where == "settings: calendar"


def test_of_many_subdivisions_only_some_are_named() -> None:
    with pytest.raises(UserError) as raised:
        build("IT", "##")

    advice = raised.value.problem.advice
    assert advice.startswith("write one of AG, AL, AN, ")
    assert advice.endswith(", …")
    assert len(advice) < 80


def test_the_library_is_loaded_only_where_a_country_is_named() -> None:
    program = (
        "import sys, datetime\n"
        "from align_sync.calendars import build_calendar\n"
        "def build(country):\n"
        "    build_calendar(country=country, subdivision='', weekend=frozenset(), days_off=frozenset(),\n"
        "                   zone='UTC', today=datetime.date(2026, 11, 23))\n"
        "    print('holidays' in sys.modules)\n"
        "build('')\n"
        "build('IT')\n"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert ended.stdout == "False\nTrue\n"
