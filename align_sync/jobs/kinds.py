"""What is done for each kind of run. Each can be done twice, and tells in one line what came of it."""

from collections.abc import Callable, Mapping

from align_sync.app import App
from align_sync.errors import UserError
from align_sync.flows.measure import measure
from align_sync.flows.prune import prune
from align_sync.flows.report import report
from align_sync.flows.runs import source_of
from align_sync.flows.snapshots import keep
from align_sync.jobs.digesting import run_digest
from align_sync.jobs.passes import SyncResult, sync
from align_sync.okr.readings import ReadingStatus
from align_sync.reports.model import AlignmentReport, Filters
from align_sync.reports.words import count
from align_sync.scheduling.run import Run, RunKind

AUTHOR = "service"
ALL_JUDGED = "all: the book or a rule changed"
_TEAM = "team:"


def _sync(app: App, run: Run) -> str:
    """Raises what stopped the source, so that the run is tried again."""
    result = sync(app, only=[source_of(run) or run.subject])
    for source in result.pulled.sources:
        if source.failure is not None:
            raise source.failure
    return say_sync(result)


def say_sync(result: SyncResult) -> str:
    """`incremental: 1 new, 0 changed, 12 unchanged, 0 gone; 3 items judged, 1 verdict changed`."""
    told = []
    for source in result.pulled.sources:
        counts = f"{source.new} new, {source.changed} changed, {source.unchanged} unchanged, {source.gone} gone"
        told.append(f"{source.sweep.value if source.sweep else 'not read'}: {counts}")
        if source.problems:
            told.append(count(len(source.problems), "problem"))
    if result.applied is not None and result.applied.held is not None:
        told.append("the OKR files wait for a person: align-sync okr apply")
    linked = result.linked
    why = f" ({ALL_JUDGED})" if linked.was_full else ""
    judged = f"{count(linked.judged, 'item')} judged, {count(linked.differing, 'verdict')} changed{why}"
    told.append("another process links them" if linked.is_busy else judged)
    return "; ".join(told)


def _read(app: App, _run: Run) -> str:
    result = measure(app, author=AUTHOR)
    said = {status: result.count(status) for status in ReadingStatus}
    return ", ".join(f"{number} {status}" for status, number in said.items() if number) or "nothing was to be read"


def _snapshot(app: App, run: Run) -> str:
    kept: AlignmentReport = keep(app, report(app, Filters(teams=(_team_of(run),))))
    return f"kept as {kept.snapshot}"


def _team_of(run: Run) -> str:
    if not run.subject.startswith(_TEAM):
        raise UserError(f"{run.subject!r} is no team", where=run.kind, advice="name it as team:NAME")
    return run.subject.removeprefix(_TEAM)


def _prune(app: App, _run: Run) -> str:
    return prune(app).says


WORK: Mapping[RunKind, Callable[[App, Run], str]] = {
    RunKind.SYNC: _sync,
    RunKind.READ: _read,
    RunKind.SNAPSHOT: _snapshot,
    RunKind.DIGEST: run_digest,
    RunKind.PRUNE: _prune,
}
