"""Where the world comes in: clock, sleep, randomness and failpoints, put together once in `app.py`.

Tests replace them; nothing else needs a patch. A failpoint is a named place at a commit or a request where a test
may stop, delay or kill the process.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime


def pass_failpoint(_name: str) -> None:
    """Nothing is armed: go on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seams:
    """`sleep` takes seconds; `uniform(a, b)` draws from [a, b]; `stopping()` is true once the run should end."""

    now: Callable[[], datetime]
    sleep: Callable[[float], None]
    uniform: Callable[[float, float], float]
    failpoint: Callable[[str], None] = pass_failpoint
    stopping: Callable[[], bool] = lambda: False
