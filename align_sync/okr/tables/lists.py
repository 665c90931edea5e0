"""Several values in one cell: `a; b`, and pairs `team=0.5; other=1`.

A value that holds a semicolon, or begins with a quotation mark, stands in quotation marks, with those within doubled.
Line ends within a cell separate as well: no value can hold one.
"""

import re
from collections.abc import Iterable

from align_sync.okr.tables.numbers import UnreadableError

# The quoted form first; an open quotation mark takes the rest and is refused below.
_ITEM = re.compile(r'\s*(?:"((?:[^"]|"")*)"\s*(?=[;\n]|$)|([^;\n]*))(?:[;\n]|$)')


def split_cell(text: str) -> tuple[str, ...]:
    """The values of a cell, without the empty ones. Raises `UnreadableError` where a quotation mark is not closed."""
    items: list[str] = []
    position, text = 0, re.sub(r"\r\n?", "\n", text.strip())
    while position < len(text):
        found = _ITEM.match(text, position)
        if found is None or (found[2] is not None and found[2].startswith('"')):
            raise UnreadableError(
                "a quotation mark in the list is not closed", 'write it like "a; b"; c, with quotation marks doubled'
            )
        item = found[1].replace('""', '"') if found[1] is not None else found[2].strip()
        if item:
            items.append(item)
        position = found.end()
    return tuple(items)


def join_cell(items: Iterable[str]) -> str:
    """`split_cell` gives the same values back."""
    return "; ".join(_quote(item) for item in items)


def split_pair(item: str) -> tuple[str, str]:
    """What stands before and after the last `=`; nothing after it where there is none."""
    name, sign, value = item.rpartition("=")
    return (name.strip(), value.strip()) if sign else (value.strip(), "")


def _quote(item: str) -> str:
    doubled = item.replace('"', '""')
    return f'"{doubled}"' if ";" in item or item.startswith('"') else item
