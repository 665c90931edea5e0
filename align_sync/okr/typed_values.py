"""Values as people and machines type them: `64.9`, `64,9`, `1.234,5`, `68 %`, `3/5`, `commit`."""

import re
from enum import IntEnum
from math import isfinite

from align_sync.errors import UserError
from align_sync.okr.model import Metric, MetricKind

PER_CENT_UNITS = frozenset({"%", "percent", "per cent", "percentage", "pct", "percento", "per cento", "percentuale"})
HUNDRED = 100
_BETWEEN_THOUSANDS = re.compile(r"(?<=\d)[ '\u2019\u00a0\u202f\u2009](?=\d{3}(?!\d))")
_PLAIN = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)
_COMMA = re.compile(r"[+-]?\d+,\d+", re.ASCII)
_GROUPED_BY_DOTS = re.compile(r"[+-]?\d{1,3}(\.\d{3})+,\d+|[+-]?\d{1,3}(\.\d{3}){2,}", re.ASCII)
_GROUPED_BY_COMMAS = re.compile(r"[+-]?\d{1,3}(,\d{3})+\.\d+|[+-]?\d{1,3}(,\d{3}){2,}", re.ASCII)
_EITHER = re.compile(r"[+-]?[1-9]\d{0,2},\d{3}", re.ASCII)
_STEPS = re.compile(r"(\d{1,6})/(\d{1,6})", re.ASCII)


class Zone(IntEnum):
    """The values of an ordinal key result."""

    FAIL = 0
    COMMIT = 1
    TARGET = 2
    STRETCH = 3


def read_value(text: str, metric: Metric | None = None, *, unit: str = "") -> float:
    """The value in the unit of the metric. Raises `UserError` for what is none, or could be two.

    `unit` is the one of the register; that of the key result, where it has one, counts more.
    """
    told = text.strip().replace("\u2212", "-")
    match metric.kind if metric is not None else MetricKind.METRIC:
        case MetricKind.ORDINAL:
            return _read_zone(told)
        case MetricKind.MILESTONE if metric is not None:
            return _read_milestone(told, metric)
        case _:
            return _read_measured(told, (metric.unit if metric is not None else "") or unit)


def read_share(text: str, *, where: str) -> float:
    """A share from 0 to 1: `0.7`, `70%` or `7/10`. Raises `UserError`."""
    told = text.strip()
    share = _read_steps(told)
    if share is None:
        share = _read_number(told.removesuffix("%"), where) / HUNDRED if told.endswith("%") else None
    if share is None:
        share = _read_number(told, where)
    if not 0 <= share <= 1:
        raise UserError(
            f"{text.strip()!r} is no share from 0 to 1", where=where, advice="write it as 0.7, as 70% or as 7/10"
        )
    return share


def _read_zone(told: str) -> float:
    name = told.upper()
    if name in Zone.__members__:
        return float(Zone[name])
    if told in {str(zone.value) for zone in Zone}:
        return float(told)
    raise UserError(
        f"{told!r} is no zone of an ordinal key result",
        where="VALUE",
        advice=f"write {', '.join(zone.name.lower() for zone in Zone)}, or 0 to 3",
    )


def _read_milestone(told: str, metric: Metric) -> float:
    """A share of the way from its baseline to its target, which are 0 and 1 where nobody says; or its plain value."""
    baseline, target = metric.baseline or 0.0, 1.0 if metric.target is None else metric.target
    if _read_steps(told) is not None or told.endswith("%") or (baseline, target) == (0.0, 1.0):
        return baseline + read_share(told, where="VALUE") * (target - baseline)
    return _read_measured(told, metric.unit)


def _read_steps(told: str) -> float | None:
    """`3/5`; None for what is not written so, and for a share of nothing."""
    match = _STEPS.fullmatch(told.replace(" ", ""))
    return int(match[1]) / int(match[2]) if match and int(match[2]) else None


def _read_measured(told: str, unit: str) -> float:
    number, mark = told, ""
    if told.endswith("%"):
        number, mark = told.removesuffix("%"), "%"
    elif unit:
        folded, word = told.casefold(), unit.casefold()
        if folded.endswith(word) and len(folded) == len(told):
            number = told[: len(told) - len(unit)]
        elif folded.startswith(word) and len(folded) == len(told):
            number = told[len(unit) :]
    if mark and unit.strip().casefold() not in PER_CENT_UNITS:
        says = f"its unit is {unit}" if unit else "it has no unit, so that 68% may be 68 or 0.68"
        raise UserError(
            f"{told!r} is written in per cent, but {says}",
            where="VALUE",
            advice="write the number alone, in the unit of its baseline and target",
        )
    return _read_number(number, "VALUE")


def _read_number(text: str, where: str) -> float:
    told = _BETWEEN_THOUSANDS.sub("", text.strip())
    if _EITHER.fullmatch(told):
        plain = told.replace(",", "")
        raise UserError(
            f"{text.strip()!r} can be read in two ways",
            where=where,
            advice=f"write {plain} or {told.replace(',', '.')}",
        )
    if _GROUPED_BY_DOTS.fullmatch(told):
        told = told.replace(".", "").replace(",", ".")
    elif _GROUPED_BY_COMMAS.fullmatch(told):
        told = told.replace(",", "")
    elif _COMMA.fullmatch(told):
        told = told.replace(",", ".")
    number = float(told) if _PLAIN.fullmatch(told) else None
    if number is None or not isfinite(number):
        raise UserError(
            f"{text.strip()!r} is no number",
            where=where,
            advice="write it as 64.9, as 64,9 or with its unit, as in 64.9 %",
        )
    return number + 0.0  # -0.0 is 0
