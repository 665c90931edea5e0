"""A digest on a terminal: plain lines no wider than a hundred columns, the thread indented below the message."""

from collections.abc import Iterator
from itertools import accumulate
from textwrap import wrap
from unicodedata import combining, east_asian_width

from align_sync.digests.model import Digest
from align_sync.digests.render.said import Line, LineKind, Said, tell
from align_sync.digests.render.sentences import write
from align_sync.digests.words import words_of
from align_sync.reports.plain import make_plain

WIDTH = 100
_INDENT = "    "
_MARKS = {LineKind.BANNER: "! ", LineKind.ITEM: "- ", LineKind.TEAM: "  "}


def render_preview(digest: Digest, language: str) -> str:
    """What would be sent, and where it would not."""
    said = tell(digest, words_of(language))
    return "\n".join((*_draw(said), *_draw_thread(said))) + "\n"


def render_main(digest: Digest, language: str) -> str:
    """The message alone, without what stands below it."""
    return "\n".join(_draw(tell(digest, words_of(language)))) + "\n"


def _draw(said: Said) -> Iterator[str]:
    yield fit(make_plain(said.title), WIDTH)
    for line in said.lines:
        yield from _draw_main(line)


def _draw_thread(said: Said) -> Iterator[str]:
    for part in said.parts:
        yield ""
        yield f"{_INDENT}↳ {make_plain(part.title)}"
        for line in part.lines:
            yield from _draw_reply(line)


def _draw_main(line: Line) -> Iterator[str]:
    """One line each, the command too: only what is too wide for it goes below, and commands are never parted."""
    drawn = write_line(line)
    if len(drawn) <= WIDTH:
        yield drawn
    elif line.kind in {LineKind.ITEM, LineKind.TEAM}:
        yield fit(drawn, WIDTH)
    else:
        yield from wrap(write_text(line), WIDTH, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False)
        yield from (f"  {command}" for command in line.commands)


def _draw_reply(line: Line) -> Iterator[str]:
    indent = _INDENT if line.kind is LineKind.HEADING else _INDENT + "  "
    yield from wrap(write_text(line), WIDTH, initial_indent=indent, subsequent_indent=indent + "  ")
    for command in line.commands:
        yield f"{indent}    {command}"


def write_line(line: Line) -> str:
    return " ".join((write_text(line), *line.commands))


def write_text(line: Line) -> str:
    """The mark, the key and the sentence."""
    key = f"{make_plain(line.key)} " if line.key else ""
    return f"{_MARKS.get(line.kind, '')}{key}{make_plain(write(line.told))}"


def fit(text: str, width: int) -> str:
    """Cut to so many columns of a terminal, where wide characters take two."""
    if sum(map(_columns, text)) <= width:
        return text
    used = accumulate(map(_columns, text))
    kept = "".join(character for character, columns in zip(text, used, strict=True) if columns < width)
    return f"{kept.rstrip()}…"


def _columns(character: str) -> int:
    if combining(character):
        return 0
    return 2 if east_asian_width(character) in "WF" else 1
