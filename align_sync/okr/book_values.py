"""A book as the plain nested values that its YAML has: what files, tables and JSON are written from."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from align_sync.okr.document import API_VERSION, KIND
from align_sync.okr.model import (
    Book,
    Commitment,
    Direction,
    Driver,
    KeyResult,
    KeyResultState,
    Metric,
    MetricKind,
    Names,
    Objective,
    Pace,
)

Plain = str | float | date | list["Plain"] | dict[str, "Plain"]
Mapped = dict[str, Plain]

SetKey = tuple[str, str]
"""Team and period: what one document of a file is about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SetHead:
    """What stands in the head of a document and is no part of the book."""

    name: str
    labels: tuple[tuple[str, str], ...] = ()


def group_sets(book: Book) -> dict[SetKey, tuple[Objective, ...]]:
    """The objectives of each team and period, in the order in which they come first."""
    found: dict[SetKey, tuple[Objective, ...]] = {}
    for objective in book:
        key = (objective.team, objective.period)
        found[key] = (*found.get(key, ()), objective)
    return found


def name_set(team: str, period: str) -> str:
    """`payments-2026-q4`: a name that the head of a document may have."""
    letters = "".join(sign if sign.isascii() and sign.isalnum() else "-" for sign in f"{team}-{period}".lower())
    return "-".join(part for part in letters.split("-") if part)[:250].strip("-") or "okrs"


def describe_sets(book: Book, heads: Mapping[SetKey, SetHead]) -> tuple[Mapped, ...]:
    """One document for each team and period; those without a head have a name made of the two."""
    return tuple(
        _describe_set(key, objectives, heads.get(key) or SetHead(name=name_set(*key)))
        for key, objectives in group_sets(book).items()
    )


def _describe_set(key: SetKey, objectives: Iterable[Objective], head: SetHead) -> Mapped:
    team, period = key
    inner: list[Plain] = []
    levels = {objective.level for objective in objectives}
    level = next(iter(levels)) if len(levels) == 1 else None
    for objective in objectives:
        described = describe_objective(objective)
        if level is not None:
            del described["level"]
        if objective.key_results:
            described["keyResults"] = [describe_key_result(kr) for kr in objective.key_results]
        inner.append(described)
    return {
        "apiVersion": API_VERSION,
        "kind": KIND,
        "metadata": _drop_empty({"name": head.name, "labels": dict(head.labels)}),
        "spec": {
            "team": team,
            "period": period,
            **({"level": level.value} if level else {}),
            "objectives": inner,
        },
    }


def describe_objective(objective: Objective) -> Mapped:
    """Without its key results; what is as it would be without a word is left out."""
    described: dict[str, Plain | None] = {
        "id": objective.key,
        "title": objective.title,
        "owner": objective.owner,
        "level": objective.level.value if objective.level else None,
        "contributesTo": list(objective.contributes_to),
        "weight": _unless(objective.weight, 1.0),
        "progressFrom": _unless(objective.driver.value, Driver.KEY_RESULTS.value),
        "sharedWith": [{"team": share.team, "weight": share.weight} for share in objective.shares],
    }
    return _drop_empty(described)


def describe_key_result(key_result: KeyResult) -> Mapped:
    described: dict[str, Plain | None] = {
        "id": key_result.key,
        "title": key_result.title,
        "owner": key_result.owner,
        "type": _unless(key_result.commitment.value, Commitment.COMMITTED.value),
        "indicator": key_result.indicator.value if key_result.indicator else None,
        "weight": _unless(key_result.weight, 1.0),
        "due": key_result.due,
        "state": _unless(key_result.state.value, KeyResultState.ACTIVE.value),
        "successor": key_result.successor,
        "formerly": list(key_result.formerly),
        "closedOn": key_result.closed_on,
        "metric": _describe_metric(key_result.metric),
        "pace": [[day, share] for day, share in key_result.phases] or _unless(key_result.pace.value, Pace.LINEAR.value),
        "match": _describe_names(key_result.names),
    }
    return _drop_empty(described)


def _describe_metric(metric: Metric) -> Mapped:
    zones = metric.zones
    described: dict[str, Plain | None] = {
        "kind": _unless(metric.kind.value, MetricKind.METRIC.value),
        "unit": metric.unit,
        "direction": _unless(metric.direction.value, Direction.INCREASE.value),
        "baseline": metric.baseline,
        "baselineOn": metric.baseline_on,
        "target": metric.target,
        "commit": metric.commit,
        "stretch": metric.stretch,
        "low": metric.low,
        "high": metric.high,
        "tolerance": metric.tolerance,
        "checkpoints": [[value, share] for value, share in metric.checkpoints],
        "zones": _drop_empty(
            {"fail": zones.fail, "commit": zones.commit, "target": zones.target, "stretch": zones.stretch}
        ),
        "source": metric.source,
        "current": metric.current,
        "currentOn": metric.current_on,
    }
    return _drop_empty(described)


def _describe_names(names: Names) -> Mapped:
    described: dict[str, Plain | None] = {
        "labels": list(names.labels),
        "items": list(names.items),
        "jiraEpics": list(names.epics),
        "containers": list(names.containers),
        "urls": list(names.urls),
        "keywords": list(names.keywords),
    }
    return _drop_empty(described)


def _unless(value: Plain, usual: Plain) -> Plain | None:
    return None if value == usual else value


def _drop_empty(described: Mapping[str, Plain | None]) -> Mapped:
    """Zero is a value; no text, no list and no mapping is none."""
    return {key: value for key, value in described.items() if value is not None and value not in ("", [], {})}
