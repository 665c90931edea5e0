"""Words or fields that say down where the numbers go up, or the other way round.

Either the numbers are the wrong way round or the word is: progress would count backwards.

Fails::

    title: Reduce complaints from 4 to 7
    metric: {unit: complaints, direction: decrease, baseline: 4, target: 7}

Fails::

    title: Complaints a week
    metric: {unit: complaints, direction: increase, baseline: 7, target: 4}

Fails::

    title: Ridurre i reclami
    metric: {unit: reclami, direction: increase, baseline: 4, target: 7}

Passes::

    title: Reduce complaints from 7 to 4
    metric: {unit: complaints, direction: decrease, baseline: 7, target: 4}

Passes::

    title: Increase retention by reducing early churn
    metric: {unit: percent, direction: increase, baseline: 68, target: 80}
"""

from collections.abc import Iterator

from align_sync.okr.lint.model import Finding, Severity, Subject
from align_sync.okr.lint.movement import read_direction
from align_sync.okr.lint.numbers import Role, read_numbers
from align_sync.okr.lint.units import say_number
from align_sync.okr.model import Direction, KeyResult, MetricKind

NAME = "direction-against-numbers"
SEVERITY = Severity.ERROR

_WAYS = {Direction.INCREASE: "up", Direction.DECREASE: "down"}


def check(subject: Subject) -> Iterator[Finding]:
    for _, key_result in subject.key_results():
        if key_result.metric.kind is MetricKind.METRIC and key_result.metric.direction in _WAYS:
            found = _check_fields(key_result) or _check_title(key_result)
            if found is not None:
                yield found


def _check_fields(key_result: KeyResult) -> Finding | None:
    metric = key_result.metric
    going = _way(metric.baseline, metric.target)
    if going is None or going is metric.direction:
        return None
    first, last = (say_number(value or 0, comma=False) for value in (metric.baseline, metric.target))
    message = f"`direction: {metric.direction}`, but from {first} to {last} it goes {_WAYS[going]}"
    advice = f"write `direction: {going}`, or swap `baseline` and `target`"
    return _finding(key_result, ("metric", "direction"), message, advice)


def _check_title(key_result: KeyResult) -> Finding | None:
    said = read_direction(key_result.title)
    if said is None:
        return None
    reading, metric = read_numbers(key_result.title), key_result.metric
    first, last = reading.of(Role.BASELINE), reading.of(Role.TARGET)
    if first is not None and last is not None:
        ways = {_way(one, other) for one in first.readings for other in last.readings} - {None}
        if ways and said.direction not in ways:
            message = f'the title says "{said.word}", but from {first.text} to {last.text} it goes the other way'
            return _finding(key_result, ("title",), message, "swap the numbers, or say another word")
        return None
    going = _way(metric.baseline, metric.target)
    if going is not None and going is not said.direction:
        message = f'the title says "{said.word}", but the fields go {_WAYS[going]}'
        return _finding(key_result, ("metric", "target"), message, "swap `baseline` and `target`, or say another word")
    return None


def _way(first: float | None, last: float | None) -> Direction | None:
    if first is None or last is None or first == last:
        return None
    return Direction.INCREASE if last > first else Direction.DECREASE


def _finding(key_result: KeyResult, field: tuple[str, ...], message: str, advice: str) -> Finding:
    return Finding(rule=NAME, severity=SEVERITY, key=key_result.key, field=field, message=message, advice=advice)
