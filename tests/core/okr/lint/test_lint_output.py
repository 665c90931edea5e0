"""What the linter tells of a bad book: lines, groups on a terminal, JSON and SARIF, byte for byte."""

from datetime import UTC, datetime

import orjson
import pytest

from align_sync.okr.book_yaml import read_book
from align_sync.okr.lint.accepted import Sorted, sort_findings
from align_sync.okr.lint.catalog import BY_NAME, RULES
from align_sync.okr.lint.model import Severity
from align_sync.okr.lint.render_json import render_json
from align_sync.okr.lint.render_sarif import render_sarif
from align_sync.okr.lint.render_text import render_groups, render_lines, render_manual, render_rules, say_summary
from align_sync.okr.lint.result import LintResult
from align_sync.okr.lint.run import build_subject, place_findings, run_lint
from tests.core.okr.lint.book_around import TODAY
from tests.golden_files import Golden

COMPANY = """\
apiVersion: align-sync.dev/v1
kind: OKRSet
metadata: {name: company}
spec:
  team: acme
  period: 2026-Q4
  level: company
  objectives:
    - id: CO-1
      title: Reach 10 million in revenue
      owner: Ana and Luca
      keyResults:
        - id: CO-1.1
          title: Reduce complaints from 4 to 7
          owner: luca@acme.example
          metric: {unit: complaints, direction: decrease, baseline: 7, target: 4}
        - id: CO-1.2
          title: NPS from 31 to 45
          onwer: ana@acme.example
"""
TEAM = """\
apiVersion: align-sync.dev/v1
kind: OKRSet
metadata: {name: ricerca}
spec:
  team: ricerca
  period: Q4/26
  level: team
  objectives:
    - id: R-1
      title: Capiamo di che cosa hanno bisogno i nostri clienti
      owner: chiara@acme.example
      contributesTo: [CO-1]
      keyResults:
        - id: R-1.1
          title: Completare 5 sessioni di ricerca utente
          owner: chiara@acme.example
          metric: {unit: percent, baseline: 38, target: 60, source: "sql:attivazione"}
        - id: R-1.2
          title: Migliorare sensibilmente la retention
          owner: davide@acme.example
          metric: {unit: percent, baseline: 68, target: 80}
"""
FILES = [("okrs/company.yaml", COMPANY), ("okrs/ricerca e test.yaml", TEAM)]


@pytest.fixture(scope="module")
def result() -> LintResult:
    read = read_book(FILES)
    subject = build_subject(read.book, today=TODAY, problems=read.problems)
    placed = place_findings(run_lint(subject), read, [name for name, _ in FILES])
    accepted = frozenset(one.fingerprint for one in placed if one.finding.rule == "too-few-key-results")
    return result_of(sort_findings(placed, accepted))


def result_of(findings: Sorted) -> LintResult:
    return LintResult(
        findings=findings,
        objectives=2,
        key_results=3,
        files=2,
        has_register=False,
        generated_at=datetime(2026, 10, 1, 9, tzinfo=UTC),
        titles={"CO-1": "Reach 10 million in revenue", "R-1.1": "Completare 5 sessioni di ricerca utente"},
    )


def test_lines_for_a_pipe(result: LintResult, golden: Golden) -> None:
    golden("lint/piped.txt", render_lines(result) + say_summary(result) + "\n")


def test_groups_on_a_terminal(result: LintResult, golden: Golden) -> None:
    golden("lint/terminal.txt", render_groups(result, width=100, colour=False))
    assert "\x1b[31merror" in render_groups(result, width=100, colour=True)


def test_json_for_programs(result: LintResult, golden: Golden) -> None:
    text = render_json(result)
    golden("lint/findings.json", text)
    told = orjson.loads(text)
    assert told["schema_version"] == 1
    assert sum(told["counts"].values()) == len(told["items"])


def test_sarif_for_code_hosts(result: LintResult, golden: Golden) -> None:
    text = render_sarif(result, version="1.2.3")
    golden("lint/findings.sarif", text)
    told = orjson.loads(text)
    assert told["version"] == "2.1.0"
    assert told["$schema"].endswith("sarif-schema-2.1.0.json")
    (run,) = told["runs"]
    driver = run["tool"]["driver"]
    assert driver["name"]
    ids = [rule["id"] for rule in driver["rules"]]
    assert len(set(ids)) == len(ids) == len(RULES)
    for rule in driver["rules"]:
        assert rule["defaultConfiguration"]["level"] in {"error", "warning", "note"}
        for part in ("shortDescription", "fullDescription", "help"):
            assert rule[part]["text"]
        assert "```yaml" in rule["help"]["markdown"]
    for found in run["results"]:
        assert ids[found["ruleIndex"]] == found["ruleId"]
        assert found["level"] in {"error", "warning", "note"}
        assert found["message"]["text"]
        assert found["partialFingerprints"]
        (location,) = found["locations"]
        physical = location["physicalLocation"]
        assert not physical["artifactLocation"]["uri"].startswith("/")
        assert " " not in physical["artifactLocation"]["uri"]
        assert physical["region"]["startLine"] >= 1
        assert physical["region"]["startColumn"] >= 1
    assert [one["suppressions"] for one in run["results"] if "suppressions" in one] == [
        [{"kind": "external", "status": "accepted"}]
    ]


def test_a_book_without_files_is_told_by_its_keys(golden: Golden) -> None:
    subject = build_subject(read_book(FILES).book, today=TODAY)
    told = result_of(sort_findings(place_findings(run_lint(subject)), frozenset()))
    golden("lint/book_in_force.txt", render_groups(told, width=100, colour=False))
    assert render_lines(told).startswith("CO-1: error several-owners")
    locations = [found["locations"][0] for found in orjson.loads(render_sarif(told, version="1"))["runs"][0]["results"]]
    assert all("physicalLocation" not in location for location in locations)


def test_absolute_paths_are_addresses_in_sarif() -> None:
    read = read_book([("/home/ana/okrs/a b.yaml", TEAM)])
    placed = place_findings(run_lint(build_subject(read.book, today=TODAY)), read)
    assert "file:///home/ana/okrs/a%20b.yaml" in render_sarif(
        result_of(sort_findings(placed, frozenset())), version="1"
    )


def test_nothing_found_is_said_and_shown_as_nothing() -> None:
    nothing = result_of(sort_findings((), frozenset()))
    assert render_lines(nothing) == render_groups(nothing, width=80, colour=False) == ""
    assert say_summary(nothing).startswith("nothing found in 2 objectives and 3 key results")
    assert not nothing.has_errors


def test_a_fault_without_advice_is_one_line() -> None:
    read = read_book([("a.yaml", TEAM.replace("owner: davide", "weight: -1\n          owner: davide"))])
    subject = build_subject(read.book, today=TODAY, problems=read.problems)
    told = result_of(sort_findings(place_findings(run_lint(subject), read, ["a.yaml"]), frozenset()))
    assert "must be 0 or more\n" in render_lines(told)
    assert "must be 0 or more\n" in render_groups(told, width=200, colour=False)


def test_rules_are_listed_with_the_severity_in_force() -> None:
    told = render_rules({"no-owner": Severity.NOTE})
    assert len(told.splitlines()) == len(RULES)
    assert "no-owner                   note" in told


def test_a_manual_is_shown_with_its_examples() -> None:
    told = render_manual(BY_NAME["milestone-not-kr"])
    assert told.startswith("milestone-not-kr (error)\n")
    assert "Fails:\n    title: Completare 5 sessioni di ricerca utente\n" in told
