"""What stands between a book and its publication: the linter, how sure we are of each metric, and the baselines.

A gate says what it read. What it could not check it names; that alone stops nobody, and is kept with the publication.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from align_sync.okr.baselines import find_baseline_day
from align_sync.okr.lint.facts import is_measured
from align_sync.okr.lint.model import Evidence, Finding, Severity, Subject
from align_sync.okr.lint.rules import baseline_disagrees, unmeasurable
from align_sync.okr.metrics import PROBED, Measurability
from align_sync.okr.model import KeyResult, MetricKind

ALWAYS_ERRORS = (baseline_disagrees.NAME, unmeasurable.NAME)
"""Rules that no setting turns off where something is published."""

_ENOUGH = frozenset({Measurability.VERIFIED_LIVE, Measurability.VERIFIED_MANUAL})


class GateState(StrEnum):
    PASSED = "passed"
    FAILED = "failed"
    UNCHECKED = "not checked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """`read` says on what it rests; `faults` stop the publication, `unchecked` is what nobody could look at."""

    name: str
    read: str
    faults: tuple[str, ...] = ()
    unchecked: tuple[str, ...] = ()
    is_empty: bool = False

    @property
    def state(self) -> GateState:
        if self.faults:
            return GateState.FAILED
        return GateState.UNCHECKED if self.is_empty else GateState.PASSED


def judge_gates(
    subject: Subject, findings: Sequence[Finding], accepted: Collection[Finding] = (), off: Sequence[str] = ()
) -> tuple[Gate, ...]:
    """The gates over the findings of all rules, with `ALWAYS_ERRORS` at the level of errors.

    Accepted findings stop nobody, but for those of `ALWAYS_ERRORS`. Rules that are `off` are named as not asked.
    """
    lint = _judge_lint(subject, findings, accepted, off)
    return lint, _judge_measurability(subject), _judge_baselines(subject, findings)


def list_remarks(findings: Sequence[Finding], accepted: Collection[Finding] = ()) -> tuple[str, ...]:
    """What stands in a book that is published: what the linter said below the level of errors, or what was accepted."""
    return tuple(
        f"accepted: {_say(one)}" if one.severity is Severity.ERROR else _say(one)
        for one in findings
        if one.severity in {Severity.WARNING, Severity.NOTE} or one in accepted
    )


def _judge_lint(
    subject: Subject, findings: Sequence[Finding], accepted: Collection[Finding], off: Sequence[str]
) -> Gate:
    errors = [one for one in findings if one.severity is Severity.ERROR and one.rule not in ALWAYS_ERRORS]
    new = [one for one in errors if one not in accepted]
    book = subject.book
    told = f"{_count(len(book.objectives), 'objective')} and {_count(len(book.key_results), 'key result')}"
    return Gate(
        name="lint",
        read=f"{told}; {len(errors) - len(new)} accepted" if len(new) < len(errors) else told,
        faults=tuple(_say(one) for one in new),
        unchecked=tuple(f"the rule {name} is off: lint.levels" for name in off),
        is_empty=not book.objectives,
    )


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _judge_measurability(subject: Subject) -> Gate:
    faults, unchecked, states = [], [], []
    for _, key_result in subject.key_results():
        if not is_measured(key_result) and not key_result.metric.source:
            unchecked.append(f"{key_result.key}: {_say_unmeasured(key_result)}")
            continue
        known = subject.metrics.get(key_result.metric_name, Evidence())
        state = known.measurability
        states.append(state)
        if state not in _ENOUGH:
            is_defined = known.definition is not None
            faults.append(f"{key_result.key}: {_say_unsure(key_result, state, is_defined=is_defined)}")
    counts = ", ".join(f"{states.count(state)} {state}" for state in Measurability if state in states)
    return Gate(
        name="measurability",
        read=f"the register, for {_count(len(states), 'active key result')}: {counts or 'none'}",
        faults=tuple(faults),
        unchecked=tuple(unchecked),
        is_empty=not states,
    )


def _say_unmeasured(key_result: KeyResult) -> str:
    if key_result.metric.kind is MetricKind.METRIC:
        return "it is there to learn, and names no metric"
    return f"no metric measures this {key_result.metric.kind}"


def _say_unsure(key_result: KeyResult, state: Measurability, *, is_defined: bool) -> str:
    name = key_result.metric.name
    if not name:
        return "names no metric; add `source` to its metric"
    if not is_defined:
        return f"the metric {name} is not in the register; define it in align-sync.toml"
    way = f"align-sync okr read {name}, or align-sync okr metrics verify {name}"
    return f"the metric {name} is {state} and was never verified; {way}"


def _judge_baselines(subject: Subject, findings: Sequence[Finding]) -> Gate:
    faults = [_say(one) for one in findings if one.rule == baseline_disagrees.NAME]
    unchecked, compared = [], 0
    for objective, key_result in subject.key_results():
        if key_result.metric.kind is not MetricKind.METRIC or key_result.metric.baseline is None:
            continue  # nothing is stated; where it should be, the linter says so
        known = subject.metrics.get(key_result.metric_name, Evidence())
        day = find_baseline_day(objective, key_result)
        if day in known.baselines:
            compared += 1
        elif day is not None and _could_be_read(known):
            faults.append(f"{key_result.key}: nobody asked the source for the day of the baseline; {_ASK}")
        else:
            unchecked.append(f"{key_result.key}: {_say_unread(day)}")
    return Gate(
        name="baselines",
        read=f"{_count(compared, 'stated baseline')} beside what the source told for the day",
        faults=tuple(faults),
        unchecked=tuple(unchecked),
        is_empty=not compared,
    )


_ASK = "align-sync okr read --baselines"


def _could_be_read(known: Evidence) -> bool:
    definition = known.definition
    return definition is not None and definition.kind in PROBED and definition.is_dated


def _say_unread(day: date | None) -> str:
    if day is None:
        return "its baseline has no day; write `baselineOn`"
    return "its source tells no value of an earlier day, and nobody wrote one down"


def _say(one: Finding) -> str:
    said = f"{one.key}: {one.message} [{one.rule}]"
    return f"{said}; {one.advice}" if one.advice else said


def unchecked_of(gates: Sequence[Gate]) -> Iterator[str]:
    """All that no gate could look at, with the gate that says so."""
    return (f"{gate.name} not checked: {line}" for gate in gates for line in gate.unchecked)
