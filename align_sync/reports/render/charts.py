"""The geometry of the charts: shares turned into per cents of the width, fit for any screen, and into words."""

from dataclasses import dataclass

from align_sync.linking.evidence import Bucket
from align_sync.reports.measures import whole_percents
from align_sync.reports.model import AlignmentReport, KeyResultLine, Standing, TeamLine
from align_sync.reports.plain import make_plain
from align_sync.reports.render.wording import BUCKET_WORDS, say_headline, say_work
from align_sync.reports.words import count, percent, percent_or_withheld, quantity, team_name

ROW = 44
_FIRST_LABEL = 16
_LEAST_LABELLED = 4.0
_LONG_LABEL, _SHORT_LABEL = 62, 32

STANDING_CLASSES = {
    Standing.ON_TRACK: "on-track",
    Standing.AT_RISK: "at-risk",
    Standing.OFF_TRACK: "off-track",
    Standing.UNKNOWN: "unknown",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ring:
    """The headline as a ring; `filled` is in per cent of its length, the goal's tick stands at an angle."""

    label: str
    description: str
    filled: str
    goal_angle: str
    standing_class: str
    withheld: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    bucket: Bucket
    x: str
    middle: str
    width: str
    items: int
    percent: int
    has_room: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class BucketBar:
    title: str
    description: str
    segments: tuple[Segment, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One bar under its label; `is_blank` where there is nothing that could be drawn."""

    y: int
    label: str
    short_label: str
    value: str
    width: str
    css_class: str
    is_blank: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class BarChart:
    """Bars under one another; `goal` is where the line of the goal stands, in per cent of the width."""

    id: str
    title: str
    description: str
    bars: tuple[Bar, ...]
    goal: str | None = None

    @property
    def height(self) -> int:
        return ROW * len(self.bars)


def draw_ring(report: AlignmentReport) -> Ring:
    coverage = report.headline.coverage
    return Ring(
        label=percent_or_withheld(coverage),
        description=say_headline(report),
        filled=_per_cent(coverage) if coverage else "",
        goal_angle=f"{report.goal * 360:.1f}",
        standing_class=STANDING_CLASSES[report.standing],
        withheld=coverage is None,
    )


def draw_buckets(report: AlignmentReport) -> BucketBar:
    counts, total = report.headline.counts, report.headline.total
    percents = whole_percents(counts)
    segments, done = [], 0
    for bucket, number in counts.items():
        if number:
            segments.append(
                Segment(
                    bucket=bucket,
                    x=_per_cent(done / total),
                    middle=_per_cent((done + number / 2) / total),
                    width=_per_cent(number / total),
                    items=number,
                    percent=percents[bucket],
                    has_room=100 * number / total >= _LEAST_LABELLED,
                )
            )
        done += number
    parts = [f"{part.items} {BUCKET_WORDS[part.bucket]} ({part.percent} %)" for part in segments]
    return BucketBar(
        title=f"{count(total, 'item')} by verdict",
        description="; ".join(parts),
        segments=tuple(segments),
    )


def draw_teams(teams: tuple[TeamLine, ...], goal: float) -> BarChart:
    bars = []
    for number, line in enumerate(teams):
        coverage = line.tally.coverage
        value = percent_or_withheld(coverage)
        bars.append(
            Bar(
                y=_FIRST_LABEL + ROW * number,
                label=shorten(team_name(line.team), _LONG_LABEL),
                short_label=shorten(team_name(line.team), _SHORT_LABEL - 8),
                value=value if coverage is None else f"{value} · {line.standing.value}",
                width=_per_cent(coverage) if coverage else "",
                css_class=STANDING_CLASSES[line.standing],
                is_blank=coverage is None,
            )
        )
    said = [f"{team_name(t.team)} {percent_or_withheld(t.tally.coverage)} ({t.standing.value})" for t in teams]
    return BarChart(
        id="team-chart",
        title=f"Coverage of each team against the goal of {percent(goal)}",
        description="; ".join(said),
        bars=tuple(bars),
        goal=_per_cent(goal),
    )


def draw_key_results(lines: tuple[KeyResultLine, ...]) -> BarChart:
    """Bars stand for the sum of shares: an item that serves two key results counts half for each."""
    most = max((line.share_sum for line in lines), default=0.0)
    bars = []
    for number, line in enumerate(lines):
        label = f"{line.key} · {line.title}"
        bars.append(
            Bar(
                y=_FIRST_LABEL + ROW * number,
                label=shorten(label, _LONG_LABEL),
                short_label=shorten(label, _SHORT_LABEL),
                value=f"! {say_work(line)}" if line.is_idle else quantity(line.share_sum),
                width=_per_cent(line.share_sum / most) if line.share_sum else "",
                css_class="idle" if line.is_idle else "busy",
                is_blank=not line.share_sum,
            )
        )
    said = [f"{line.key} {say_work(line)}" for line in lines]
    return BarChart(
        id="key-result-chart",
        title="Work on each key result, as the sum of shares of items",
        description="; ".join(said),
        bars=tuple(bars),
    )


def shorten(text: str, longest: int) -> str:
    """At most so many characters, cut with an ellipsis; the tables have the full text."""
    plain = make_plain(text)
    return plain if len(plain) <= longest else f"{plain[: longest - 1].rstrip()}…"


def _per_cent(share: float) -> str:
    return f"{100 * share:.2f}"
