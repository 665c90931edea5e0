"""One pass of all that is due, for a scheduler of the user's own: nothing is left running behind it."""

from collections.abc import Callable, Iterable, Iterator

from align_sync.app import App
from align_sync.flows.deliver import DeliverResult, deliver
from align_sync.flows.runs import Transaction, show
from align_sync.jobs import Ended, ask, execute, reconcile
from align_sync.scheduling.run import Run, RunKind
from align_sync.scheduling.schedule import Schedule

ORDER = tuple(RunKind)
"""What others build upon comes first."""


class Gathering:
    """A transport that hands nothing to anybody: whoever gathers does it."""

    def __init__(self) -> None:
        self._runs: dict[int, Run] = {}

    def enlist(self, connection: Transaction, run: Run) -> None:
        """The ledger is all there is."""

    def wake(self, run: Run) -> None:
        self._runs[run.id] = run

    def in_order(self) -> tuple[Run, ...]:
        return tuple(sorted(self._runs.values(), key=lambda run: (ORDER.index(run.kind), run.fire_at, run.id)))


def work_once(app: App, schedules: Iterable[Schedule], on_end: Callable[[Ended], None]) -> DeliverResult:
    """The newest slot of every schedule, all that waits, and in any case every source once; then what is to be sent."""
    for ended in _do_all(app, _gather(app, schedules)):
        on_end(ended)
    return deliver(app)


def _gather(app: App, schedules: Iterable[Schedule]) -> tuple[Run, ...]:
    gathering = Gathering()
    reconcile(app, gathering, schedules)
    waiting = {run.subject for run in gathering.in_order() if run.kind is RunKind.SYNC}
    for opener in app.sources:
        if (subject := f"source:{opener.source}") not in waiting:
            ask(app, RunKind.SYNC, subject, gathering)
    return gathering.in_order()


def _do_all(app: App, runs: Iterable[Run]) -> Iterator[Ended]:
    for run in runs:
        if app.seams.stopping():
            return
        yield do_now(app, run)


def do_now(app: App, run: Run) -> Ended:
    """Do it here, unless it is put off or in other hands: then it is told as it stands."""
    return execute(app, run.id) or Ended(show(app, run.id))
