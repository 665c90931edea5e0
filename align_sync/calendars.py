"""The working days of a place: its public holidays from the library `holidays`, and its own days off."""

import re
from datetime import date
from typing import TYPE_CHECKING

from align_sync.errors import UserError
from align_sync.okr.calendar import WorkCalendar
from align_sync.okr.faults import suggest
from align_sync.settings import Settings

if TYPE_CHECKING:
    from holidays import HolidayBase

    from align_sync.settings_policy import CalendarSettings

YEARS_AROUND = 2
"""So many years before and after this one are known by their public holidays; of others only the weekends."""

_WHERE = "settings: calendar"
_MOST_NAMED = 12
_WORD_BEGINS = re.compile(r"(?<=[a-z])(?=[A-Z])")


class Calendars:
    """The calendar of each team, built when it is first asked for."""

    def __init__(self, settings: Settings, today: date) -> None:
        self._settings, self._today = settings, today
        self._built: dict[CalendarSettings, WorkCalendar] = {}

    def find(self, team: str) -> WorkCalendar:
        told = self._settings.calendar_of(team)
        if told not in self._built:
            self._built[told] = build_calendar(
                country=told.country,
                subdivision=told.subdivision,
                weekend=told.weekend_numbers,
                days_off=frozenset(told.days_off),
                zone=self._settings.timezone,
                today=self._today,
            )
        return self._built[told]


def build_calendar(
    *, country: str, subdivision: str, weekend: frozenset[int], days_off: frozenset[date], zone: str, today: date
) -> WorkCalendar:
    """The calendar of a country (`IT`) and a part of it (`RM`); without a country there are no public holidays.

    Raises `UserError` for a place that the library does not know, with what was probably meant.
    """
    if subdivision and not country:
        raise UserError(
            f"the subdivision {subdivision} has no country", where=_WHERE, advice="name its country too, such as IT"
        )
    public = _public_holidays(country, subdivision, today) if country else frozenset()
    return WorkCalendar(weekend=weekend, holidays=public | days_off, zone=zone)


def _public_holidays(country: str, subdivision: str, today: date) -> frozenset[date]:
    # A tenth of a second, and most commands need no holidays.
    from holidays import country_holidays, list_supported_countries

    code = country.upper()
    if code not in list_supported_countries():
        raise _unknown_country(country)
    years = range(today.year - YEARS_AROUND, today.year + YEARS_AROUND + 1)
    if not subdivision:
        return frozenset(country_holidays(code, years=years))
    parts = _parts_of(country_holidays(code))
    part = parts.get(subdivision.casefold())
    if part is None:
        raise _unknown_subdivision(subdivision, code, parts)
    return frozenset(country_holidays(code, subdiv=part, years=years))


def _parts_of(calendar: "HolidayBase") -> dict[str, str]:
    """How people may write the parts of the country, in small letters, to the code: `rm` and `roma` to `RM`."""
    named = {name.casefold(): code for code, names in calendar.get_subdivision_aliases().items() for name in names}
    return named | {code.casefold(): code for code in calendar.subdivisions}


def _unknown_country(country: str) -> UserError:
    from holidays.registry import COUNTRIES

    codes = {_WORD_BEGINS.sub(" ", name): code for name, code, *_ in COUNTRIES.values()}
    meant = suggest(country, tuple(codes))
    advice = f"did you mean {codes[meant]} ({meant})?" if meant else "write its two letters, such as IT, DE or US"
    return UserError(f"no public holidays are known for the country {country}", where=_WHERE, advice=advice)


def _unknown_subdivision(subdivision: str, country: str, parts: dict[str, str]) -> UserError:
    codes = sorted(set(parts.values()))
    meant = suggest(subdivision, tuple(parts))
    if not codes:
        advice = "leave it out: its public holidays are the same everywhere"
    elif meant:
        advice = f"did you mean {parts[meant]}?"
    else:
        more = ", …" if len(codes) > _MOST_NAMED else ""
        advice = f"write one of {', '.join(codes[:_MOST_NAMED])}{more}"
    return UserError(f"{country} has no subdivision {subdivision}", where=_WHERE, advice=advice)
