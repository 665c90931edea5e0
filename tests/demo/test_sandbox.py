"""The sandbox inside one process: what it serves, and what it says of files and ports that are of no use."""

import gzip
import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import orjson
import pytest

from align_sync.demo.fake_jira import Flavour, SprintState
from align_sync.demo.sandbox import LAID_OVER, Ports, Recording, Sandbox, open_sandbox
from align_sync.errors import UserError
from tests.demo.recordings import make_issue, write_issues

NOW = datetime(2026, 11, 23, 13, 30, tzinfo=UTC)


def members_of(sandbox: Sandbox, sprint_id: int) -> set[str]:
    return {issue.key for issue in sandbox.jira_site.truth.values() if sprint_id in issue.sprint_ids}


def active_in(sandbox: Sandbox) -> list[int]:
    return [sprint.id for sprint in sandbox.jira_site.sprints.values() if sprint.state is SprintState.ACTIVE]


def test_each_server_answers_whoever_has_the_sample_credentials() -> None:
    with open_sandbox(clock=lambda: NOW) as sandbox:
        told = sandbox.variables()
        email, token = told["ALIGN_SYNC_JIRA__EMAIL"], told["ALIGN_SYNC_JIRA__TOKEN"]
        site = told["ALIGN_SYNC_JIRA__URL"]
        assert httpx.get(f"{site}/rest/api/3/myself", auth=(email, token)).status_code == 200
        assert httpx.get(f"{site}/rest/api/3/myself", auth=(email, "another")).status_code == 401
        asked = {"query": "{ viewer { id } }"}
        linear = told["ALIGN_SYNC_LINEAR__URL"]
        key = {"Authorization": told["ALIGN_SYNC_LINEAR__TOKEN"]}
        assert httpx.post(linear, json=asked, headers=key).status_code == 200
        assert httpx.post(linear, json=asked).status_code == 401
        slack = f"{sandbox.slack.url}/api/auth.test"
        assert httpx.post(slack, headers={"Authorization": "Bearer xoxb-demo"}).json()["ok"] is True
        assert httpx.post(slack).json() == {"ok": False, "error": "not_authed"}


def test_data_center_takes_the_token_alone() -> None:
    with open_sandbox(clock=lambda: NOW, flavour=Flavour.DATACENTER) as sandbox:
        assert "ALIGN_SYNC_JIRA__EMAIL" not in sandbox.variables()
        headers = {"Authorization": f"Bearer {sandbox.variables()['ALIGN_SYNC_JIRA__TOKEN']}"}
        assert httpx.get(f"{sandbox.jira.url}/rest/api/2/myself", headers=headers).status_code == 200


def test_latency_is_waited_before_each_answer() -> None:
    with open_sandbox(clock=lambda: NOW, latency=timedelta(milliseconds=80)) as sandbox:
        answer = httpx.get(f"{sandbox.jira.url}/rest/api/3/serverInfo")
    assert answer.elapsed >= timedelta(milliseconds=80)


def test_a_recorded_sprint_of_the_past_is_served_as_active(tmp_path: Path) -> None:
    past = {"id": 9, "state": "closed", "name": "S 9", "originBoardId": 3}
    issues = write_issues(tmp_path, make_issue(1, closedSprints=[past]), make_issue(2))
    with open_sandbox(clock=lambda: NOW, recording=Recording(issues=issues, active_sprint=9)) as sandbox:
        assert active_in(sandbox) == [9]
        assert members_of(sandbox, 9) == {"AC-1"}
        assert sandbox.linear_site.issues == {}


@pytest.mark.parametrize("active_sprint", [None, 529])
def test_a_recording_without_sprints_gets_one_laid_over_all_of_it(tmp_path: Path, active_sprint: int | None) -> None:
    recording = Recording(issues=write_issues(tmp_path, make_issue(1), make_issue(2)), active_sprint=active_sprint)
    with open_sandbox(clock=lambda: NOW, flavour=Flavour.DATACENTER, recording=recording) as sandbox:
        expected = active_sprint or LAID_OVER
        assert active_in(sandbox) == [expected]
        assert members_of(sandbox, expected) == {"AC-1", "AC-2"}


def test_a_recording_whose_sprints_are_all_closed_stays_so_unless_one_is_named(tmp_path: Path) -> None:
    past = {"id": 9, "state": "closed", "name": "S 9"}
    recording = Recording(issues=write_issues(tmp_path, make_issue(1, closedSprints=[past])))
    with open_sandbox(clock=lambda: NOW, recording=recording) as sandbox:
        assert not sandbox.has_active_sprint()


def test_a_sprints_file_names_the_sprints_that_issues_only_number(tmp_path: Path) -> None:
    sprints = tmp_path / "sprints.json"
    sprints.write_bytes(orjson.dumps([{"id": 9, "state": "active", "name": "Spring", "originBoardId": 3}]))
    issues = write_issues(tmp_path, make_issue(1, sprint={"id": 9, "state": "closed", "name": "else"}))
    with open_sandbox(clock=lambda: NOW, recording=Recording(issues=issues, sprints=sprints)) as sandbox:
        assert sandbox.jira_site.sprints[9].name == "Spring"


BROKEN: tuple[tuple[str, bytes, bytes | None, int | None, str], ...] = (
    ("no gzip at all", b"plain", None, None, "cannot be read"),
    ("gzip that ends early", gzip.compress(b'{"id": 1}' * 999)[:-9], None, None, "cannot be read"),
    ("no JSON", gzip.compress(b"{"), None, None, "issues.jsonl.gz:1: not JSON"),
    ("no issue", gzip.compress(b'{"id": "1"}'), None, None, "issues.jsonl.gz:1: not an issue"),
    ("an id that is no number", gzip.compress(b'{"id":"x","key":"A-1","fields":{}}'), None, None, "cannot be used"),
    ("a sprint nobody names", gzip.compress(orjson.dumps(
        make_issue(1, closedSprints=[{"id": 9, "state": "closed"}]))), None, 10, "sprint 10 is named neither"),
    ("sprints that are no array", gzip.compress(orjson.dumps(make_issue(1))), b"{}", None, "JSON array"),
    ("sprints that are no JSON", gzip.compress(orjson.dumps(make_issue(1))), b"[", None, "cannot be used"),
    ("a sprint without a number", gzip.compress(orjson.dumps(make_issue(1))), b'[{"name": "S"}]', None, "is missing"),
    ("a sprint in no known state", gzip.compress(orjson.dumps(make_issue(1))), b'[{"id": 1, "state": "odd"}]', None,
     "odd"),
    ("sprints that are no objects", gzip.compress(orjson.dumps(make_issue(1))), b"[1]", None, "cannot be used"),
)  # fmt: skip


@pytest.mark.parametrize(("issues", "sprints", "active", "words"), [row[1:] for row in BROKEN], ids=lambda _: "")
def test_a_recording_of_no_use_is_refused_with_the_file_and_the_reason(
    tmp_path: Path, issues: bytes, sprints: bytes | None, active: int | None, words: str
) -> None:
    issues_path, sprints_path = tmp_path / "issues.jsonl.gz", tmp_path / "sprints.json"
    issues_path.write_bytes(issues)
    if sprints is not None:
        sprints_path.write_bytes(sprints)
    recording = Recording(issues=issues_path, sprints=sprints_path if sprints else None, active_sprint=active)
    with pytest.raises(UserError) as caught, open_sandbox(clock=lambda: NOW, recording=recording):
        pass
    assert words in str(caught.value)
    assert "issues.jsonl.gz" in str(caught.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    recording = Recording(issues=write_issues(tmp_path, make_issue(1)), sprints=tmp_path / "none.json")
    with (
        pytest.raises(UserError, match=r"none\.json: .*No such file"),
        open_sandbox(clock=lambda: NOW, recording=recording),
    ):
        pass


@pytest.mark.parametrize("name", ["jira", "linear", "slack"])
def test_a_port_in_use_is_named_with_its_option(name: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        ports = Ports(**{name: port})
        with (
            pytest.raises(UserError, match=f"--{name}-port: port {port} is in use"),
            open_sandbox(clock=lambda: NOW, ports=ports),
        ):
            pass
