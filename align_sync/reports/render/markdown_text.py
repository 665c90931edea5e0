"""Texts from outside as literal Markdown: no markup, no mention, no link, no table cell of theirs takes effect."""

import re
from collections.abc import Iterable, Iterator, Sequence

from align_sync.reports.plain import make_plain, safe_address

_MARKS = re.compile(r"[\\`*_\[\]|~$]|^[#+=-]")
_ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "@": "&#64;"})
# GitHub makes links of bare addresses, whatever stands around them; an entity in the middle prevents it.
_ADDRESS_STARTS = re.compile(r"(?<=\w):(?=//)|(?<=www)\.", re.IGNORECASE)
_NO_CODE = frozenset("`|\\")
_LIST_NUMBER = re.compile(r"^(\d+)([.)])")


def escape(text: str) -> str:
    """The text on one line, to be read as it is, in a paragraph, a list or a cell of a table."""
    marked = _MARKS.sub(lambda match: f"\\{match[0]}", make_plain(text).strip()).translate(_ENTITIES)
    numbered = _LIST_NUMBER.sub(r"\1\\\2", marked)
    return _ADDRESS_STARTS.sub(lambda match: f"&#{ord(match[0])};", numbered)


def link(text: str, address: str) -> str:
    """The text as a link where the address leads to a web page, else the text alone."""
    safe = safe_address(address)
    return f"[{escape(text)}](<{safe.replace('|', '%7C')}>)" if safe else escape(text)


def code(text: str) -> str:
    """The text as code, for commands to copy; what no code in a table can hold is escaped instead."""
    plain = make_plain(text).strip()
    return escape(plain) if _NO_CODE & set(plain) else f"`{plain}`"


def bullets(texts: Iterable[str]) -> Iterator[str]:
    """A list of texts from anywhere; nothing where there is none."""
    lines = [f"- {escape(text)}" for text in texts]
    yield from lines
    if lines:
        yield ""


def table(header: Sequence[str], rows: Iterable[Sequence[str]], *, numbers: Sequence[int] = ()) -> Iterator[str]:
    """Lines of a table whose cells are already escaped; the columns in `numbers` stand to the right."""
    yield _row(header)
    yield _row(["---:" if column in numbers else "---" for column in range(len(header))])
    for cells in rows:
        yield _row(cells)
    yield ""


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
