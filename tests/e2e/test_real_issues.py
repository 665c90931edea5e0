"""Real issues under a book and rules of our own: each verdict as the raw records have it, read without the product."""

import gzip
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest

from align_sync.app import open_app
from align_sync.demo.fake_jira import Flavour
from align_sync.demo.sandbox import Recording, open_sandbox
from align_sync.flows.report import report
from align_sync.jobs import sync
from align_sync.reports.model import Filters
from align_sync.seams import Seams
from align_sync.settings import Settings

REAL = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "jira"
NOW = datetime(2026, 11, 23, 13, 30, tzinfo=UTC)
DEPTH = 10

pytestmark = pytest.mark.skipif(not REAL.is_dir(), reason="the recorded issues are not at hand")

BOOK = """
apiVersion: align-sync.dev/v1
kind: OKRSet
metadata: {name: real}
spec:
  team: real
  period: 2026-Q4
  objectives:
    - id: O-1
      title: Real work
      keyResults:
        - id: speed
          title: It is quick
          match:
            jiraLabels: [kernel, core, qe-testadded]
            jiraEpics: [TIMOB-10925, ARROW-16333, ARROW-16841, ALOY-210]
        - id: reach
          title: It runs everywhere
          match:
            labels: [PARITY, query-engine]
            jiraIssues: [TIMOB-9901, ARROW-8894, TIMOB-9597]
        - {id: tools, title: It is easy to build with}
        - id: old
          title: It was something else
          state: closed
          closedOn: 2026-01-10
          successor: speed
          match:
            jiraLabels: [triage, api, dataset]
"""
LABELS = {
    "kernel": "speed", "core": "speed", "qe-testadded": "speed", "parity": "reach", "query-engine": "reach",
    "triage": "old", "api": "old", "dataset": "old",
}  # fmt: skip
# An issue stands for the key result, and so does work that is linked to it; an epic only holds work.
EPICS = {"TIMOB-10925": "speed", "ARROW-16333": "speed", "ARROW-16841": "speed", "ALOY-210": "speed"}
GOALS = {"TIMOB-9901": "reach", "ARROW-8894": "reach", "TIMOB-9597": "reach"}

RULES: Mapping[str, Any] = {
    "map": [
        {
            "name": "tools",
            "kr": "tools",
            "projects": ["TIMOB", "arrow"],
            "components": ["Tooling", "CLI", "Documentation"],
            "owner": "Ana",
            "expires_on": "2026-12-31",
        },
        {"name": "gone", "kr": "old", "components": ["Java", "BlackBerry"], "owner": "Ana", "expires_on": "2026-12-31"},
    ],
    "exempt": [
        {
            "name": "small bugs",
            "category": "bug",
            "filter": 'type = Bug and (component not in (Android, ios, "C++", Python) or priority in (Trivial, LOW))',
            "reason": "mended as they come in",
        },
        {"name": "regressions", "category": "ktlo", "labels": ["regression"], "kinds": ["bug"], "reason": "it worked"},
        {"name": "ci", "category": "upgrade", "components": ["Continuous Integration"], "reason": "must run"},
    ],
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    name: str
    issues: str
    sprints: str | None = None
    sprint: int
    buckets: frozenset[str]


CASES = (
    Case(
        name="a sprint of 2012", issues="real-issues-sprints.jsonl.gz", sprints="real-sprints.json", sprint=3,
        buckets=frozenset({"direct", "inherited", "rule", "invalid", "unlinked", "unknown"}),
    ),
    Case(
        name="linked issues", issues="real-issues-linked.jsonl.gz", sprint=7,
        buckets=frozenset({"direct", "rule", "exempt", "invalid", "unlinked", "unknown"}),
    ),
    Case(
        name="Apache Arrow", issues="real-issues-apache-arrow.jsonl.gz", sprint=7,
        buckets=frozenset({"direct", "inherited", "rule", "exempt", "invalid", "unlinked", "unknown"}),
    ),
)  # fmt: skip


class Raw:
    """One record as the file has it."""

    def __init__(self, record: Mapping[str, Any]) -> None:
        fields = record["fields"]
        self.key: str = record["key"]
        self.labels = {label.lower() for label in fields.get("labels") or []}
        self.components = {component["name"] for component in fields.get("components") or []}
        self.is_bug = fields["issuetype"]["name"] == "Bug"
        self.priority = (fields.get("priority") or {}).get("name")
        self.above: str | None = (fields.get("parent") or fields.get("epic") or {}).get("key")
        links = fields.get("issuelinks") or []
        self.related: set[str] = {(link.get("outwardIssue") or link.get("inwardIssue") or {})["key"] for link in links}
        named = [*(fields.get("closedSprints") or []), *filter(None, [fields.get("sprint")])]
        self.sprints = {sprint["id"] for sprint in named}

    def names(self) -> set[str]:
        """All key results that the record itself says it serves, closed or not."""
        own = {LABELS[label] for label in self.labels & LABELS.keys()}
        named = {EPICS[key] for key in {self.key} & EPICS.keys()}
        return own | named | {GOALS[key] for key in {self.key, *self.related} & GOALS.keys()}

    def serves(self) -> set[str]:
        return self.names() - {"old"}

    def is_mapped(self) -> str | None:
        in_project = self.key.split("-")[0] in {"TIMOB", "ARROW"}
        if in_project and self.components & {"Tooling", "CLI", "Documentation"}:
            return "tools"
        return "old" if self.components & {"Java", "BlackBerry"} else None

    def is_exempt(self) -> bool:
        # Work without a component is neither in the list nor out of it.
        is_elsewhere = bool(self.components) and not self.components & {"Android", "iOS", "C++", "Python"}
        is_small = is_elsewhere or self.priority in {"Trivial", "Low"}
        is_regression = "regression" in self.labels
        return (self.is_bug and (is_small or is_regression)) or "Continuous Integration" in self.components


Verdict = tuple[str, frozenset[str]]


def expect(raw: Raw, records: Mapping[str, Raw]) -> Verdict:
    """The bucket and the key results, from the records alone."""
    line, unseen = climb(raw, records)
    if raw.serves():
        return "direct", frozenset(raw.serves())
    for above in line:
        if above.serves():
            return "inherited", frozenset(above.serves())
    mapped = next((rule for one in (raw, *line) if (rule := one.is_mapped())), None)
    if mapped == "tools":
        return "rule", frozenset({"tools"})
    return expect_nothing(raw, line, has_unseen=unseen, is_mapped=mapped is not None), frozenset()


def climb(raw: Raw, records: Mapping[str, Raw]) -> tuple[Sequence[Raw], bool]:
    line: list[Raw] = []
    key = raw.above
    while key is not None and len(line) < DEPTH:
        if key not in records:
            return line, True
        line.append(records[key])
        key = records[key].above
    return line, False


def expect_nothing(raw: Raw, line: Sequence[Raw], *, has_unseen: bool, is_mapped: bool) -> str:
    if not raw.names() and any(one.is_exempt() for one in (raw, *line)):
        return "exempt"
    if has_unseen:
        return "unknown"
    return "invalid" if is_mapped or any(one.names() for one in (raw, *line)) else "unlinked"


def read_records(name: str) -> dict[str, Raw]:
    rows = gzip.decompress((REAL / name).read_bytes()).splitlines()
    return {raw.key: raw for raw in (Raw(orjson.loads(row)) for row in rows)}


def judge(folder: Path, case: Case, flavour: Flavour) -> dict[str, Verdict]:
    """What the product says after one sync over HTTP."""
    book = folder / "book.yaml"
    book.write_text(BOOK)
    recording = Recording(
        issues=REAL / case.issues,
        sprints=REAL / case.sprints if case.sprints else None,
        active_sprint=case.sprint,
    )
    seams = Seams(now=lambda: NOW, sleep=lambda _seconds: None, uniform=lambda low, _high: low)
    with open_sandbox(clock=lambda: NOW, flavour=flavour, recording=recording) as sandbox:
        settings = Settings.model_validate(
            {
                **RULES,
                "jira": sandbox.overrides()["jira"],
                "database": {"url": f"sqlite:///{folder / 'real.db'}"},
                "okrs": [book],
            }
        )
        with open_app(settings, seams=seams) as app:
            result = sync(app)
            assert [str(source.failure) for source in result.pulled.sources if source.failure] == []
            items = report(app, Filters()).items
    return {item.key: (item.bucket.value, frozenset(link.key_result for link in item.links)) for item in items}


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
@pytest.mark.parametrize("flavour", list(Flavour))
def test_real_issues_fall_into_the_buckets_that_their_records_tell(
    tmp_path: Path, case: Case, flavour: Flavour
) -> None:
    records = read_records(case.issues)
    inside = [raw for raw in records.values() if case.sprint in raw.sprints or not case.sprints]
    expected = {raw.key: expect(raw, records) for raw in inside}
    found = judge(tmp_path, case, flavour)

    assert Counter(bucket for bucket, _ in found.values()) == Counter(bucket for bucket, _ in expected.values())
    assert found == expected
    assert {bucket for bucket, _ in expected.values()} == case.buckets
