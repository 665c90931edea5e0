"""What changed between two reports, for people at a terminal: one line an item, the reason below it."""

from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from align_sync.reports.changes import Change, ChangeKind, Changes
from align_sync.reports.render.changes_words import (
    BOOK_TITLE,
    PARTIAL_SENTENCE,
    TITLE,
    list_groups,
    say_cause,
    say_coverage,
    say_decided,
    say_number,
    say_span,
    say_step,
)
from align_sync.reports.render.ink import cell, draw, section_title
from align_sync.reports.render.wording import SAMPLE_SENTENCE
from align_sync.reports.words import team_name

_KIND_STYLES = {ChangeKind.NOW_UNLINKED: "red", ChangeKind.NOW_LINKED: "green"}
_INDENT = (0, 0, 0, 4)


def render_changes_terminal(changes: Changes, *, width: int, colour: bool) -> str:
    return draw(Group(*_lay_out(changes)), width=width, colour=colour)


def _lay_out(changes: Changes) -> Iterator[RenderableType]:
    if changes.is_sample:
        yield Panel(Text(SAMPLE_SENTENCE, justify="center"), style="bold yellow")
    yield cell(f"{TITLE} {say_span(changes)}", "bold")
    yield cell(say_coverage(changes), "bold")
    yield cell(say_number(changes), "dim")
    if changes.is_partial:
        yield cell(PARTIAL_SENTENCE, "bold yellow")
    for group in list_groups(changes):
        yield from section_title(group.title)
        for change in group.changes:
            yield from _draw_change(change, changes.timezone)
    if changes.book:
        yield from section_title(BOOK_TITLE)
        yield from (cell(say_decided(one, changes.timezone)) for one in changes.book)


def _draw_change(change: Change, zone: str) -> Iterator[RenderableType]:
    head = Table.grid(padding=(0, 2, 0, 0), expand=True)
    head.add_column(no_wrap=True)
    head.add_column(ratio=1, no_wrap=True, overflow="ellipsis")
    head.add_column(no_wrap=True, overflow="ellipsis")
    head.add_row(
        cell(change.key, f"bold {_KIND_STYLES.get(change.kind, '')}".strip()),
        cell(change.title),
        cell(team_name(change.team), "dim"),
    )
    yield head
    told = [text for text in (say_step(change), say_cause(change, zone)) if text]
    yield Padding(cell("; ".join(told), "dim"), _INDENT)
