"""Slots of schedules, what is made up for, and how long failures keep one waiting."""

from datetime import datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from align_sync.scheduling.backoff import MOST_ATTEMPTS, blocked_for, retry_after
from align_sync.scheduling.run import RunKind
from align_sync.scheduling.schedule import Schedule
from align_sync.scheduling.slots import due_at, is_made_up_for, list_due, newest_due, next_slot, slot_key

HOUR = timedelta(hours=1)
QUARTER = timedelta(minutes=15)
PULL = Schedule(id="sync:jira", kind=RunKind.SYNC, subject="source:jira", every=QUARTER, catch_up=QUARTER)
DIGEST = Schedule(
    id="digest:Pay",
    kind=RunKind.DIGEST,
    subject="team:Pay",
    zone="Europe/Rome",
    cron="0 9 * * mon",
    catch_up=48 * HOUR,
)
ROLL_UP = Schedule(
    id="digest-leadership",
    kind=RunKind.DIGEST,
    subject="leadership",
    zone="Europe/Rome",
    cron="0 9 * * mon",
    delay=24 * HOUR,
    catch_up=48 * HOUR,
)


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-{text}+00:00")


@pytest.mark.parametrize(
    ("schedule", "now", "newest", "following"),
    [
        (PULL, "11-23T09:14:59", "11-23T09:00", "11-23T09:15"),
        (PULL, "11-23T09:15", "11-23T09:15", "11-23T09:30"),
        (PULL, "11-23T09:15:00.000001", "11-23T09:15", "11-23T09:30"),
        (DIGEST, "11-23T08:00", "11-23T08:00", "11-30T08:00"),
        (DIGEST, "11-23T07:59:59", None, "11-23T08:00"),
        # What was missed is made up for, until 48 hours have gone; then only the next week is left.
        (DIGEST, "11-25T08:00", "11-23T08:00", "11-30T08:00"),
        (DIGEST, "11-25T08:00:01", None, "11-30T08:00"),
        # The roll-up is due a day after its slot, and its 48 hours count from there.
        (ROLL_UP, "11-24T07:59:59", None, "11-23T08:00"),
        (ROLL_UP, "11-24T08:00", "11-23T08:00", "11-30T08:00"),
        (ROLL_UP, "11-26T08:00", "11-23T08:00", "11-30T08:00"),
        (ROLL_UP, "11-26T08:00:01", None, "11-30T08:00"),
    ],
)
def test_the_newest_slot_that_is_due_is_made_up_for_and_the_next_one_is_known(
    schedule: Schedule, now: str, newest: str | None, following: str
) -> None:
    assert newest_due(schedule, at(now)) == (at(newest) if newest else None)
    assert next_slot(schedule, at(now)) == at(following)


@pytest.mark.parametrize("schedule", [PULL, DIGEST, ROLL_UP])
def test_all_slots_of_a_span_are_listed_once_also_where_they_are_due_later(schedule: Schedule) -> None:
    begin, end = at("11-03T00:00"), at("11-24T08:00")
    slots = list(list_due(schedule, begin, end))
    step = schedule.every or timedelta(days=7)
    assert slots[-1] + schedule.delay == end if schedule is not DIGEST else slots[-1] == at("11-23T08:00")
    assert all(later - earlier == step for earlier, later in pairwise(slots))
    assert begin < slots[0] + schedule.delay <= begin + step
    assert list(list_due(schedule, end, end)) == []


def test_slots_of_an_interval_are_the_same_whenever_a_process_starts() -> None:
    odd = Schedule(id="x", kind=RunKind.SYNC, subject="source:x", every=timedelta(minutes=7), catch_up=HOUR)
    slots = {newest_due(odd, at("11-23T09:00") + timedelta(seconds=second)) for second in range(0, 840, 20)}
    assert len(slots) == 2
    assert all(slot and (slot.timestamp() % 420) == 0 for slot in slots)


def test_a_key_is_that_of_the_slot_in_utc_whatever_the_zone_of_the_value() -> None:
    rome = at("11-23T09:00").astimezone(ZoneInfo("Europe/Rome"))
    assert slot_key(PULL, rome) == "sync:jira@2026-11-23T09:00:00Z"
    assert due_at(ROLL_UP, at("11-23T08:00")) == at("11-24T08:00")


def test_attempts_wait_longer_and_longer_by_chance_and_end_with_the_sixth() -> None:
    asked: list[tuple[float, float]] = []

    def uniform(low: float, high: float) -> float:
        asked.append((low, high))
        return high

    waits = [retry_after(attempt, uniform) for attempt in range(1, MOST_ATTEMPTS + 1)]
    assert waits == [*(timedelta(seconds=seconds) for seconds in (8, 32, 128, 300, 300)), None]
    assert asked == [(2, 8), (2, 32), (2, 128), (2, 300), (2, 300)]
    assert retry_after(100, uniform) is None


@pytest.mark.parametrize(
    ("failures", "is_auth", "minutes"),
    [
        (0, False, None), (4, False, None), (5, False, 5), (6, False, 15), (7, False, 60), (99, False, 60),
        (0, True, None), (1, True, 5), (2, True, 15), (3, True, 60), (99, True, 60),
    ],
)  # fmt: skip
def test_a_source_that_keeps_failing_is_left_alone_for_longer(
    failures: int, is_auth: bool, minutes: int | None
) -> None:
    expected = timedelta(minutes=minutes) if minutes else None
    assert blocked_for(failures, is_auth=is_auth) == expected


@pytest.mark.parametrize(
    ("schedule", "alive_since", "is_late_welcome"),
    [
        (DIGEST, None, False),
        (DIGEST, "11-23T08:00:01", False),
        (DIGEST, "11-23T08:00", True),
        (ROLL_UP, "11-24T07:59", True),
        (ROLL_UP, "11-24T08:01", False),
        (PULL, None, True),
        (PULL, "11-24T08:01", True),
    ],
)
def test_a_new_installation_sends_no_digest_that_was_due_before_it(
    schedule: Schedule, alive_since: str | None, *, is_late_welcome: bool
) -> None:
    since = None if alive_since is None else at(alive_since)
    assert is_made_up_for(schedule, at("11-23T08:00"), since) is is_late_welcome
