"""`align-sync sandbox --simulate DAYS`: the service at work on the sample company, days of it within seconds."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from align_sync.app import open_app, read_clock, real_seams
from align_sync.cli import exit_codes
from align_sync.cli.output import emit, say
from align_sync.demo.pretended_clock import PretendedClock
from align_sync.demo.sandbox import SLACK_CHANNEL, open_sandbox
from align_sync.demo.simulation import Day, Simulation, Summary
from align_sync.demo.story import sample_settings, write_example_okrs, write_register
from align_sync.demo.story.sources import CONNECTION, WAREHOUSE
from align_sync.errors import UserError
from align_sync.scheduling.run import RunKind
from align_sync.settings import Settings
from align_sync.telemetry.log import configure_logs

DATABASE = "simulated.db"
OKRS = "simulated-okrs"
PULL_EVERY = timedelta(minutes=30)
"""Half as often as by default, so that a week takes less than a minute."""


def simulate(out_dir: Path, days: int, stop: threading.Event) -> int:
    """From the Monday of this week on; ends with 1 where a slot was missed or a message came twice."""
    configure_logs(level="error", form="auto", secrets=())
    now, started = read_clock(), time.monotonic()
    monday = (now - timedelta(days=now.weekday())).replace(hour=0, minute=0, second=0, microsecond=0)
    with open_simulation(out_dir.resolve(), monday, stop) as simulation:
        emit(
            f"SAMPLE DATA: {len(simulation.schedules)} schedules from {monday:%a %Y-%m-%d} on, in pretended time (UTC);"
        )
        emit(f"the service pulls every {PULL_EVERY}, and people change an item thrice a working day")
        for day in simulation.days(days):
            emit(describe_day(day))
        summary = simulation.sum_up()
    emit(describe(summary))
    say(f"{days} days in {time.monotonic() - started:.0f} s; what was done: {out_dir / DATABASE}")
    if stop.is_set():
        return exit_codes.INTERRUPTED
    return exit_codes.FINE if summary.is_fine else exit_codes.FINDINGS


@contextmanager
def open_simulation(
    folder: Path, begins_at: datetime, stop: threading.Event | None = None, *, pull_every: timedelta = PULL_EVERY
) -> Iterator[Simulation]:
    """Servers, settings and a new database of its own: neither file nor environment is asked for any other.

    Raises `UserError` where the folder cannot be written.
    """
    stop = stop or threading.Event()
    clock, today = PretendedClock(begins_at), begins_at.date()
    database = _make_room(folder)
    okrs = write_example_okrs(folder / OKRS, today)
    metrics = write_register(folder, okrs, today)
    with open_sandbox(clock=clock) as sandbox:
        channel = {
            "kind": "slack",
            "api_url": f"{sandbox.slack.url}/api",
            "token": sandbox.variables()["ALIGN_SYNC_CHANNELS__SANDBOX__TOKEN"],
            "to": [SLACK_CHANNEL],
            "teams": ["*"],
            "leadership": True,
        }
        told = {
            **sample_settings(today, metrics),
            **sandbox.overrides(),
            "database": {"url": f"sqlite:///{database}"},
            "connections": {CONNECTION: {"url": f"sqlite:///{folder / WAREHOUSE}"}},
            "channels": {"sandbox": channel},
            "okrs": okrs,
            "sync": {"every": pull_every},
        }
        seams = replace(real_seams(stop, now=clock), sleep=clock.sleep)
        with open_app(Settings.model_validate(told), seams=seams, is_sample=True, stop=stop) as app:
            yield Simulation(app, sandbox, clock)


def _make_room(folder: Path) -> Path:
    database = folder / DATABASE
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for ending in ("", "-wal", "-shm", "-journal"):
            database.with_name(database.name + ending).unlink(missing_ok=True)
    except OSError as error:
        raise UserError(
            f"it cannot be written: {error.strerror}", where=str(folder), advice="name another with --out-dir"
        ) from None
    return database


def describe_day(day: Day) -> str:
    """`Mon 2026-11-23  192 sync, 1 read …; 6 digests, 8 messages at Slack; 31 unlinked`."""
    done = ", ".join(f"{day.done[kind]} {kind}" for kind in RunKind if day.done.get(kind))
    unhappy = f"; {day.unhappy} FAILED" if day.unhappy else ""
    skipped = f", {day.skipped} skipped" if day.skipped else ""
    return f"{day.on:%a %Y-%m-%d}  {done}{skipped}{unhappy}; {day.messages} messages at Slack; {day.unlinked} unlinked"


def describe(summary: Summary) -> str:
    """In one line."""
    return (
        f"{summary.slots:,} slots came due: {summary.missing} without a run, {summary.unfinished} not over;"
        f" {summary.made_up} from before; {summary.messages} messages at Slack, {summary.twice} twice"
    )
