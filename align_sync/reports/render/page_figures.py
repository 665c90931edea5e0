"""The figures of the HTML page: verdicts in each lens, the lenses side by side, and the teams."""

from dataclasses import dataclass

from align_sync.linking.evidence import Bucket
from align_sync.reports.commands import ACTIONABLE, LINKED, list_command
from align_sync.reports.measures import whole_percents
from align_sync.reports.model import AlignmentReport, Lens, Tally, TeamLine
from align_sync.reports.render.lens_words import amount_in, tally_by
from align_sync.reports.render.page_anchors import Anchors, Figure
from align_sync.reports.words import quantity


@dataclass(frozen=True, slots=True, kw_only=True)
class BucketRow:
    """One verdict with its share of the items and what it holds in each lens."""

    bucket: Bucket
    percent: int
    figures: tuple[Figure, ...]
    command: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LensCard:
    """One lens: `linked`, `missed` and `exempt` are what its coverage is made of."""

    tally: Tally
    counts: bool
    linked: Figure
    missed: Figure
    exempt: Figure


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamRow:
    """`coverages` are those in each lens."""

    id: str
    line: TeamLine
    figures: tuple[Figure, ...]


def lay_out_buckets(report: AlignmentReport, anchors: Anchors) -> tuple[BucketRow, ...]:
    items = tally_by(report, Lens.ITEMS).counts
    percents = whole_percents(items)
    rows = []
    for bucket, number in items.items():
        command = list_command(report.filters, (bucket,))
        rows.append(
            BucketRow(
                bucket=bucket,
                percent=percents[bucket],
                figures=tuple(
                    anchors.lead(amount_in(tally, tally.counts[bucket]), bucket.value, number, command)
                    for tally in report.lenses
                ),
                command=command,
            )
        )
    return tuple(rows)


def lay_out_lenses(report: AlignmentReport, anchors: Anchors) -> tuple[LensCard, ...]:
    items = tally_by(report, Lens.ITEMS)
    linked, missed, exempt = (
        list_command(report.filters, buckets) for buckets in (LINKED, ACTIONABLE, (Bucket.EXEMPT,))
    )
    return tuple(
        LensCard(
            tally=tally,
            counts=tally.lens is report.headline.lens,
            linked=anchors.lead(amount_in(tally, tally.linked), "linked", items.linked, linked),
            missed=anchors.lead(amount_in(tally, tally.actionable), "missed", items.actionable, missed),
            exempt=anchors.lead(
                amount_in(tally, tally.counts[Bucket.EXEMPT]), "exempt", items.counts[Bucket.EXEMPT], exempt
            ),
        )
        for tally in report.lenses
    )


def lay_out_teams(report: AlignmentReport, team_ids: dict[str, str], anchors: Anchors) -> tuple[TeamRow, ...]:
    """The items of each team in each bucket, whatever the lens of its coverage: each number leads to as many."""
    return tuple(
        TeamRow(
            id=team_ids[line.team],
            line=line,
            figures=tuple(
                anchors.lead(
                    quantity(number),
                    f"{bucket.value}-{team_ids[line.team]}",
                    number,
                    list_command(report.filters, (bucket,), team=line.team),
                    bucket,
                )
                for tally in line.lenses
                if tally.lens is Lens.ITEMS
                for bucket, number in tally.counts.items()
            ),
        )
        for line in report.teams
    )
