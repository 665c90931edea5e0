"""`align-sync doctor`: everything that can be wrong, one line each, with what mends it."""

from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import rich_click

from align_sync.cli import exit_codes
from align_sync.cli.output import emit
from align_sync.cli.session import Options, load
from align_sync.errors import UserError
from align_sync.reports.plain import make_plain

if TYPE_CHECKING:
    from align_sync.flows.diagnose import Check, Diagnosis

_MARKS = {"ok": "✓", "warn": "!", "fail": "✗"}
_CODES = {"ok": exit_codes.FINE, "warn": exit_codes.FINDINGS, "fail": exit_codes.USAGE}


@rich_click.command("doctor")
@rich_click.option("--json", "as_json", is_flag=True, help="For programs, with the next times of every schedule.")
@rich_click.option("--offline", is_flag=True, help="Ask no server: neither trackers nor channels nor a database.")
@rich_click.pass_obj
def command(options: Options, *, as_json: bool, offline: bool) -> int:
    """Look at settings, database, clocks, sources, channels, schedules and backups; change and post nothing.

    Ends with 0 where all is fine, 1 where something is not as it should be, 2 where something does not work.
    """
    import threading

    from align_sync.app import real_seams
    from align_sync.flows.diagnose import diagnose, diagnose_refusal

    try:
        loaded = load(options)
    except UserError as error:
        diagnosis = diagnose_refusal(error)
    else:
        diagnosis = diagnose(loaded, seams=real_seams(threading.Event()), is_offline=offline)
    emit(_to_json(diagnosis) if as_json else _to_text(diagnosis))
    return _CODES[diagnosis.worst]


def _to_text(diagnosis: "Diagnosis") -> str:
    width = max((len(_name(check)) for check in diagnosis.checks), default=0)
    lines = [line for check in diagnosis.checks for line in _tell(check, width)]
    bad = {word: sum(check.level == level for check in diagnosis.checks) for level, word in _WORDS.items()}
    summary = ", ".join(f"{number} {word}" for word, number in bad.items() if number)
    return "\n".join([*lines, "", summary or "all is well"])


_WORDS = {"fail": "does not work", "warn": "not as it should be"}


def _name(check: "Check") -> str:
    return f"{check.room}: {check.name}"


def _tell(check: "Check", width: int) -> list[str]:
    lines = [f"{_MARKS[check.level]} {_name(check):<{width}}  {make_plain(check.says)}"]
    if check.level != "ok":
        lines += [f"  {make_plain(check.why)}"] if check.why else []
        lines += [f"  → {make_plain(check.advice)}"] if check.advice else []
    return lines


def _to_json(diagnosis: "Diagnosis") -> str:
    import orjson

    told: dict[str, Any] = {
        "worst": diagnosis.worst.value,
        "checks": [
            {
                "room": check.room,
                "name": check.name,
                "level": check.level.value,
                "says": check.says,
                "why": check.why,
                "advice": check.advice,
            }
            for check in diagnosis.checks
        ],
        "schedules": [
            {"id": one.schedule, "timezone": one.zone, "next": [_tell_time(at, one.zone) for at in one.at]}
            for one in diagnosis.schedules
        ],
    }
    return orjson.dumps(told, option=orjson.OPT_INDENT_2).decode()


def _tell_time(at: datetime, zone: str) -> dict[str, str]:
    return {"utc": at.strftime("%Y-%m-%dT%H:%M:%SZ"), "local": at.astimezone(ZoneInfo(zone)).isoformat()}
