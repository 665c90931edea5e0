"""Runs that ended, in words: what came of each on standard output, what stopped it on standard error."""

from collections.abc import Iterable

from align_sync.app import App
from align_sync.cli import exit_codes
from align_sync.cli.output import emit, say, say_error
from align_sync.errors import AlignSyncError
from align_sync.flows.runs import health_of, source_of
from align_sync.jobs import Ended
from align_sync.reports.plain import make_plain
from align_sync.reports.words import moment
from align_sync.scheduling.run import Run, RunState

_AUTH = {"AuthError", "ForbiddenError"}


def name_run(run: Run) -> str:
    """`jira` for a pull, else what is done with what: `digest team:Payments`."""
    return source_of(run) or f"{run.kind} {run.subject}"


def show_ended(app: App, ended: Ended) -> None:
    """What came of it; for a run that nobody did, why."""
    run, name = ended.run, name_run(ended.run)
    if run.state in {RunState.DONE, RunState.SKIPPED}:
        emit(make_plain(f"{name:<8} {run.outcome}"))
        return
    if isinstance(ended.failure, AlignSyncError):
        say_error(ended.failure)
    elif run.error:
        say(make_plain(f"align-sync: {name}: {run.error}"))
    say(make_plain(f"  run {run.id} ({name}) {_say_rest(app, run)}"))


def _say_rest(app: App, run: Run) -> str:
    zone, later = app.settings.timezone, run.next_attempt_at
    if run.state is RunState.RUNNING:
        return f"is being done by another process ({run.owner})"
    if run.state is RunState.DEAD:
        return f"is not tried again by itself; align-sync jobs retry {run.id}"
    if later is None:
        return "waits for its turn: the next service or `serve --once` does it"
    source = source_of(run)
    health = health_of(app, source) if source else None
    if health is not None and health.blocked_at(app.now()):
        by_hand = f"to ask all the same: align-sync sync --source {source}"
        return f"waits: {source} is left alone until {moment(later, zone)} ({health.error}); {by_hand}"
    return f"is tried again {moment(later, zone)}"


def code_of(app: App, ended: Iterable[Ended]) -> int:
    """The exit code of these runs together: refused credentials before anything else that failed."""
    codes = {_code_of(app, one) for one in ended}
    return exit_codes.AUTH if exit_codes.AUTH in codes else max(codes, default=exit_codes.FINE)


def _code_of(app: App, ended: Ended) -> int:
    run = ended.run
    if run.state in {RunState.DONE, RunState.SKIPPED}:
        return exit_codes.FINE
    if isinstance(ended.failure, AlignSyncError):
        return exit_codes.exit_code_of(ended.failure)
    if ended.failure is not None:
        return exit_codes.FAULT
    source = source_of(run)
    health = health_of(app, source) if source else None
    if health is not None and health.blocked_at(app.now()):
        return exit_codes.AUTH if health.error_class in _AUTH else exit_codes.PARTIAL
    return exit_codes.PARTIAL if run.error else exit_codes.RUNNING
