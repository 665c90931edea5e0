"""From a report, the digest before it and what changed in between to the one digest behind all channels."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from align_sync.digests import notes
from align_sync.digests.model import Digest, DigestKind, DigestState
from align_sync.digests.past import count_quiet, draw_trend, is_said, last_sure, sort_past
from align_sync.digests.policy import DigestPolicy
from align_sync.digests.quiet import Finding, decide_state
from align_sync.digests.reasons import ALL_UNUSABLE, LEFT_OUT, NO_SOURCE, NOT_COMPLETE
from align_sync.digests.trust import find_unusable, is_reliable, note_sources, suspect_loss
from align_sync.linking.evidence import Bucket
from align_sync.reports.changes import Changes
from align_sync.reports.model import AlignmentReport, ReportItem, SourceLine

_NAMES_NOBODY = frozenset({DigestState.PARTIAL, DigestState.WITHHELD})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Facts:
    """The report as far as it can be used. `withheld` is why there is no coverage, `unsure` why no item is named."""

    report: AlignmentReport
    items: tuple[ReportItem, ...]
    coverage: float | None
    withheld: str
    unlinked: int
    unusable: str
    unsure: str


def build_digest(
    *,
    kind: DigestKind,
    team: str,
    week: str,
    report: AlignmentReport,
    before: Digest | None,
    changes: Changes | None,
    history: tuple[Digest, ...],
    policy: DigestPolicy,
    now: datetime,
    closed_channels: tuple[str, ...] = (),
    left_out: tuple[SourceLine, ...] = (),
    force: bool = False,
) -> Digest:
    """Pure: decides what is said and whether anything is.

    `report` lists everything in its scope: its filters are the team's and perhaps sources, and `left_out` are sources
    that were left out of it because `find_unusable` named them. `before` is the digest that deltas are taken from, what
    `find_before` finds, and `changes` what happened since; `history` may hold any earlier digests of the same kind and
    team, in any order. With `force` a person says that the figures are right and shall be told.
    """
    past = sort_past(week, history, before)
    before = before if before is not None and is_said(before) else None
    facts = _gather(report, left_out, policy, now)
    found = _find(facts, suspicion="" if force else suspect_loss(facts.unlinked, len(facts.items), last_sure(past)))
    state, reason = decide_state(found, past, policy, force=force)
    digest = Digest(
        kind=kind,
        team=team,
        week=week,
        timezone=report.timezone,
        made_at=now,
        data_as_of=report.data_as_of,
        state=state,
        goal=report.goal,
        warn=report.warn,
        lens=report.headline.lens,
        coverage=None if state is DigestState.WITHHELD else facts.coverage,
        unlinked=facts.unlinked,
        unlinked_hash=found.unlinked_hash,
        items=len(facts.items),
        coverage_before=before.coverage if before else None,
        unlinked_before=before.unlinked if before else None,
        before_week=before.week if before else "",
        withheld=facts.withheld,
        reason=reason,
        quiet_weeks=count_quiet(past),
        trend=draw_trend(week, None if state in _NAMES_NOBODY else facts.coverage, past),
        sources=note_sources((*report.sources, *left_out), policy, now),
        closed_channels=tuple(sorted(closed_channels)),
        is_sample=report.is_sample,
        snapshot=report.snapshot,
    )
    return _fill(digest, facts, before, changes)


def _gather(report: AlignmentReport, left_out: tuple[SourceLine, ...], policy: DigestPolicy, now: datetime) -> _Facts:
    lines = (*report.sources, *left_out)
    dead = find_unusable(lines, policy, now) | {line.source for line in left_out}
    items = tuple(item for item in report.items if item.source not in dead)
    names = ", ".join(sorted(dead))
    withheld = report.headline.withheld
    if len(items) < len(report.items):
        withheld = LEFT_OUT.format(source=names)
    is_complete = all(is_reliable(note) for note in note_sources(lines, policy, now))
    unusable = "" if lines else NO_SOURCE
    if lines and len(dead) == len({line.source for line in lines}):
        unusable = ALL_UNUSABLE
    unsure = LEFT_OUT.format(source=names) if dead else withheld
    if not unsure and not is_complete:
        unsure = NOT_COMPLETE
    return _Facts(
        report=report,
        items=items,
        coverage=None if withheld else report.headline.coverage,
        withheld=withheld,
        unlinked=sum(item.bucket.is_actionable for item in items),
        unusable=unusable,
        unsure=unsure,
    )


def _find(facts: _Facts, *, suspicion: str) -> Finding:
    return Finding(
        coverage=facts.coverage,
        unlinked=facts.unlinked,
        unlinked_hash=_hash_items(facts.items),
        unusable=facts.unusable,
        unsure=facts.unsure or suspicion,
    )


def _fill(digest: Digest, facts: _Facts, before: Digest | None, changes: Changes | None) -> Digest:
    """With what the state and the readers allow: no names, of teams neither, where the data is not certain.

    Leadership is told of teams, and never of items.
    """
    if digest.state is DigestState.WITHHELD:
        return digest
    report, is_certain = facts.report, digest.state is not DigestState.PARTIAL
    is_team = digest.kind is DigestKind.TEAM
    team = digest.team if is_team else None
    today = digest.made_at.astimezone(ZoneInfo(digest.timezone)).date()
    names = facts.items if is_certain and is_team else ()
    return replace(
        digest,
        largest=notes.list_largest(names),
        unlinked_items=tuple(notes.note_item(item) for item in names if item.bucket.is_actionable),
        dead_links=tuple(
            notes.note_item(item) for item in names if item.bucket is Bucket.INVALID and notes.is_asked(item)
        ),
        idle=notes.list_idle(report.key_results, team) if is_certain else (),
        in_danger=notes.list_in_danger(report.key_results, team),
        changes=notes.list_changes(changes if is_certain else None, with_names=is_team),
        expiring=notes.list_expiring(names, today),
        teams=notes.list_teams(report, facts.items, before) if is_certain and not is_team else (),
    )


def _hash_items(items: Iterable[ReportItem]) -> str:
    """Equal exactly where the same items ask for a link."""
    names = sorted(f"{item.source}\0{item.external_id}" for item in items if item.bucket.is_actionable)
    return hashlib.sha256("\n".join(names).encode(errors="surrogatepass")).hexdigest()
