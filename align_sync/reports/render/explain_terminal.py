"""An explanation for people at a terminal; rows separated by tabs for anything else."""

from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from align_sync.reports.explain import ChainLine, Explanation, RuleVerdict
from align_sync.reports.render.explain_piped import render_explain_piped
from align_sync.reports.render.explain_words import (
    RULE_WORDS,
    Section,
    list_sections,
    say_about,
    say_circumstances,
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
_INDENT = (0, 0, 0, 2)


def render_explain_terminal(explanation: Explanation, *, width: int, colour: bool, is_terminal: bool) -> str:
    """On a terminal folded to its width; anywhere else one rule a line, separated by tabs, nothing cut."""
    if not is_terminal:
        return render_explain_piped(explanation)
    parts = (*_open(explanation), *_draw_asked(explanation), *_close(explanation))
    return draw(Group(*parts), width=width, colour=colour)


def _open(explanation: Explanation) -> Iterator[RenderableType]:
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
    for circumstance in say_circumstances(explanation):
        yield cell(circumstance)
    if item.fixes:
        yield from section_title("What to do")
        yield from (cell(f"→ {fix}") for fix in item.fixes)


def _draw_asked(explanation: Explanation) -> Iterator[RenderableType]:
    yield from section_title("What was asked, in this order")
    for line in explanation.chain:
        yield _draw_chain_line(line)
    for limit in say_limits(explanation):
        yield cell(f"! {limit}", "yellow")


def _draw_chain_line(line: ChainLine) -> RenderableType:
    table = _facing_columns()
    for rule in line.rules:
        style = _VERDICT_STYLES[rule.verdict]
        table.add_row(
            Text(f"{_VERDICT_MARKS[rule.verdict]} {RULE_WORDS[rule.rule]}", style=style), cell(say_rule(rule))
        )
    head = Text.assemble(cell(line.key, "bold"), f" ({say_place(line)})  ", cell(line.title))
    return Group(head, Padding(table, _INDENT))


def _close(explanation: Explanation) -> Iterator[RenderableType]:
    for section in list_sections(explanation):
        yield from section_title(section.title)
        yield _draw_facts(section)
    if explanation.item.rejected:
        yield from section_title("What does not count, and why")
        yield from (cell(f"✗ {rejected}") for rejected in explanation.item.rejected)
    yield Text()
    yield from (cell(ground, "dim") for ground in say_ground(explanation))


def _draw_facts(section: Section) -> RenderableType:
    table = _facing_columns()
    for fact in section.facts:
        table.add_row(Text(fact.state, style="green" if fact.counts else "dim"), cell(fact.says))
    return Padding(table, _INDENT)


def _facing_columns() -> Table:
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    return table
