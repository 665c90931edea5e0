"""A quarter is opened through the command line alone: written, linted, planned, applied, probed, published, read."""

import json
import re
import sqlite3
from contextlib import closing
from pathlib import Path

import orjson

from align_sync.app import read_clock
from align_sync.okr.period import quarter_of
from tests.e2e.command_line import CommandLine, Ended

TODAY = read_clock().date()
QUARTER = quarter_of(TODAY)
PERIOD = f"{QUARTER.start.isoformat()}/{QUARTER.end.isoformat()}"
SETTINGS = """\
okrs = []

[readings]
sql = true

[connections.warehouse]

[[metrics]]
name = "refund_errors"
kind = "sql"
connection = "warehouse"
sql = "SELECT value FROM weekly WHERE metric = 'refund_errors' AND day <= :as_of ORDER BY day DESC LIMIT 1"
unit = "percent"
owner = "Luca"
refresh = "8d"
lowest = 0
highest = 100

[[metrics]]
name = "refund_days"
kind = "manual"
unit = "days"
owner = "Giulia"
"""
MILESTONE = """\
        - id: PAY-1.3
          title: Complete 5 user research sessions
          owner: "giulia@acme.example"
          metric: {unit: sessions, baseline: 0, target: 5}
"""


def fill_warehouse(file: Path, baseline: float) -> None:
    rows = [("refund_errors", QUARTER.start.isoformat(), baseline), ("refund_errors", TODAY.isoformat(), 1.3)]
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("CREATE TABLE IF NOT EXISTS weekly (metric TEXT, day TEXT, value REAL)")
        connection.execute("DELETE FROM weekly")
        connection.executemany("INSERT INTO weekly VALUES (?, ?, ?)", rows)


def fine(ended: Ended) -> str:
    assert ended.code == 0, ended.err + ended.out
    return ended.out


def plan(line: CommandLine) -> str:
    """The fingerprint of the plan as it is shown, which is the one of the command that it names."""
    shown = line.run("okr", "plan", "okrs")
    told = line.run_json("okr", "plan", "okrs", "--json")
    assert f"--plan {told['fingerprint']}" in shown.out + shown.err
    return str(told["fingerprint"])


def test_a_quarter_is_opened_through_the_command_line(tmp_path: Path) -> None:
    warehouse = tmp_path / "warehouse.db"
    fill_warehouse(warehouse, baseline=3.1)
    (tmp_path / "align-sync.toml").write_text(SETTINGS)
    line = CommandLine(tmp_path, {"ALIGN_SYNC_CONNECTIONS__WAREHOUSE__URL": f"sqlite:///{warehouse}"})
    file = tmp_path / "okrs" / "payments.yaml"

    # Written: a template, and a slip of the person who fills it in.
    fine(line.run("okr", "template", "--team", "payments", "--period", PERIOD, "--level", "company", "--owner",
                  "giulia@acme.example", "--out", str(file)))  # fmt: skip
    written = re.sub(r"baselineOn: [0-9-]+", f"baselineOn: {QUARTER.start}", file.read_text())
    file.write_text(re.sub(r"due: [0-9-]+", f"due: {QUARTER.end}", written) + MILESTONE)
    assert "3 key results" in fine(line.run("okr", "validate", "okrs"))

    # Linted: the milestone is found with its place, and taken out.
    linted = line.run("okr", "lint", "okrs", "--json")
    assert linted.code == 1, linted.out
    found = [one for one in orjson.loads(linted.out)["items"] if one["severity"] == "error"]
    assert {one["key"] for one in found} == {"PAY-1.3"}
    assert all(one["line"] > len(written.splitlines()) for one in found)
    assert not list(tmp_path.glob("*.db-wal"))
    assert not (tmp_path / "align-sync.db").exists()
    file.write_text(file.read_text().replace(MILESTONE, ""))
    fine(line.run("okr", "lint", "okrs"))

    # Planned and applied: only the plan that was shown.
    shown = plan(line)
    assert line.run("okr", "apply", "okrs").code == 2
    assert line.run("okr", "apply", "okrs", "--plan", "0" * len(shown)).code == 2
    fine(line.run("okr", "apply", "okrs", "--plan", shown, "--author", "Giulia", "--reason", "the quarter begins"))
    assert not re.search(r"^[+~-] ", fine(line.run("okr", "plan", "okrs")), re.MULTILINE)

    # Probed: the source says another baseline than the book, so that it cannot be published.
    fine(line.run("okr", "read", "--baselines"))
    refused = line.run("okr", "publish", "--author", "Giulia")
    assert refused.code == 1, refused.out
    assert "2.4" in refused.out
    assert "3.1" in refused.out
    assert "PAY-1.2" in refused.out, "nobody has verified how it is measured"

    # Mended: the warehouse, and a person who answers for what is read by hand.
    fill_warehouse(warehouse, baseline=2.4)
    fine(line.run("okr", "read", "--baselines"))
    fine(line.run("okr", "metrics", "verify", "refund_days", "--evidence", "https://wiki.example/refunds",
                  "--reason", "looked at the sheet with Giulia"))  # fmt: skip
    fine(line.run("okr", "record", "PAY-1.2", "2", "--on", TODAY.isoformat(), "--confidence", "0.6"))
    fine(line.run("okr", "publish", "--author", "Giulia", "--reason", "agreed in the kick-off"))

    # Read: the tree and the page tell the same.
    tree = json.loads(fine(line.run("okr", "tree", "--json")))
    nodes = {node["key"]: node for node in tree["nodes"]}
    assert "Giulia" in tree["published"]
    assert abs(nodes["PAY-1.1"]["progress"] - (2.4 - 1.3) / (2.4 - 0.5)) < 1e-9
    assert nodes["PAY-1.2"]["progress"] == 1
    assert nodes["PAY-1.2"]["health"] == "on track"
    page = json.loads(fine(line.run("okr", "show", "PAY-1.1", "--json")))
    assert page["measurability"] == "verified-live"
    values = [one["value"] for one in page["readings"] if one["counts"]]
    assert values[0] == 2.4
    assert values[-1] == 1.3
    assert "confidence" in fine(line.run("okr", "show", "PAY-1.2"))

    change_the_target(line, file)


def change_the_target(line: CommandLine, file: Path) -> None:
    """It needs a reason, and the page shows it."""
    file.write_text(file.read_text().replace("target: 0.5", "target: 0.8").replace("to 0.5 %", "to 0.8 %"))
    shown = plan(line)
    assert line.run("okr", "apply", "okrs", "--plan", shown).code == 2
    fine(line.run("okr", "apply", "okrs", "--plan", shown, "--reason", "the processor changed its rules"))
    changes = json.loads(fine(line.run("okr", "show", "PAY-1.1", "--json")))["changes"]
    assert [(one["field"], one["reason"]) for one in changes if one["field"] == "target"] == [
        ("target", "the processor changed its rules")
    ]
    assert "changed since" in fine(line.run("okr", "tree"))


def test_the_quarter_is_opened_in_italian_too(tmp_path: Path) -> None:
    line = CommandLine(tmp_path)
    file = tmp_path / "okrs" / "pagamenti.yaml"
    fine(line.run("okr", "template", "--language", "it", "--team", "pagamenti", "--owner", "anna@acme.example",
                  "--level", "company", "--out", str(file)))  # fmt: skip
    fine(line.run("okr", "lint", "okrs"))
    file.write_text(re.sub(r"title: .*2,4.*", "title: Completare 5 sessioni di ricerca utente", file.read_text()))
    # Its fields name a source, a baseline and a target still, so that the words alone only warn.
    assert "warning milestone-not-kr" in fine(line.run("okr", "lint", "okrs"))
    file.write_text(re.sub(r"source: .*", "", file.read_text(), count=1))
    linted = line.run("okr", "lint", "okrs")
    assert (linted.code, "error milestone-not-kr" in linted.out) == (1, True), linted.out
