"""What the HTML page shows and where each figure leads: sections, groups and anchors, made before the template."""

from dataclasses import dataclass, replace
from itertools import groupby

from align_sync.linking.evidence import Bucket
from align_sync.reports.commands import ACTIONABLE, list_command
from align_sync.reports.model import AlignmentReport, KeyResultLine, ReportItem, Standing, TeamLine
from align_sync.reports.render.view import View
from align_sync.reports.render.wording import BUCKET_MEANINGS, say_points
from align_sync.reports.words import count, percent, team_name

_FIRST_FEW = 3

SECTION_ORDER = (Bucket.UNLINKED, Bucket.INVALID, Bucket.UNKNOWN, Bucket.DIRECT, Bucket.INHERITED)
SECTION_TITLES = {
    Bucket.UNLINKED: "Work that serves no key result",
    Bucket.INVALID: "Work with an invalid link",
    Bucket.UNKNOWN: "Work that could not be judged",
    Bucket.DIRECT: "Work linked directly",
    Bucket.INHERITED: "Work linked through a parent",
}


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A number and the anchor that lists exactly its items, empty where nothing is listed here."""

    number: int
    anchor: str = ""
    bucket: Bucket | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    figure: Figure
    label: str
    hint: str
    css_class: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamRow:
    id: str
    line: TeamLine
    figures: tuple[Figure, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyResultRow:
    """`work` is empty where not all items are shown, so that no list says less than its figure."""

    id: str
    line: KeyResultLine
    work: tuple[tuple[ReportItem, float], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """One thing that needs attention, and where to read on."""

    text: str
    anchor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    sections: tuple[Section, ...]
    cards: tuple[Card, ...]
    buckets: tuple[Figure, ...]
    teams: tuple[TeamRow, ...]
    key_results: tuple[KeyResultRow, ...]
    remarks: tuple[Remark, ...]


@dataclass(frozen=True, slots=True)
class _Anchors:
    """Which places of the page there are, so that no figure leads nowhere."""

    names: frozenset[str]

    def lead(self, number: int, anchor: str, bucket: Bucket | None = None) -> Figure:
        return Figure(number=number, anchor=self.find(anchor) if number else "", bucket=bucket)

    def find(self, anchor: str) -> str:
        return anchor if anchor in self.names else ""


def lay_out(report: AlignmentReport, view: View) -> Page:
    """The page for this view; a figure whose items are not all on the page leads nowhere."""
    team_ids = {line.team: f"team-{number}" for number, line in enumerate(report.teams, start=1)}
    wanted = [bucket for bucket in SECTION_ORDER if _is_wanted(bucket, report, view)]
    laid_out = (_lay_out_section(bucket, report, team_ids) for bucket in wanted)
    sections = tuple(section for section in laid_out if section.number or section.bucket is Bucket.UNLINKED)
    anchors = _find_anchors(sections, wanted, view)
    return Page(
        sections=sections,
        cards=_lay_out_cards(report, anchors),
        buckets=tuple(anchors.lead(number, bucket.value, bucket) for bucket, number in report.headline.counts.items()),
        teams=tuple(
            TeamRow(
                id=team_ids[line.team],
                line=line,
                figures=tuple(
                    anchors.lead(number, f"{bucket.value}-{team_ids[line.team]}", bucket)
                    for bucket, number in line.tally.counts.items()
                ),
            )
            for line in report.teams
        ),
        key_results=tuple(
            KeyResultRow(id=f"key-result-{number}", line=line, work=_find_work(report, line))
            for number, line in enumerate(report.key_results, start=1)
        ),
        remarks=_remark(report, team_ids, anchors),
    )


def _is_wanted(bucket: Bucket, report: AlignmentReport, view: View) -> bool:
    if view is View.KEY_RESULTS or (view is View.UNLINKED and not bucket.is_actionable):
        return False
    return bool(report.headline.total) and (not report.filters.buckets or bucket in report.filters.buckets)


def _lay_out_section(bucket: Bucket, report: AlignmentReport, team_ids: dict[str, str]) -> Section:
    held = tuple(item for item in report.items if item.bucket is bucket)
    groups = tuple(
        Group(id=f"{bucket.value}-{team_ids[team]}", team=team, items=tuple(members), points="")
        for team, members in groupby(held, key=lambda item: item.team)
    )
    return Section(
        bucket=bucket,
        title=SECTION_TITLES[bucket],
        meaning=BUCKET_MEANINGS[bucket],
        number=len(held),
        points=_add_points(held),
        groups=tuple(replace(group, points=_add_points(group.items)) for group in groups),
        is_open=bucket.is_actionable,
        command=list_command(report.filters, (bucket,)),
    )


def _add_points(items: tuple[ReportItem, ...]) -> str:
    """The points of those that have any; how many have none is said beside, since none is not zero."""
    estimated = [item.points for item in items if item.points is not None]
    if not estimated:
        return ""
    missing = len(items) - len(estimated)
    return say_points(sum(estimated)) + (f", {missing} not estimated" if missing else "")


def _find_anchors(sections: tuple[Section, ...], wanted: list[Bucket], view: View) -> _Anchors:
    names = {section.id for section in sections} | {group.id for section in sections for group in section.groups}
    if {Bucket.DIRECT, Bucket.INHERITED} <= set(wanted):
        names.add("linked")
    if view is View.ALIGNMENT:
        names.add("teams")
    if view is not View.UNLINKED:
        names.add("key-results")
    return _Anchors(frozenset(names))


def _lay_out_cards(report: AlignmentReport, anchors: _Anchors) -> tuple[Card, ...]:
    counts = report.headline.counts
    idle = sum(line.is_idle for line in report.key_results)
    points = {
        bucket: _add_points(tuple(item for item in report.items if item.bucket is bucket)) for bucket in ACTIONABLE
    }
    return (
        Card(
            figure=anchors.lead(counts[Bucket.UNLINKED], "unlinked"),
            label="not linked",
            hint=points[Bucket.UNLINKED],
            css_class="unlinked",
        ),
        Card(
            figure=anchors.lead(counts[Bucket.INVALID], "invalid"),
            label="invalid links",
            hint=points[Bucket.INVALID],
            css_class="invalid",
        ),
        Card(
            figure=anchors.lead(report.headline.linked, "linked"),
            label="linked",
            hint="directly or through a parent",
            css_class="direct",
        ),
        Card(
            figure=anchors.lead(counts[Bucket.UNKNOWN], "unknown"),
            label="unknown",
            hint="never counted as not linked",
            css_class="unknown",
        ),
        Card(
            figure=anchors.lead(idle, "key-results"),
            label="key results without work",
            hint=f"of {len(report.key_results)} active" if report.key_results else "no active key result",
            css_class="idle",
        ),
    )


def _find_work(report: AlignmentReport, line: KeyResultLine) -> tuple[tuple[ReportItem, float], ...]:
    if report.filters.buckets:
        return ()
    return tuple((item, link.share) for item in report.items for link in item.links if link.key_result == line.key)


def _remark(report: AlignmentReport, team_ids: dict[str, str], anchors: _Anchors) -> tuple[Remark, ...]:
    counts = report.headline.counts
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
        remarks.append(
            Remark(
                text=f"{count(len(idle), 'key result')} {verb} no work: {names}{rest}",
                anchor=anchors.find("key-results"),
            )
        )
    largest = max((i for i in report.items if i.bucket is Bucket.UNLINKED and i.points), key=_points_of, default=None)
    if largest is not None:
        remarks.append(
            Remark(
                text=f"largest work without a key result: {largest.key} {largest.title}, {say_points(largest.points)}",
                anchor=f"{Bucket.UNLINKED.value}-{team_ids[largest.team]}",
            )
        )
    if invalid := counts[Bucket.INVALID]:
        verb = "names" if invalid == 1 else "name"
        remarks.append(
            Remark(
                text=f"{count(invalid, 'item')} {verb} a key result that does not exist or is closed",
                anchor=anchors.find("invalid"),
            )
        )
    if unknown := counts[Bucket.UNKNOWN]:
        remarks.append(Remark(text=f"{count(unknown, 'item')} could not be judged", anchor=anchors.find("unknown")))
    return tuple(remarks)


def _points_of(item: ReportItem) -> float:
    return item.points or 0.0
