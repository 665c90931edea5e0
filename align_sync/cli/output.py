"""The only place that writes: data to standard output, everything else to standard error, reports to files."""

import os
import sys
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from align_sync.errors import AlignSyncError, Problem, UserError
from align_sync.reports.plain import make_plain

if TYPE_CHECKING:
    from align_sync.reports.render.view import Screen

LINE_EVERY_SECONDS = 10.0
SHORTEST_WIDTH = 60
LONGEST_WIDTH = 160


def emit(text: str) -> None:
    """Data. A reader that has seen enough (`| head`) is no error."""
    try:
        sys.stdout.write(text if text.endswith("\n") or not text else text + "\n")
        sys.stdout.flush()
    except BrokenPipeError:
        # Python would else complain once more when it closes the stream at the end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def say(text: str = "") -> None:
    """A word to the person who runs the command."""
    with suppress(BrokenPipeError):
        sys.stderr.write(text + "\n")
        sys.stderr.flush()


def say_problems(problems: Iterable[Problem]) -> None:
    for problem in problems:
        place = f"{problem.where}: " if problem.where else ""
        say(make_plain(f"  {place}{problem.message}"))
        if problem.advice:
            say(make_plain(f"    → {problem.advice}"))


def say_error(error: AlignSyncError) -> None:
    """What happened, where, and what to do next; never a traceback."""
    say(make_plain(f"align-sync: {error.problem.where + ': ' if error.problem.where else ''}{error.problem.message}"))
    if isinstance(error, UserError):
        say_problems(error.problems)
    if error.problem.advice:
        say(make_plain(f"  → {error.problem.advice}"))


def write_file(path: Path, text: str) -> None:
    """Raises `UserError` where the file cannot be written."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        message = f"the file cannot be written: {error.strerror}"
        raise UserError(message, where=str(path), advice="name another file with --out") from None


def deliver(text: str, out: Path | None) -> None:
    """Data, to standard output or to the file that was named. Raises `UserError` where that cannot be written."""
    if out is None:
        emit(text)
        return
    write_file(out, text)
    say(f"written to {out}")


def screen(colour: str = "auto") -> "Screen":
    """What standard output is: how wide, with colours or without."""
    from align_sync.reports.render.view import Screen

    is_terminal = sys.stdout.isatty()
    width = min(max(os.get_terminal_size().columns, SHORTEST_WIDTH), LONGEST_WIDTH) if is_terminal else 100
    wants = colour == "always" or (colour == "auto" and bool(os.environ.get("FORCE_COLOR")))
    may = colour == "auto" and is_terminal and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    return Screen(width=width, colour=wants or may, is_terminal=is_terminal or wants)


class ProgressLine:
    """One line that changes on a terminal, a line every ten seconds elsewhere."""

    def __init__(self) -> None:
        self._is_terminal = sys.stderr.isatty()
        self._last = time.monotonic()
        self._shown = ""

    def __call__(self, source: str, step: str, done: int, total: int) -> None:
        now = time.monotonic()
        pause = 0.1 if self._is_terminal else LINE_EVERY_SECONDS
        if now - self._last < pause:
            return
        self._last = now
        count = f" {done:,}/{total:,}" if total else f" {done:,}" if done else ""
        line = f"{source}: {step}{count}"
        if self._is_terminal:
            sys.stderr.write(f"\r{line.ljust(len(self._shown))}")
            sys.stderr.flush()
            self._shown = line
        else:
            say(line)

    def clear(self) -> None:
        if self._shown:
            sys.stderr.write(f"\r{' ' * len(self._shown)}\r")
            sys.stderr.flush()
            self._shown = ""
