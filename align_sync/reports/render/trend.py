"""Coverage over weeks or sprints, in every format: what is not known is a gap with its word, never a zero."""

from collections.abc import Iterator
from typing import Protocol

from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from align_sync.linking.evidence import Bucket
from align_sync.reports.model import SCHEMA_VERSION, Tally
from align_sync.reports.render.decisions_records import write_csv, write_tabs
from align_sync.reports.render.ink import cell, draw
from align_sync.reports.render.json_figures import describe_tally
from align_sync.reports.render.json_parts import Json, dump
from align_sync.reports.render.lens_words import amount_in
from align_sync.reports.render.markdown_text import escape
from align_sync.reports.render.markdown_text import table as write_table
from align_sync.reports.render.trend_words import (
    GAP_LEGEND,
    draw_bar,
    draw_spark,
    say_coverage,
    say_heading,
    say_lens,
    say_reason,
)
from align_sync.reports.render.view import PIPE, Format, Screen
from align_sync.reports.render.wording import BUCKET_WORDS, SAMPLE_SENTENCE
from align_sync.reports.trend import Trend, TrendPoint
from align_sync.reports.words import SAMPLE_NOTICE, moment, percent, stamp

COLUMNS = (
    *("sample", "team", "label", "at", "coverage", "goal", "lens", "withheld"),
    *(bucket.value for bucket in Bucket),
    "command",
)
_SHOWN = (Bucket.UNLINKED, Bucket.INVALID, Bucket.EXEMPT, Bucket.GRACE, Bucket.UNKNOWN)


class _Renderer(Protocol):
    def __call__(self, trend: Trend, screen: Screen, /) -> str: ...


def _draw(trend: Trend, screen: Screen) -> str:
    if not screen.is_terminal:
        return write_tabs(COLUMNS, _records(trend))
    return draw(Group(*_lay_out(trend)), width=screen.width, colour=screen.colour)


def _lay_out(trend: Trend) -> Iterator[RenderableType]:
    if trend.is_sample:
        yield Panel(Text(SAMPLE_SENTENCE, justify="center"), style="bold yellow")
    yield cell(say_heading(trend), "bold")
    if not trend.points:
        return
    yield cell(draw_spark(trend.points))
    if any(point.coverage is None for point in trend.points):
        yield cell(GAP_LEGEND, "dim")
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(overflow="fold")
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True, justify="right")
    table.add_column(overflow="fold")
    for point in trend.points:
        bar = draw_bar(point.coverage, trend.goal)
        table.add_row(cell(point.label), Text(bar), cell(say_coverage(point)), cell(_say_beside(point), "dim"))
    yield Text()
    yield table
    yield Text()
    yield cell("the items behind each point:", "dim")
    for point in trend.points:
        yield cell(f"{point.label}: {point.command}", "dim")


def _say_beside(point: TrendPoint) -> str:
    """Why there is no figure, else what is set aside or missed, as far as there is any."""
    tally = point.tally
    if tally is None or tally.coverage is None:
        return say_reason(point)
    held = (f"{amount_in(tally, tally.counts[bucket])} {BUCKET_WORDS[bucket]}" for bucket in _held(tally))
    return ", ".join(held)


def _held(tally: Tally) -> Iterator[Bucket]:
    return (bucket for bucket in _SHOWN if tally.counts.get(bucket))


def _write_markdown(trend: Trend) -> str:
    return "\n".join(_lines(trend)).rstrip() + "\n"


def _lines(trend: Trend) -> Iterator[str]:
    yield f"# {escape(say_heading(trend))}"
    yield ""
    if trend.is_sample:
        yield f"> **{SAMPLE_SENTENCE}**"
        yield ""
    if not trend.points:
        return
    yield escape(draw_spark(trend.points))
    yield ""
    yield from write_table(
        ("Point", "Until", "Coverage", f"Against the goal of {percent(trend.goal)}", "Beside", "List the work"),
        (
            (
                escape(point.label),
                escape(moment(point.at, trend.timezone)),
                say_coverage(point),
                escape(draw_bar(point.coverage, trend.goal)),
                escape(_say_beside(point)),
                escape(point.command),
            )
            for point in trend.points
        ),
        numbers=(2,),
    )


def _write_json(trend: Trend) -> str:
    return dump(
        {
            "schema_version": SCHEMA_VERSION,
            "view": "trend",
            "team": trend.team or None,
            "goal": trend.goal,
            "timezone": trend.timezone,
            "sample": trend.is_sample,
            "points": [_describe(point) for point in trend.points],
        }
    )


RENDERERS: dict[Format, _Renderer] = {
    Format.TABLE: _draw,
    Format.MARKDOWN: lambda trend, _screen: _write_markdown(trend),
    Format.JSON: lambda trend, _screen: _write_json(trend),
    Format.CSV: lambda trend, _screen: write_csv(COLUMNS, _records(trend)),
}
TREND_FORMATS = tuple(RENDERERS)


def render_trend(trend: Trend, form: Format, *, screen: Screen = PIPE) -> str:
    """The trend in this format; only tables look at the screen."""
    return RENDERERS[form](trend, screen)


def _records(trend: Trend) -> Iterator[tuple[str, ...]]:
    for point in trend.points:
        tally = point.tally
        yield (
            SAMPLE_NOTICE if trend.is_sample else "",
            trend.team,
            point.label,
            stamp(point.at) or "",
            say_coverage(point),
            percent(trend.goal),
            say_lens(point),
            say_reason(point),
            *(amount_in(tally, tally.counts.get(bucket, 0)) if tally else "" for bucket in Bucket),
            point.command,
        )


def _describe(point: TrendPoint) -> Json:
    return {
        "label": point.label,
        "at": stamp(point.at),
        "coverage": point.coverage,
        "state": say_coverage(point) if point.coverage is None else "known",
        "tally": describe_tally(point.tally) if point.tally else None,
        "command": point.command,
    }
