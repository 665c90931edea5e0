"""Builders for key results that are measured: a test names only what it is about."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from align_sync.okr.metrics import SourceKind
from align_sync.okr.model import Book, Commitment, Direction, KeyResult, Metric, Objective
from align_sync.okr.readings import Confidence, Reading, ReadingStatus
from align_sync.okr.standing import (
    Forecast,
    Health,
    HealthPolicy,
    KeyResultStanding,
    ObjectiveStanding,
    Standings,
    Verdict,
)

TODAY = date(2026, 11, 23)
READ_AT = datetime(2026, 11, 20, 6, tzinfo=UTC)


def make_reading(
    value: float | None = 1.3,
    *,
    metric: str = "refund_errors",
    days_ago: int = 3,
    source: SourceKind = SourceKind.SQL,
    series: str = "a1",
    status: ReadingStatus = ReadingStatus.OK,
    author: str = "",
    reason: str = "",
) -> Reading:
    at = datetime(2026, 11, 23, 6, tzinfo=UTC) - timedelta(days=days_ago)
    return Reading(
        metric=metric,
        as_of_at=at,
        value=value,
        source=source,
        series=series,
        status=status,
        recorded_at=at,
        author=author,
        reason=reason,
    )


def make_verdict(health: Health = Health.AT_RISK, because: str = "8 days behind plan") -> Verdict:
    return Verdict(health=health, policy=HealthPolicy.DAYS_BEHIND, because=because)


def make_standing(key: str = "KR-2.3", **told: Any) -> KeyResultStanding:
    whole = KeyResultStanding(
        key=key,
        objective="O-2",
        progress=0.58,
        expected=0.64,
        days_behind=8.0,
        verdict=make_verdict(),
        last=make_reading(),
        confidence=Confidence(key_result=key, share=0.6, stated_at=READ_AT, author="Luca"),
        forecast=Forecast(on=date(2026, 12, 31), value=0.74, low=0.41, high=1.07, share=0.8, chance=0.22),
    )
    return replace(whole, **told)


def make_measured_kr(key: str = "KR-2.3", **told: Any) -> KeyResult:
    whole = KeyResult(
        key=key,
        title="Refund error rate falls from 2.4 % to 0.5 %",
        owner="Luca",
        commitment=Commitment.COMMITTED,
        metric=Metric(
            unit="percent", direction=Direction.DECREASE, baseline=2.4, target=0.5, source="sql:refund_errors"
        ),
    )
    return replace(whole, **told)


def make_measured_book() -> Book:
    """A company objective, and one of a team below its key result."""
    company = Objective(
        key="CO-1",
        title="Trusted by every merchant",
        team="company",
        period="2026-Q4",
        key_results=(make_measured_kr("CO-1.2", title="Failed payments fall by 40 %", metric=Metric()),),
    )
    team = Objective(
        key="O-2",
        title="Payments nobody has to think about",
        team="Payments",
        period="2026-Q4",
        contributes_to=("CO-1.2",),
        key_results=(make_measured_kr(), make_measured_kr("KR-2.4", title="Payout delay falls")),
    )
    return Book(objectives=(company, team))


def make_standings() -> Standings:
    unknown = make_verdict(Health.UNKNOWN, "no reading yet")
    return Standings(
        on=TODAY,
        key_results={
            "CO-1.2": make_standing(
                "CO-1.2", progress=None, expected=0.58, days_behind=None, last=None, verdict=unknown, forecast=None
            ),
            "KR-2.3": make_standing(),
            "KR-2.4": make_standing(
                "KR-2.4", progress=-0.125, verdict=make_verdict(Health.OFF_TRACK, "62 days behind plan")
            ),
        },
        objectives={
            "CO-1": ObjectiveStanding(key="CO-1", progress=None, known=0, counted=1, verdict=unknown, weakest="CO-1.2"),
            "O-2": ObjectiveStanding(
                key="O-2",
                progress=0.29,
                known=2,
                counted=2,
                verdict=make_verdict(Health.OFF_TRACK, "KR-2.4 is off track"),
                weakest="KR-2.4",
            ),
        },
    )
