"""The parts of the settings that decide what counts: calendars, teams, and the rules `map` and `exempt`."""

import re
from collections.abc import Iterable
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, StringConstraints, model_validator
from rapidfuzz import fuzz, process

from align_sync.linking.conditions import Conditions
from align_sync.linking.query.parser import parse_filter
from align_sync.scheduling.cron import check_cron

LONGEST_NAME = 200
HUNDRED = 100.0
_LEAST_LIKENESS = 60
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def find_near(word: str, known: Iterable[str]) -> str | None:
    """The known name that was probably meant."""
    best = process.extractOne(word, list(known), scorer=fuzz.ratio, score_cutoff=_LEAST_LIKENESS)
    return best[0] if best else None


class Part(BaseModel):
    """What every part of the settings is: frozen, without unknown keys, and silent about values in errors."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Weekday(StrEnum):
    """In the order of `date.weekday()`."""

    MONDAY = "mon"
    TUESDAY = "tue"
    WEDNESDAY = "wed"
    THURSDAY = "thu"
    FRIDAY = "fri"
    SATURDAY = "sat"
    SUNDAY = "sun"


_WEEKDAYS = {name: day for day in Weekday for name in (day.value, day.name.casefold())}


def _read_weekday(value: object) -> object:
    """`sat` or `Saturday`."""
    name = str(value).strip().casefold()
    if name not in _WEEKDAYS:
        meant = find_near(name, _WEEKDAYS)
        hint = f"did you mean {_WEEKDAYS[meant]}?" if meant else f"the days are {', '.join(Weekday)}"
        raise ValueError(f"{str(value)!r} is no day of the week; {hint}")
    return _WEEKDAYS[name]


def _check_weekend(days: tuple[Weekday, ...]) -> tuple[Weekday, ...]:
    if len(set(days)) == len(Weekday):
        raise ValueError("the weekend takes every day of the week, so that no day of work is left")
    return days


def _read_day(value: object) -> object:
    """A date of TOML, or the same as text: in the environment there is nothing else."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    written = str(value).strip()
    try:
        if _DAY.fullmatch(written):
            return date.fromisoformat(written)
    except ValueError:
        raise ValueError(f"there is no day {written}") from None
    raise ValueError("a day is written as 2026-12-31")


def _check_budget(per_cent: float) -> float:
    if not 0 <= per_cent <= HUNDRED:
        raise ValueError("a budget is between 0 and 100 per cent")
    if 0 < per_cent < 1:
        meant = f"{per_cent * HUNDRED:g}"
        raise ValueError(f"a budget is in per cent, and this is less than one per cent; write {meant} for {meant} %")
    return per_cent


def _check_filter(text: str) -> str:
    parse_filter(text)
    return text


def _check_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"{name!r} is no time zone; use a name such as Europe/Rome") from None
    return name


def _check_cron(text: str) -> str:
    """Empty is never."""
    return check_cron(text) if text.strip() else ""


Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST_NAME)]
Names = tuple[Name, ...]
Day = Annotated[date, BeforeValidator(_read_day)]
Weekend = Annotated[tuple[Annotated[Weekday, BeforeValidator(_read_weekday)], ...], AfterValidator(_check_weekend)]
Budget = Annotated[float, AfterValidator(_check_budget)]
Zone = Annotated[str, AfterValidator(_check_zone)]
Cron = Annotated[str, AfterValidator(_check_cron)]


def _check_reason(text: str) -> str:
    if not text.strip(".… "):
        raise ValueError("a reason is missing: say why, in words that others understand")
    return text


class CalendarSettings(Part):
    """When people work: public holidays of a country and a part of it, the weekend, and own days off."""

    country: str = ""
    subdivision: str = ""
    weekend: Weekend = (Weekday.SATURDAY, Weekday.SUNDAY)
    days_off: tuple[Day, ...] = ()

    @property
    def weekend_numbers(self) -> frozenset[int]:
        """The days of the weekend as `date.weekday()` counts them: Monday is 0."""
        return frozenset(list(Weekday).index(day) for day in self.weekend)


class TeamSettings(Part):
    """One team. What it does not say of its calendar holds as in `[calendar]`; its days off come on top.

    `timezone` and `digest` are its own instead of `timezone` and `schedule.digest`; an empty `digest` is none.
    """

    name: Name
    jira_board: int | None = None
    linear_team: str | None = None
    calendar: str | None = None
    subdivision: str | None = None
    weekend: Weekend | None = None
    days_off: tuple[Day, ...] = ()
    exempt_budget: Budget | None = None
    timezone: Zone | None = None
    digest: Cron | None = None

    def fill_in(self, default: CalendarSettings) -> CalendarSettings:
        """The team's calendar in full."""
        country = default.country if self.calendar is None else self.calendar
        # The part of one country means nothing in another.
        subdivision = default.subdivision if country == default.country else ""
        return CalendarSettings(
            country=country,
            subdivision=subdivision if self.subdivision is None else self.subdivision,
            weekend=default.weekend if self.weekend is None else self.weekend,
            days_off=tuple(sorted({*default.days_off, *self.days_off})),
        )


class _RuleSettings(Part):
    """What `map` and `exempt` share: the name, and which work they are about."""

    name: Name
    projects: Names = ()
    components: Names = ()
    teams: Names = ()
    kinds: Names = ()
    labels: Names = ()
    sources: Names = ()
    filter: Annotated[str, AfterValidator(_check_filter)] | None = None

    @property
    def conditions(self) -> Conditions:
        return Conditions(
            projects=self.projects,
            components=self.components,
            teams=self.teams,
            kinds=self.kinds,
            labels=self.labels,
            sources=self.sources,
            filter=self.filter or "",
        )

    @model_validator(mode="after")
    def _check_conditions(self) -> Self:
        if self.conditions.is_empty:
            raise ValueError(
                "the rule does not say which work it is about, and would take all of it; "
                "give it projects, components, teams, kinds, labels, sources or a filter"
            )
        return self


class MapSettings(_RuleSettings):
    """Work that names no key result itself serves `kr`, until a day when somebody looks at the rule again."""

    kr: Name
    owner: Name
    expires_on: Day


class ExemptSettings(_RuleSettings):
    """Work that may serve no key result, why, and if need be until when."""

    category: Name
    reason: Annotated[Name, AfterValidator(_check_reason)]
    expires_on: Day | None = None
