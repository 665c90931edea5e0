"""The geometry of the charts: shares turned into per cents of the width, fit for any screen, and into words."""

from dataclasses import dataclass

from align_sync.linking.evidence import Bucket
from align_sync.reports.lenses import say_amount
from align_sync.reports.measures import whole_percents
from align_sync.reports.model import AlignmentReport, KeyResultLine, Lens, Standing, TeamLine
from align_sync.reports.plain import make_plain
from align_sync.reports.render.key_result_words import say_effort, say_weight, say_work
from align_sync.reports.render.lens_words import LENS_WORDS, tally_by
from align_sync.reports.render.wording import BUCKET_WORDS, say_headline
from align_sync.reports.words import percent, percent_or_withheld, quantity, team_name

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
    items: str
    percent: int
    has_room: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class BucketBar:
    title: str
    description: str
    segments: tuple[Segment, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One bar under its label; `is_blank` where there is nothing that could be drawn, `mark` is where a line stands."""

    y: int
    label: str
    short_label: str
    value: str
    width: str
    css_class: str
    is_blank: bool
    mark: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BarChart:
    """Bars under one another."""

    id: str
    title: str
    description: str
    bars: tuple[Bar, ...]

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


def draw_gauges(report: AlignmentReport) -> dict[str, str]:
    """How far each lens fills its bar, and where the goal stands on it."""
    filled = {tally.lens.value: _per_cent(tally.coverage or 0.0) for tally in report.lenses}
    return {**filled, "goal": _per_cent(report.goal)}


def draw_buckets(report: AlignmentReport) -> BucketBar:
    """By items, whatever the lens of the headline: each part leads to as many of them."""
    tally = tally_by(report, Lens.ITEMS)
    counts, total = tally.counts, tally.total
    percents = whole_percents(counts)
    segments: list[Segment] = []
    done = 0.0
    for bucket, number in counts.items():
        if number:
            segments.append(
                Segment(
                    bucket=bucket,
                    x=_per_cent(done / total),
                    middle=_per_cent((done + number / 2) / total),
                    width=_per_cent(number / total),
                    items=quantity(number),
                    percent=percents[bucket],
                    has_room=100 * number / total >= _LEAST_LABELLED,
                )
            )
        done += number
    parts = [f"{part.items} {BUCKET_WORDS[part.bucket]} ({part.percent} %)" for part in segments]
    return BucketBar(
        title=f"{say_amount(total, Lens.ITEMS)} by verdict",
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
                mark=_per_cent(goal),
            )
        )
    said = [f"{team_name(t.team)} {percent_or_withheld(t.tally.coverage)} ({t.standing.value})" for t in teams]
    return BarChart(
        id="team-chart",
        title=f"Coverage of each team against the goal of {percent(goal)}",
        description="; ".join(said),
        bars=tuple(bars),
    )


def draw_key_results(report: AlignmentReport) -> BarChart:
    """Bars stand for effort, the share of the linked work; the mark on each is its weight, the share of all weights."""
    lens = report.headline.lens
    if not any(lens in line.effort for line in report.key_results):
        lens = Lens.ITEMS
    most = max((max(line.effort.get(lens, 0.0), line.weight_share) for line in report.key_results), default=0.0) or 1.0
    bars = tuple(_draw_effort(line, lens, number, most) for number, line in enumerate(report.key_results))
    said = [f"{line.key} {_say_effort(line, lens)}" for line in report.key_results]
    return BarChart(
        id="key-result-chart",
        title=f"Effort for each key result, as its share of the linked {LENS_WORDS[lens]}, against its weight",
        description="; ".join(said),
        bars=bars,
    )


def _draw_effort(line: KeyResultLine, lens: Lens, number: int, most: float) -> Bar:
    label = f"{line.key} · {line.title}"
    effort = line.effort.get(lens, 0.0)
    return Bar(
        y=_FIRST_LABEL + ROW * number,
        label=shorten(label, _LONG_LABEL),
        short_label=shorten(label, _SHORT_LABEL),
        value=f"! {say_work(line)}" if line.is_idle else say_effort(line, lens),
        width=_per_cent(effort / most) if effort else "",
        css_class="idle" if line.is_idle else "busy",
        is_blank=lens not in line.effort or line.is_idle,
        mark=_per_cent(line.weight_share / most) if line.weight_share else "",
    )


def _say_effort(line: KeyResultLine, lens: Lens) -> str:
    work = say_work(line) if line.is_idle else f"effort {say_effort(line, lens)}"
    return f"{work}, weight {say_weight(line)}"


def shorten(text: str, longest: int) -> str:
    """At most so many characters, cut with an ellipsis; the tables have the full text."""
    plain = make_plain(text)
    return plain if len(plain) <= longest else f"{plain[: longest - 1].rstrip()}…"


def _per_cent(share: float) -> str:
    return f"{100 * share:.2f}"
