"""The cascade in every format: a tree on a terminal, plain lines elsewhere, nested lists on a page, and JSON."""

from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from align_sync.okr.model import KeyResultState
from align_sync.okr.standing import KeyResultStanding, ObjectiveStanding
from align_sync.okr.tree import TreeNode, say_node, walk_tree
from align_sync.reports.cascade import Cascade
from align_sync.reports.plain import make_plain
from align_sync.reports.render.ink import bullet, cell, draw
from align_sync.reports.render.jinja import render_page
from align_sync.reports.render.json_parts import Json, dump
from align_sync.reports.render.progress_words import (
    HEALTH_STYLES,
    draw_meter,
    name_health,
    say_failure,
    say_health,
    say_known,
    say_last,
    say_progress,
    say_way,
)
from align_sync.reports.render.view import PIPE, Format, Screen
from align_sync.reports.render.wording import SAMPLE_SENTENCE
from align_sync.reports.words import stamp

SCHEMA_VERSION = "1.0"
CASCADE_FORMATS = (Format.TABLE, Format.HTML, Format.JSON)
NO_WORK = "no work"
DEEPEST_LEVEL = 8
NOBODY = "no objective is in the book"


def render_cascade(cascade: Cascade, form: Format, *, screen: Screen = PIPE) -> str:
    """Only tables look at the screen."""
    match form:
        case Format.HTML:
            return render_page("cascade.html", cascade=cascade, is_sample=cascade.is_sample, say=Sayings(cascade))
        case Format.JSON:
            return dump(_describe(cascade))
    if screen.is_terminal:
        return draw(Group(*_lay_out(cascade, screen.width)), width=screen.width, colour=screen.colour)
    return "\n".join(_list_lines(cascade)) + "\n"


class Sayings:
    """What the page says of a node; the template only sets it."""

    def __init__(self, cascade: Cascade) -> None:
        self._cascade = cascade

    def rows(self, root: TreeNode) -> Iterator[tuple[int, TreeNode]]:
        """Every node with its level, as far as a page sets levels in: no depth is too deep."""
        levels = {root.key: 0}
        for node, parent in _with_parents(root):
            if parent is not None:
                levels[node.key] = min(levels[parent] + 1, DEEPEST_LEVEL)
            yield levels[node.key], node

    def standing(self, node: TreeNode) -> KeyResultStanding | ObjectiveStanding | None:
        return self._cascade.find(node.key)

    def state(self, node: TreeNode) -> KeyResultState:
        return self._cascade.state_of(node.key)

    def beside(self, node: TreeNode) -> tuple[str, ...]:
        """Everything but progress and health, as phrases."""
        return tuple(_say_beside(node, self._cascade))

    def expected(self, node: TreeNode) -> float | None:
        """The share that its plan says for today; None for objectives, which have no plan of their own."""
        found = self._cascade.find(node.key)
        return found.expected if isinstance(found, KeyResultStanding) else None


def _lay_out(cascade: Cascade, width: int) -> Iterator[RenderableType]:
    if cascade.is_sample:
        yield Panel(Text(SAMPLE_SENTENCE, justify="center"), style="bold yellow")
    if not cascade.roots:
        yield cell(NOBODY)
    for number, root in enumerate(cascade.roots):
        if number:
            yield Text()
        table = Table.grid(padding=(0, 2, 0, 0))
        table.add_column(ratio=1, no_wrap=True, overflow="ellipsis")
        for _ in ("meter", "progress", "health"):
            table.add_column(no_wrap=True)
        table.width = width
        for strokes, node in walk_tree(root):
            table.add_row(_write(strokes, node, cascade), *_cells(node, cascade))
        yield table
        # A line of the tree is cut where the screen ends; what is wrong with the cascade must not be.
        yield from (bullet(f"{node.key} {note}", "!", "yellow") for _, node in walk_tree(root) for note in node.notes)
    if said := tuple(_say_below(cascade)):
        yield Text()
        yield from (cell(text, "dim") for text in said)


def _say_below(cascade: Cascade) -> Iterator[str]:
    if cascade.standings and cascade.roots:
        policy = cascade.standings.objectives[cascade.roots[0].key].verdict.policy.value
        yield f"health by {policy}, of an objective that of its weakest part; │ is the plan for today"
        yield "why, and all that is known of one: align-sync okr show KEY"
    if cascade.published:
        yield cascade.published


def _write(strokes: str, node: TreeNode, cascade: Cascade) -> Text:
    remarks = (*node.remarks, NO_WORK) if node.key in cascade.idle else node.remarks
    text = Text.assemble((strokes, "dim"), cell(node.key, "bold"), "  ", cell(node.title))
    if remarks:
        text.append_text(cell(f"  ({', '.join(remarks)})", "dim"))
    return text


def _cells(node: TreeNode, cascade: Cascade) -> tuple[Text, Text, Text]:
    standing = cascade.find(node.key)
    if standing is None:
        return Text(), Text(), Text()
    expected = standing.expected if isinstance(standing, KeyResultStanding) else None
    health = standing.verdict.health
    return (
        Text(draw_meter(standing.progress, expected)),
        Text(say_progress(standing.progress).rjust(len("unknown"))),
        Text(name_health(standing, cascade.state_of(node.key)), style=HEALTH_STYLES[health]),
    )


def _list_lines(cascade: Cascade) -> Iterator[str]:
    if not cascade.roots:
        yield NOBODY
    for number, root in enumerate(cascade.roots):
        if number:
            yield ""
        for strokes, node in walk_tree(root):
            standing = cascade.find(node.key)
            said = f"  {say_progress(standing.progress)}, {_say_health(standing, node, cascade)}" if standing else ""
            idle = f"  {NO_WORK}" if node.key in cascade.idle else ""
            yield make_plain(f"{strokes}{say_node(node)}{said}{idle}")
    if cascade.published:
        yield ""
        yield make_plain(cascade.published)


def _say_health(standing: KeyResultStanding | ObjectiveStanding, node: TreeNode, cascade: Cascade) -> str:
    state = cascade.state_of(node.key)
    return say_health(standing.verdict) if state is KeyResultState.ACTIVE else state.value


def _say_beside(node: TreeNode, cascade: Cascade) -> Iterator[str]:
    standing = cascade.find(node.key)
    metric = cascade.metrics.get(node.key)
    yield from node.remarks
    if metric is not None:
        yield say_way(metric)
    if isinstance(standing, KeyResultStanding) and metric is not None:
        yield say_last(standing, metric)
        # Where there is no good reading, the verdict tells the failure already.
        if standing.last and (failed := say_failure(standing)):
            yield failed
    elif isinstance(standing, ObjectiveStanding) and (known := say_known(standing)):
        yield known
    if node.key in cascade.idle:
        yield NO_WORK


def _describe(cascade: Cascade) -> Json:
    return {
        "schema_version": SCHEMA_VERSION,
        "view": "cascade",
        "on": cascade.on.isoformat(),
        "sample": cascade.is_sample,
        "published": cascade.published or None,
        "nodes": [
            _describe_node(node, parent, cascade) for root in cascade.roots for node, parent in _with_parents(root)
        ],
    }


def _with_parents(root: TreeNode) -> Iterator[tuple[TreeNode, str | None]]:
    waiting: list[tuple[TreeNode, str | None]] = [(root, None)]
    while waiting:
        node, parent = waiting.pop()
        yield node, parent
        waiting += [(child, node.key) for child in reversed(node.children)]


def _describe_node(node: TreeNode, parent: str | None, cascade: Cascade) -> Json:
    standing = cascade.find(node.key)
    last = standing.last if isinstance(standing, KeyResultStanding) else None
    return {
        "key": node.key,
        "kind": "key result" if node.key in cascade.metrics else "objective",
        "title": node.title,
        "parent": parent,
        "state": cascade.state_of(node.key).value if node.key in cascade.metrics else None,
        "remarks": list(node.remarks),
        "notes": list(node.notes),
        "value": last.value if last else None,
        "value_as_of": stamp(last.as_of_at) if last else None,
        "progress": standing.progress if standing else None,
        "health": standing.verdict.health.value if standing else None,
        "health_policy": standing.verdict.policy.value if standing else None,
        "health_because": standing.verdict.because if standing else None,
        "idle": node.key in cascade.idle if cascade.standings else None,
    }
