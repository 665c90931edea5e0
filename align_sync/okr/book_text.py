"""A book as the YAML text that reads back as the same book, laid out for people who go on writing in it.

A text goes without quotes only where every reader of YAML takes it for text: `no` and `2.10` are quoted.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from align_sync.okr.book_values import Mapped, Plain, SetHead, SetKey, describe_sets
from align_sync.okr.document import SCHEMA_ID
from align_sync.okr.model import Book

SCHEMA_LINE = "# yaml-language-server: $schema={}"
_WORDS = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})
_PERIOD = re.compile(r"[0-9]{4}-[QH][1-4]")
_LARGEST_WHOLE = 1e15


def write_book(book: Book, heads: Mapping[SetKey, SetHead] | None = None, *, schema: str = SCHEMA_ID) -> str:
    """One document for each team and period. `heads` are names and labels of those that have been written before."""
    return write_sets(describe_sets(book, heads or {}), schema=schema)


def write_sets(sets: Iterable[Mapped], *, schema: str = SCHEMA_ID) -> str:
    """The documents as one text, with the line that tells editors what may stand in it."""
    documents = ("\n".join(_write_mapping(one, "")) + "\n" for one in sets)
    return f"{SCHEMA_LINE.format(schema)}\n" + "---\n".join(documents)


def _write_mapping(values: Mapped, indent: str) -> Iterator[str]:
    for key, value in values.items():
        yield from _write_value(f"{indent}{write_text(key)}:", value, indent)


def _write_value(head: str, value: Plain, indent: str) -> Iterator[str]:
    """Points such as [2026-11-15, 0.3] stay on one line; everything else has a line of its own."""
    if isinstance(value, dict):
        yield head if value else f"{head} {{}}"
        yield from _write_mapping(value, f"{indent}  ")
    elif isinstance(value, list):
        yield head if value else f"{head} []"
        for one in value:
            yield from _write_entry(one, f"{indent}  ")
    else:
        yield f"{head} {write_scalar(value)}"


def _write_entry(value: Plain, indent: str) -> Iterator[str]:
    if isinstance(value, dict):
        first, *rest = _write_mapping(value, f"{indent}  ")
        yield f"{indent}- {first.lstrip()}"
        yield from rest
    elif isinstance(value, list):
        yield f"{indent}- [{', '.join(write_scalar(one) for one in value if not isinstance(one, list | dict))}]"
    else:
        yield f"{indent}- {write_scalar(value)}"


def write_scalar(value: str | float | date) -> str:
    if isinstance(value, str):
        return write_text(value)
    return value.isoformat() if isinstance(value, date) else write_number(value)


def write_number(value: float) -> str:
    """The shortest text that is this number again, and a number to every reader: `1.0e+22`, for `1e+22` is not."""
    if value == int(value) and abs(value) < _LARGEST_WHOLE:
        return str(int(value))
    mantissa, sign, exponent = repr(float(value)).partition("e")
    return f"{mantissa}{'' if '.' in mantissa else '.0'}{sign}{exponent}"


def write_text(text: str) -> str:
    begins = text[:1].isalpha() or text[:1] == "_" or _PERIOD.fullmatch(text) is not None
    is_plain = begins and text.isprintable() and text == text.strip() and not text.endswith(":")
    if is_plain and not any(sign in text for sign in (": ", " #")) and text.casefold() not in _WORDS:
        return text
    quoted = json.dumps(text, ensure_ascii=False)
    return "".join(sign if sign.isprintable() else _escape(sign) for sign in quoted)


def _escape(sign: str) -> str:
    return f"\\U{ord(sign):08x}"
