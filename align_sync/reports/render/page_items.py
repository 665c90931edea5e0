"""The lists of the HTML page: a section for each bucket, in it the items of each team."""

from dataclasses import dataclass

from align_sync.linking.evidence import Bucket
from align_sync.reports.commands import list_command
from align_sync.reports.lenses import estimate_of
from align_sync.reports.model import AlignmentReport, ReportItem
from align_sync.reports.render.item_words import say_points
from align_sync.reports.render.view import View
from align_sync.reports.render.wording import BUCKET_MEANINGS

SECTION_TITLES = {
    Bucket.UNLINKED: "Work that serves no key result",
    Bucket.INVALID: "Work with an invalid link",
    Bucket.GRACE: "Work in grace",
    Bucket.EXEMPT: "Exempt work",
    Bucket.UNKNOWN: "Work that could not be judged",
    Bucket.DIRECT: "Work linked directly",
    Bucket.INHERITED: "Work linked through a parent",
    Bucket.RULE: "Work linked by a rule",
}
"""In the order of the page: what asks for action first, then what is set aside."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The items of one team in a section."""

    id: str
    team: str
    items: tuple[ReportItem, ...]
    points: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """All items of one bucket; `is_open` where somebody has to act."""

    bucket: Bucket
    title: str
    meaning: str
    number: int
    points: str
    groups: tuple[Group, ...]
    is_open: bool
    command: str

    @property
    def id(self) -> str:
        return self.bucket.value


def lay_out_sections(report: AlignmentReport, view: View, team_ids: dict[str, str]) -> tuple[Section, ...]:
    """One for each bucket that was asked for and holds anything; that of unlinked work also where it is empty."""
    wanted = [bucket for bucket in SECTION_TITLES if _is_wanted(bucket, report, view)]
    laid_out = (_lay_out_section(bucket, report, team_ids) for bucket in wanted)
    return tuple(section for section in laid_out if section.number or section.bucket is Bucket.UNLINKED)


def _is_wanted(bucket: Bucket, report: AlignmentReport, view: View) -> bool:
    if view is View.KEY_RESULTS or (view is View.UNLINKED and not bucket.is_actionable):
        return False
    return bool(report.teams) and (not report.filters.buckets or bucket in report.filters.buckets)


def _lay_out_section(bucket: Bucket, report: AlignmentReport, team_ids: dict[str, str]) -> Section:
    held = tuple(item for item in report.items if item.bucket is bucket)
    teams: dict[str, list[ReportItem]] = {}
    for item in held:
        teams.setdefault(item.team, []).append(item)
    return Section(
        bucket=bucket,
        title=SECTION_TITLES[bucket],
        meaning=BUCKET_MEANINGS[bucket],
        number=len(held),
        points=add_points(held),
        groups=tuple(
            Group(
                id=f"{bucket.value}-{team_ids[team]}",
                team=team,
                items=tuple(members),
                points=add_points(tuple(members)),
            )
            for team, members in teams.items()
        ),
        is_open=bucket.is_actionable,
        command=list_command(report.filters, (bucket,)),
    )


def add_points(items: tuple[ReportItem, ...]) -> str:
    """The points of those that have any; how many have none is said beside, since none is not zero."""
    estimated = [estimate for item in items if (estimate := estimate_of(item)) is not None]
    if not estimated:
        return ""
    missing = len(items) - len(estimated)
    return say_points(sum(estimated)) + (f", {missing} not estimated" if missing else "")


def count_places(sections: tuple[Section, ...]) -> dict[str, int]:
    """The anchors of the sections, and how many items each lists."""
    places: dict[str, int] = {"linked": 0, "missed": 0}
    for section in sections:
        places[section.id] = section.number
        places.update({group.id: len(group.items) for group in section.groups})
        if section.bucket.is_linked:
            places["linked"] += section.number
        if section.bucket.is_actionable:
            places["missed"] += section.number
    return places
