"""Digests and reports with telling defaults: a test names only what it is about."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from align_sync.digests.build import build_digest
from align_sync.digests.model import (
    ChangeNote,
    ChangeSort,
    Digest,
    DigestKind,
    DigestState,
    Fix,
    ItemNote,
    KeyResultNote,
    SourceNote,
    TeamNote,
    WeekPoint,
)
from align_sync.digests.policy import DigestPolicy
from align_sync.linking.evidence import Bucket
from align_sync.reports.changes import Changes
from align_sync.reports.model import AlignmentReport, Lens, ReportItem, SourceLine
from tests.core.reports.built import build
from tests.make import NOW, make_report_item, make_source

WEEK = "2026-W48"
POLICY = DigestPolicy()
MONDAY = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


def make_report(
    linked: int = 8, unlinked: int = 2, *extra: ReportItem, sources: Iterable[SourceLine] = (make_source(),)
) -> AlignmentReport:
    items = [make_report_item(f"PAY-{number}", Bucket.DIRECT) for number in range(1, linked + 1)]
    items += [make_report_item(f"PAY-{100 + number}", points=number) for number in range(1, unlinked + 1)]
    return build(*items, *extra, sources=tuple(sources))


def make(
    report: AlignmentReport | None = None,
    *history: Digest,
    kind: DigestKind = DigestKind.TEAM,
    before: Digest | None = None,
    changes: Changes | None = None,
    policy: DigestPolicy = POLICY,
    week: str = WEEK,
    left_out: tuple[SourceLine, ...] = (),
    closed_channels: tuple[str, ...] = (),
    force: bool = False,
) -> Digest:
    return build_digest(
        kind=kind,
        team="Payments" if kind is DigestKind.TEAM else "",
        week=week,
        report=report or make_report(),
        before=before,
        changes=changes,
        history=history,
        policy=policy,
        now=NOW,
        closed_channels=closed_channels,
        left_out=left_out,
        force=force,
    )


def make_earlier(week: str = "2026-W47", state: DigestState = DigestState.NEWS, **values: Any) -> Digest:
    """That of an earlier week which found the same."""
    made_at = NOW - timedelta(weeks=int(WEEK[-2:]) - int(week[-2:]))
    return replace(make(week=week), state=state, made_at=made_at, **values)


def make_note(number: int, **values: Any) -> ItemNote:
    key = f"PAY-{number}"
    note = ItemNote(
        key=key,
        title="Migrate the ledger exporter to the batch API",
        team="Payments",
        points=8.0,
        address=f"https://jira.example/browse/{key}",
        because="no field, label, link or address names a key result",
        fixes=(
            Fix(command=f"align-sync link add {key} KEY-RESULT --reason ..."),
            Fix(command=f"align-sync exempt add {key} --category ... --reason ..."),
        ),
    )
    return replace(note, **values)


def make_news(**values: Any) -> Digest:
    """A full one, with something in every list."""
    dead = make_note(
        430,
        title="Retry refunds",
        points=1.0,
        wrong_name="okr/ret-09",
        right_key="ret90",
        fixes=(Fix(command="align-sync link add PAY-430 ret90 --reason ...", key_result="ret90"),),
    )
    items = (make_note(412), make_note(398, title="Refactor the PDF theme of invoices", points=2.5), dead)
    trend = (0.51, 0.55, 0.6, None, 0.58, 0.63, 0.66, 0.7, 0.69, 0.72, 0.74, 0.78)
    digest = Digest(
        kind=DigestKind.TEAM,
        team="Payments",
        week=WEEK,
        timezone="Europe/Rome",
        made_at=MONDAY,
        data_as_of=MONDAY - timedelta(minutes=58),
        state=DigestState.NEWS,
        goal=0.8,
        warn=0.7,
        lens=Lens.POINTS,
        coverage=0.783,
        unlinked=1031,
        unlinked_hash="0" * 64,
        coverage_before=0.741,
        unlinked_before=1040,
        before_week="2026-W47",
        largest=items,
        unlinked_items=(*items, make_note(301, points=None, fixes=())),
        dead_links=(dead,),
        idle=(KeyResultNote(key="nps", title="Promoters rise from 31 to 40", team="Payments"),),
        in_danger=(
            KeyResultNote(
                key="ret90", title="Retention rises to 75 %", team="Payments", health="off track", progress=0.31
            ),
            KeyResultNote(key="churn", title="Churn falls below 2 %", team="", health="at risk"),
        ),
        changes=(
            ChangeNote(sort=ChangeSort.NOW_UNLINKED, key="PAY-412", title="Migrate", team="Payments"),
            ChangeNote(sort=ChangeSort.NOW_LINKED, key="PAY-7", title="Pay", team="Payments", serves=("ret90", "nps")),
            ChangeNote(sort=ChangeSort.NOW_LINKED, key="PAY-8", title="Pay more", team="Payments", serves=("nps",)),
        ),
        expiring=(make_note(77, because="2026-11-27", fixes=()),),
        trend=tuple(
            WeekPoint(label=f"2026-W{week}", coverage=one) for week, one in zip(range(37, 49), trend, strict=True)
        ),
        sources=(
            SourceNote(source="jira", state="fresh", complete_at=MONDAY - timedelta(minutes=58)),
            SourceNote(source="linear", state="fresh", complete_at=MONDAY - timedelta(minutes=57)),
        ),
    )
    return replace(digest, **values)


def make_leadership(teams: int = 4, **values: Any) -> Digest:
    shares = (0.65, 0.76, 0.83, None)
    notes = tuple(
        TeamNote(
            team=f"Team {chr(65 + number % 26)}{number // 26 or ''}",
            coverage=shares[number % 4],
            coverage_before=0.72,
            unlinked=14 - number % 4,
            unlinked_before=12,
            withheld="" if shares[number % 4] is not None else "no item is in scope",
        )
        for number in range(teams)
    )
    named = {"largest": (), "unlinked_items": (), "dead_links": (), "expiring": ()}
    changes = tuple(
        ChangeNote(sort=sort, key="", title="", team="Team A")
        for sort in (ChangeSort.NOW_UNLINKED, ChangeSort.NOW_LINKED, ChangeSort.NOW_LINKED)
    )
    return make_news(kind=DigestKind.LEADERSHIP, team="", teams=notes, changes=changes, **{**named, **values})


def make_partial(**values: Any) -> Digest:
    old = SourceNote(source="jira", state="stale", complete_at=MONDAY - timedelta(days=3), failure="it timed out")
    none: dict[str, Any] = dict.fromkeys(("largest", "unlinked_items", "dead_links", "idle", "changes", "expiring"), ())
    return make_news(
        **{
            **none,
            "state": DigestState.PARTIAL,
            "reason": "the data is not complete",
            "sources": (old, SourceNote(source="linear", state="never read", complete_at=None)),
            **values,
        }
    )
