"""The slots of a schedule: the next one, the newest that is due, and the key that gives each exactly one run."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from align_sync.scheduling.cron import newest_fire, next_fire
from align_sync.scheduling.run import RunKind
from align_sync.scheduling.schedule import Schedule

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def next_slot(schedule: Schedule, after: datetime) -> datetime:
    """The first slot that becomes due after this instant. `due_at` says when that is, and from there one goes on."""
    after -= schedule.delay
    if schedule.every is None:
        return next_fire(schedule.cron, ZoneInfo(schedule.zone), after)
    return _floor(after, schedule.every) + schedule.every


def list_due(schedule: Schedule, after: datetime, until: datetime) -> Iterator[datetime]:
    """All slots that become due after the one instant and not after the other."""
    while due_at(schedule, slot := next_slot(schedule, after)) <= until:
        yield slot
        after = due_at(schedule, slot)


def newest_due(schedule: Schedule, now: datetime) -> datetime | None:
    """The newest slot that is due; None where it has been for longer than may be made up for."""
    until = now - schedule.delay
    if schedule.every is None:
        slot = newest_fire(schedule.cron, ZoneInfo(schedule.zone), until)
    else:
        slot = _floor(until, schedule.every)
    return slot if until - slot <= schedule.catch_up else None


def is_made_up_for(schedule: Schedule, slot: datetime, alive_since: datetime | None) -> bool:
    """Whether a slot that was missed is to be done late, where the service has been at work since this instant.

    A digest is not, where it became due before anybody could have made it: an installation of a Tuesday does not begin
    with a message about last week that nobody has asked for. All else is: it only brings the ledger up to date.
    """
    if schedule.kind is not RunKind.DIGEST:
        return True
    return alive_since is not None and due_at(schedule, slot) >= alive_since


def due_at(schedule: Schedule, slot: datetime) -> datetime:
    return slot + schedule.delay


def slot_key(schedule: Schedule, fire_at: datetime) -> str:
    """`sync:jira@2026-11-23T09:00:00Z`."""
    return f"{schedule.id}@{fire_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _floor(instant: datetime, every: timedelta) -> datetime:
    return _EPOCH + (instant - _EPOCH) // every * every
