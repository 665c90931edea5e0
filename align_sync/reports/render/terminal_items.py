"""The items of a report at a terminal: what asks for action, what is disputed, set aside, and all the rest."""

from collections.abc import Iterator

from rich.cells import cell_len
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from align_sync.linking.evidence import Bucket
from align_sync.reports.commands import ACTIONABLE, explain_command, list_command
from align_sync.reports.model import AlignmentReport, ReportItem
from align_sync.reports.render.ink import BUCKET_STYLES, cell, indented, section_title
from align_sync.reports.render.item_words import (
    group_exempt,
    line_up,
    say_doubts,
    say_own_points,
    say_verdict_on,
    say_waiting,
)
from align_sync.reports.render.view import View, asks_for_actionable, items_of
from align_sync.reports.render.wording import say_nothing_to_do
from align_sync.reports.words import count, team_name

FIRST_FEW = 10
"""How many of the items that ask for action the whole report shows; `report unlinked` shows all."""

FEWER = 3
"""How many of those that ask nobody to act."""

_WIDEST_TEAM = 24
_WIDEST_POINTS = 8


def list_queue(report: AlignmentReport) -> Iterator[RenderableType]:
    """The first of the items that ask for action, then the disputed ones, about which nobody is asked."""
    queue = line_up(report.items)
    room = _room_for_teams(report.items)
    yield from _open_queue(report, queue.asking)
    yield from (_judge(item, room) for item in queue.asking[:FIRST_FEW])
    if queue.asking:
        hidden = f"{len(queue.asking) - FIRST_FEW} more, and " if len(queue.asking) > FIRST_FEW else ""
        yield cell(f"{hidden}how to fix each: {list_command(report.filters, ACTIONABLE)}", "dim")
        yield cell(f"why: {explain_command(queue.asking[0].key)}", "dim")
    if queue.disputed:
        yield from _open_disputed(queue.disputed)
        yield from (_judge(item, room) for item in queue.disputed[:FEWER])
        yield cell(f"all disputes: {list_command(report.filters, only_disputed=True)}", "dim")


def list_set_aside(report: AlignmentReport) -> Iterator[RenderableType]:
    """Exempt items by category, and the first of those in grace."""
    queue = line_up(report.items)
    if not queue.exempt and not queue.waiting:
        return
    yield from section_title(f"Set aside ({len(queue.exempt)} exempt, {len(queue.waiting)} in grace)")
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(overflow="fold")
    table.add_column(justify="right", no_wrap=True)
    table.add_column(overflow="fold")
    for category, items in group_exempt(queue.exempt).items():
        command = list_command(report.filters, category=category)
        table.add_row(cell(f"exempt as {category}"), count(len(items), "item"), cell(command, "dim"))
    if queue.exempt:
        yield table
    room = _room_for_teams(queue.waiting)
    for item in queue.waiting[:FEWER]:
        yield _name(item, room, [*([say_waiting(item.waiting)] if item.waiting else []), *say_doubts(item)])
    if len(queue.waiting) > FEWER:
        more = f"{len(queue.waiting) - FEWER} more: {list_command(report.filters, (Bucket.GRACE,))}"
        yield cell(more, "dim")


def list_everything(report: AlignmentReport, view: View) -> Iterator[RenderableType]:
    """All items of a view or of a narrowed list, those that ask for action with what can be done."""
    shown = items_of(report, view)
    queue = line_up(shown)
    room = _room_for_teams(shown)
    if queue.asking or asks_for_actionable(report):
        yield from _open_queue(report, queue.asking)
        yield from (_judge(item, room, with_fixes=True) for item in queue.asking)
    if queue.disputed:
        yield from _open_disputed(queue.disputed)
        yield from (_judge(item, room) for item in queue.disputed)
    for title, items in (("In grace", queue.waiting), ("Exempt", queue.exempt), ("Other work", queue.others)):
        if items:
            yield from section_title(f"{title} ({len(items)})")
            yield from (_judge(item, room) for item in items)


def _judge(item: ReportItem, room_for_team: int, *, with_fixes: bool = False) -> RenderableType:
    fixes = [f"→ {fix}" for fix in item.fixes] if with_fixes else []
    return _name(item, room_for_team, [say_verdict_on(item), *fixes])


def _name(item: ReportItem, room_for_team: int, says: list[str]) -> RenderableType:
    head = Table.grid(padding=(0, 2, 0, 0), expand=True)
    head.add_column(no_wrap=True)
    head.add_column(ratio=1, no_wrap=True, overflow="ellipsis")
    head.add_column(no_wrap=True, overflow="ellipsis", width=room_for_team)
    head.add_column(no_wrap=True, justify="right", width=_WIDEST_POINTS)
    head.add_row(
        cell(item.key, f"bold {BUCKET_STYLES[item.bucket]}"),
        cell(item.title),
        cell(team_name(item.team), "dim"),
        cell(say_own_points(item), "dim"),
    )
    return Group(head, *(indented(line) for line in says))


def _open_queue(report: AlignmentReport, asking: tuple[ReportItem, ...]) -> Iterator[RenderableType]:
    yield from section_title(f"Work that serves no key result ({len(asking)})")
    if not asking:
        disputed = any(item.bucket.is_actionable for item in report.items)
        yield Text("none but disputed items" if disputed else say_nothing_to_do(report))


def _open_disputed(disputed: tuple[ReportItem, ...]) -> Iterator[RenderableType]:
    yield from section_title(f"Disputed, so that nobody is asked to act ({len(disputed)})")


def _room_for_teams(items: tuple[ReportItem, ...]) -> int:
    return min(_WIDEST_TEAM, max((cell_len(team_name(item.team)) for item in items), default=0))
