"""What became of it all: every slot, every message, every item, and how long it took until all was well again."""

import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from datetime import datetime, timedelta

from align_sync.app import JIRA, LINEAR
from align_sync.daemon.queue.sweep import STALLED_AFTER
from align_sync.daemon.queue.worker import SWEEP_EVERY
from align_sync.schedules import build_schedules
from align_sync.scheduling.schedule import Schedule
from align_sync.scheduling.slots import due_at, next_slot, slot_key
from align_sync.sending.protocol import LEASE, SETTLE
from align_sync.settings_sources import load_settings
from benchmarks.chaos_faults import MESSAGE, RUN, Course, Struck
from benchmarks.chaos_world import World

SETTLED_WITHIN = timedelta(minutes=4)
RECOVERED_WITHIN = {RUN: STALLED_AFTER + 2 * SWEEP_EVERY, MESSAGE: LEASE + 2 * SETTLE}
"""19 of 20. A message in doubt is looked for only once nobody can be sending it any more."""
OVER = ("done", "skipped", "dead")


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """All but the first group is to be 0."""

    slots: int
    runs: int
    done_again: int
    messages: int
    digests: int
    slots_without_run: int
    slots_with_several: int
    runs_dead: int
    runs_stuck: int
    jobs_stuck: int
    messages_lost: int
    messages_twice: int
    messages_not_sent: int
    items_newly_unlinked: int
    items_gone: int
    bad_endings: int

    def faults(self) -> dict[str, int]:
        names = [one.name for one in fields(self)]
        return {name: getattr(self, name) for name in names[names.index("slots_without_run") :] if getattr(self, name)}


@dataclass(frozen=True, slots=True)
class Items:
    """The bucket of each item, and those that are there."""

    buckets: dict[int, str]
    present: frozenset[int]


def load_items(world: World) -> Items:
    buckets = dict(world.database.ask("SELECT item_id, bucket FROM verdict"))
    present = world.database.ask("SELECT id FROM item WHERE state = 'present'")
    return Items(buckets, frozenset(one for (one,) in present))


def expected_slots(world: World, began_at: datetime, ended_at: datetime) -> tuple[str, ...]:
    """The key of each slot of each schedule that came up in between, by the true time."""
    settings = load_settings(named=world.settings, overrides=world.secrets).settings
    schedules = build_schedules(settings, [JIRA, LINEAR])
    return tuple(key for schedule in schedules for key in _slots(schedule, began_at, ended_at))


def _slots(schedule: Schedule, began_at: datetime, ended_at: datetime) -> Iterator[str]:
    at = next_slot(schedule, began_at)
    while due_at(schedule, at) <= ended_at:
        yield slot_key(schedule, at)
        at = next_slot(schedule, due_at(schedule, at))


def wait_until_settled(world: World, keys: Iterable[str]) -> timedelta:
    """How long it took until nothing of the span was open any more, at most `SETTLED_WITHIN`."""
    began, wanted = time.monotonic(), list(keys)
    while time.monotonic() - began < SETTLED_WITHIN.total_seconds():
        ((runs, messages),) = world.database.ask(
            "SELECT (SELECT count(*) FROM run WHERE dedupe_key = ANY(%(keys)s) AND state <> ALL(%(over)s)),"
            " (SELECT count(*) FROM outbox WHERE state IN ('pending', 'sending'))",
            keys=wanted, over=list(OVER),
        )  # fmt: skip
        if runs == messages == 0:
            break
        time.sleep(0.5)
    return timedelta(seconds=time.monotonic() - began)


def check(world: World, keys: tuple[str, ...], written: list[str], before: Items, codes: list[int]) -> Findings:
    """After the last service has ended."""
    runs = world.database.ask("SELECT dedupe_key, state, attempt FROM run")
    states = {key: state for key, state, _ in runs}
    rows = Counter(key for key, _, _ in runs)
    outbox = dict(world.database.ask("SELECT id, state FROM outbox"))
    posted = _count_posted(world)
    after = load_items(world)
    return Findings(
        slots=len(keys),
        runs=len(runs),
        done_again=sum(attempt > 1 for _, _, attempt in runs),
        messages=len(outbox),
        digests=_count(world, "SELECT count(*) FROM digest"),
        slots_without_run=sum(key not in states for key in keys),
        slots_with_several=sum(rows[key] > 1 for key in keys),
        runs_dead=sum(state == "dead" for state in states.values()),
        runs_stuck=sum(states.get(key, "done") not in OVER for key in keys),
        jobs_stuck=_count(world, "SELECT count(*) FROM align_queue.procrastinate_jobs WHERE status = 'doing'"),
        messages_lost=sum(posted[one] == 0 for one in {*outbox, *written}),
        messages_twice=sum(number > 1 for number in posted.values()),
        messages_not_sent=sum(state != "sent" for state in outbox.values()) + len(set(written) - set(outbox)),
        items_newly_unlinked=sum(
            bucket == "unlinked" and before.buckets.get(item) != "unlinked" for item, bucket in after.buckets.items()
        ),
        items_gone=len(before.present - after.present),
        bad_endings=sum(code != 0 for code in codes),
    )


def _count_posted(world: World) -> Counter[str]:
    workspace, posted = world.sandbox.workspace, Counter[str]()
    with workspace.lock:
        for message in workspace.messages.values():
            payload = (message.metadata or {}).get("event_payload")
            if isinstance(payload, dict):
                posted[str(payload["key"])] += 1
    return posted


def _count(world: World, query: str) -> int:
    return int(world.database.ask(query)[0][0])


def recovery_times(world: World, course: Course) -> dict[str, list[timedelta]]:
    """From the fault until what it struck was done after all, sorted, of runs and of messages."""
    ends = {(RUN, str(one)): at for one, at in world.database.ask("SELECT id, ended_at FROM run")}
    ends |= {(MESSAGE, one): at for one, at in world.database.ask("SELECT id, sent_at FROM outbox")}
    return {
        what: sorted(_took(one, ends.get((what, one.id))) for one in course.struck if one.what == what)
        for what in (RUN, MESSAGE)
    }


def _took(struck: Struck, ended_at: datetime | None) -> timedelta:
    return SETTLED_WITHIN if ended_at is None else max(timedelta(0), ended_at - struck.at)


def percentile(times: list[timedelta], share: int) -> timedelta:
    """Of sorted times the one that so many per cent do not exceed."""
    return times[max(0, -(-len(times) * share // 100) - 1)] if times else timedelta(0)
