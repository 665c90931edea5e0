"""Days and instants as people type them on the command line, and what is refused with the name of the option."""

from datetime import UTC, date, datetime, timedelta

import pytest

from align_sync.cli.instants import read_day, read_instant
from align_sync.errors import UserError

NOW = datetime(2026, 11, 23, 13, 30, tzinfo=UTC)
ROME = "Europe/Rome"


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "zone", "ends_at", "begins_at"),
    [
        ("2026-11-01", "UTC", "2026-11-01T23:59:59.999999", "2026-11-01T00:00"),
        ("2026-11-01", ROME, "2026-11-01T22:59:59.999999", "2026-10-31T23:00"),
        (" 2026-11-01 ", ROME, "2026-11-01T22:59:59.999999", "2026-10-31T23:00"),
        # The clocks go back on this day: it has 25 hours.
        ("2026-10-25", ROME, "2026-10-25T22:59:59.999999", "2026-10-24T22:00"),
        # Of today as much as there is.
        ("2026-11-23", ROME, "2026-11-23T13:30", "2026-11-22T23:00"),
        # There it is the next day already.
        ("2026-11-24", "Pacific/Kiritimati", "2026-11-23T13:30", "2026-11-23T10:00"),
    ],
)
def test_a_day_means_its_end_or_its_beginning(text: str, zone: str, ends_at: str, begins_at: str) -> None:
    assert read_instant(text, option="--as-of", now=NOW, zone=zone) == utc(ends_at)
    assert read_instant(text, option="--since", now=NOW, zone=zone, day_begins=True) == utc(begins_at)


@pytest.mark.parametrize("day_begins", [False, True])
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("7d", NOW - timedelta(days=7)),
        ("12h", NOW - timedelta(hours=12)),
        ("2w", NOW - timedelta(weeks=2)),
        (" 0d ", NOW),
        ("9999d", NOW - timedelta(days=9999)),
        ("2026-11-01T09:30", utc("2026-11-01T08:30")),
        ("2026-11-01 09:30:15", utc("2026-11-01T08:30:15")),
        ("2026-11-01T09:30Z", utc("2026-11-01T09:30")),
        ("2026-11-01T09:30:00+05:30", utc("2026-11-01T04:00")),
        ("2026-11-23T09:30-12:00", NOW),  # later today
        ("20261101T0930", utc("2026-11-01T08:30")),
    ],
)
def test_an_instant_and_a_time_ago_mean_the_same_everywhere(text: str, expected: datetime, *, day_begins: bool) -> None:
    at = read_instant(text, option="--as-of", now=NOW, zone=ROME, day_begins=day_begins)
    assert (at, at.utcoffset()) == (expected, timedelta(0))


@pytest.mark.parametrize("day_begins", [False, True])
@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "'' is no day and no time"),
        ("soon", "'soon' is no day and no time"),
        ("7", "'7' is no day and no time"),
        ("7m", "'7m' is no day and no time"),
        ("-7d", "'-7d' is no day and no time"),
        ("12345d", "'12345d' is no day and no time"),
        ("2026-02-30", "'2026-02-30' is no day and no time"),
        ("20-10-2026", "'20-10-2026' is no day and no time"),
        ("0000-01-01", "'0000-01-01' is no day and no time"),
        ("0001-01-01T00:10", "'0001-01-01T00:10' is no day and no time"),
        ("9999-12-31T23:00-05:00", "'9999-12-31T23:00-05:00' is no day and no time"),
        ("2026-11-24", "2026-11-24 is yet to come"),
        ("2026-11-24T00:00", "2026-11-24T00:00 is yet to come"),
        ("2026-11-23T23:30Z", "2026-11-23T23:30Z is yet to come"),  # tomorrow in Rome
        ("2099-01-01", "2099-01-01 is yet to come"),
    ],
)
def test_what_is_no_time_or_ahead_is_refused_under_the_name_of_the_option(
    text: str, says: str, *, day_begins: bool
) -> None:
    with pytest.raises(UserError) as caught:
        read_instant(text, option="--since", now=NOW, zone=ROME, day_begins=day_begins)
    assert (caught.value.problem.where, caught.value.problem.message) == ("--since", says)
    assert caught.value.problem.advice


def test_the_beginning_of_the_first_year_is_refused_and_is_no_fault_of_ours() -> None:
    """There the day begins before there are days."""
    with pytest.raises(UserError, match="'0001-01-01' is no day and no time"):
        read_instant("0001-01-01", option="--since", now=NOW, zone=ROME, day_begins=True)


def test_a_last_day_may_lie_ahead_and_may_be_left_out() -> None:
    assert read_day(" 2027-01-31 ", option="--until") == date(2027, 1, 31)
    assert read_day(None, option="--until") is None
    with pytest.raises(UserError, match="--until: 'never' is no day"):
        read_day("never", option="--until")
