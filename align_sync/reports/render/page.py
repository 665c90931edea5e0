"""What the HTML page shows and where each figure leads: made before the template, which only sets it."""

from dataclasses import dataclass

from align_sync.linking.evidence import Bucket
from align_sync.reports.lenses import estimate_of
from align_sync.reports.model import AlignmentReport, Lens, ReportItem, Standing
from align_sync.reports.render.item_words import say_points
from align_sync.reports.render.lens_words import tally_by
from align_sync.reports.render.page_anchors import Anchors
from align_sync.reports.render.page_figures import (
    BucketRow,
    LensCard,
    TeamRow,
    lay_out_buckets,
    lay_out_lenses,
    lay_out_teams,
)
from align_sync.reports.render.page_items import Section, count_places, lay_out_sections
from align_sync.reports.render.page_policy import (
    KeyResultRow,
    Policy,
    lay_out_key_results,
    lay_out_policy,
    rank_rows,
)
from align_sync.reports.render.view import View
from align_sync.reports.words import count, percent, team_name

_FIRST_FEW = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """One thing that needs attention, and where to read on."""

    text: str
    anchor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    sections: tuple[Section, ...]
    buckets: tuple[BucketRow, ...]
    lenses: tuple[LensCard, ...]
    teams: tuple[TeamRow, ...]
    key_results: tuple[KeyResultRow, ...]
    idle: tuple[KeyResultRow, ...]
    policy: Policy
    remarks: tuple[Remark, ...]


def lay_out(report: AlignmentReport, view: View) -> Page:
    """The page for this view; a figure whose items are not all on the page leads nowhere."""
    team_ids = {line.team: f"team-{number}" for number, line in enumerate(report.teams, start=1)}
    sections = lay_out_sections(report, view, team_ids)
    anchors = _find_anchors(sections, view)
    key_results = lay_out_key_results(report)
    return Page(
        sections=sections,
        buckets=lay_out_buckets(report, anchors),
        lenses=lay_out_lenses(report, anchors),
        teams=lay_out_teams(report, team_ids, anchors),
        key_results=key_results,
        idle=rank_rows(report, key_results),
        policy=lay_out_policy(report, view),
        remarks=_remark(report, team_ids, anchors),
    )


def _find_anchors(sections: tuple[Section, ...], view: View) -> Anchors:
    held = count_places(sections)
    if view is View.ALIGNMENT:
        held |= {"teams": 0, "rules": 0, "doubts": 0}
    if view is not View.UNLINKED:
        held["idle"] = 0
    return Anchors(held)


def _remark(report: AlignmentReport, team_ids: dict[str, str], anchors: Anchors) -> tuple[Remark, ...]:
    remarks = [
        Remark(
            text=f"{team_name(line.team)} is at {percent(line.tally.coverage)}, {line.standing.value}",
            anchor=team_ids[line.team] if anchors.find("teams") else "",
        )
        for line in report.teams
        if line.tally.coverage is not None and line.standing is Standing.OFF_TRACK
    ][:_FIRST_FEW]
    if idle := [line.key for line in report.key_results if line.is_idle]:
        rest = f" and {len(idle) - _FIRST_FEW} more" if len(idle) > _FIRST_FEW else ""
        verb = "has" if len(idle) == 1 else "have"
        names = ", ".join(idle[:_FIRST_FEW])
        text = f"{count(len(idle), 'key result')} {verb} no work: {names}{rest}"
        remarks.append(Remark(text=text, anchor=anchors.find("idle")))
    asking = (item for item in report.items if item.bucket is Bucket.UNLINKED and not item.dispute)
    largest = max((item for item in asking if _points_of(item)), key=_points_of, default=None)
    if largest is not None:
        remarks.append(
            Remark(
                text=f"largest work without a key result: {largest.key} {largest.title}, {say_points(largest.points)}",
                anchor=anchors.find(f"{Bucket.UNLINKED.value}-{team_ids[largest.team]}"),
            )
        )
    return (*remarks, *_remark_on_verdicts(report, anchors))


def _remark_on_verdicts(report: AlignmentReport, anchors: Anchors) -> tuple[Remark, ...]:
    counts = tally_by(report, Lens.ITEMS).counts
    remarks = []
    if invalid := int(counts[Bucket.INVALID]):
        verb = "names" if invalid == 1 else "name"
        text = f"{count(invalid, 'item')} {verb} a key result that does not exist or is closed"
        remarks.append(Remark(text=text, anchor=anchors.find("invalid")))
    if unknown := int(counts[Bucket.UNKNOWN]):
        text = f"{count(unknown, 'item')} could not be judged"
        remarks.append(Remark(text=text, anchor=anchors.find("unknown")))
    if disputed := sum(report.disputed.values()):
        verb = "is" if disputed == 1 else "are"
        text = f"{count(disputed, 'verdict')} {verb} disputed"
        remarks.append(Remark(text=text, anchor=anchors.find("doubts")))
    if warned := [line.name for line in report.rules if line.warning]:
        verb = "looks" if len(warned) == 1 else "look"
        text = f"{count(len(warned), 'rule')} of the settings {verb} mistaken: {', '.join(warned[:_FIRST_FEW])}"
        remarks.append(Remark(text=text, anchor=anchors.find("rules")))
    return tuple(remarks)


def _points_of(item: ReportItem) -> float:
    return estimate_of(item) or 0.0
