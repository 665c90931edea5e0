"""A title that tells other numbers than the fields.

People read the title, the computer reads the fields: where they differ, somebody works towards the wrong number.
Numbers are read as they are written in English and Italian; one that may be read in two ways (`1.234`) is wrong only if
neither way fits.

Fails::

    title: Retention rises from 68 % to 80 %
    metric: {unit: percent, baseline: 68, target: 85}

Fails::

    title: Ridurre il tempo di risposta da 9 h a 2 h
    metric: {unit: minutes, direction: decrease, baseline: 540, target: 60}

Fails::

    title: Dimezzare i reclami
    metric: {unit: complaints, direction: decrease, baseline: 40, target: 30}

Passes::

    title: La retention sale dal 68 % all'80 %
    metric: {unit: percent, baseline: 68, target: 80}

Passes::

    title: Ridurre il tempo di risposta da 9 h a 2 h
    metric: {unit: minutes, direction: decrease, baseline: 540, target: 120}

Passes::

    title: Fatturato ricorrente da 1.234 a 2.400 euro
    metric: {unit: EUR, baseline: 1234, target: 2400}

Passes::

    title: Grow revenue by 20 %
    metric: {unit: USD, baseline: 500000, target: 600000}
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from align_sync.okr.lint.compare import fits, fits_change, is_close
from align_sync.okr.lint.model import Finding, Severity, Subject
from align_sync.okr.lint.numbers import Quantity, Reading, Role, read_numbers
from align_sync.okr.lint.units import TIMES, Family, family_of, say_number, say_value, short_unit
from align_sync.okr.lint.wording import replace_number
from align_sync.okr.model import KeyResult, Metric, MetricKind

NAME = "text-and-fields-disagree"
SEVERITY = Severity.ERROR


@dataclass(frozen=True, slots=True)
class _Fault:
    """A number of the title, and the field that says another one."""

    quantity: Quantity
    name: str
    value: float


def check(subject: Subject) -> Iterator[Finding]:
    for _, key_result in subject.key_results():
        if key_result.metric.kind is MetricKind.METRIC:
            yield from _compare(key_result)


def _compare(key_result: KeyResult) -> Iterator[Finding]:
    reading = read_numbers(key_result.title)
    faults = [*_compare_ends(key_result.metric, reading), *_compare_open(key_result.metric, reading)]
    wording = _mend(key_result, faults)
    for fault in faults:
        written = say_number(fault.quantity.readings[0], comma=False)
        said = say_value(fault.value, key_result.metric.unit)
        message = f'the title says "{fault.quantity.text}", the field `{fault.name}` says {said}'
        advice = f"if the title is right, write `{fault.name}: {written}`; if the field is, change the title"
        yield _finding(key_result, ("metric", fault.name), message, advice, wording)
    for quantity in reading.quantities:
        if quantity.role is Role.CHANGE or (quantity.role is Role.OPEN and quantity.unit == TIMES):
            yield from _compare_change(key_result, quantity)
    yield from _compare_factor(key_result, reading)


def _mend(key_result: KeyResult, faults: Sequence[_Fault]) -> str:
    """The title with the numbers of the fields; from its end, so that the places before stay."""
    title = key_result.title
    for fault in sorted(faults, key=lambda fault: fault.quantity.start, reverse=True):
        title = replace_number(title, fault.quantity, fault.value, key_result.metric.unit)
    return title


def _compare_ends(metric: Metric, reading: Reading) -> Iterator[_Fault]:
    for quantity in reading.quantities:
        if quantity.role is Role.BASELINE and metric.baseline is not None:
            if not fits(quantity, metric.baseline, metric.unit):
                yield _Fault(quantity, "baseline", metric.baseline)
        elif quantity.role is Role.TARGET:
            yield from _compare_target(metric, reading, quantity)


def _goals(metric: Metric) -> dict[str, float]:
    found = {"target": metric.target, "commit": metric.commit, "stretch": metric.stretch}
    found |= {"high": metric.high, "low": metric.low}
    return {name: value for name, value in found.items() if value is not None}


def _compare_target(metric: Metric, reading: Reading, quantity: Quantity) -> Iterator[_Fault]:
    goals = _goals(metric)
    values = list(goals.values())
    if metric.baseline is not None and not reading.has_pair:
        values.append(metric.baseline)  # `from` may have been taken for `to`
    is_told = any(fits(quantity, value, metric.unit) for value in values)
    if goals and not is_told and _can_be_compared(quantity, metric):
        name, value = next(iter(goals.items()))
        yield _Fault(quantity, name, value)


def _can_be_compared(quantity: Quantity, metric: Metric) -> bool:
    """A length of time in the title of what is counted in per cent is no goal of it: `paid within 9 days`."""
    unit = short_unit(metric.unit)
    of_title, of_field = family_of(quantity.unit), family_of(unit)
    return not quantity.unit or not unit or of_title is of_field or of_title not in {Family.TIME, Family.MONEY}


def _compare_change(key_result: KeyResult, quantity: Quantity) -> Iterator[Finding]:
    metric = key_result.metric
    if metric.baseline is None or metric.target is None:
        return
    if not fits_change(quantity, metric.baseline, metric.target, metric.unit) and _can_be_compared(quantity, metric):
        way = f"{say_number(metric.baseline, comma=False)} to {say_value(metric.target, metric.unit)}"
        yield _finding(
            key_result,
            ("metric", "target"),
            f'the title changes it by "{quantity.text}", the fields from {way}',
            "mend whichever is wrong: the title, or `baseline` and `target`",
        )


def _compare_factor(key_result: KeyResult, reading: Reading) -> Iterator[Finding]:
    metric = key_result.metric
    if reading.factor is None or reading.counted or metric.baseline is None or metric.target is None:
        return
    wanted = metric.baseline * reading.factor
    if not is_close(wanted, metric.target):
        yield _finding(
            key_result,
            ("metric", "target"),
            f"{say_value(metric.baseline, metric.unit)} times {reading.factor:g}, as the title says, is"
            f" {say_value(wanted, metric.unit)}, but `target` is {say_number(metric.target, comma=False)}",
            f"write `target: {say_number(wanted, comma=False)}`, or say another thing in the title",
        )


def _compare_open(metric: Metric, reading: Reading) -> Iterator[_Fault]:
    """Numbers of which nobody says what they are: wrong only if they have the unit and none of them fits anything."""
    unit = short_unit(metric.unit)
    alike = [q for q in reading.quantities if q.role is Role.OPEN and unit and q.unit == unit]
    if metric.target is None or not alike or len(alike) != len(reading.counted):
        return
    values = [*_goals(metric).values(), *(v for v in (metric.baseline, metric.current) if v is not None)]
    if not any(fits(quantity, value, metric.unit) for quantity in alike for value in values):
        yield _Fault(alike[-1], "target", metric.target)


def _finding(key_result: KeyResult, field: tuple[str, ...], message: str, advice: str, wording: str = "") -> Finding:
    return Finding(
        rule=NAME,
        severity=SEVERITY,
        key=key_result.key,
        field=field,
        message=message,
        advice=advice,
        wording=wording,
    )
