"""What people decided about items, as `link list`, `exempt list` and the list of disputes show it, in every format."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from align_sync.reports.decided import ListedDecision
from align_sync.reports.model import SCHEMA_VERSION
from align_sync.reports.render.decisions_records import write_csv, write_tabs
from align_sync.reports.render.ink import cell, draw
from align_sync.reports.render.item_words import say_date
from align_sync.reports.render.json_parts import Json, describe_day, dump
from align_sync.reports.render.markdown_text import escape
from align_sync.reports.render.markdown_text import table as write_table
from align_sync.reports.render.view import PIPE, Format, Screen
from align_sync.reports.render.wording import SAMPLE_SENTENCE
from align_sync.reports.words import SAMPLE_NOTICE, count, day, stamp

COLUMNS = (
    "sample",
    "source",
    "key",
    "title",
    "kind",
    "what",
    "author",
    "reason",
    "since",
    "recorded",
    "until",
    "state",
    "ended_at",
    "ended_by",
    "end_reason",
)
_HEADER = ("Item", "Title", "What", "Who", "Why", "Since", "Until", "State")
_TITLE = "What people decided here"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """A list with what is to be known about all of it."""

    decisions: tuple[ListedDecision, ...]
    timezone: str
    is_sample: bool


class _Renderer(Protocol):
    def __call__(self, told: _Told, screen: Screen, /) -> str: ...


def _draw(told: _Told, screen: Screen) -> str:
    if not screen.is_terminal:
        return write_tabs(COLUMNS, _records(told))
    return draw(Group(*_lay_out(told)), width=screen.width, colour=screen.colour)


def _lay_out(told: _Told) -> Iterator[RenderableType]:
    if told.is_sample:
        yield Panel(Text(SAMPLE_SENTENCE, justify="center"), style="bold yellow")
    yield cell(_say_heading(told), "bold")
    if not told.decisions:
        return
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for number, name in enumerate(_HEADER):
        table.add_column(name, overflow="fold", no_wrap=number == 0)
    for one in told.decisions:
        style = "" if one.holds else "dim"
        table.add_row(*(cell(text, style) for text in _cells(one, told.timezone)))
    yield table


def _write_markdown(told: _Told) -> str:
    lines = [f"# {escape(_say_heading(told))}", ""]
    if told.is_sample:
        lines += [f"> **{SAMPLE_SENTENCE}**", ""]
    rows = ([escape(text) for text in _cells(one, told.timezone)] for one in told.decisions)
    if told.decisions:
        lines += write_table(_HEADER, rows)
    return "\n".join(lines).rstrip() + "\n"


def _write_json(told: _Told) -> str:
    return dump(
        {
            "schema_version": SCHEMA_VERSION,
            "view": "decisions",
            "timezone": told.timezone,
            "sample": told.is_sample,
            "decisions": [_describe(one) for one in told.decisions],
        }
    )


RENDERERS: dict[Format, _Renderer] = {
    Format.TABLE: _draw,
    Format.MARKDOWN: lambda told, _screen: _write_markdown(told),
    Format.JSON: lambda told, _screen: _write_json(told),
    Format.CSV: lambda told, _screen: write_csv(COLUMNS, _records(told)),
}
DECISIONS_FORMATS = tuple(RENDERERS)


def render_decisions(
    listed: tuple[ListedDecision, ...], form: Format, *, timezone: str, is_sample: bool = False, screen: Screen = PIPE
) -> str:
    """The list in this format; only tables look at the screen."""
    return RENDERERS[form](_Told(decisions=listed, timezone=timezone, is_sample=is_sample), screen)


def say_state(one: ListedDecision, zone: str) -> str:
    """`in force`; `ended by Bo on 23 Nov 2026: the epic has the label now`; `ran out`."""
    if one.ended_at is None or one.holds:
        return name_state(one)
    return f"ended by {one.ended_by} on {day(one.ended_at, zone)}: {one.end_reason}"


def name_state(one: ListedDecision) -> str:
    """The same in few words, for machines."""
    if one.holds:
        return "in force"
    if one.ended_at is not None:
        return "ended"
    return "ran out" if one.expires_on else "not in force yet"


def _say_heading(told: _Told) -> str:
    return f"{_TITLE}: {count(len(told.decisions), 'decision') if told.decisions else 'none'}"


def _cells(one: ListedDecision, zone: str) -> tuple[str, ...]:
    until = say_date(one.expires_on) if one.expires_on else "no end"
    return (
        one.key,
        one.title,
        one.what,
        one.author,
        one.reason,
        day(one.since_at, zone),
        until,
        say_state(one, zone),
    )


def _records(told: _Told) -> Iterator[tuple[str, ...]]:
    for one in told.decisions:
        yield (
            SAMPLE_NOTICE if told.is_sample else "",
            one.source,
            one.key,
            one.title,
            one.kind.value,
            one.what,
            one.author,
            one.reason,
            stamp(one.since_at) or "",
            stamp(one.recorded_at) or "",
            describe_day(one.expires_on) or "",
            name_state(one),
            stamp(one.ended_at) or "",
            one.ended_by,
            one.end_reason,
        )


def _describe(one: ListedDecision) -> Json:
    return {
        "source": one.source,
        "key": one.key,
        "title": one.title,
        "kind": one.kind.value,
        "what": one.what,
        "author": one.author,
        "reason": one.reason,
        "since_at": stamp(one.since_at),
        "recorded_at": stamp(one.recorded_at),
        "expires_on": describe_day(one.expires_on),
        "state": name_state(one),
        "ended_at": stamp(one.ended_at),
        "ended_by": one.ended_by or None,
        "end_reason": one.end_reason or None,
    }
