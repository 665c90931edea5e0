"""A key result that says what gets done, not what changes because of it.

"Complete 5 user research sessions" is reached when five sessions have taken place, whether or not anybody was helped.
A key result says what is different for customers or for the company afterwards: write the milestone as a work item and
ask what it is for. One that is declared as `kind: milestone` or as `type: learning` is only noted. Words can deceive
this rule: where the fields name a source, a baseline and a target, so that something is measured, it only warns.

Fails::

    title: Complete 5 user research sessions

Fails::

    title: Completare 5 sessioni di ricerca utente

Fails::

    title: Publish 12 articles by the end of the quarter

Fails::

    title: Nuovo portale online entro fine anno

Passes::

    title: Aumentare la retention a 90 giorni dal 68% all'80% entro il Q4

Passes::

    title: Launch the new onboarding and raise activation from 20 % to 35 %

Passes::

    title: Establish the baseline of customer effort
    type: learning
"""

import re
from collections.abc import Iterator

from align_sync.okr.lint.facts import is_italian
from align_sync.okr.lint.model import Finding, Severity, Subject
from align_sync.okr.lint.outcome import Because, judge_title
from align_sync.okr.lint.text import fold
from align_sync.okr.lint.wording import build_wording, name_metric
from align_sync.okr.model import Commitment, KeyResult, MetricKind

NAME = "milestone-not-kr"
SEVERITY = Severity.ERROR

_BASELINE = re.compile(r"\b(?:baseline|starting value|valore di partenza|linea di base|valore iniziale)\b")


def check(subject: Subject) -> Iterator[Finding]:
    for _, key_result in subject.key_results():
        judgement = judge_title(key_result.title)
        if judgement.because is None or _establishes_baseline(key_result):
            continue
        known = subject.metrics.get(key_result.metric_name)
        title = known.definition.title if known is not None and known.definition is not None else ""
        yield Finding(
            rule=NAME,
            severity=_weigh(key_result),
            key=key_result.key,
            field=("title",),
            message=f'"{judgement.word}" {judgement.because.value}',
            advice=_advise(key_result, judgement.because),
            wording=build_wording(key_result, name_metric(key_result, title)),
        )


def _weigh(key_result: KeyResult) -> Severity:
    if _is_declared(key_result):
        return Severity.NOTE
    metric = key_result.metric
    is_told = bool(metric.source) and metric.baseline is not None and metric.target is not None
    return Severity.WARNING if is_told else SEVERITY


def _is_declared(key_result: KeyResult) -> bool:
    return key_result.metric.kind is MetricKind.MILESTONE or key_result.commitment is Commitment.LEARNING


def _establishes_baseline(key_result: KeyResult) -> bool:
    return key_result.commitment is Commitment.LEARNING and bool(_BASELINE.search(fold(key_result.title)))


def _advise(key_result: KeyResult, because: Because) -> str:
    example = (
        "Portare <metrica> da <oggi> a <obiettivo>"
        if is_italian(key_result.title)
        else "Move <metric> from <today> to <goal>"
    )
    what = "what the number is meant to change" if because is Because.COUNTS else "who is better off once it is done"
    return f'ask {what}, and write that as "{example}"; keep this as a work item that serves it'
