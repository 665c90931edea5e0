"""Plays the sending protocol under a pretended clock, with workers that die, pause and overtake each other.

Every draw comes from one seed, so that a schedule that fails can be played again. The steps are those of the product
(`flows/deliver/steps.py`), as are its decisions; only the rows are in memory.
"""

import heapq
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Protocol

from align_sync.delivery.base import ChannelCheck, UnreadableError
from align_sync.flows.deliver.steps import Postman, Step
from align_sync.sending import protocol
from align_sync.sending.entry import Certainty, EntryState, OutboxEntry
from align_sync.sending.ledger import Claim, Destination, Judge, Ledger, Wait
from align_sync.sending.outcome import Delivered, Outcome, Refused, Unclear
from tests.machine.memory_ledger import MemoryRows

START = datetime(2026, 11, 23, 9, tzinfo=UTC)
SECOND = timedelta(seconds=1)
TIMEOUT = 15 * SECOND
IN_FLIGHT = 18.0
"""Seconds that a request may still be under way after it left."""
MOST_STEPS = 6_000
CHANNELS = tuple(Destination(channel=name, address=f"C-{name}", fingerprint="f") for name in ("pay", "all"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Odds:
    """How often what goes wrong, at each step or request; `lag` is the longest until a message shows in history."""

    crash: float = 0.08
    lost: float = 0.10
    failed: float = 0.05
    refused: float = 0.10
    unreadable: float = 0.10
    paused: float = 0.05
    longest_pause: float = 120.0
    lag: float = 60.0
    sweeps: bool = True


HARSH = Odds()
TAME = Odds(lag=0.0, paused=0.0, sweeps=False)
"""What looking first withstands alone: no effect later than the settling time, no sweep to mend anything."""


WRONG = {
    "blind": "sent although a look would have found it",
    "disorder": "a reply before the one that it follows",
    "name of a deleted copy": "what is written down is not what stands there",
    "oldest deleted": "the copy that people saw first is gone",
}
"""What else must never be found."""


class CrashError(Exception):
    """The process died."""


@dataclass(slots=True)
class Copy:
    """A message that stands in a channel; `ts` tells the order in which Slack took them."""

    ts: int
    key: str
    shows_at: datetime
    thread: str | None
    is_deleted: bool = False


@dataclass(slots=True)
class World:
    """One schedule. `faults` and `found` are counted over all of it."""

    seed: int
    odds: Odds
    now: datetime = START
    copies: list[Copy] = field(default_factory=list)
    flying: list[tuple[datetime, int, OutboxEntry]] = field(default_factory=list)
    claimed_at: dict[tuple[str, int], datetime] = field(default_factory=dict)
    faults: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    spent: timedelta = timedelta(0)
    rng: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self.rng = random.Random(self.seed)

    def clock(self) -> datetime:
        return self.now

    def strikes(self, fault: str, share: float) -> bool:
        if self.rng.random() >= share:
            return False
        self.faults[fault] += 1
        return True

    def spend(self, longest: float) -> None:
        self.spent += self.rng.uniform(0.01, longest) * SECOND

    def advance(self, at: datetime) -> None:
        """What is under way arrives before anybody else does anything."""
        while self.flying and self.flying[0][0] <= at:
            arrives_at, _, entry = heapq.heappop(self.flying)
            self.now = max(self.now, arrives_at)
            self.take_effect(entry)
        self.now = max(self.now, at)

    def take_effect(self, entry: OutboxEntry) -> Copy:
        shows_at = self.now + self.rng.uniform(0, self.odds.lag) * SECOND
        copy = Copy(ts=len(self.copies) + 1, key=entry.id, shows_at=shows_at, thread=entry.parent_external_id)
        self.copies.append(copy)
        return copy

    def fly(self, entry: OutboxEntry) -> None:
        """The request is on its way, and nobody waits for it any more."""
        at = self.now + self.rng.choice((0.0, self.rng.uniform(0, IN_FLIGHT))) * SECOND
        heapq.heappush(self.flying, (at, len(self.copies) + len(self.flying), entry))


@dataclass(slots=True)
class SimulatedSlack:
    """A `Channel` that takes pretended time."""

    world: World
    name: str
    address: str
    certainty: Certainty = Certainty.VERIFIABLE

    def send(self, entry: OutboxEntry) -> Outcome:
        world = self.world
        claimed_at = world.claimed_at.get((entry.id, entry.fence), world.now)
        if any(one.key == entry.id and not one.is_deleted and one.shows_at <= claimed_at for one in world.copies):
            world.found["blind"] += 1
        world.spend(2.0)
        if world.strikes("crash in a request", world.odds.crash / 2):
            world.fly(entry)
            raise CrashError
        if world.strikes("answer lost", world.odds.lost):
            world.fly(entry)
            world.spent += TIMEOUT
            return Unclear("the answer was lost")
        if world.strikes("5xx without effect", world.odds.failed):
            return Unclear("503")
        if world.strikes("refused", world.odds.refused):
            return Refused(reason="429", retry_after=world.rng.choice((None, 3 * SECOND, 30 * SECOND)))
        return Delivered(str(world.take_effect(entry).ts))

    def find(self, entry: OutboxEntry) -> tuple[str, ...]:
        world = self.world
        world.spend(4.0)
        if world.strikes("history unreadable", world.odds.unreadable):
            raise UnreadableError("history cannot be read")
        return tuple(
            str(one.ts)
            for one in world.copies
            if one.key == entry.id and not one.is_deleted and one.shows_at <= world.now
        )

    def delete(self, entry: OutboxEntry, external_id: str) -> Outcome:
        del entry
        world = self.world
        world.spend(2.0)
        if world.strikes("delete refused", world.odds.refused):
            return Refused(reason="429")
        world.copies[int(external_id) - 1].is_deleted = True
        if world.strikes("answer lost", world.odds.lost):
            return Unclear("the answer was lost")
        return Delivered(external_id)

    def check(self) -> tuple[ChannelCheck, ...]:
        return ()

    def close(self) -> None:
        """Nothing is open."""


@dataclass(slots=True)
class Worker:
    """One process: it serves the channels in turn, again and again."""

    world: World
    ledger: Ledger
    steps: Iterator[Step | Wait] = field(init=False)

    def __post_init__(self) -> None:
        self.start()

    def start(self) -> None:
        self.steps = self._serve()

    def go_on(self) -> Step | Wait:
        """The next step, or the end of the process. Raises `StopIteration` where there is nothing to do."""
        step = next(self.steps)
        if self.world.strikes("crash", self.world.odds.crash):
            raise CrashError
        return step

    def _serve(self) -> Iterator[Step | Wait]:
        world = self.world
        for to in CHANNELS:
            channel = SimulatedSlack(world, to.channel, to.address)
            yield from Postman(
                ledger=self.ledger,
                to=to,
                channel=channel,
                now=world.clock,
                uniform=world.rng.uniform,
                tell=self._tell,
            ).serve()

    def _tell(self, event: str, entry: OutboxEntry, says: str) -> None:
        del entry, says
        self.world.found[event] += 1


def make_messages() -> tuple[OutboxEntry, ...]:
    """A digest with three replies in one channel, and two digests in another."""
    parents = [None, "m0", "m0", "m0", None, None]
    return tuple(
        OutboxEntry(
            id=f"m{number}",
            channel=CHANNELS[number // 4].channel,
            address=CHANNELS[number // 4].address,
            dedupe_key=f"digest:{number}",
            payload="{}",
            payload_hash="",
            state=EntryState.PENDING,
            parent_id=parent,
        )
        for number, parent in enumerate(parents)
    )


class Rows(Protocol):
    """What is behind the ledgers of all processes."""

    def of(self, owner: str) -> Ledger: ...

    def queue(self, entry: OutboxEntry, now: datetime) -> bool: ...

    def entries(self) -> tuple[OutboxEntry, ...]: ...


@dataclass(frozen=True, slots=True)
class Watched:
    """Notes when what was claimed, for the judge; and switches the sweeps off where they are not asked for."""

    world: World
    ledger: Ledger

    def claim(self, to: Destination, now: datetime) -> Claim | Wait | None:
        claim = self.ledger.claim(to, now)
        if isinstance(claim, Claim):
            self.world.claimed_at[claim.entry.id, claim.entry.fence] = now
        return claim

    def may_send(self, entry: OutboxEntry, now: datetime) -> bool:
        return self.ledger.may_send(entry, now)

    def record(self, entry: OutboxEntry, to: Destination, judge: Judge, now: datetime) -> bool:
        return self.ledger.record(entry, to, judge, now)

    def claim_look(self, to: Destination, now: datetime) -> OutboxEntry | None:
        return self.ledger.claim_look(to, now) if self.world.odds.sweeps else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """One schedule and what was wrong at its end: `problems` is empty where nothing was."""

    seed: int
    messages: int
    lost: int
    duplicates: int
    stuck: int
    faults: Counter[str]
    found: Counter[str]
    rows: tuple[OutboxEntry, ...]

    @property
    def is_fine(self) -> bool:
        return not (self.lost or self.duplicates or self.stuck or any(self.found[one] for one in WRONG))


def play(seed: int, odds: Odds = HARSH, *, workers: int = 3, rows: Rows | None = None) -> Played:
    """One schedule, over rows in memory unless others are given."""
    world = World(seed, odds)
    rows = MemoryRows() if rows is None else rows
    for entry in make_messages():
        rows.queue(entry, START)
    _run(world, rows, [Worker(world, Watched(world, rows.of(f"w{number}"))) for number in range(workers)])
    return judge(world, rows.entries())


def _run(world: World, rows: Rows, workers: list[Worker]) -> None:
    queue: list[tuple[datetime, int]] = []
    for number in range(len(workers)):
        heapq.heappush(queue, (START + world.rng.uniform(0, 5) * SECOND, number))
    for _ in range(MOST_STEPS):
        if not queue:
            break
        at, number = heapq.heappop(queue)
        world.advance(at)
        again_at = _step(world, rows, workers[number])
        if again_at is not None:
            heapq.heappush(queue, (again_at, number))
    world.advance(world.now + IN_FLIGHT * SECOND)


def _step(world: World, rows: Rows, worker: Worker) -> datetime | None:
    """One step of one worker; when it is its turn again, None where nothing is left to do for it."""
    odds, world.spent = world.odds, timedelta(0)
    try:
        step = worker.go_on()
    except StopIteration:
        worker.start()
        due_at = min(_due_times(rows.entries(), sweeps=odds.sweeps), default=None)
        return None if due_at is None else max(due_at, world.now) + world.rng.uniform(0.1, 10) * SECOND
    except CrashError:
        worker.start()
        return world.now + world.rng.uniform(1, 30) * SECOND
    if isinstance(step, Wait):
        world.spent += step.span
    world.spend(0.2)
    if world.strikes("pause", odds.paused):
        world.spend(odds.longest_pause)
    return world.now + world.spent


def _due_times(rows: tuple[OutboxEntry, ...], *, sweeps: bool) -> Iterator[datetime]:
    """When anything may be to do; none once everything is over."""
    for one in rows:
        if one.state is EntryState.SENDING and one.lease_until_at is not None:
            settled_at = one.lease_until_at + protocol.SETTLE
            yield max(settled_at, one.not_before_at or settled_at)
        elif one.state is EntryState.PENDING and one.created_at is not None:
            yield one.not_before_at or one.created_at
        elif one.state is EntryState.SENT and one.look_again_at is not None and sweeps:
            yield one.look_again_at


def judge(world: World, rows: tuple[OutboxEntry, ...]) -> Played:
    alive = Counter(one.key for one in world.copies if not one.is_deleted)
    names = {str(one.ts) for one in world.copies if not one.is_deleted}
    over = [one for one in rows if one.state is EntryState.SENT and not (world.odds.sweeps and one.look_again_at)]
    world.found["name of a deleted copy"] += sum(one.external_id not in names for one in over)
    oldest = {one.key: one for one in reversed(world.copies)}
    world.found["oldest deleted"] += sum(one.is_deleted for one in oldest.values())
    world.found["copies in all"] += len(world.copies)
    thread = [oldest[one.id].ts for one in rows if one.parent_id is not None and one.id in oldest]
    world.found["disorder"] += thread != sorted(thread)
    return Played(
        seed=world.seed,
        messages=len(rows),
        lost=sum(alive[one.id] == 0 for one in rows),
        duplicates=sum(max(0, alive[one.id] - 1) for one in rows),
        stuck=len(rows) - len(over),
        faults=world.faults,
        found=world.found,
        rows=rows,
    )
