"""The report for people at a terminal, by Rich; anything that is no terminal gets the plain rows of `piped.py`."""

from collections.abc import Iterator

from rich.cells import cell_len
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from align_sync.linking.evidence import Bucket
from align_sync.reports.commands import ACTIONABLE, explain_command, list_command
from align_sync.reports.model import AlignmentReport, ReportItem, SourceState, Standing
from align_sync.reports.render.ink import BUCKET_STYLES, cell, draw, section_title
from align_sync.reports.render.piped import render_piped
from align_sync.reports.render.view import HEADINGS, View, asks_for_actionable, items_of
from align_sync.reports.render.wording import (
    BUCKET_WORDS,
    SAMPLE_SENTENCE,
    say_freshness,
    say_headline,
    say_nothing_to_do,
    say_partial,
    say_points,
    say_scope,
    say_source,
    say_work,
)
from align_sync.reports.words import percent, percent_or_withheld, team_name

FIRST_FEW = 10
"""How many of the items that ask for action the whole report shows; `report unlinked` shows all."""

_BUCKET_FILLS = {
    Bucket.DIRECT: "█",
    Bucket.INHERITED: "▓",
    Bucket.INVALID: "▒",
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
_WIDEST_TEAM = 24
_WIDEST_POINTS = 7
_INDENT = 4


def render_terminal(
    report: AlignmentReport, *, width: int, colour: bool, is_terminal: bool, view: View = View.ALIGNMENT
) -> str:
    """Tables that fit the width on a terminal; sections of rows separated by tabs anywhere else."""
    if not is_terminal:
        return render_piped(report, view)
    parts = list(_open(report, view, width))
    if view is not View.KEY_RESULTS:
        parts += _list_items(report, view)
    if view is View.ALIGNMENT:
        parts += _list_teams(report)
    if view is not View.UNLINKED:
        parts += _list_key_results(report)
    parts += _close(report)
    return draw(Group(*parts), width=width, colour=colour)


def _open(report: AlignmentReport, view: View, width: int) -> Iterator[RenderableType]:
    if report.is_sample:
        yield Panel(Text(SAMPLE_SENTENCE, justify="center"), style="bold yellow")
    yield Text(HEADINGS[view], style="bold")
    yield cell(say_headline(report), "bold " + _STANDING_STYLES[report.standing])
    yield cell(f"{say_scope(report)}; {say_freshness(report)}", "dim")
    if warning := say_partial(report):
        yield cell(warning, "bold yellow")
    for note in report.notes:
        yield cell(f"! {note}", "yellow")
    if view is not View.KEY_RESULTS and report.headline.total:
        yield Text()
        yield _draw_buckets(report, width)


def _draw_buckets(report: AlignmentReport, width: int) -> Text:
    """One bar of all items, each bucket with its own fill, since colour never stands alone."""
    room = min(width, 80)
    bar, legend = Text(), Text()
    done = drawn = 0
    for bucket, number in report.headline.counts.items():
        done += number
        edge = round(room * done / report.headline.total)
        bar.append(_BUCKET_FILLS[bucket] * (edge - drawn), style=BUCKET_STYLES[bucket])
        drawn = edge
        if number:
            legend.append(f"{_BUCKET_FILLS[bucket]} ", style=BUCKET_STYLES[bucket])
            legend.append(f"{number} {BUCKET_WORDS[bucket]}   ")
    return Text("\n").join((bar, legend))


def _list_items(report: AlignmentReport, view: View) -> Iterator[RenderableType]:
    shown = items_of(report, view)
    asking = [item for item in shown if item.bucket.is_actionable]
    room = min(_WIDEST_TEAM, max((cell_len(team_name(item.team)) for item in shown), default=0))
    if asks_for_actionable(report):
        yield from section_title(f"Work that serves no key result ({len(asking)})")
        if not asking:
            yield Text(say_nothing_to_do(report))
    few = view is View.ALIGNMENT and not report.filters.buckets
    for item in asking[:FIRST_FEW] if few else asking:
        yield _describe(item, room, with_fixes=not few)
    if few and asking:
        hidden = f"{len(asking) - FIRST_FEW} more, and " if len(asking) > FIRST_FEW else ""
        yield cell(f"{hidden}how to fix each: {list_command(report.filters, ACTIONABLE)}", "dim")
        yield cell(f"why: {explain_command(asking[0].key)}", "dim")
    others = [item for item in shown if not item.bucket.is_actionable]
    if others and not few:
        yield from section_title(f"Other work ({len(others)})")
        for item in others:
            yield _describe(item, room, with_fixes=False)


def _describe(item: ReportItem, room_for_team: int, *, with_fixes: bool) -> RenderableType:
    head = Table.grid(padding=(0, 2, 0, 0), expand=True)
    head.add_column(no_wrap=True)
    head.add_column(ratio=1, no_wrap=True, overflow="ellipsis")
    head.add_column(no_wrap=True, overflow="ellipsis", width=room_for_team)
    head.add_column(no_wrap=True, justify="right", width=_WIDEST_POINTS)
    head.add_row(
        cell(item.key, f"bold {BUCKET_STYLES[item.bucket]}"),
        cell(item.title),
        cell(team_name(item.team), "dim"),
        cell(say_points(item.points), "dim"),
    )
    words = [f"{BUCKET_WORDS[item.bucket]}: {item.because}"]
    if with_fixes:
        words += [f"→ {fix}" for fix in item.fixes]
    return Group(head, *(Padding(cell(line, "dim"), (0, 0, 0, _INDENT)) for line in words))


def _list_teams(report: AlignmentReport) -> Iterator[RenderableType]:
    if not report.teams:
        return
    yield from section_title(f"Teams (goal {percent(report.goal)})")
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("Team", overflow="fold")
    for name in ("Linked", "Not linked", "Invalid", "Unknown"):
        table.add_column(name, justify="right")
    table.add_column("Coverage", no_wrap=True)
    table.add_column("", no_wrap=True)
    for line in report.teams:
        style = _STANDING_STYLES[line.standing]
        filled = round((line.tally.coverage or 0.0) * _TEAM_BAR)
        rest = ("·" if line.tally.coverage is None else "░") * (_TEAM_BAR - filled)
        table.add_row(
            cell(team_name(line.team)),
            str(line.tally.linked),
            str(line.tally.counts[Bucket.UNLINKED]),
            str(line.tally.counts[Bucket.INVALID]),
            str(line.tally.counts[Bucket.UNKNOWN]),
            Text.assemble(("█" * filled, style), (rest, "bright_black"))
            + Text(f" {percent_or_withheld(line.tally.coverage)}"),
            Text(line.standing.value, style=style),
        )
    yield table


def _list_key_results(report: AlignmentReport) -> Iterator[RenderableType]:
    if not report.key_results:
        return
    idle = sum(line.is_idle for line in report.key_results)
    yield from section_title(f"Key results ({len(report.key_results)}, {idle} without work)")
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("Key result", overflow="fold")
    table.add_column("Title", ratio=1, overflow="fold")
    table.add_column("Team", overflow="fold")
    table.add_column("Work", no_wrap=True)
    for line in report.key_results:
        style = "yellow" if line.is_idle else ""
        table.add_row(
            cell(line.key, style),
            cell(line.title),
            cell(line.team),
            Text(f"! {say_work(line)}" if line.is_idle else say_work(line), style=style),
        )
    yield table


def _close(report: AlignmentReport) -> Iterator[RenderableType]:
    if report.sources:
        yield from section_title("Sources")
    for line in report.sources:
        yield cell(say_source(line, report.timezone), "" if line.state is SourceState.FRESH else "yellow")
    for problem in report.problems:
        yield cell(f"problem: {problem}", "yellow")
