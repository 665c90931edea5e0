"""How a run ends, and when it is tried again: what can pass by itself is, what a person must mend is not."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from align_sync.app import App
from align_sync.errors import (
    AlignSyncError,
    AlreadyRunningError,
    AuthError,
    FatalError,
    InterruptedPullError,
    NotYetError,
    RetriableError,
    UnsafeSweepError,
    UserError,
)
from align_sync.reports.plain import make_plain
from align_sync.scheduling.backoff import retry_after
from align_sync.scheduling.run import Run, RunState
from align_sync.settings_sources import list_secrets
from align_sync.telemetry.log import Redaction

LONGEST_ERROR = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """`is_untried` puts it back to those that wait, as if it had not been claimed.

    It is tried again after `wait`, by the clock that leases go by, but `not_before` an instant of the same clock.
    """

    state: RunState
    outcome: str = ""
    error_class: str = ""
    error: str = ""
    wait: timedelta | None = None
    not_before: datetime | None = None
    is_untried: bool = False


def end_well(outcome: str) -> Ending:
    return Ending(state=RunState.DONE, outcome=one_line(outcome))


def end_badly(app: App, run: Run, error: Exception, blocked_until: datetime | None) -> Ending:
    """What becomes of a run that `error` ended, whose source is left alone until `blocked_until`."""
    if isinstance(error, InterruptedPullError):
        return Ending(state=RunState.QUEUED, is_untried=True)
    if isinstance(error, AlreadyRunningError):
        # A person pulls by hand, say. It is no failure, and over sooner or later.
        return Ending(state=RunState.QUEUED, is_untried=True, wait=app.settings.serve.lease)
    if isinstance(error, NotYetError):
        return Ending(state=RunState.QUEUED, is_untried=True, wait=error.wait)
    wait = retry_after(run.attempt, app.seams.uniform) if _may_pass(error) else None
    if wait is not None and isinstance(error, RetriableError) and error.retry_at is not None:
        wait = max(wait, error.retry_at - app.now())
    return Ending(
        state=RunState.DEAD if wait is None else RunState.FAILED,
        error_class=type(error).__name__,
        error=say_plainly(app, error),
        wait=wait,
        not_before=blocked_until,
    )


def _may_pass(error: Exception) -> bool:
    """Refused credentials too: they are asked about again when the source may be."""
    return isinstance(error, AuthError) or not isinstance(error, UserError | FatalError | UnsafeSweepError)


def say_plainly(app: App, error: Exception) -> str:
    """In one line without secrets; of a fault of ours its name only, since its words may hold anything."""
    if not isinstance(error, AlignSyncError):
        return f"a fault of ours ({type(error).__name__}); the log of the service has the rest"
    return one_line(Redaction(list_secrets(app.settings)).hide(str(error)))


def one_line(text: str) -> str:
    return make_plain(" ".join(text.split()))[:LONGEST_ERROR]
