"""Working days: which days a team works, and how many of them lie between two days."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

_DAY = timedelta(days=1)
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

SATURDAY_AND_SUNDAY = frozenset({5, 6})


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkCalendar:
    """The days on which a team works. `weekend` holds weekdays (0 is Monday), `holidays` single days off.

    `zone` decides which day an instant belongs to. Of the years that nobody listed holidays for, only the weekends are
    known.
    """

    weekend: frozenset[int] = SATURDAY_AND_SUNDAY
    holidays: frozenset[date] = frozenset()
    zone: str = "UTC"

    def __post_init__(self) -> None:
        if not self.weekend < frozenset(range(7)):
            raise ValueError("a weekend is some of the weekdays 0 to 6, and never all of them")

    def day_of(self, at: datetime) -> date:
        """The day that it is at this instant, where the team is."""
        return at.astimezone(ZoneInfo(self.zone)).date()

    def is_working_day(self, day: date) -> bool:
        return day.weekday() not in self.weekend and day not in self.holidays

    def working_days_after(self, start: date, end: date) -> int:
        """How many working days lie in (start, end]: from Friday to the Monday after it is one.

        0 where `end` is not after `start`. The cost grows with the number of holidays, not with the distance.
        """
        distance = (end - start).days
        if distance <= 0:
            return 0
        weeks, rest = divmod(distance, 7)
        days_of_rest = ((start.weekday() + step) % 7 for step in range(1, rest + 1))
        workdays = weeks * (7 - len(self.weekend)) + sum(day not in self.weekend for day in days_of_rest)
        return workdays - sum(start < day <= end and day.weekday() not in self.weekend for day in self.holidays)

    def add_working_days(self, start: date, n: int) -> date:
        """The n-th working day after `start`, which is `start` itself for 0: Friday and 1 is Monday.

        The last day of all dates where it would lie beyond. The cost grows with `n`.
        """
        day, left = start, n
        while left > 0 and day < date.max:
            day += _DAY
            left -= self.is_working_day(day)
        return day


def say_day(day: date) -> str:
    """`Wed 25 Nov 2026`, whatever the locale of the machine."""
    return f"{_DAYS[day.weekday()]} {day.day} {_MONTHS[day.month - 1]} {day.year}"
