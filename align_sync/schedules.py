"""The schedules that follow from the settings: what this deployment does by the clock, and on whose clock."""

from collections.abc import Iterable, Iterator
from datetime import timedelta

from align_sync.scheduling.run import RunKind
from align_sync.scheduling.schedule import Schedule
from align_sync.settings import Settings

DIGEST_CATCH_UP = timedelta(hours=48)
DAY_CATCH_UP = timedelta(hours=24)
SNAPSHOT_CATCH_UP = timedelta(hours=6)
"""A report that is kept much later would stand for another day."""


def build_schedules(settings: Settings, sources: Iterable[str]) -> tuple[Schedule, ...]:
    """All schedules, each with an id of its own. `sources` are those that this deployment pulls from."""
    listed = (*_pulls(settings, sources), *_by_the_clock(settings))
    return tuple(schedule for schedule in listed if schedule.every is not None or schedule.cron)


def _pulls(settings: Settings, sources: Iterable[str]) -> Iterator[Schedule]:
    every = settings.sync.every
    for source in sources:
        yield Schedule(id=f"sync:{source}", kind=RunKind.SYNC, subject=f"source:{source}", every=every, catch_up=every)


def _by_the_clock(settings: Settings) -> Iterator[Schedule]:
    planned, zone = settings.schedule, settings.timezone
    if settings.metrics:
        yield Schedule(
            id="read", kind=RunKind.READ, subject="metrics", zone=zone, cron=planned.read, catch_up=DAY_CATCH_UP
        )
    for team in settings.teams:
        yield Schedule(
            id=f"snapshot:{team.name}",
            kind=RunKind.SNAPSHOT,
            subject=f"team:{team.name}",
            zone=team.timezone or zone,
            cron=planned.snapshot,
            catch_up=SNAPSHOT_CATCH_UP,
        )
    yield from _digests(settings)
    yield Schedule(
        id="prune", kind=RunKind.PRUNE, subject="store", zone=zone, cron=planned.prune, catch_up=DAY_CATCH_UP
    )


def _digests(settings: Settings) -> Iterator[Schedule]:
    """Only those that somebody gets."""
    planned, zone, channels = settings.schedule, settings.timezone, tuple(settings.channels.values())
    for team in settings.teams:
        if any(channel.serves(team.name) for channel in channels):
            yield Schedule(
                id=f"digest:{team.name}",
                kind=RunKind.DIGEST,
                subject=f"team:{team.name}",
                zone=team.timezone or zone,
                cron=planned.digest if team.digest is None else team.digest,
                catch_up=DIGEST_CATCH_UP,
            )
    if any(channel.leadership for channel in channels):
        yield Schedule(
            id="digest-leadership",
            kind=RunKind.DIGEST,
            subject="leadership",
            zone=zone,
            cron=planned.digest,
            delay=planned.roll_up_after,
            catch_up=DIGEST_CATCH_UP,
        )
