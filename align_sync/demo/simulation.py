"""The service against the sandbox in pretended time: the clock jumps from one instant that is due to the next.

What the service does is done by the same parts: what its alarm does on waking up, what its loops do, its engine. Only
nobody waits. Ledger, sources and channel are read over their real interfaces.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from align_sync.app import App, void
from align_sync.daemon.alarm import Alarm, SlotTrigger
from align_sync.daemon.inline import InlineDispatcher
from align_sync.demo.pretended_clock import PretendedClock
from align_sync.demo.sandbox import Sandbox
from align_sync.flows import runs
from align_sync.flows.deliver import deliver
from align_sync.flows.report import report
from align_sync.jobs import execute, reconcile
from align_sync.linking.evidence import Bucket
from align_sync.reports.model import Filters
from align_sync.schedules import build_schedules
from align_sync.scheduling.run import Run, RunKind, RunState
from align_sync.scheduling.slots import list_due

DAY = timedelta(days=1)
PATIENCE = timedelta(minutes=5)
"""Real time, for the work of one instant."""
_ALL = 1_000_000
_SATURDAY = 5
_LABEL = "okr/KR-5.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """What was done on it. `unhappy` runs failed or are dead; `messages` are those that came to Slack."""

    on: date
    done: Mapping[RunKind, int]
    skipped: int
    unhappy: int
    messages: int
    unlinked: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """`missing` slots have no row, `unfinished` runs are not over; `made_up` are of slots before the beginning."""

    slots: int
    made_up: int
    missing: int
    unfinished: int
    messages: int
    twice: int

    @property
    def is_fine(self) -> bool:
        return not (self.missing or self.unfinished or self.twice)


class Simulation:
    """`days` yields each day as it is over; `sum_up` tells of all of them."""

    def __init__(self, app: App, sandbox: Sandbox, clock: PretendedClock) -> None:
        self._app, self._sandbox, self._clock = app, sandbox, clock
        self.schedules = build_schedules(app.settings, [opener.source for opener in app.sources])
        self._dispatcher = InlineDispatcher(app.settings.serve.workers)
        self._alarm = Alarm(app, self._dispatcher, self.schedules)
        self._triggers = [(one, SlotTrigger(one)) for one in self.schedules]
        self._began_at = app.now()
        self._changes = 0

    def days(self, number: int) -> Iterator[Day]:
        began_at, app = self._began_at, self._app
        fence = runs.begin_service(app, started_at=began_at, is_alone=True)
        self._dispatcher.start(lambda run_id: void(execute(app, run_id)))
        try:
            self._work()
            for day in range(number):
                before = len(self._sandbox.workspace.messages)
                self._live(began_at + day * DAY, began_at + (day + 1) * DAY, fence)
                yield self._tell(began_at + day * DAY, before)
        finally:
            self._dispatcher.stop(PATIENCE)
            runs.end_service(app, fence)

    def _live(self, begins_at: datetime, ends_at: datetime, fence: int | None) -> None:
        app, planned = self._app, list(self._people(begins_at))
        while not app.stop.is_set():
            now = app.now()
            wakes = [(trigger.get_next_fire_time(None, now), schedule) for schedule, trigger in self._triggers]
            again = [run.next_attempt_at for run in self._open_runs() if run.next_attempt_at is not None]
            at = min([wake for wake, _ in wakes] + again + [at for at, _ in planned])
            if at >= ends_at:
                self._clock.jump_to(ends_at)
                return
            self._clock.jump_to(at)
            while planned and planned[0][0] <= at:
                planned.pop(0)[1]()
            runs.note_service(app, started_at=self._began_at, fence=fence)
            for wake, schedule in wakes:
                if wake <= at:
                    self._alarm.fire(schedule)
            self._work()

    def _work(self) -> None:
        """What one turn of the loops brings about, to its end."""
        self._dispatcher.wait_until_idle(PATIENCE)
        reconcile(self._app, self._dispatcher, self.schedules)
        self._dispatcher.wait_until_idle(PATIENCE)
        deliver(self._app)

    def _open_runs(self) -> tuple[Run, ...]:
        return runs.list_newest(self._app, states=(RunState.QUEUED, RunState.FAILED), newest=_ALL)

    def _people(self, begins_at: datetime) -> Iterator[tuple[datetime, Callable[[], None]]]:
        """What they do on a working day, in its order."""
        if begins_at.weekday() < _SATURDAY:
            for hour, act in ((10, self._name_a_goal), (14, self._add_work), (16, self._finish_work)):
                yield datetime.combine(begins_at, time(hour, 7), begins_at.tzinfo), act

    def _unlinked(self) -> list[str]:
        items = report(self._app, Filters(sources=("jira",))).items
        return [item.key for item in items if item.bucket is Bucket.UNLINKED]

    def _name_a_goal(self) -> None:
        site = self._sandbox.jira_site
        for key in self._unlinked()[:1]:
            site.edit_issue(key, labels=(*site.issue(key).labels, _LABEL))

    def _add_work(self) -> None:
        site = self._sandbox.jira_site
        for key in self._unlinked()[-1:]:
            self._changes += 1
            project = key.rpartition("-")[0]
            like = site.issue(key).sprint_ids
            site.add_issue(project=project, summary=f"What came up, number {self._changes}", sprint_ids=like)

    def _finish_work(self) -> None:
        for key in self._unlinked()[1:2]:
            self._sandbox.jira_site.edit_issue(key, status="Done")

    def _tell(self, begins_at: datetime, before: int) -> Day:
        asked = [
            run
            for run in runs.list_newest(self._app, newest=_ALL)
            if run.created_at is not None and begins_at <= run.created_at < begins_at + DAY
        ]
        return Day(
            on=begins_at.date(),
            done=Counter(run.kind for run in asked if run.state is RunState.DONE),
            skipped=sum(run.state is RunState.SKIPPED for run in asked),
            unhappy=sum(run.state in {RunState.FAILED, RunState.DEAD} for run in asked),
            messages=len(self._sandbox.workspace.messages) - before,
            unlinked=int(report(self._app, Filters()).headline.counts.get(Bucket.UNLINKED, 0)),
        )

    def sum_up(self) -> Summary:
        """Of all that was due since the beginning."""
        until = self._app.now() - timedelta(seconds=1)
        slots = [(one, at) for one in self.schedules for at in list_due(one, self._began_at, until)]
        rows = runs.list_newest(self._app, newest=_ALL)
        posted = Counter(map(str, (one.metadata for one in self._sandbox.workspace.messages.values() if one.metadata)))
        return Summary(
            slots=len(slots),
            made_up=sum(run.fire_at <= self._began_at for run in rows),
            missing=len(runs.list_missing(self._app, slots)),
            unfinished=sum(not run.state.is_over for run in rows),
            messages=len(self._sandbox.workspace.messages),
            twice=sum(number - 1 for number in posted.values()),
        )
