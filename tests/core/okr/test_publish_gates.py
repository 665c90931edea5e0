"""What stops a publication, what only remains unseen, and that no gate is silent about what it could not look at."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import pytest

from align_sync.okr.lint.model import Evidence, Finding, Severity, Subject
from align_sync.okr.lint.run import build_subject, run_lint
from align_sync.okr.metrics import Measurability, MetricDefinition, SourceKind
from align_sync.okr.model import Book, Commitment, KeyResult, KeyResultState, Metric, MetricKind, Objective
from align_sync.okr.publish_gates import ALWAYS_ERRORS, Gate, GateState, judge_gates, list_remarks, unchecked_of

QUARTER = date(2026, 10, 1)
STATED = Metric(baseline=68, baseline_on=QUARTER, target=80, unit="percent", source="sql:ret")
KR = KeyResult(key="KR-1", title="Retention rises from 68 % to 80 %", metric=STATED)
DATED = MetricDefinition(name="ret", kind=SourceKind.SQL, query=(("sql", "select :as_of"),))
PLAIN = replace(DATED, query=(("sql", "select 1"),))
SURE = Evidence(definition=DATED, measurability=Measurability.VERIFIED_LIVE, baselines={QUARTER: 68})
NOT_ASKED = "nobody asked the source for the day of the baseline; align-sync okr read --baselines"
ERROR = Finding(
    rule="no-owner", severity=Severity.ERROR, key="KR-1", field=("owner",), message="nobody", advice="add one"
)


def judge(
    *key_results: KeyResult,
    metrics: Mapping[str, Evidence] | None = None,
    findings: tuple[Finding, ...] | None = None,
    accepted: tuple[Finding, ...] = (),
) -> dict[str, Gate]:
    """The gates by name; only the rules of the baselines are asked unless findings are given."""
    objectives = Objective(key="O-1", title="x", team="a", period="2026-Q4", key_results=key_results)
    subject = build_subject(
        Book(objectives=(objectives,) if key_results else ()),
        today=date(2026, 11, 23),
        metrics={"ret": SURE} if metrics is None else metrics,
    )
    if findings is None:
        findings = tuple(one for one in run_lint(subject) if one.rule in ALWAYS_ERRORS)
    return {gate.name: gate for gate in judge_gates(subject, findings, accepted)}


def test_a_book_without_fault_passes_every_gate_and_each_says_what_it_read() -> None:
    gates = judge(KR)

    assert [gate.state for gate in gates.values()] == [GateState.PASSED] * 3
    assert [gate.read for gate in gates.values()] == [
        "1 objective and 1 key result",
        "the register, for 1 active key result: 1 verified-live",
        "1 stated baseline beside what the source told for the day",
    ]
    assert list(unchecked_of(list(gates.values()))) == []


def test_errors_of_the_linter_stop_and_what_is_less_is_kept() -> None:
    warning = replace(ERROR, severity=Severity.WARNING, rule="vague-words", advice="")
    note = replace(warning, severity=Severity.NOTE, message="a note")

    gate = judge(KR, findings=(ERROR, warning, note))["lint"]

    assert (gate.state, gate.faults) == (GateState.FAILED, ("KR-1: nobody [no-owner]; add one",))
    assert list_remarks((ERROR, warning, note)) == ("KR-1: nobody [vague-words]", "KR-1: a note [vague-words]")


def test_accepted_errors_stop_nobody_and_are_kept() -> None:
    gate = judge(KR, findings=(ERROR,), accepted=(ERROR,))["lint"]

    assert (gate.state, gate.read) == (GateState.PASSED, "1 objective and 1 key result; 1 accepted")
    assert list_remarks((ERROR,), (ERROR,)) == ("accepted: KR-1: nobody [no-owner]; add one",)


@pytest.mark.parametrize(
    ("measurability", "definition", "fault"),
    [
        (Measurability.VERIFIED_LIVE, DATED, ""),
        (Measurability.VERIFIED_MANUAL, DATED, ""),
        (
            Measurability.DECLARED,
            DATED,
            "KR-1: the metric ret is declared and was never verified; align-sync okr read ret",
        ),
        (
            Measurability.UNKNOWN,
            None,
            "KR-1: the metric ret is not in the register; define it in align-sync.toml",
        ),
    ],
)
def test_every_metric_must_be_verified(
    measurability: Measurability, definition: MetricDefinition | None, fault: str
) -> None:
    known = replace(SURE, measurability=measurability, definition=definition)

    gate = judge(KR, metrics={"ret": known})["measurability"]

    assert len(gate.faults) == bool(fault)
    assert all(told.startswith(fault) for told in gate.faults)
    assert gate.state is (GateState.FAILED if fault else GateState.PASSED)
    assert f"1 {measurability}" in gate.read


def test_a_key_result_that_names_no_metric_stops_and_one_that_needs_none_is_told() -> None:
    silent = replace(KR, metric=replace(STATED, source=""))
    ordinal = replace(KR, key="KR-2", metric=Metric(kind=MetricKind.ORDINAL))
    learning = replace(KR, key="KR-3", metric=Metric(), commitment=Commitment.LEARNING)
    sourced = replace(KR, key="KR-4", metric=Metric(kind=MetricKind.MILESTONE, source="sql:other"))

    gate = judge(silent, ordinal, learning, sourced)["measurability"]

    assert gate.faults == (
        "KR-1: names no metric; add `source` to its metric",
        "KR-4: the metric other is not in the register; define it in align-sync.toml",
    )
    assert gate.unchecked == (
        "KR-2: no metric measures this ordinal",
        "KR-3: it is there to learn, and names no metric",
    )


def test_a_metric_that_people_write_down_by_hand_counts_once_it_is_verified() -> None:
    silent = replace(KR, metric=replace(STATED, source=""))
    known = Evidence(measurability=Measurability.VERIFIED_MANUAL)

    assert judge(silent, metrics={"kr:KR-1": known})["measurability"].state is GateState.PASSED


def test_a_baseline_that_disagrees_stops_with_both_numbers_whatever_was_accepted() -> None:
    known = replace(SURE, baselines={QUARTER: 64.9})
    (finding,) = (one for one in run_lint(_subject(known)) if one.rule == "baseline-disagrees")

    gates = judge(KR, metrics={"ret": known})
    assert judge(KR, metrics={"ret": known}, accepted=(finding,)) == gates
    assert (gates["baselines"].state, gates["lint"].state) == (GateState.FAILED, GateState.PASSED)  # it is told once
    (fault,) = gates["baselines"].faults
    assert "stated 68" in fault
    assert "source 64.9" in fault


def _subject(known: Evidence) -> Subject:
    objective = Objective(key="O-1", title="x", team="a", period="2026-Q4", key_results=(KR,))
    return build_subject(Book(objectives=(objective,)), today=date(2026, 11, 23), metrics={"ret": known})


@pytest.mark.parametrize(
    ("metric", "definition", "fault", "unchecked"),
    [
        (STATED, DATED, NOT_ASKED, ""),
        (STATED, PLAIN, "", "its source tells no value of an earlier day, and nobody wrote one down"),
        (STATED, replace(DATED, kind=SourceKind.MANUAL), "", "its source tells no value of an earlier day, and nobody"),
        (STATED, None, "", "its source tells no value of an earlier day, and nobody wrote one down"),
        (
            replace(STATED, baseline_on=None),
            DATED,
            "nobody asked the source for the day of the baseline; align-sync okr read --baselines",
            "",
        ),
        (replace(STATED, baseline=None, baseline_on=None), DATED, "", ""),
    ],
)
def test_a_baseline_that_nobody_compared_never_passes_silently(
    metric: Metric, definition: MetricDefinition | None, fault: str, unchecked: str
) -> None:
    known = replace(SURE, definition=definition, baselines={})

    gate = judge(replace(KR, metric=metric), metrics={"ret": known})["baselines"]

    assert gate.state is (GateState.FAILED if fault else GateState.UNCHECKED)
    assert gate.faults == ((f"KR-1: {fault}",) if fault else ())
    assert len(gate.unchecked) == bool(unchecked)
    assert all(unchecked in line for line in gate.unchecked)
    assert list(unchecked_of((gate,))) == [f"baselines not checked: {line}" for line in gate.unchecked]


def test_an_empty_book_passes_nothing() -> None:
    assert {gate.state for gate in judge().values()} == {GateState.UNCHECKED}


def test_what_is_closed_is_not_asked_for() -> None:
    closed = replace(KR, state=KeyResultState.CLOSED)

    gates = judge(closed, metrics={})

    assert [gate.state for gate in gates.values()] == [GateState.PASSED, GateState.UNCHECKED, GateState.UNCHECKED]
    assert gates["measurability"].read == "the register, for 0 active key results: none"


def test_a_baseline_of_a_period_that_nobody_understands_has_no_day() -> None:
    undated = replace(KR, metric=replace(STATED, baseline_on=None))
    objective = Objective(key="O-1", title="x", team="a", period="soon", key_results=(undated,))
    subject = build_subject(Book(objectives=(objective,)), today=date(2026, 11, 23), metrics={"ret": SURE})
    (gate,) = (one for one in judge_gates(subject, ()) if one.name == "baselines")
    assert gate.unchecked == ("KR-1: its baseline has no day; write `baselineOn`",)


def test_rules_that_are_off_are_named() -> None:
    objective = Objective(key="O-1", title="x", team="a", period="2026-Q4", key_results=(KR,))
    subject = build_subject(Book(objectives=(objective,)), today=date(2026, 11, 23), metrics={"ret": SURE})
    (gate,) = (one for one in judge_gates(subject, (), (), ("no-owner",)) if one.name == "lint")
    assert gate.unchecked == ("the rule no-owner is off: lint.levels",)
