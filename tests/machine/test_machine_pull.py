"""A pull against a Jira that people work on while it lags, fails and forgets us: what must hold whatever happens.

A virtual clock runs only when a rule says so. The suite runs a short form; `pytest -m long tests/machine` the long one.
"""

import shutil
import tempfile
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import select

from align_sync.demo.fake_jira import FakeJira, Flavour, JiraSite, PageLimits
from align_sync.demo.faults import Fault, Malformed, Reset, Status
from align_sync.demo.http_server import FakeServer
from align_sync.errors import AlreadyRunningError, UnsafeSweepError
from align_sync.flows.pull import SourceResult
from align_sync.seams import pass_failpoint
from align_sync.store.items import GONE
from align_sync.store.schema import item
from tests.flows.jira_world import LONG_AGO, NOON, Clock, JiraWorld

LAG = timedelta(minutes=4)
RHYTHM = {"overlap": "10m", "wide_overlap": "12h", "wide_every": "1h", "full_every": "1d"}
LIMITED = Status(429, b"", {"Retry-After": "1"})


class Crash(Exception):  # noqa: N818 -- it is no error, it is the end of a process
    """The process died at a failpoint."""


def crash_at(name: str, count: int) -> Callable[[str], None]:
    left = [count]

    def reach(reached: str) -> None:
        left[0] -= reached == name
        if left[0] == 0 and reached == name:
            raise Crash

    return reach


class PullMachine(RuleBasedStateMachine):
    """Two sprints are open at the start; keys are chosen by number among those that live."""

    flavour = Flavour.CLOUD
    template = Path()

    def __init__(self) -> None:
        super().__init__()
        self.clock = Clock()
        self.folder = Path(tempfile.mkdtemp(prefix="align-sync-machine-"))
        shutil.copyfile(self.template, self.folder / "a.db")
        self.site = self._make_site()
        self.server = FakeServer(FakeJira(self.site))
        self.world = JiraWorld(self.clock, self.site, self.server, f"sqlite:///{self.folder}/a.db")
        self.world.reopen(jira={"concurrency": 2}, sync=RHYTHM)
        self.gone: dict[str, datetime] = {}
        self.hidden: set[str] = set()
        self.next_sprint = 44
        self.looks = 0
        self.last_start: datetime | None = None

    def _make_site(self) -> JiraSite:
        limits = PageLimits(identifiers_only=3, datacenter=3, bulk_fetch=100)
        site = JiraSite(self.flavour, clock=self.clock, limits=limits, index_lag=timedelta(0))
        site.shifting_pages = True
        site.add_board(7, "Payments", project_key="PAY")
        site.add_sprint(42, "Sprint 42", "active", 7, start=NOON - timedelta(days=5), end=NOON + timedelta(days=9))
        site.add_sprint(43, "Sprint 43", "future", 7)
        site.add_issue("PAY-1", issue_type="Epic", created_at=LONG_AGO)
        for number in range(2, 9):
            sprint_id = 42 if number % 3 else 43
            site.add_issue(f"PAY-{number}", parent_key="PAY-1", sprint_ids=[sprint_id], created_at=LONG_AGO)
        site.index_lag = LAG
        return site

    def teardown(self) -> None:
        self.world.close()
        self.server.close()
        shutil.rmtree(self.folder)

    # what people do

    def _key(self, number: int) -> str:
        keys = sorted(issue.key for issue in self.site.truth.values() if issue.key not in self.hidden)
        return keys[number % len(keys)]

    def _open_sprints(self) -> list[int]:
        return sorted(one.id for one in self.site.sprints.values() if one.state.value != "closed")

    @rule(number=st.integers(0, 99), title=st.sampled_from("abc"))
    def edit(self, number: int, title: str) -> None:
        self.site.edit_issue(self._key(number), summary=title)

    @rule(number=st.integers(0, 99))
    def create(self, number: int) -> None:
        chosen = [*self._open_sprints(), None]
        sprint_id = chosen[number % len(chosen)]
        self.site.add_issue(project="PAY", sprint_ids=[] if sprint_id is None else [sprint_id])

    @precondition(lambda self: len(self.site.truth) - len(self.hidden) > 4)
    @rule(number=st.integers(0, 99))
    def delete(self, number: int) -> None:
        self.site.delete_issue(self._key(number))

    @rule(number=st.integers(0, 99), where=st.integers(0, 9))
    def move(self, number: int, where: int) -> None:
        """Into a sprint, between sprints, or to the backlog."""
        chosen: list[list[int]] = [[], *([one] for one in self._open_sprints())]
        self.site.edit_issue(self._key(number), sprint_ids=chosen[where % len(chosen)])

    @rule(number=st.integers(0, 99))
    def move_project(self, number: int) -> None:
        self.site.move_issue(self._key(number), "OPS")

    @rule(number=st.integers(0, 9), title=st.sampled_from(["x", "y"]))
    def rename_sprint(self, number: int, title: str) -> None:
        chosen = self._open_sprints()
        self.site.rename_sprint(chosen[number % len(chosen)], title)

    @rule(number=st.integers(0, 9), moves_on=st.booleans())
    def close_and_open_sprint(self, number: int, *, moves_on: bool) -> None:
        chosen = self._open_sprints()
        self.site.add_sprint(self.next_sprint, f"Sprint {self.next_sprint}", "future", 7)
        self.site.close_sprint(chosen[number % len(chosen)], move_open_to=self.next_sprint if moves_on else None)
        self.site.start_sprint(self.next_sprint)
        self.next_sprint += 1

    @rule(number=st.integers(0, 99))
    def hide(self, number: int) -> None:
        """The account loses the right to see an issue; hidden ones stay few enough to be believed."""
        if len(self.hidden) < 2 and len(self.site.truth) - len(self.hidden) > 4:
            key = self._key(number)
            self.site.forbid(key)
            self.hidden.add(key)

    @precondition(lambda self: self.hidden)
    @rule()
    def show(self) -> None:
        key = self.hidden.pop()
        if self.site.id_of(key) in self.site.truth:
            self.site.allow(key)

    # what time and the network do

    @rule(minutes=st.sampled_from([1, 5, 15, 61, 24 * 60]))
    def tick(self, minutes: int) -> None:
        self.clock.tick(timedelta(minutes=minutes))

    @rule(
        path=st.sampled_from(["/search", "/bulkfetch|/search$", "/sprint$", ""]),
        action=st.sampled_from([Status(500), LIMITED, Reset(), Malformed(), Status(401)]),
        times=st.sampled_from([1, 2, 9]),
    )
    def break_network(self, path: str, action: Any, times: int) -> None:
        self.server.faults.clear()
        self.server.faults.add(Fault(action=action, path=path, times=times))

    # what we do

    @rule(force_full=st.booleans())
    def pull(self, *, force_full: bool) -> None:
        self._pull(force_full=force_full)
        self.server.faults.clear()

    @rule(
        name=st.sampled_from(["commit.before", "commit.after", "request.before", "request.after"]),
        count=st.integers(1, 12),
        force_full=st.booleans(),
    )
    def pull_and_crash(self, name: str, count: int, *, force_full: bool) -> None:
        self.world.failpoint = crash_at(name, count)
        try:
            self._pull(force_full=force_full)
        except Crash:
            # a dead process does not hold its lease: here it is waited out, as on another host
            self.clock.tick(timedelta(seconds=121))
        finally:
            self.world.failpoint = pass_failpoint
            self.server.faults.clear()

    def _pull(self, *, force_full: bool = False) -> SourceResult:
        before = self._states()
        started = self.clock.at
        result = self.world.pull(force_full=force_full)
        assert not isinstance(result.failure, AlreadyRunningError)
        self._check_gone(before)
        if result.is_complete and not result.is_resumed:
            self.last_start = started
        return result

    def _states(self) -> dict[str, tuple[str, int]]:
        with self.world.app.store.read() as connection:
            rows = connection.execute(select(item.c.external_id, item.c.state, item.c.missing_count))
            return {row.external_id: (row.state, row.missing_count) for row in rows}

    def _check_gone(self, before: dict[str, tuple[str, int]]) -> None:
        """A tombstone needs a look that missed it before; what lives and is shown is never one."""
        for external_id, (state, _) in self._states().items():
            if state == GONE and before[external_id][0] != GONE:
                assert before[external_id][1] >= 1, f"{external_id} is gone after one look"
                shown = self.site.visible(int(external_id))
                assert shown is None, f"{external_id} lives"

    # what must hold

    @invariant()
    def the_cursor_never_passes_the_clock(self) -> None:
        cursor_at = self.world.status().progress.cursor_at if self.last_start else None
        assert cursor_at is None or cursor_at <= self.clock.at

    @rule(full=st.booleans())
    def everything_is_known_once_the_lag_has_passed(self, *, full: bool) -> None:
        self.server.faults.clear()
        self.clock.tick(LAG + timedelta(seconds=1))
        for force_full in (False, full, False):
            # the first ends what was interrupted, and what is missing is suspected and then gone
            result = self._pull(force_full=force_full)
            if isinstance(result.failure, UnsafeSweepError):
                assert "--accept-shrink" in str(result.failure)
                result = self.world.pull(accept_shrink=True, force_full=force_full)
            assert result.failure is None, result.failure
            self.clock.tick(timedelta(minutes=1))
        assert self._stored() == self._true()
        again = self.world.pull_well()
        assert (again.new, again.changed, again.gone, again.entered, again.left) == (0, 0, 0, 0, 0)
        self.looks += 1

    def _true(self) -> dict[int, dict[str, str]]:
        """Of each open sprint, the titles of the issues that the account may see, by key."""
        return {
            sprint_id: {
                issue.key: issue.summary
                for issue in self.site.truth.values()
                if sprint_id in issue.sprint_ids and self.site.visible(issue.id) is not None
            }
            for sprint_id in self._open_sprints()
        }

    def _stored(self) -> dict[int, dict[str, str]]:
        return {
            sprint_id: {key: self.world.item(key).title for key in self.world.members(sprint_id)}
            for sprint_id in self._open_sprints()
        }


def run(template: Path, flavour: Flavour, *, examples: int, steps: int) -> None:
    chosen = type("Chosen", (PullMachine,), {"flavour": flavour, "template": template})
    run_state_machine_as_test(
        chosen,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            derandomize=examples < 100,
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.mark.parametrize("flavour", list(Flavour), ids=str)
def test_the_store_mirrors_the_site(sqlite_template: Path, flavour: Flavour) -> None:
    run(sqlite_template, flavour, examples=18, steps=20)


@pytest.mark.long
@pytest.mark.parametrize("flavour", list(Flavour), ids=str)
def test_the_store_mirrors_the_site_for_long(sqlite_template: Path, flavour: Flavour) -> None:
    run(sqlite_template, flavour, examples=1_000, steps=40)
