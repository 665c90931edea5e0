"""Patterns that make a good figure worth a second look, by team. No person is looked at, and none is accused."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from math import fsum

from align_sync.linking.evidence import Bucket, RuleKind
from align_sync.reports.model import ReportItem, Signal, SignalKind, Tally, TeamLine
from align_sync.reports.words import percent, team_name
from align_sync.work import Sprint

CROWDED_ABOVE = 0.6
CROWDED_FROM = 5
LATE_WITHIN = timedelta(hours=24)
LATE_FROM = 3
LATE_SHARE_FROM = 0.2
TEMPLATE_FROM = 5
RISE_ABOVE = 0.05

_ROUNDING_NOISE = 1e-9


def find_signals(
    items: Iterable[ReportItem],
    teams: Iterable[TeamLine],
    sprints: Iterable[Sprint],
    *,
    earlier: Mapping[str, Tally],
    at: datetime,
) -> tuple[Signal, ...]:
    """What is seen in these teams, in their order by name.

    A team's signals follow from its own items alone: they are the same in every report that it is in. `earlier` are
    tallies of an earlier report by team; a team without one shows no rise.
    """
    starts = {(sprint.ref.source, sprint.ref.external_id): sprint.starts_at for sprint in sprints}
    by_team: dict[str, list[ReportItem]] = {}
    for item in items:
        by_team.setdefault(item.team, []).append(item)
    found: list[Signal] = []
    for line in sorted(teams, key=lambda line: (line.team.casefold(), line.team)):
        own = tuple(by_team.get(line.team, ()))
        linked = tuple(item for item in own if item.bucket.is_linked)
        found += _see_crowd(line.team, linked)
        found += _see_late_links(line.team, linked, at)
        found += _see_template(line.team, own, starts)
        found += _see_rise(line, own, earlier.get(line.team))
    return tuple(found)


def _see_crowd(team: str, linked: tuple[ReportItem, ...]) -> Iterator[Signal]:
    if len(linked) < CROWDED_FROM:
        return
    shares: dict[str, list[float]] = {}
    for item in linked:
        for link in item.links:
            shares.setdefault(link.key_result, []).append(link.share)
    for key, held in sorted(shares.items()):
        # By shares, as in effort: at most one key result can hold more than half.
        share = fsum(held) / len(linked)
        if share > CROWDED_ABOVE + _ROUNDING_NOISE:
            yield Signal(
                kind=SignalKind.CROWDED,
                team=team,
                says=f"{key} holds {percent(share)} of the linked items of {team_name(team)}",
                share=share,
                items=_refs(item for item in linked if any(link.key_result == key for link in item.links)),
            )


def _see_late_links(team: str, linked: tuple[ReportItem, ...], at: datetime) -> Iterator[Signal]:
    """Not of a source all of whose links are that new: it was read for the first time for this team."""
    since_at = at - LATE_WITHIN
    settled = {item.source for item in linked if item.linked_at is not None and item.linked_at < since_at}
    late = _refs(
        item for item in linked if item.source in settled and item.linked_at is not None and item.linked_at >= since_at
    )
    if len(late) >= LATE_FROM and len(late) >= LATE_SHARE_FROM * len(linked) - _ROUNDING_NOISE:
        yield Signal(
            kind=SignalKind.LATE_LINKS,
            team=team,
            says=f"{len(late)} of {len(linked)} linked items of {team_name(team)} "
            f"were first seen with their link within the 24 h before this report",
            share=len(late) / len(linked),
            items=late,
        )


def _see_template(
    team: str, own: tuple[ReportItem, ...], starts: Mapping[tuple[str, str], datetime | None]
) -> Iterator[Signal]:
    new = tuple(item for item in own if _came_in_later(item, starts.get((item.source, item.sprint_id))))
    labels = {_only_label(item) for item in new}
    label = labels.pop() if len(labels) == 1 else None
    if label is not None and len(new) >= TEMPLATE_FROM:
        yield Signal(
            kind=SignalKind.ONE_TEMPLATE,
            team=team,
            says=f"all {len(new)} items that came into the running sprint of {team_name(team)} "
            f"carry the label {label} and no other evidence",
            share=1.0,
            items=_refs(new),
        )


def _came_in_later(item: ReportItem, starts_at: datetime | None) -> bool:
    return starts_at is not None and item.entered_at is not None and item.entered_at >= starts_at


def _only_label(item: ReportItem) -> str | None:
    """The item's own label, where nothing but it speaks for any key result."""
    if item.bucket is not Bucket.DIRECT or item.decided_by not in {RuleKind.LABEL, RuleKind.NAMED}:
        return None
    return item.found[0] if len(item.found) == 1 and item.found[0] in item.labels and not item.rejected else None


def _see_rise(line: TeamLine, own: tuple[ReportItem, ...], before: Tally | None) -> Iterator[Signal]:
    now = next((figure for figure in line.lenses if before is not None and figure.lens is before.lens), None)
    if before is None or now is None or before.coverage is None or now.coverage is None:
        return
    if min(now.exempt_share - before.exempt_share, now.coverage - before.coverage) > RISE_ABOVE + _ROUNDING_NOISE:
        yield Signal(
            kind=SignalKind.RISING_EXEMPTIONS,
            team=line.team,
            says=f"exempt work of {team_name(line.team)} rose from {percent(before.exempt_share)} to "
            f"{percent(now.exempt_share)} while coverage rose from {percent(before.coverage)} to "
            f"{percent(now.coverage)}",
            share=now.exempt_share,
            items=_refs(item for item in own if item.bucket is Bucket.EXEMPT),
        )


def _refs(items: Iterable[ReportItem]) -> tuple[tuple[str, str], ...]:
    return tuple((item.source, item.external_id) for item in items)
