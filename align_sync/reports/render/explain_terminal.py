"""An explanation for people at a terminal; the same lines without colour for pipes."""

from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from align_sync.reports.explain import ChainLine, Explanation, RuleVerdict
from align_sync.reports.plain import make_plain
from align_sync.reports.render.explain_words import (
    RULE_WORDS,
    say_about,
    say_ground,
    say_limits,
    say_place,
    say_rule,
    say_serves,
    say_verdict,
)
from align_sync.reports.render.ink import BUCKET_STYLES, cell, draw, section_title
from align_sync.reports.render.wording import SAMPLE_SENTENCE

_VERDICT_STYLES = {
    RuleVerdict.COUNTS: "green",
    RuleVerdict.REJECTED: "magenta",
    RuleVerdict.NOTHING: "dim",
    RuleVerdict.OFF: "dim",
}
_VERDICT_MARKS = {
    RuleVerdict.COUNTS: "✓",
    RuleVerdict.REJECTED: "✗",
    RuleVerdict.NOTHING: "·",
    RuleVerdict.OFF: "·",
}


def render_explain_terminal(explanation: Explanation, *, width: int, colour: bool, is_terminal: bool) -> str:
    """On a terminal folded to its width; anywhere else one rule a line, separated by tabs, nothing cut."""
    if not is_terminal:
        return "".join(f"{line}\n" for line in _list_plainly(explanation))
    return draw(Group(*_lay_out(explanation)), width=width, colour=colour)


def _list_plainly(explanation: Explanation) -> Iterator[str]:
    item = explanation.item
    if explanation.is_sample:
        yield SAMPLE_SENTENCE
    yield make_plain(f"{item.key} {item.title}")
    yield make_plain(say_verdict(explanation))
    for text in (
        *(f"serves: {serves}" for serves in say_serves(explanation)),
        *(f"note: {limit}" for limit in say_limits(explanation)),
        *(f"to do: {fix}" for fix in item.fixes),
        *(f"ground: {ground}" for ground in say_ground(explanation)),
    ):
        yield make_plain(text)
    yield ""
    yield "item\tdistance\trule\tverdict\tfound\ttitle"
    for line in explanation.chain:
        for rule in line.rules:
            cells = (line.key, str(line.distance), rule.rule.value, rule.verdict.value, "; ".join(rule.says))
            yield "\t".join(make_plain(text) for text in (*cells, line.title))


def _lay_out(explanation: Explanation) -> Iterator[RenderableType]:
    item = explanation.item
    if explanation.is_sample:
        yield Panel(Text(SAMPLE_SENTENCE, justify="center"), style="bold yellow")
    yield cell(f"{item.key}  {item.title}", "bold")
    yield cell(say_verdict(explanation), f"bold {BUCKET_STYLES[item.bucket]}")
    yield cell(say_about(explanation), "dim")
    if item.address:
        yield cell(item.address, "dim")
    for serves in say_serves(explanation):
        yield cell(f"serves {serves}")
    yield from section_title("What was asked, in this order")
    for line in explanation.chain:
        yield _draw_chain_line(line)
    for limit in say_limits(explanation):
        yield cell(f"! {limit}", "yellow")
    if item.rejected:
        yield from section_title("What does not count, and why")
        yield from (cell(f"✗ {rejected}") for rejected in item.rejected)
    if item.fixes:
        yield from section_title("What to do")
        yield from (cell(f"→ {fix}") for fix in item.fixes)
    yield Text()
    yield from (cell(ground, "dim") for ground in say_ground(explanation))


def _draw_chain_line(line: ChainLine) -> RenderableType:
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for rule in line.rules:
        style = _VERDICT_STYLES[rule.verdict]
        table.add_row(
            Text(f"{_VERDICT_MARKS[rule.verdict]} {RULE_WORDS[rule.rule]}", style=style), cell(say_rule(rule))
        )
    head = Text.assemble(cell(line.key, "bold"), f" ({say_place(line)})  ", cell(line.title))
    return Group(head, Padding(table, (0, 0, 0, 2)))
