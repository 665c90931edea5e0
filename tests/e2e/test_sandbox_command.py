"""`align-sync sandbox` in one process and the client in another: recorded issues arrive as they were recorded."""

import gzip
import signal
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import orjson
import pytest

from align_sync.demo.story import MATCHES_NOTHING, TRUE_BEFORE_PEOPLE
from tests.demo.recordings import make_issue, write_issues
from tests.e2e.command_line import CommandLine

REAL = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "jira"
needs_real = pytest.mark.skipif(not REAL.is_dir(), reason="the recorded issues are not at hand")
SPRINTS = REAL / "real-sprints.json"
WITH_SPRINTS = REAL / "real-issues-sprints.jsonl.gz"
LINKED = REAL / "real-issues-linked.jsonl.gz"
ARROW = REAL / "real-issues-apache-arrow.jsonl.gz"

Raw = dict[str, Any]
Shown = dict[str, tuple[list[str], list[str], str | None]]
"""By key: labels, relations, parent; the lists sorted."""


@pytest.fixture
def line(tmp_path: Path) -> CommandLine:
    return CommandLine(tmp_path)


def read_issues(path: Path) -> list[Raw]:
    return [orjson.loads(row) for row in gzip.decompress(path.read_bytes()).splitlines()]


def names_sprint(issue: Raw, sprint_id: int) -> bool:
    fields = issue["fields"]
    named = [*(fields.get("closedSprints") or []), *filter(None, [fields.get("sprint")])]
    return any(sprint["id"] == sprint_id for sprint in named)


def expect(issues: Iterable[Raw]) -> Shown:
    """What the file says, read without any code of the product."""
    shown: Shown = {}
    for issue in issues:
        fields = issue["fields"]
        relations = set()
        for link in fields.get("issuelinks") or []:
            side = "outward" if "outwardIssue" in link else "inward"
            relations.add(f"{link['type'][side]} {link[side + 'Issue']['key']}")
        above = fields.get("parent") or fields.get("epic") or {}
        shown[issue["key"]] = (sorted(fields.get("labels") or []), sorted(relations), above.get("key"))
    return shown


def pull(line: CommandLine) -> Shown:
    """Sync twice, the second time without a change, and read the report."""
    first = line.run_json("sync", "--json")
    assert [source["complete"] for source in first["sources"] if source["source"] == "jira"] == [True]
    second = line.run_json("sync", "--json")
    assert {
        source[count] for source in second["sources"] for count in ("new", "changed", "gone", "entered", "left")
    } == {0}
    assert second["linked"]["differing"] == 0
    return {
        item["key"]: (sorted(item["labels"]), sorted(item["relations"]), item["parent"])
        for item in line.run_json("report", "-o", "json")["items"]
    }


def test_the_story_is_told_with_its_rules_and_with_okrs_of_today(line: CommandLine) -> None:
    with line.sandbox("--out-dir", "my out") as sandbox:
        line.variables = sandbox.variables
        assert Path(sandbox.variables["ALIGN_SYNC_CONFIG"]) == line.folder / "my out" / "sandbox.toml"
        # Its settings name the OKR book, so that a sync applies it.
        synced = line.run_json("sync", "--json")
        assert [rule["name"] for rule in synced["rules"] if rule["warning"]] == [MATCHES_NOTHING]
        items = line.run_json("report", "--json")["items"]
    buckets = {item["key"]: item["bucket"] for item in items}
    assert buckets == {key: TRUE_BEFORE_PEOPLE[key].bucket.value for key in buckets}


def test_a_folder_that_cannot_be_written_is_named(line: CommandLine) -> None:
    (line.folder / "taken").write_text("a file")
    ended = line.run("sandbox", "--jira-port=0", "--linear-port=0", "--slack-port=0", "--out-dir", "taken/deep")
    assert (ended.code, ended.out) == (2, "")
    assert "taken/deep" in ended.err
    assert "name another folder" in ended.err


def test_it_prints_addresses_and_what_to_paste_and_serves_the_story(line: CommandLine) -> None:
    with line.sandbox() as sandbox:
        assert set(sandbox.variables) == {
            "ALIGN_SYNC_JIRA__URL", "ALIGN_SYNC_JIRA__EMAIL", "ALIGN_SYNC_JIRA__TOKEN",
            "ALIGN_SYNC_LINEAR__URL", "ALIGN_SYNC_LINEAR__TOKEN", "ALIGN_SYNC_CONFIG",
            "ALIGN_SYNC_CONNECTIONS__WAREHOUSE__URL",
            *(f"ALIGN_SYNC_CHANNELS__SANDBOX__{name}"
              for name in ("KIND", "API_URL", "TOKEN", "TO", "TEAMS", "LEADERSHIP")),
        }  # fmt: skip
        assert sandbox.url_of("jira") == sandbox.variables["ALIGN_SYNC_JIRA__URL"]
        assert sandbox.url_of("slack").startswith("http://127.0.0.1:")
        line.variables = sandbox.variables
        apply = next(row.strip() for row in sandbox.said.splitlines() if "okr apply" in row)
        assert line.run(*apply.split()[1:], "--yes").code == 0
        assert len(pull(line)) == 92
        assert line.run("okr", "read", "refund_errors").code == 0
        assert line.run_json("okr", "show", "KR-2.3", "--json")["progress"] is not None


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_with_0(line: CommandLine, number: signal.Signals) -> None:
    with line.sandbox() as sandbox:
        sandbox.process.send_signal(number)
        assert sandbox.process.wait(timeout=20) == 0
        assert sandbox.process.stderr is not None
        assert sandbox.process.stderr.read() == "stopped\n"


@pytest.mark.parametrize("flavour", ["cloud", "datacenter"])
def test_recorded_issues_of_the_active_sprint_are_seen_and_no_others(line: CommandLine, flavour: str) -> None:
    now, past = {"id": 9, "state": "closed", "name": "S 9"}, {"id": 8, "state": "closed", "name": "S 8"}
    issues = [
        make_issue(1, closedSprints=[past, now], labels=["b", "a"]),
        make_issue(2, closedSprints=[past]),
        make_issue(3),
        make_issue(4, closedSprints=[now], epic={"id": 3, "key": "AC-3", "name": "E", "summary": "E", "done": False}),
    ]
    path = write_issues(line.folder, *issues)
    with line.sandbox("--jira-issues", str(path), "--active-sprint", "9", "--jira-flavour", flavour) as sandbox:
        line.variables = sandbox.variables
        assert pull(line) == expect([issues[0], issues[3]])


def test_a_recording_without_an_active_sprint_is_served_with_a_word_about_it(line: CommandLine) -> None:
    path = write_issues(line.folder, make_issue(1, closedSprints=[{"id": 8, "state": "closed", "name": "S 8"}]))
    with line.sandbox("--jira-issues", str(path)) as sandbox:
        line.variables = sandbox.variables
        assert pull(line) == {}
        sandbox.process.terminate()
        assert sandbox.process.stderr is not None
        assert "--active-sprint" in sandbox.process.stderr.read()


REFUSED: tuple[tuple[str, list[str], str], ...] = (
    ("a sprint without issues", ["--active-sprint", "9"], "--jira-issues"),
    ("sprints without issues", ["--jira-sprints", "x.json"], "--jira-issues"),
    ("a file that is not there", ["--jira-issues", "none.jsonl"], "none.jsonl"),
    ("a file of no use", ["--jira-issues", "broken.jsonl"], "broken.jsonl:1: not JSON"),
    ("a sprint that nobody names", ["--jira-issues", "issues.jsonl.gz", "--active-sprint", "10"], "sprint 10"),
    ("a port that is none", ["--jira-port", "70000"], "--jira-port"),
    ("a word for a number", ["--active-sprint", "next"], "--active-sprint"),
    ("an option that does not exist", ["--accept-any-token"], "--accept-any-token"),
)


@pytest.mark.parametrize(("arguments", "words"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_wrong_use_is_explained_and_ends_with_2(line: CommandLine, arguments: list[str], words: str) -> None:
    (line.folder / "broken.jsonl").write_text("{")
    write_issues(line.folder, make_issue(1, closedSprints=[{"id": 9, "state": "closed", "name": "S"}]))
    ended = line.run("sandbox", "--jira-port=0", "--linear-port=0", "--slack-port=0", *arguments)
    assert (ended.code, ended.out) == (2, "")
    assert words in ended.err
    assert "Traceback" not in ended.err


def test_a_port_in_use_is_explained_and_ends_with_2(line: CommandLine) -> None:
    with line.sandbox() as sandbox:
        port = sandbox.url_of("slack").rpartition(":")[2]
        ended = line.run("sandbox", "--jira-port=0", "--linear-port=0", f"--slack-port={port}")
    assert ended.code == 2
    assert f"--slack-port: port {port} is in use" in ended.err


@needs_real
@pytest.mark.parametrize("flavour", ["cloud", "datacenter"])
def test_a_real_sprint_arrives_as_it_was_recorded(line: CommandLine, flavour: str) -> None:
    expected = expect(issue for issue in read_issues(WITH_SPRINTS) if names_sprint(issue, 529))
    assert len(expected) == 57
    with line.sandbox(
        "--jira-issues", str(WITH_SPRINTS), "--jira-sprints", str(SPRINTS), "--active-sprint", "529",
        "--jira-flavour", flavour,
    ) as sandbox:  # fmt: skip
        line.variables = sandbox.variables
        assert pull(line) == expected


@needs_real
def test_a_real_data_center_recording_is_laid_under_one_sprint(line: CommandLine) -> None:
    arguments = ("--jira-issues", str(ARROW), "--jira-flavour", "datacenter", "--active-sprint", "529")
    with line.sandbox(*arguments) as sandbox:
        line.variables = sandbox.variables
        assert pull(line) == expect(read_issues(ARROW))


@needs_real
@pytest.mark.parametrize("flavour", ["cloud", "datacenter"])
def test_real_issue_links_arrive_as_they_were_recorded(line: CommandLine, flavour: str) -> None:
    with line.sandbox("--jira-issues", str(LINKED), "--active-sprint", "7", "--jira-flavour", flavour) as sandbox:
        line.variables = sandbox.variables
        assert pull(line) == expect(read_issues(LINKED))
