"""`align-sync schedule`: what is done by the clock, and when next."""

from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click
import orjson
import rich_click

from align_sync.cli.output import emit, say
from align_sync.cli.session import Options, load
from align_sync.reports.words import moment, stamp
from align_sync.scheduling.slots import due_at, next_slot

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from align_sync.scheduling.schedule import Schedule


@rich_click.group("schedule")
def command() -> None:
    """What is done by the clock, and when next."""


@command.command("next")
@rich_click.option(
    "--count", type=click.IntRange(min=1, max=1000), default=3, show_default=True, help="How many of each schedule."
)
@rich_click.option(
    "-f", "-o", "--output", "form", type=click.Choice(["table", "json"]), default="table", show_default=True
)
@rich_click.pass_obj
def show_next(options: Options, *, count: int, form: str) -> None:
    """When each schedule fires next: on the clock of its zone, and in UTC."""
    from align_sync.app import JIRA, LINEAR, read_clock
    from align_sync.schedules import build_schedules

    settings = load(options).settings
    sources = [name for name, is_set in ((JIRA, settings.jira.is_set), (LINEAR, settings.linear.is_set)) if is_set]
    schedules, now = build_schedules(settings, sources), read_clock()
    if form == "json":
        told = [_describe(schedule, list(_list_fires(schedule, now, count))) for schedule in schedules]
        emit(orjson.dumps(told, option=orjson.OPT_INDENT_2).decode())
        return
    for schedule in schedules:
        for at in _list_fires(schedule, now, count):
            emit(f"{schedule.id}\t{moment(at, _zone_of(schedule, settings.timezone))}\t{stamp(at)}")
    if not schedules:
        say("nothing is done by the clock: every setting of [schedule] is empty, and no source is set up")


def _list_fires(schedule: "Schedule", now: "datetime", count: int) -> "Iterator[datetime]":
    at = now
    for _ in range(count):
        at = due_at(schedule, next_slot(schedule, at))
        yield at


def _describe(schedule: "Schedule", fires: "list[datetime]") -> dict[str, Any]:
    return {
        "id": schedule.id,
        "kind": schedule.kind,
        "subject": schedule.subject,
        "zone": schedule.zone,
        "cron": schedule.cron or None,
        "every_seconds": schedule.every.total_seconds() if schedule.every else None,
        "delay_seconds": schedule.delay.total_seconds(),
        "fires": [
            {"at": stamp(at), "local": at.astimezone(ZoneInfo(schedule.zone)).isoformat(timespec="seconds")}
            for at in fires
        ],
    }


def _zone_of(schedule: "Schedule", zone: str) -> str:
    """Intervals have no zone: they are told in that of the reports."""
    return zone if schedule.every else schedule.zone
