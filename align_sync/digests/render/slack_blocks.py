"""The parts of a message, and how each is written: as a native block, or with sections and context alone.

Limits of Block Kit: https://docs.slack.dev/reference/block-kit/blocks. Those of a data table are the lower ones of the
two that the vendor has published.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import count
from typing import TypeVar

import orjson

from align_sync.digests.model import WeekPoint
from align_sync.digests.render.sentences import say_trend
from align_sync.digests.render.slack_chart import chart
from align_sync.digests.render.slack_text import (
    NOTHING,
    Line,
    Span,
    cut,
    size_of,
    write_mrkdwn,
    write_plain,
    write_rich,
)
from align_sync.digests.words import Words

LONGEST_HEADER = 150
LONGEST_SECTION = 3_000
LONGEST_CONTEXT = 2_000
PAGE_SIZE = 10
LARGEST_LIST = 10_500
"""Bytes of a list in its larger form, which keeps a message below the 13,000 near which they were refused."""

MOST_ROWS = 99
"""Of a table, besides its heads."""

_BULLET_SIZE = 2
_MARK_SIZE = 6
"""Of what parts an entry from the next one."""

T = TypeVar("T")

Block = dict[str, object]
Row = tuple[Span | tuple[float, str], ...]
"""A cell is one span, or a number with its text."""


@dataclass(frozen=True, slots=True)
class Header:
    line: Line


@dataclass(frozen=True, slots=True)
class Lines:
    """Each line on a row of its own."""

    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Bullets:
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Context:
    """Small print."""

    line: Line


@dataclass(frozen=True, slots=True)
class Trend:
    points: tuple[WeekPoint, ...]
    goal: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    caption: str
    heads: tuple[str, ...]
    rows: tuple[Row, ...]


Part = Header | Lines | Bullets | Context | Trend | Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """Writes the parts of one message; `mark` makes its block ids differ from those of any other message."""

    words: Words
    mark: str

    def native(self, parts: Iterable[Part]) -> list[Block]:
        return self._number(block for part in parts for block in self._native(part))

    def plain(self, parts: Iterable[Part]) -> list[Block]:
        return self._number(block for part in parts for block in self._plain(part))

    def _number(self, blocks: Iterator[Block]) -> list[Block]:
        numbers = count(1)
        return [{**block, "block_id": f"{self.mark}-{next(numbers)}"} for block in blocks]

    def _native(self, part: Part) -> Iterator[Block]:
        match part:
            case Lines(lines):
                yield _rich_text([_section_of(_broken(lines))])
            case Bullets(lines):
                elements = [_section_of(line) for line in lines]
                yield _rich_text([{"type": "rich_text_list", "style": "bullet", "elements": elements}])
            case Trend(points, goal) if (drawn := chart(points, goal, self.words)) is not None:
                yield drawn
            case Table():
                yield _data_table(part)
            case _:
                yield from self._plain(part)

    def _plain(self, part: Part) -> Iterator[Block]:
        match part:
            case Header(line):
                text = cut(write_plain(line), LONGEST_HEADER)
                yield {"type": "header", "text": {"type": "plain_text", "text": text, "emoji": False}}
            case Context(line):
                yield {"type": "context", "elements": [_mrkdwn(_fit(write_mrkdwn(line), LONGEST_CONTEXT))]}
            case Trend(points, goal):
                yield {"type": "context", "elements": [_mrkdwn(say_trend(points, goal, self.words))]}
            case Lines(lines):
                yield from _sections(map(_write_line, lines))
            case Bullets(lines):
                yield from _sections(f"• {_write_line(line)}" for line in lines)
            case _:
                yield from _sections(f"• {_write_row(row)}" for row in part.rows)


def _rich_text(elements: list[Block]) -> Block:
    return {"type": "rich_text", "elements": elements}


def _section_of(line: Line) -> Block:
    return {"type": "rich_text_section", "elements": write_rich(line)}


def _broken(lines: tuple[Line, ...]) -> Line:
    """The lines as one, with breaks of ours in between."""
    spans: list[Span] = []
    for line in lines:
        spans += [Span(text="\n", is_ours=True)] if spans else []
        spans += line
    return tuple(spans)


def _mrkdwn(text: str) -> Block:
    """`verbatim` keeps Slack from making links of what looks like an address."""
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def _sections(lines: Iterator[str]) -> Iterator[Block]:
    """As few sections as hold all lines; a line is never parted, since that could cut an entity or a link."""
    text = ""
    for line in lines:
        joined = f"{text}\n{line}" if text else line
        if size_of(joined) > LONGEST_SECTION:
            yield {"type": "section", "text": _mrkdwn(text)}
            joined = line
        text = joined
    if text:
        yield {"type": "section", "text": _mrkdwn(text)}


def _write_line(line: Line) -> str:
    """Without its links where they make it too long for a section, which else would be refused."""
    text = write_mrkdwn(line)
    if size_of(text) < LONGEST_SECTION - _BULLET_SIZE:
        return text
    return write_mrkdwn(tuple(replace(span, address="", is_bold=span.is_bold or bool(span.address)) for span in line))


def _fit(text: str, limit: int) -> str:
    """Without the last parts of a list that is too long, at the points between them."""
    while size_of(text) > limit:
        text = text.rpartition(" · ")[0]
    return text or NOTHING


def _data_table(table: Table) -> Block:
    rows = [[_raw(head) for head in table.heads], *map(_write_cells, table.rows)]
    return {
        "type": "data_table",
        "caption": table.caption,
        "page_size": PAGE_SIZE,
        "rows": rows,
    }


def _raw(text: str) -> Block:
    return {"type": "raw_text", "text": text or NOTHING}


def _cell(cell: Span | tuple[float, str]) -> Block:
    if isinstance(cell, tuple):
        number, text = cell
        return {"type": "raw_number", "value": number, "text": text}
    return _rich_text([_section_of((cell,))]) if cell.address or cell.is_code else _raw(cell.text)


def _write_row(row: Row) -> str:
    texts = (cell[1] if isinstance(cell, tuple) else write_mrkdwn((cell,)) for cell in row)
    return " · ".join(texts)


def share_out(parts: Iterable[T], measure: Callable[[T], int], *, room: int = LARGEST_LIST) -> Iterator[tuple[T, ...]]:
    """In order, each time as many as a message holds in both of its forms, and at least one."""
    taken: list[T] = []
    left = room
    for part in parts:
        size = measure(part)
        if taken and (size > left or len(taken) == MOST_ROWS):
            yield tuple(taken)
            taken, left = [], room
        taken.append(part)
        left -= size
    if taken:
        yield tuple(taken)


def _write_cells(row: Row) -> list[Block]:
    return [_cell(cell) for cell in row]


def measure_row(row: Row) -> int:
    return _size_in_bytes(_write_cells(row), _write_row(row))


def measure_bullet(line: Line) -> int:
    return _size_in_bytes(_section_of(line), _write_line(line))


def _size_in_bytes(native: object, plain: str) -> int:
    return max(len(orjson.dumps(form)) for form in (native, plain)) + _MARK_SIZE
