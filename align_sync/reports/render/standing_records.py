"""How a key result or an objective stands, as plain values for machines: null is unknown, never zero."""

from align_sync.okr.standing import Health, HealthPolicy, KeyResultStanding, Verdict
from align_sync.reports.model import KeyResultLine, ObjectiveLine
from align_sync.reports.render.json_parts import Json
from align_sync.reports.render.progress_words import say_failure
from align_sync.reports.words import stamp

Cell = str | float | None

_NEVER_JUDGED = Verdict(health=Health.UNKNOWN, policy=HealthPolicy.DAYS_BEHIND, because="nobody asked")


def describe_standing(line: KeyResultLine) -> Json:
    return {"commitment": line.commitment.value, **_measure(line)}


def _measure(line: KeyResultLine) -> dict[str, Cell]:
    metric = line.metric
    return {"unit": metric.unit, "baseline": metric.baseline, "target": metric.target, **_describe(line.standing)}


def _describe(standing: KeyResultStanding | None) -> dict[str, Cell]:
    verdict = standing.verdict if standing else _NEVER_JUDGED
    last = standing.last if standing else None
    return {
        "value": last.value if last else None,
        "value_as_of": stamp(last.as_of_at) if last else None,
        "progress": standing.progress if standing else None,
        "expected": standing.expected if standing else None,
        "health": verdict.health.value,
        "health_policy": verdict.policy.value,
        "health_because": verdict.because,
        "confidence": standing.confidence.share if standing and standing.confidence else None,
        "failure": (say_failure(standing) or None) if standing else None,
    }


def list_standing(line: KeyResultLine) -> list[Cell]:
    """The same, without the commitment, in the order of the columns of the CSV."""
    return list(_measure(line).values())


def describe_objective(line: ObjectiveLine) -> Json:
    standing = line.standing
    return {
        "key": line.key,
        "title": line.title,
        "team": line.team,
        "period": line.period,
        "owner": line.owner,
        "parent": line.parent or None,
        "progress": standing.progress,
        "known": standing.known,
        "counted": standing.counted,
        "health": standing.verdict.health.value,
        "health_policy": standing.verdict.policy.value,
        "health_because": standing.verdict.because,
        "weakest": standing.weakest or None,
        "items": line.items,
    }
