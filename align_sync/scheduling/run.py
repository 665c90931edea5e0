"""One piece of work for one slot of a schedule, or for one request of a person."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class RunKind(StrEnum):
    """What can be done by the clock. The subject says of what: `source:jira`, `team:Payments`, `leadership`, `all`."""

    SYNC = "sync"
    READ = "read"
    SNAPSHOT = "snapshot"
    DIGEST = "digest"
    PRUNE = "prune"


class RunState(StrEnum):
    """`FAILED` waits for its next attempt, `DEAD` has none left; `SKIPPED` was covered by another or came too late."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    DEAD = "dead"
    SKIPPED = "skipped"

    @property
    def is_over(self) -> bool:
        return self in {RunState.DONE, RunState.DEAD, RunState.SKIPPED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A row of the ledger. `fire_at` is the slot; `fence` goes up with every claim; `outcome` is one line."""

    id: int
    kind: RunKind
    subject: str
    dedupe_key: str
    fire_at: datetime
    state: RunState
    attempt: int = 0
    next_attempt_at: datetime | None = None
    lease_until_at: datetime | None = None
    fence: int = 0
    owner: str | None = None
    outcome: str = ""
    error_class: str = ""
    error: str = ""
    created_at: datetime | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
