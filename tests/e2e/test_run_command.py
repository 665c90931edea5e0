"""`align-sync run` in a process of its own: on samples, on sources that are set up, and where something is missing."""

import csv
import io
import shlex
from pathlib import Path

import orjson
import pytest

from align_sync.app import read_clock
from align_sync.demo.story import MATCHES_NOTHING, TRUE_BEFORE_PEOPLE, TRUE_LINKS, write_example_okrs
from align_sync.linking.evidence import Bucket
from tests.demo.recordings import make_issue, write_issues
from tests.e2e.command_line import CommandLine, Ended

SAMPLE = ("run", "--sample-if-unconfigured")
FILES = ("report.html", "report.md", "report.json", "unlinked.csv")
NEXT_SPRINT = {
    "PAY-430", "PAY-431", "PAY-432", "PAY-433", "MOB-90", "MOB-91", "PLAT-220", "PLAT-221",
    "CARE-120", "CARE-121", "GROW-50", "GROW-51", "GROW-52", "GROW-53",
}  # fmt: skip
CURRENT = {key: truth.bucket.value for key, truth in TRUE_LINKS.items() if key not in NEXT_SPRINT}
BEFORE_PEOPLE = {key: TRUE_BEFORE_PEOPLE[key].bucket.value for key in CURRENT}


@pytest.fixture
def line(tmp_path: Path) -> CommandLine:
    return CommandLine(tmp_path)


def buckets_in(report: Path) -> dict[str, str]:
    return {item["key"]: item["bucket"] for item in orjson.loads(report.read_bytes())["items"]}


def next_commands(ended: Ended) -> list[str]:
    _, _, tail = ended.err.partition("next:\n")
    return [row.strip() for row in tail.splitlines() if row.startswith("  ") and not row.startswith("   ")]


def test_without_an_account_the_sample_company_is_shown_twice_the_same(line: CommandLine) -> None:
    first = line.run(*SAMPLE)
    assert (first.code, buckets_in(line.folder / "out" / "report.json")) == (0, CURRENT), first.err
    second = line.run(*SAMPLE)
    assert (second.code, buckets_in(line.folder / "out" / "report.json")) == (0, CURRENT), second.err
    assert "88 new, 0 changed" in second.err  # the database of the first run was removed
    assert sorted(path.name for path in line.folder.iterdir()) == ["out"]


def test_everything_that_is_shown_or_written_says_that_it_is_a_sample(line: CommandLine) -> None:
    ended = line.run(*SAMPLE, "--out-dir", "elsewhere/deep")
    assert ended.code == 0, ended.err
    assert "SAMPLE DATA" in ended.out
    for name in FILES:
        text = (line.folder / "elsewhere" / "deep" / name).read_text()
        assert "SAMPLE DATA" in text or orjson.loads(text)["sample"] is True, name
    rows = list(csv.DictReader(io.StringIO((line.folder / "elsewhere" / "deep" / "unlinked.csv").read_text())))
    assert {row["sample"] for row in rows} == {"SAMPLE DATA"}
    assert {row["key"] for row in rows} == {key for key, bucket in CURRENT.items() if Bucket(bucket).is_actionable}


def test_each_rule_says_what_it_matches_and_the_report_is_kept(line: CommandLine) -> None:
    ended = line.run(*SAMPLE)
    assert ended.code == 0, ended.err
    (rule,) = [row for row in ended.out.splitlines() if row.startswith("mapping rule checkout is speed")]
    assert rule.startswith("mapping rule checkout is speed (KR-5.1, of Yusuf Aydin, until ")
    assert rule.endswith("): matches 2, decides 3")
    assert f"warning: {MATCHES_NOTHING} matches none of 92 items" in ended.err
    variables = {"ALIGN_SYNC_DATABASE__URL": f"sqlite:///{line.folder / 'out' / 'sample.db'}"}
    (kept,) = orjson.loads(line.run("snapshots", "--json", variables=variables).out)
    written = orjson.loads((line.folder / "out" / "report.json").read_bytes())
    assert kept["name"] == written["snapshot"]
    again = line.run("report", "--snapshot", kept["name"], "--json", variables=variables)
    assert (again.code, orjson.loads(again.out)) == (0, written)


def test_the_three_commands_that_are_named_at_the_end_can_be_run(line: CommandLine) -> None:
    commands = next_commands(line.run(*SAMPLE, "--out-dir", "my out"))
    assert len(commands) == 3
    env, *words = shlex.split(commands[0])
    variables = dict(word.split("=", 1) for word in words if word.startswith("ALIGN_SYNC_"))
    explained = line.run(*words[len(variables) + 1 :], variables=variables)
    assert (env, explained.code) == ("env", 0), explained.err
    assert "SAMPLE DATA" in explained.out
    (line.folder / "align-sync.toml").write_text("[policy]\ngoal = 5\n")
    later = line.run("report", "--json", variables=variables)
    assert later.code == 0, later.err
    assert {item["key"]: item["bucket"] for item in orjson.loads(later.out)["items"]} == CURRENT
    shown = line.run("okr", "show", "KR-2.1", "--json", variables=variables)
    told = orjson.loads(shown.out)
    assert (told["sample"], told["measurability"], told["confidence"]) == (True, "verified-live", 0.4)
    # One sheet of the sample is missing: all but it is read anew.
    read = line.run("okr", "read", "--json", variables=variables)
    assert read.code == 3, read.err
    assert {one["metric"] for one in orjson.loads(read.out)["lines"] if one["status"] == "failed"} == {"nps"}
    tree = line.run("okr", "tree", variables={**variables, "ALIGN_SYNC_CONNECTIONS__WAREHOUSE__URL": ""})
    assert "KR-2.1" in tree.out
    assert commands[1] == "align-sync sandbox"
    assert commands[2].endswith("align-sync run")


def test_settings_of_ones_own_do_not_touch_the_story(line: CommandLine) -> None:
    (line.folder / "align-sync.toml").write_text(
        """
        timezone = "Europe/Rome"
        okrs = ["nowhere"]
        [jira]
        boards = [99]
        concurrency = 2
        points_fields = ["customfield_1"]
        [database]
        url = "sqlite:////nowhere/at/all.db"
        [[teams]]
        name = "Mine"
        jira_board = 98
        [[match]]
        kind = "label"
        pattern = '^goal:(?P<kr>.+)$'
        [policy]
        goal = 5
        grace_days = 0
        exempt_budget = 1
        [calendar]
        weekend = ["mon", "tue", "wed", "thu", "fri", "sat"]
        [[map]]
        name = "all of it"
        kr = "KR-2.1"
        filter = "type is not empty"
        owner = "Ana"
        expires_on = 2099-12-31
        [[exempt]]
        name = "the rest"
        category = "ktlo"
        sources = ["jira", "linear"]
        reason = "just so"
        """
    )
    proxies = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy"), "http://127.0.0.1:9")
    ended = line.run(*SAMPLE, variables=proxies)
    assert (ended.code, buckets_in(line.folder / "out" / "report.json")) == (0, CURRENT), ended.err
    assert "the goal is 80 %" in ended.out
    assert "CET" in ended.out or "CEST" in ended.out
    assert "the rest" not in ended.out


def test_without_an_account_and_without_the_flag_it_says_how_to_set_one(line: CommandLine) -> None:
    ended = line.run("run")
    assert (ended.code, ended.out) == (2, "")
    assert "ALIGN_SYNC_JIRA__URL" in ended.err
    assert "--sample-if-unconfigured" in ended.err
    assert list(line.folder.iterdir()) == []


HALF: tuple[tuple[dict[str, str], str], ...] = (
    ({"ALIGN_SYNC_JIRA__URL": "https://x.atlassian.net"}, "ALIGN_SYNC_JIRA__TOKEN"),
    ({"ALIGN_SYNC_JIRA__URL": "http://x.atlassian.net", "ALIGN_SYNC_JIRA__TOKEN": "t"}, "https"),
    ({"ALIGN_SYNC_JIRA__TOKEN": "secret-token"}, "ALIGN_SYNC_JIRA__URL"),
    ({"ALIGN_SYNC_JIRA__EMAIL": "a@example.com"}, "ALIGN_SYNC_JIRA__URL"),
    ({"ALIGN_SYNC_LINEAR__TEAMS": '["ENG"]'}, "ALIGN_SYNC_LINEAR__TOKEN"),
)


@pytest.mark.parametrize(("variables", "words"), HALF)
def test_half_an_account_is_an_error_and_never_a_sample(
    line: CommandLine, variables: dict[str, str], words: str
) -> None:
    ended = line.run(*SAMPLE, variables=variables)
    assert (ended.code, ended.out) == (2, "")
    assert words in ended.err
    assert "secret-token" not in ended.err
    assert list(line.folder.iterdir()) == []


def test_real_sources_are_pulled_into_the_own_database_and_nothing_says_sample(line: CommandLine) -> None:
    with line.sandbox() as sandbox:
        line.variables = sandbox.variables
        okrs = write_example_okrs(line.folder / "okrs", read_clock().date())
        assert line.run("okr", "apply", *map(str, okrs), "--yes").code == 0
        ended = line.run("run")
        assert (ended.code, buckets_in(line.folder / "out" / "report.json")) == (0, BEFORE_PEOPLE), ended.err
        written = "".join((line.folder / "out" / name).read_text() for name in FILES)
        assert "SAMPLE DATA" not in ended.out + ended.err + written
        again = line.run("run")
    assert "jira     incremental: 0 new, 0 changed" in again.err
    commands = next_commands(again)
    assert commands[0] == "align-sync report unlinked"
    assert commands[1].startswith("align-sync explain ")
    assert commands[2] == "align-sync serve"
    assert (line.folder / "align-sync.db").is_file()
    assert not (line.folder / "out" / "sample.db").exists()


def test_where_there_is_neither_a_book_nor_work_the_book_comes_first(line: CommandLine) -> None:
    closed = {"id": 8, "state": "closed", "name": "S 8"}
    issues = write_issues(line.folder, make_issue(1, closedSprints=[closed]))
    with line.sandbox("--jira-issues", str(issues)) as sandbox:
        ended = line.run("run", variables=sandbox.variables)
    assert ended.code == 0, ended.err
    assert next_commands(ended) == ["align-sync okr apply okrs/", "align-sync report krs", "align-sync serve"]


def test_a_source_that_fails_is_shown_and_decides_the_exit_code(line: CommandLine) -> None:
    with line.sandbox() as sandbox:
        refused = line.run("run", variables={**sandbox.variables, "ALIGN_SYNC_LINEAR__TOKEN": "old"})
    assert refused.code == 4
    assert "linear" in refused.err
    items = buckets_in(line.folder / "out" / "report.json")
    assert "PAY-401" in items
    assert "CARE-101" not in items


@pytest.mark.parametrize("is_configured", [True, False])
def test_a_folder_that_cannot_be_made_is_named(line: CommandLine, is_configured: bool) -> None:
    (line.folder / "taken").write_text("a file")
    variables = {"ALIGN_SYNC_LINEAR__TOKEN": "x"} if is_configured else {}
    ended = line.run(*SAMPLE, "--out-dir", "taken/deep", variables=variables)
    assert ended.code == 2
    assert "taken/deep" in ended.err
    assert "--out-dir" in ended.err
