"""Plays runs under a pretended clock: three hosts with clocks of their own, that die, fall asleep and wake up.

Every draw comes from one seed, so that a schedule that fails can be played again. The decisions are those of the
product (`scheduling/`); only the rows are in memory, and go by one clock as those on a server do.
"""

import heapq
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from align_sync.flows.runs import Claimed, Ending
from align_sync.scheduling.backoff import MOST_ATTEMPTS, retry_after
from align_sync.scheduling.run import Run, RunKind, RunState
from align_sync.scheduling.schedule import Schedule
from align_sync.scheduling.slots import list_due, newest_due, slot_key
from tests.machine.memory_runs import LEASE, MemoryRuns

START = datetime(2026, 11, 23, 23, 50, tzinfo=UTC)
SECOND = timedelta(seconds=1)
LASTS = timedelta(minutes=40)
QUIET_AFTER = START + LASTS
"""From then on nothing more goes wrong, so that what is left can come to its end."""
MOST_STEPS = 3_000
RECONCILE_EVERY = 30 * SECOND
OFTEN, DAY = timedelta(minutes=5), timedelta(days=1)
_JIRA = Schedule(id="sync:jira", kind=RunKind.SYNC, subject="source:jira", every=OFTEN, catch_up=OFTEN)
_DIGEST = Schedule(id="digest:Pay", kind=RunKind.DIGEST, subject="team:Pay", every=DAY, catch_up=2 * DAY)
SCHEDULES = (_JIRA, _DIGEST)
WRONG = {
    "slot twice": "two rows of one slot",
    "slot missing": "a slot without a row that somebody saw, or that may be made up for in days",
    "done twice": "the end of one run written down twice",
    "taken from the living": "claimed while somebody held it",
    "asked while blocked": "a source asked that was to be left alone",
    "dead too early": "given up before its last attempt",
    "stuck": "a run that never came to its end",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Odds:
    """How often what goes wrong, at each step; a host's clock is wrong by up to `skew` seconds, and steps."""

    crash: float = 0.03
    asleep: float = 0.03
    longest_sleep: float = 300.0
    missed: float = 0.3
    lost: float = 0.2
    doubled: float = 0.2
    failed: float = 0.25
    stepped: float = 0.05
    skew: float = 90.0
    goes_by_the_server: bool = True


HARSH = Odds()


class CrashError(Exception):
    """The process died."""


@dataclass(slots=True)
class World:
    """One schedule. `faults` and `found` are counted over all of it; `queue` are runs that were handed over."""

    seed: int
    odds: Odds
    runs: MemoryRuns
    now: datetime = START
    queue: list[int] = field(default_factory=list)
    holders: dict[str, tuple[str, datetime]] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)
    ended: Counter[int] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    rng: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self.rng = random.Random(self.seed)

    def strikes(self, fault: str, share: float) -> bool:
        if self.now >= QUIET_AFTER or self.rng.random() >= share:
            return False
        self.faults[fault] += 1
        return True

    def hand_over(self, run: Run) -> None:
        if run.state in {RunState.SKIPPED, RunState.DONE}:
            return
        if not self.strikes("hand-over lost", self.odds.lost):
            self.queue.append(run.id)
        if self.strikes("hand-over doubled", self.odds.doubled):
            self.queue.append(run.id)


@dataclass(slots=True)
class Host:
    """One process after another on one host. `steps` yields how long each of its steps takes."""

    world: World
    name: str
    lives: int = 0
    skew: timedelta = timedelta(0)
    reconciled_at: datetime = START - RECONCILE_EVERY
    steps: Iterator[timedelta] = field(init=False)

    def __post_init__(self) -> None:
        self.start()

    def start(self) -> None:
        self.lives += 1
        self._step_clock()
        self.steps = self._live()

    @property
    def owner(self) -> str:
        return f"{self.name}:{self.lives}"

    @property
    def local(self) -> datetime:
        return self.world.now + self.skew

    @property
    def shared(self) -> datetime:
        """The clock that the ledger is asked by."""
        return self.world.now if self.world.odds.goes_by_the_server else self.local

    def go_on(self) -> timedelta:
        world = self.world
        takes = next(self.steps)
        if world.strikes("crash", world.odds.crash):
            raise CrashError
        if world.strikes("asleep", world.odds.asleep):
            takes += world.rng.uniform(1, world.odds.longest_sleep) * SECOND
        if world.strikes("clock stepped", world.odds.stepped):
            self._step_clock()
        return takes

    def _step_clock(self) -> None:
        quiet = self.world.now >= QUIET_AFTER
        self.skew = timedelta(0) if quiet else self.world.rng.uniform(-1, 1) * self.world.odds.skew * SECOND

    def _live(self) -> Iterator[timedelta]:
        world, ticked = self.world, set[str]()
        while True:
            for schedule in SCHEDULES:
                slot = newest_due(schedule, self.local)
                if slot is not None and slot_key(schedule, slot) not in ticked:
                    ticked.add(slot_key(schedule, slot))
                    if not world.strikes("alarm missed", world.odds.missed):
                        self._tick(schedule, slot)
            if world.now - self.reconciled_at >= RECONCILE_EVERY:
                self.reconciled_at = world.now
                self._reconcile()
            if world.queue:
                yield from self._execute(world.queue.pop(world.rng.randrange(len(world.queue))))
            yield world.rng.uniform(2, 20) * SECOND

    def _tick(self, schedule: Schedule, slot: datetime) -> None:
        run = self.world.runs.tick(schedule, slot, self.shared)
        if run is not None:
            self.world.hand_over(run)

    def _reconcile(self) -> None:
        for run in self.world.runs.due(self.shared):
            self.world.hand_over(run)
        for schedule in SCHEDULES:
            if (slot := newest_due(schedule, self.local)) is not None:
                self.world.seen.add(slot_key(schedule, slot))
                self._tick(schedule, slot)

    def _execute(self, run_id: int) -> Iterator[timedelta]:
        world = self.world
        claim = world.runs.claim(run_id, self.owner, self.shared)
        if claim is None:
            return
        self._check_claim(claim)
        is_told = False
        for _ in range(world.rng.randint(1, 5)):
            yield world.rng.uniform(0.5, 20) * SECOND
            if not is_told and world.runs.renew(claim, self.shared):
                self._hold(claim)
            else:
                is_told = True  # the work itself goes on: only the end tells it
        yield world.rng.uniform(0, 1) * SECOND
        self._finish(claim)

    def _finish(self, claim: Claimed) -> None:
        world, run = self.world, claim.run
        is_failure = world.strikes("work failed", world.odds.failed)
        if run.kind is RunKind.SYNC:
            world.runs.note(run.subject, self.shared, is_failure=is_failure)
        ending = self._fail(run) if is_failure else Ending(state=RunState.DONE)
        if world.runs.finish(claim, ending, self.shared) is None:
            world.found["run.fenced"] += 1
            return
        if world.holders.get(run.subject, ("", START))[0] == self.owner:
            del world.holders[run.subject]
        if ending.state is RunState.DONE:
            world.ended[run.id] += 1
        world.found["dead too early"] += ending.state is RunState.DEAD and run.attempt < MOST_ATTEMPTS

    def _fail(self, run: Run) -> Ending:
        wait = retry_after(run.attempt, self.world.rng.uniform)
        blocked = self.world.runs.blocked.get(run.subject)
        return Ending(state=RunState.DEAD if wait is None else RunState.FAILED, wait=wait, not_before=blocked)

    def _check_claim(self, claim: Claimed) -> None:
        world, run = self.world, claim.run
        holder, until = world.holders.get(run.subject, ("", START))
        world.found["taken from the living"] += until > world.now
        world.found["run.taken_over"] += bool(holder)
        blocked = world.runs.blocked.get(run.subject)
        world.found["asked while blocked"] += blocked is not None and blocked > world.now
        self._hold(claim)

    def _hold(self, claim: Claimed) -> None:
        """Until when nobody else may have it, by the true time."""
        self.world.holders[claim.run.subject] = (self.owner, self.world.now + LEASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """One schedule and what was wrong at its end."""

    seed: int
    faults: Counter[str]
    found: Counter[str]
    rows: tuple[Run, ...]

    @property
    def is_fine(self) -> bool:
        return not any(self.found[one] for one in WRONG)


def play(seed: int, odds: Odds = HARSH, *, hosts: int = 3, runs: MemoryRuns | None = None) -> Played:
    """One schedule of forty minutes in which a digest and several pulls come due."""
    world = World(seed, odds, MemoryRuns() if runs is None else runs)
    everyone = [Host(world, f"h{number}") for number in range(hosts)]
    turns = [(START + world.rng.uniform(0, 5) * SECOND, number) for number in range(hosts)]
    heapq.heapify(turns)
    for _ in range(MOST_STEPS):
        at, number = heapq.heappop(turns)
        world.now = max(world.now, at)
        host = everyone[number]
        try:
            takes = host.go_on()
        except CrashError:
            host.start()
            takes = world.rng.uniform(1, 60) * SECOND
        if world.now >= QUIET_AFTER + 2 * OFTEN and all(run.state.is_over for run in world.runs.rows.values()):
            break
        heapq.heappush(turns, (world.now + takes, number))
    return judge(world)


def judge(world: World) -> Played:
    rows, found = tuple(world.runs.rows.values()), world.found
    keys = Counter(run.dedupe_key for run in rows)
    due = {slot_key(_DIGEST, at) for at in list_due(_DIGEST, START, QUIET_AFTER)}
    found["slot twice"] += sum(number - 1 for number in keys.values())
    found["slot missing"] += len((world.seen | due) - keys.keys())
    found["stuck"] += sum(not run.state.is_over for run in rows)
    found["done twice"] += sum(number > 1 for number in world.ended.values())
    found.update({f"rows {state}": sum(run.state is state for run in rows) for state in RunState})
    return Played(seed=world.seed, faults=world.faults, found=found, rows=rows)
