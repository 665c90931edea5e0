"""The report for people at a terminal, by Rich; anything that is no terminal gets the plain rows of `piped.py`."""

from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from align_sync.linking.evidence import Bucket
from align_sync.reports.commands import list_command
from align_sync.reports.model import AlignmentReport, Lens, SourceState, Standing, TeamLine
from align_sync.reports.render.ink import BUCKET_STYLES, bullet, cell, draw, section_title, unbroken
from align_sync.reports.render.lens_words import LENS_WORDS, amount_in, say_lens, say_over, tally_by
from align_sync.reports.render.piped import render_piped
from align_sync.reports.render.terminal_items import list_everything, list_queue, list_set_aside
from align_sync.reports.render.terminal_key_results import list_idle, list_key_results, list_objectives, list_policy
from align_sync.reports.render.view import HEADINGS, View, lists_all
from align_sync.reports.render.wording import (
    BUCKET_WORDS,
    SAMPLE_SENTENCE,
    notes_of,
    say_as_of,
    say_freshness,
    say_headline,
    say_identity,
    say_partial,
    say_scope,
    say_source,
)
from align_sync.reports.words import percent, percent_or_withheld, quantity, team_name

_BUCKET_FILLS = {
    Bucket.DIRECT: "█",
    Bucket.INHERITED: "▓",
    Bucket.RULE: "▒",
    Bucket.EXEMPT: "=",
    Bucket.GRACE: "-",
    Bucket.INVALID: "✗",
    Bucket.UNLINKED: "░",
    Bucket.UNKNOWN: "·",
}
_STANDING_STYLES = {
    Standing.ON_TRACK: "green",
    Standing.AT_RISK: "yellow",
    Standing.OFF_TRACK: "red",
    Standing.UNKNOWN: "bright_black",
}
_TEAM_BAR = 12
_ROOM_FOR_BARS = 100


def render_terminal(
    report: AlignmentReport, *, width: int, colour: bool, is_terminal: bool, view: View = View.ALIGNMENT
) -> str:
    """Tables that fit the width on a terminal; sections of rows separated by tabs anywhere else."""
    if not is_terminal:
        return render_piped(report, view)
    parts = list(_open(report, view, width))
    if view is View.ALIGNMENT and lists_all(report):
        parts += _list_teams(report, width)
        parts += list_queue(report)
        parts += list_set_aside(report)
        parts += list_idle(report, is_short=True)
        parts += list_policy(report)
    elif view is View.KEY_RESULTS:
        parts += list_objectives(report)
        parts += list_key_results(report)
        parts += list_idle(report, is_short=False)
    else:
        parts += list_everything(report, view)
    parts += _close(report)
    return draw(Group(*parts), width=width, colour=colour)


def _open(report: AlignmentReport, view: View, width: int) -> Iterator[RenderableType]:
    if report.is_sample:
        yield Panel(Text(SAMPLE_SENTENCE, justify="center"), style="bold yellow")
    yield Text(HEADINGS[view], style="bold")
    if said := say_as_of(report):
        yield cell(said, "bold reverse")
    yield cell(say_headline(report), "bold " + _STANDING_STYLES[report.standing])
    if warning := say_partial(report):
        yield cell(warning, "bold yellow")
    yield _draw_lenses(report)
    yield cell(f"{say_scope(report)}; {say_freshness(report)}", "dim")
    if view is not View.KEY_RESULTS and tally_by(report, Lens.ITEMS).total:
        yield Text()
        yield from _draw_buckets(report, width)


def _draw_lenses(report: AlignmentReport) -> RenderableType:
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for tally in report.lenses:
        counts = tally.lens is report.headline.lens
        style = "" if counts else "dim"
        table.add_row(
            Text(f"{'▸' if counts else ' '} {LENS_WORDS[tally.lens]}", style=style), cell(say_lens(tally), style)
        )
    return table


def _draw_buckets(report: AlignmentReport, width: int) -> Iterator[RenderableType]:
    """One bar of all items, each bucket with its own fill, since colour never stands alone."""
    tally = tally_by(report, Lens.ITEMS)
    room = min(width, 80)
    bar, legend = Text(), []
    done = 0.0
    drawn = 0
    for bucket, number in tally.counts.items():
        done += number
        edge = round(room * done / tally.total)
        bar.append(_BUCKET_FILLS[bucket] * (edge - drawn), style=BUCKET_STYLES[bucket])
        drawn = edge
        if number:
            said = unbroken(f" {quantity(number)} {BUCKET_WORDS[bucket]}")
            legend.append(Text.assemble((_BUCKET_FILLS[bucket], BUCKET_STYLES[bucket]), said))
    yield bar
    yield Text("   ").join(legend)
    there = ", ".join(bucket.value for bucket, number in tally.counts.items() if number)
    yield cell(f"list any of them: {list_command(report.filters)} --bucket NAME ({there})", "dim")


def _list_teams(report: AlignmentReport, width: int) -> Iterator[RenderableType]:
    if not report.teams:
        return
    lens = LENS_WORDS[report.headline.lens]
    yield from section_title(f"Teams, by {lens} (goal {percent(report.goal)})")
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("Team", overflow="fold")
    for name in ("Linked", "Missed", "Exempt", "Grace", "Unknown"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("Coverage", no_wrap=True)
    table.add_column("", no_wrap=True)
    for line in report.teams:
        tally, style = line.tally, _STANDING_STYLES[line.standing]
        table.add_row(
            cell(team_name(line.team)),
            amount_in(tally, tally.linked),
            amount_in(tally, tally.actionable),
            amount_in(tally, tally.counts[Bucket.EXEMPT]),
            amount_in(tally, tally.counts[Bucket.GRACE]),
            amount_in(tally, tally.counts[Bucket.UNKNOWN]),
            _draw_coverage(line, _TEAM_BAR if width >= _ROOM_FOR_BARS else 0),
            Text(line.standing.value, style=style),
        )
    yield table
    for line in report.teams:
        if line.tally.over:
            over = f"exempt {percent(line.tally.exempt_share)} against a budget of {percent(line.tally.budget)}"
            yield bullet(f"{team_name(line.team)}: {over}, {say_over(line.tally)}", "!", "yellow")


def _draw_coverage(line: TeamLine, room: int) -> Text:
    coverage = line.tally.coverage
    filled = round((coverage or 0.0) * room)
    rest = ("·" if coverage is None else "░") * (room - filled)
    bar = Text.assemble(("█" * filled, _STANDING_STYLES[line.standing]), (rest, "bright_black"), " " if room else "")
    return bar + Text(percent_or_withheld(coverage))


def _close(report: AlignmentReport) -> Iterator[RenderableType]:
    if notes := notes_of(report):
        yield from section_title("Before you trust these figures")
        yield from (bullet(note, "!", "yellow") for note in notes)
    if report.sources:
        yield from section_title("Sources")
    for line in report.sources:
        yield cell(say_source(line, report.timezone), "" if line.state is SourceState.FRESH else "yellow")
    for problem in report.problems:
        yield cell(f"problem: {problem}", "yellow")
    if identity := tuple(say_identity(report)):
        yield Text()
        yield from (cell(f"{noun}: {value}", "dim") for noun, value in identity)
