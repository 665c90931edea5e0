"""Looking back on the command line, and behind the figures: each figure's own command lists exactly its items."""

import os
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson
import pytest

from align_sync.app import read_clock
from align_sync.cli.main import invoke
from align_sync.reports.model import SCHEMA_VERSION
from align_sync.reports.render.changes import CHANGES_FORMATS
from align_sync.reports.render.decisions import DECISIONS_FORMATS
from align_sync.reports.render.trend import TREND_FORMATS
from tests.e2e.command_line import CommandLine

Report = dict[str, Any]


def keys(report: Report) -> set[str]:
    return {item["key"] for item in report["items"]}


def test_what_was_decided_since_is_told_with_who_and_why_and_is_not_true_of_before(sample: CommandLine) -> None:
    before = read_clock().isoformat()
    decided = sample.run("link", "add", "MOB-82", "act7", "--author", "Elif Kaya", "--reason", "they find us so")
    assert decided.code == 0, decided.err

    def bucket(*arguments: str) -> str:
        items = sample.run_json("report", "--json", *arguments)["items"]
        found: str = next(item["bucket"] for item in items if item["key"] == "MOB-82")
        return found

    assert (bucket(), bucket("--as-of", before)) == ("direct", "unlinked")
    told = sample.run_json("changes", "--since", before, "--json")
    (change,) = told["changes"]
    assert (change["key"], change["before"], change["after"]) == ("MOB-82", "unlinked", "direct")
    assert "Elif Kaya" in orjson.dumps(change).decode()
    assert told["unchanged"] == 91


def test_a_kept_report_is_shown_as_it_was_and_compared_with(sample: CommandLine) -> None:
    kept = orjson.loads((sample.folder / "out" / "report.json").read_bytes())
    assert sample.run("exempt", "add", "PAY-412", "--category", "ktlo", "--reason", "it must run").code == 0
    assert sample.run_json("report", "--snapshot", kept["snapshot"], "--json") == kept
    told = sample.run_json("changes", "--since", kept["snapshot"], "--json")
    assert [(one["key"], one["after"]) for one in told["changes"]] == [("PAY-412", "exempt")]
    now = sample.run_json("report", "--json")
    ended = sample.run("snapshots", "--json")
    assert [one["name"] for one in orjson.loads(ended.out)] == [now["snapshot"], kept["snapshot"]]
    assert now["content_hash"] != kept["content_hash"]


def test_a_trend_ends_with_the_coverage_of_now(sample: CommandLine) -> None:
    trend = sample.run_json("trend", "--points", "3", "--json")
    assert [point["coverage"] for point in trend["points"][:2]] == [None, None]
    headline = sample.run_json("report", "--json")["headline"]["coverage"]
    assert trend["points"][2]["coverage"] == headline
    table = sample.run("trend", "--by", "sprint", "-t", "Payments")
    assert (table.code, table.err) == (0, "")


FORMATS = [
    *(f"changes --since 0h -o {form.value}" for form in CHANGES_FORMATS),
    *(f"trend --points 2 -o {form.value}" for form in TREND_FORMATS),
    *(f"exempt list -o {form.value}" for form in DECISIONS_FORMATS),
]


@pytest.mark.parametrize("words", FORMATS)
def test_every_format_goes_to_standard_output_alone(sample: CommandLine, words: str) -> None:
    ended = sample.run(*words.split())
    assert (ended.code, ended.err) == (0, "")
    assert ended.out
    if words.endswith("json"):
        assert orjson.loads(ended.out)["schema_version"] == SCHEMA_VERSION


REFUSED: tuple[tuple[str, str], ...] = (
    ("report --as-of 2099-01-01", "--as-of: 2099-01-01 is yet to come"),
    ("report --as-of yesterday", "--as-of: 'yesterday' is no day and no time"),
    ("report --snapshot 20200101T000000Z-00000000", "align-sync snapshots lists more"),
    ("report --bucket linked", "--bucket"),
    ("report --signal lazy", "--signal"),
    ("report --sprint 99", "no sprint is called '99'"),
    ("report --source github", "--source"),
    ("changes --since then", "--since: 'then' is no day and no time"),
    ("changes --since 2099-01-01", "--since: 2099-01-01 is yet to come"),
    ("changes --since 2099-01-01T09:30Z", "--since: 2099-01-01T09:30Z is yet to come"),
    ("changes --since 20-10-2026", "--since: '20-10-2026' is no day and no time"),
    ("changes --since 0001-01-01T00:00+05:00", "is no day and no time"),
    ("changes --since 20200101T000000Z-00000000", "no report was kept"),
    ("trend --by sprint", "name it with -t TEAM"),
    ("trend --points 0", "--points"),
)


@pytest.mark.parametrize(("words", "told"), REFUSED, ids=[row[0] for row in REFUSED])
def test_what_cannot_be_shown_is_refused_with_what_and_next(sample: CommandLine, words: str, told: str) -> None:
    ended = sample.run(*words.split())
    assert (ended.code, ended.out) == (2, "")
    assert told in ended.err
    assert "Traceback" not in ended.err


def test_coverage_under_what_is_asked_for_ends_with_1(sample: CommandLine) -> None:
    assert sample.run("report", "--fail-under", "60").code == 0
    under = sample.run("report", "--fail-under", "75")
    assert under.code == 1
    assert "below --fail-under 75" in under.err


def mass(item: Mapping[str, Any], lens: str) -> float:
    if lens == "items":
        return 1
    if lens == "days":
        return float(item["days"])
    points = item["points"] if item["points"] is not None else item["imputed_points"]
    return float(points or 0)


def test_the_command_of_every_figure_lists_its_items_and_they_add_up_to_it(
    sample: CommandLine, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in [name for name in os.environ if name.startswith("ALIGN_SYNC_")]:
        monkeypatch.delenv(name)
    for name, value in sample.variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(sample.folder)
    listed: dict[str, list[Mapping[str, Any]]] = {}

    def run(command: str) -> list[Mapping[str, Any]]:
        if command not in listed:
            program, *words = shlex.split(command)
            assert (program, invoke([*words, "--json"])) == ("align-sync", 0), command
            listed[command] = orjson.loads(capsys.readouterr().out)["items"]
        return listed[command]

    figures = orjson.loads(Path("out/report.json").read_bytes())["figures"]
    wrong = {}
    for figure in figures:
        items = run(figure["command"])
        lens = "items" if figure["name"].endswith("imputed") else figure["lens"]
        if (total := sum(mass(item, lens) for item in items)) != pytest.approx(figure["value"], abs=0.01):
            wrong[figure["name"], figure["lens"]] = (figure["value"], total, figure["command"])
    assert wrong == {}
    assert len(listed) > 60


COUNTS: tuple[tuple[str, set[str]], ...] = (
    ("--kr ledger-pilot", {"GROW-34"}),
    ("--bucket rule", {"PAY-425", "PAY-426", "PAY-427", "GROW-42"}),
    ("--bucket grace -t Payments", {"PAY-428", "PAY-429"}),
    ("--category upgrade", {"PLAT-205", "PLAT-206", "PLAT-217"}),
    ("--rule security", {"PAY-435"}),
    ("--signal crowded", {"MOB-71", "MOB-72", "MOB-73", "MOB-74", "MOB-75", "MOB-78"}),
    ("--disputed", {"PAY-427"}),
    ("--imputed", {"PLAT-215", "GROW-33", "GROW-36", "GROW-39", "GROW-42"}),
    ("--bucket unknown --bucket exempt -t Payments", {"PAY-418", "PAY-435"}),
    ("--sprint 125", {"PAY-430", "PAY-431", "PAY-432", "PAY-433"}),
)


@pytest.mark.parametrize(("words", "expected"), COUNTS, ids=[row[0] for row in COUNTS])
def test_filters_list_what_they_say(sample: CommandLine, words: str, expected: set[str]) -> None:
    assert keys(sample.run_json("report", "--json", *words.split())) == expected
