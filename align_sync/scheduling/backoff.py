"""How long to wait after a failure: of one run until its next attempt, of a source until anybody asks it again."""

from collections.abc import Callable
from datetime import timedelta

MOST_ATTEMPTS = 6
FAILURES_UNTIL_BLOCKED = 5
SHORTEST_WAIT = timedelta(seconds=2)
LONGEST_WAIT = timedelta(minutes=5)
BLOCKS = (timedelta(minutes=5), timedelta(minutes=15), timedelta(minutes=60))
_GROWTH = 4
"""So that the few attempts reach the longest wait: 8 s, 32 s, 128 s, 300 s, 300 s at the most."""


def retry_after(attempt: int, uniform: Callable[[float, float], float]) -> timedelta | None:
    """The wait after this attempt, counted from 1, drawn anew each time; None after the last one."""
    if attempt >= MOST_ATTEMPTS:
        return None
    longest = min(SHORTEST_WAIT * _GROWTH**attempt, LONGEST_WAIT)
    return timedelta(seconds=uniform(SHORTEST_WAIT.total_seconds(), longest.total_seconds()))


def blocked_for(failures: int, *, is_auth: bool = False) -> timedelta | None:
    """How long nobody asks a source after so many failed runs in a row; None: it may be asked at once.

    Wrong credentials do not mend themselves: they block from the first time.
    """
    over = failures - (1 if is_auth else FAILURES_UNTIL_BLOCKED)
    return None if over < 0 else BLOCKS[min(over, len(BLOCKS) - 1)]
