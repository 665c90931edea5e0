"""What the service does by the clock: schedules, engine, what waits, what was given up, and the newest backup."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from align_sync.app import App
from align_sync.errors import AlignSyncError
from align_sync.flows.diagnose.model import Check, NextFires, Room, say_list
from align_sync.flows.diagnose.standing import LATELY, Standing
from align_sync.flows.diagnose.times import say_span
from align_sync.schedules import build_schedules
from align_sync.scheduling.schedule import Schedule
from align_sync.scheduling.slots import due_at, next_slot
from align_sync.sending.entry import EntryState
from align_sync.settings_service import Engine
from align_sync.store.backup import find_file, mark_file
from align_sync.store.queue_schema import load_queue_state

ROOM = Room("service")
FIRES_SHOWN = 5
STUCK_AFTER = timedelta(minutes=15)
BACKUP_OLD_AFTER = timedelta(days=7)
SHOWN = 3


def list_fires(app: App, now: datetime) -> Iterator[NextFires]:
    for schedule in build_schedules(app.settings, [opener.source for opener in app.sources]):
        yield NextFires(schedule=schedule.id, zone=schedule.zone, at=tuple(_next_fires(schedule, now)))


def _next_fires(schedule: Schedule, now: datetime) -> Iterator[datetime]:
    """What comes on top of a slot may put it into the future though the slot itself is over."""
    at = now - schedule.delay
    for _ in range(FIRES_SHOWN):
        at = next_slot(schedule, at)
        yield due_at(schedule, at)


def check_schedules(schedules: tuple[NextFires, ...]) -> Iterator[Check]:
    for one in schedules:
        first = one.at[0]
        local = f" ({first.astimezone(ZoneInfo(one.zone)):%a %d %b %H:%M} {one.zone})" if one.zone != "UTC" else ""
        yield ROOM.fine(f"schedule {one.schedule}", f"next at {first:%a %d %b %H:%M} UTC{local}")
    if not schedules:
        why, advice = "the service does nothing by itself", "set a source and [schedule]"
        yield ROOM.doubt("schedules", "there are none", why=why, advice=advice)


def check_service(app: App, standing: Standing | None) -> Iterator[Check]:
    if standing is not None:
        yield from _check_engine(app)
        yield from _check_messages(standing)
        yield from _check_runs(standing)
        yield from _check_backup(app, standing.at)


def _check_engine(app: App) -> Iterator[Check]:
    if app.settings.engine is Engine.INLINE:
        yield ROOM.fine("engine", "inline: each process does its own work")
        return
    try:
        state = load_queue_state(app.store)
    except AlignSyncError as error:
        yield ROOM.error("engine", error, why="the service does not start")
        return
    if state.is_current:
        yield ROOM.fine("engine", f"{app.settings.engine}: the queue has the tables that it needs")
    elif state.revision is None:
        yield ROOM.fine("engine", f"{app.settings.engine}: the tables of the queue are made by the first start")
    else:
        says = f"the tables of the queue are {state.revision or 'of somebody else'}, needed is {state.needed}"
        yield ROOM.fault("engine", says, why="the service does not start", advice="align-sync db upgrade")


def _check_messages(standing: Standing) -> Iterator[Check]:
    by_state = {state: [one for one in standing.messages if one.state == state.value] for state in EntryState}
    if held := by_state[EntryState.HELD]:
        yield ROOM.doubt(
            "held messages",
            say_list(f"{one.number} for {one.channel}" for one in held),
            why="nobody can tell whether they were posted: a person decides",
            advice="align-sync outbox list",
        )
    if dead := by_state[EntryState.DEAD]:
        yield ROOM.doubt(
            "refused messages",
            say_list(f"{one.number} for {one.channel}" for one in dead),
            why="they were refused for good, and nobody got them",
            advice="align-sync outbox list",
        )
    waiting = [*by_state[EntryState.PENDING], *by_state[EntryState.SENDING]]
    if stuck := [one for one in waiting if one.oldest_at < standing.at - STUCK_AFTER]:
        yield ROOM.doubt(
            "stuck messages",
            say_list(f"{one.number} for {one.channel} since {say_span(standing.at - one.oldest_at)}" for one in stuck),
            why="digests are late",
            advice="align-sync outbox list says what stops them",
        )
    if not (held or dead or stuck):
        count = sum(one.number for one in waiting)
        yield ROOM.fine("messages", f"{count} on their way" if count else "none waits")


def _check_runs(standing: Standing) -> Iterator[Check]:
    if not standing.dead_runs:
        yield ROOM.fine("runs", f"none was given up in {LATELY.days} days")
        return
    newest = "; ".join(f"{kind} of {subject}: {error}" for _, kind, subject, error in standing.dead_runs[:SHOWN])
    says = f"{len(standing.dead_runs)} given up in {LATELY.days} days: {newest}"
    yield ROOM.doubt(
        "runs", says, why="this work was not done", advice="mend what they say, then: align-sync jobs list"
    )


def _check_backup(app: App, now: datetime) -> Iterator[Check]:
    database = find_file(app.settings.database.url.get_secret_value())
    if database is None:
        yield ROOM.fine("backup", "that of the server is its own: pg_dump")
        return
    why, advice = "a disk that dies takes decisions and readings along", "align-sync backup FILE, every day by cron"
    mark = mark_file(database)
    if not mark.is_file():
        yield ROOM.doubt("backup", "none was made yet", why=why, advice=advice)
        return
    age = now.timestamp() - mark.stat().st_mtime
    told = f"{mark.read_text(encoding='utf-8').strip()}, {say_span(timedelta(seconds=age))} old"
    if not _exists(mark):
        yield ROOM.doubt("backup", f"{told}; it is not there any more", why=why, advice="see whether it was moved")
    elif age > BACKUP_OLD_AFTER.total_seconds():
        yield ROOM.doubt("backup", told, why=why, advice=advice)
    else:
        yield ROOM.fine("backup", told)


def _exists(mark: Path) -> bool:
    return Path(mark.read_text(encoding="utf-8").strip()).exists()
