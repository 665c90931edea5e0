"""Faults by a seed: who is killed, paused or told a wrong time, when the database falls, and which work that struck."""

import random
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from align_sync.app import read_clock
from benchmarks.chaos_world import Replica, World

CALM = timedelta(seconds=3)
"""At the beginning, and twice that at the end."""
LONGEST_WAIT = 3.0
"""Seconds until a victim is struck though it does nothing just then."""
LARGEST_STEP = 90
RUN, MESSAGE = "run", "message"


class FaultKind(StrEnum):
    KILL = "kill -9 and restart"
    PAUSE = "pause of 7 to 20 s"
    CLOCK = "clock step of up to 90 s"
    DATABASE = "crash of the database"


MIX = [FaultKind.KILL] * 5 + [FaultKind.PAUSE] * 2 + [FaultKind.CLOCK] * 2 + [FaultKind.DATABASE]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """`lasts` is that of a pause or an outage, `off_by` by how much the clock is wrong from then on."""

    after: timedelta
    kind: FaultKind
    victim: int
    lasts: timedelta
    off_by: timedelta


@dataclass(frozen=True, slots=True)
class Struck:
    """A run, or a message of the outbox, that was under way in a process that a fault hit."""

    what: str
    id: str
    at: datetime


@dataclass(slots=True)
class Course:
    """What was done to the services, and what it hit."""

    counts: dict[FaultKind, int] = field(default_factory=lambda: dict.fromkeys(FaultKind, 0))
    struck: list[Struck] = field(default_factory=list)


def plan_faults(span: timedelta, number: int, workers: int, seed: int) -> tuple[Fault, ...]:
    draw = random.Random(seed)
    every = (span - 3 * CALM) / number
    return tuple(
        Fault(
            after=CALM + every * (position + draw.uniform(0, 0.8)),
            kind=kind,
            victim=draw.randrange(workers),
            lasts=timedelta(seconds=draw.uniform(7, 20) if kind is FaultKind.PAUSE else draw.uniform(0.5, 4)),
            off_by=timedelta(seconds=draw.choice((-LARGEST_STEP, 0, LARGEST_STEP, draw.uniform(-90, 90)))),
        )
        for position, kind in enumerate(_mix(number, draw))
    )


def _mix(number: int, draw: random.Random) -> Iterator[FaultKind]:
    deck: list[FaultKind] = []
    for _ in range(number):
        if not deck:
            deck = draw.sample(MIX, len(MIX))
        yield deck.pop()


def inject(world: World, faults: tuple[Fault, ...], span: timedelta) -> Course:
    """Let them happen one by one; at the end all services run again, with the right time."""
    course, began = Course(), time.monotonic()
    wake_at: dict[int, float] = {}
    for fault in faults:
        _wait(world, wake_at, began + fault.after.total_seconds())
        if fault.kind is FaultKind.DATABASE:
            course.struck += find_struck(world, None)
            world.database.restart(fault.lasts)
        else:
            _strike(world, fault, course, wake_at)
        course.counts[fault.kind] += 1
    _wait(world, wake_at, began + span.total_seconds())
    for replica in world.replicas:
        replica.resume()
        replica.set_clock(timedelta(0))
    return course


def _wait(world: World, wake_at: dict[int, float], until: float) -> None:
    while (now := time.monotonic()) < until:
        for number in [number for number, at in wake_at.items() if at <= now]:
            del wake_at[number]
            world.replicas[number].resume()
        for replica in world.replicas:
            if not replica.is_alive:  # it gave up by itself: whoever runs it starts it again, as systemd would
                replica.start()
        time.sleep(min(0.1, max(0.0, until - now)))


def _strike(world: World, fault: Fault, course: Course, wake_at: dict[int, float]) -> None:
    """One is paused at a time, and nobody who is paused is struck: there are others."""
    victim = world.replicas[fault.victim]
    if victim.is_paused or (fault.kind is FaultKind.PAUSE and wake_at):
        victim = next(other for other in world.replicas if not other.is_paused)
    if fault.kind is FaultKind.CLOCK:
        victim.set_clock(fault.off_by)
        return
    _wait_for_work(world, victim)
    if fault.kind is FaultKind.PAUSE and not wake_at:
        victim.pause()
        wake_at[victim.number] = time.monotonic() + fault.lasts.total_seconds()
        course.struck += find_struck(world, victim)
        return
    course.struck += find_struck(world, victim)
    victim.kill()
    victim.start()


def _wait_for_work(world: World, victim: Replica) -> None:
    deadline = time.monotonic() + LONGEST_WAIT
    while time.monotonic() < deadline and not find_struck(world, victim):
        time.sleep(0.05)


def find_struck(world: World, victim: Replica | None) -> list[Struck]:
    """What is under way in this process, or anywhere."""
    process = "%" if victim is None else f"%:{victim.process_id}:%"
    now = read_clock()
    found = world.database.ask(
        "SELECT 'run', id::text FROM run WHERE state = 'running' AND owner LIKE %(process)s"
        " UNION ALL SELECT 'message', id FROM outbox WHERE state = 'sending' AND owner LIKE %(process)s",
        process=process,
    )
    return [Struck(what, one, now) for what, one in found]
