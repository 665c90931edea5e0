"""What each kind of run does and says, on a database with work in it."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from align_sync.app import App
from align_sync.flows import runs
from align_sync.flows.snapshots import list_newest
from align_sync.jobs import Ended, execute
from align_sync.scheduling.run import Run, RunKind, RunState
from tests.flows.jira_world import JiraWorld, copy_of, jira_world


@pytest.fixture
def world(sqlite_template: Path, tmp_path: Path) -> Iterator[JiraWorld]:
    with jira_world(copy_of(sqlite_template, tmp_path)) as opened:
        opened.reopen(teams=[{"name": "Payments", "jira_board": 7}])
        yield opened


def run(app: App, kind: RunKind, subject: str) -> Run:
    ended = do(app, kind, subject)
    assert ended
    return ended.run


def do(app: App, kind: RunKind, subject: str) -> Ended | None:
    return execute(app, runs.ask(app, kind, subject).id)


def test_a_pull_a_snapshot_and_a_pruning_tell_in_one_line_what_came_of_them(world: JiraWorld) -> None:
    pulled = run(world.app, RunKind.SYNC, "source:jira")
    assert pulled.state is RunState.DONE, pulled.error
    assert pulled.outcome.startswith("full: 5 new, 0 changed, 0 unchanged, 0 gone; ")
    kept = run(world.app, RunKind.SNAPSHOT, "team:Payments")
    (snapshot,) = list_newest(world.app, 5)
    assert kept.outcome == f"kept as {snapshot.name}"
    assert run(world.app, RunKind.PRUNE, "store").outcome == "nothing is old enough to be removed"


def test_what_cannot_be_done_at_all_is_dead_with_the_reason(world: JiraWorld) -> None:
    told = [
        run(world.app, RunKind.SYNC, "source:elsewhere"),
        run(world.app, RunKind.SNAPSHOT, "Payments"),
        run(world.app, RunKind.READ, "metrics"),
    ]
    assert [(one.state, one.error_class) for one in told] == [(RunState.DEAD, "UserError")] * 3
    assert [one.error.partition(";")[0] for one in told] == [
        "--source: no source is called elsewhere",
        "snapshot: 'Payments' is no team",
        "settings: no metric is defined",
    ]


def test_refused_credentials_are_written_down_and_the_source_is_not_asked_again_before_its_time(
    world: JiraWorld,
) -> None:
    token, world.site.token = world.site.token, "another"
    refused = run(world.app, RunKind.SYNC, "source:jira")
    assert (refused.state, refused.error_class) == (RunState.FAILED, "AuthError")
    assert refused.next_attempt_at
    assert timedelta(minutes=4) < refused.next_attempt_at - world.clock() <= timedelta(minutes=5)
    world.site.token = token
    world.server.requests.clear()
    assert execute(world.app, refused.id) is None
    world.clock.tick(timedelta(seconds=1))
    assert do(world.app, RunKind.SYNC, "source:jira") is None
    assert world.server.requests.total == 0
    world.clock.at = refused.next_attempt_at
    again = execute(world.app, refused.id)
    assert again
    assert again.run.state is RunState.DONE
    assert runs.health_of(world.app, "jira").failures == 0
