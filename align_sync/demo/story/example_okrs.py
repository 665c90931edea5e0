"""The example OKR book, which is the book of the story: where it is, and copies of it for the quarter of today."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

from align_sync.errors import UserError
from align_sync.okr.period import quarter_of

EXAMPLES_TOLD_ON = date(2026, 11, 23)
"""The day from which the examples look at their quarter: what has happened in them lies before it."""

_MONTHS = 3
_DATE = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_FIRST_LINE = re.compile(r"\A# yaml-language-server:.*\n")
_HAPPENED = re.compile(rf"(?P<what>\b(?:closedOn|currentOn): *)(?P<day>{_DATE})")
_PLANNED = re.compile(rf"(?P<what>\[)(?P<day>{_DATE})")
_QUARTER_OF_YEAR = re.compile(r"\b[0-9]{4}-([Qq])[1-4]\b")
_QUARTER = re.compile(r"(?<!-)\bQ[1-4]\b")


def find_example_okrs() -> Path:
    """Inside the installed package, or beside it in a checkout."""
    package = Path(__file__).resolve().parents[2]
    for folder in (package / "_examples" / "okrs", package.parent / "config" / "okrs"):
        if (folder / "company.yaml").is_file():
            return folder
    raise UserError(
        "the example OKRs are missing from this installation", where=str(package), advice="install align-sync again"
    )


def write_example_okrs(folder: Path, today: date) -> tuple[Path, ...]:
    """Copies for the quarter that the day is in, so that the key results of the story have never ended.

    The files of this name are written anew. Raises `UserError` where that cannot be.
    """
    written = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for source in sorted(find_example_okrs().glob("*.yaml")):
            copy = folder / source.name
            copy.write_text(move_to(source.read_text(encoding="utf-8"), today), encoding="utf-8")
            written.append(copy)
    except OSError as error:
        raise UserError(
            f"the example OKRs cannot be written: {error.strerror}", where=str(folder), advice="name another folder"
        ) from None
    return tuple(written)


def move_to(text: str, today: date) -> str:
    """A file of the examples as it would have been written this quarter.

    What has happened keeps its distance from today, what is planned its place in the quarter.
    """
    start = quarter_of(today).start
    quarter = f"{(start.month - 1) // _MONTHS + 1}"
    text = _FIRST_LINE.sub("# A copy of the example for this quarter; the next sample run writes it anew.\n", text)
    text = _QUARTER_OF_YEAR.sub(lambda found: f"{start.year}-{found[1]}{quarter}", text)
    text = _QUARTER.sub(f"Q{quarter}", text)
    text = _HAPPENED.sub(_with_day(lambda day: today - (EXAMPLES_TOLD_ON - day)), text)
    return _PLANNED.sub(_with_day(lambda day: _same_place(day, start)), text)


def _with_day(change: Callable[[date], date]) -> Callable[[re.Match[str]], str]:
    return lambda found: f"{found['what']}{change(date.fromisoformat(found['day']))}"


def _same_place(day: date, start: date) -> date:
    """As far into the month of the other quarter, and the last day of a month stays the last day."""
    month = start.month + (day.month - 1) % _MONTHS
    first = date(start.year, month, 1)
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    is_last = (day + timedelta(days=1)).day == 1
    return last if is_last else min(first + timedelta(days=day.day - 1), last)
