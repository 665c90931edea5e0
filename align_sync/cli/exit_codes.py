"""What the exit code of every command means, in one table, and which error gives which."""

from collections.abc import Iterable

from align_sync.errors import (
    AlignSyncError,
    AlreadyRunningError,
    AuthError,
    InterruptedPullError,
    NotYetError,
    SourceError,
    StoreError,
    UserError,
)

FINE = 0
FINDINGS = 1
USAGE = 2
PARTIAL = 3
AUTH = 4
RUNNING = 5
HELD = 6
FAULT = 70
INTERRUPTED = 130

MEANINGS: dict[int, str] = {
    FINE: "fine",
    FINDINGS: "ran, and found more than is allowed: --fail-under, lint errors, a quarantined value, a doubt of doctor",
    USAGE: "wrong use, settings, OKR files or database; a fault that doctor found",
    PARTIAL: "a source or a metric could not be read, or not completely",
    AUTH: "a source refuses the credentials",
    RUNNING: "another process does this already",
    HELD: "a delivery waits for a person",
    FAULT: "a fault of align-sync itself",
    INTERRUPTED: "interrupted; the next run goes on from the last stored page",
}

_BY_ERROR: tuple[tuple[type[AlignSyncError], int], ...] = (
    (UserError, USAGE),
    (AuthError, AUTH),
    (SourceError, PARTIAL),
    (AlreadyRunningError, RUNNING),
    (NotYetError, PARTIAL),
    (InterruptedPullError, INTERRUPTED),
    (StoreError, USAGE),
)


def exit_code_of(error: AlignSyncError) -> int:
    return next((code for kind, code in _BY_ERROR if isinstance(error, kind)), FAULT)


def worst_of(failures: Iterable[AlignSyncError | None]) -> int:
    """Of several sources: refused credentials before anything else that failed."""
    codes = {exit_code_of(failure) for failure in failures if failure is not None}
    return AUTH if AUTH in codes else max(codes, default=FINE)
