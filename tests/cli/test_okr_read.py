"""`align-sync okr read`: a line a metric, in columns or between tabs, and what the exit code says."""

import json
import os
import subprocess
import sys
from pathlib import Path

import orjson
import pytest

from align_sync.cli import exit_codes
from align_sync.cli.okr.read import judge_exit, say_counts, show_json, show_text
from align_sync.flows.measure import MeasureLine, MeasureResult
from align_sync.okr.metrics import SourceKind
from align_sync.okr.readings import ReadingStatus
from tests.make import NOW

ROOT = Path(__file__).resolve().parents[2]


def make_line(status: ReadingStatus | None, value: float | None = None, reason: str = "") -> MeasureLine:
    return MeasureLine(
        metric="refund-errors",
        kind=SourceKind.SQL,
        status=status,
        unit="%",
        value=value,
        as_of_at=NOW,
        before=0.0,
        reason=reason,
    )


GOOD = make_line(ReadingStatus.OK, 1234567.5)
OLD = make_line(ReadingStatus.STALE, 0.0, "old")
ODD = make_line(ReadingStatus.QUARANTINED, 7, "too\thigh\x1b[31m")
BAD = make_line(ReadingStatus.FAILED, None, "no answer")
NOBODY = MeasureLine(metric="t", kind=SourceKind.MANUAL, status=None, reason="by hand")
BASELINE = MeasureLine(metric="r", kind=SourceKind.CSV, status=ReadingStatus.OK, value=1, key_results=("K1", "K2"))


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        ((GOOD, OLD, NOBODY), exit_codes.FINE),
        ((), exit_codes.FINE),
        ((GOOD, ODD), exit_codes.FINDINGS),
        ((ODD, BAD), exit_codes.PARTIAL),
        ((BAD,), exit_codes.PARTIAL),
    ],
)
def test_the_exit_code_tells_of_what_failed_before_what_is_quarantined(
    lines: tuple[MeasureLine, ...], code: int
) -> None:
    assert judge_exit(MeasureResult(lines=lines)) == code


def test_in_a_pipe_there_are_tabs_and_no_control_characters() -> None:
    told = show_text(MeasureResult(lines=(GOOD, ODD, BAD, NOBODY, BASELINE)), is_terminal=False)
    assert [line.split("\t") for line in told.split("\n")] == [
        ["refund-errors", "sql", "ok", "1234567.5", "%", "2026-11-23T13:30:00Z", "0", ""],
        ["refund-errors", "sql", "quarantined", "7", "%", "2026-11-23T13:30:00Z", "0", "too high␛[31m"],
        ["refund-errors", "sql", "failed", "", "%", "2026-11-23T13:30:00Z", "0", "no answer"],
        ["t", "manual", "not asked", "", "", "", "", "by hand"],
        ["r", "csv", "ok", "1", "", "", "", "baseline of K1, K2"],
    ]


def test_on_a_terminal_columns_stand_under_their_names() -> None:
    told = show_text(MeasureResult(lines=(OLD, NOBODY)), is_terminal=True).split("\n")
    assert told == [
        "METRIC         KIND    STATUS     VALUE  UNIT  AS OF                 BEFORE  REASON",
        "refund-errors  sql     stale      0      %     2026-11-23T13:30:00Z  0       old",
        "t              manual  not asked                                             by hand",
    ]


def test_the_counts_are_said_at_the_end() -> None:
    lines = (GOOD, OLD, ODD, BAD, BAD, NOBODY)
    assert say_counts(MeasureResult(lines=lines)) == "6 lines: 1 ok, 2 failed, 1 stale, 1 quarantined, 1 not asked"
    assert say_counts(MeasureResult(lines=(GOOD,))) == "1 line: 1 ok"


def test_json_has_everything() -> None:
    told = orjson.loads(show_json(MeasureResult(lines=(OLD, NOBODY, BASELINE), run=7)))
    assert told["run"] == 7
    assert [line["status"] for line in told["lines"]] == ["stale", "not-asked", "ok"]
    assert [line["baseline_of"] for line in told["lines"]] == [[], [], ["K1", "K2"]]
    assert told["lines"][0] == {
        "metric": "refund-errors", "kind": "sql", "status": "stale", "value": 0.0, "unit": "%",
        "as_of_at": "2026-11-23T13:30:00Z", "before": 0.0, "reason": "old", "baseline_of": [],
    }  # fmt: skip


def test_the_command_reads_stores_and_tells(tmp_path: Path) -> None:
    (tmp_path / "nps.csv").write_text("day,nps\n2020-01-01,40\n", encoding="utf-8")
    (tmp_path / "align-sync.toml").write_text(
        'metrics = [{name = "nps", kind = "csv", file = "nps.csv", date_column = "day", value_column = "nps"},'
        ' {name = "gone", kind = "csv", file = "gone.csv", date_column = "day", value_column = "nps"}]\n',
        encoding="utf-8",
    )

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        environment = {
            "PATH": os.environ["PATH"], "HOME": str(tmp_path), "PYTHONPATH": str(ROOT),
            "ALIGN_SYNC_SECRETS_DIR": str(tmp_path / "none"),
        }  # fmt: skip
        return subprocess.run(
            [sys.executable, "-m", "align_sync", "okr", "read", *arguments],
            cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip

    first = run()
    assert first.returncode == exit_codes.PARTIAL, first.stderr
    nps, gone = (line.split("\t") for line in first.stdout.splitlines())
    assert nps[:6] == ["nps", "csv", "stale", "40", "", "2020-01-01T12:00:00Z"]
    assert gone[:4] == ["gone", "csv", "failed", ""]
    assert "gone.csv" in gone[-1]
    assert first.stderr.endswith("2 lines: 1 failed, 1 stale\n")
    again = run("NPS", "--json", "--author", "Ana")
    assert again.returncode == exit_codes.FINE
    assert json.loads(again.stdout)["run"] == 2
    wrong = run("npx")
    assert (wrong.returncode, wrong.stdout) == (exit_codes.USAGE, "")
    assert "did you mean nps?" in wrong.stderr
