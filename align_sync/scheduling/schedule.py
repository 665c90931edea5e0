"""A schedule is a kind of work, its subject, and either an interval or a cron expression in a time zone."""

from dataclasses import dataclass
from datetime import timedelta

from align_sync.scheduling.run import RunKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """Exactly one of `every` and `cron` is set.

    Slots of `every` are the multiples of the interval since 1970, in UTC; those of `cron` are told by the wall clock of
    `zone`. `delay` comes on top of the slot. A slot that was missed is made up for within `catch_up`, the newest only.
    """

    id: str
    kind: RunKind
    subject: str
    zone: str = "UTC"
    every: timedelta | None = None
    cron: str = ""
    delay: timedelta = timedelta(0)
    catch_up: timedelta = timedelta(hours=1)
