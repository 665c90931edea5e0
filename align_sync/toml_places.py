"""Where each value of a TOML text stands, for messages: `tomllib`, which reads the values, forgets it.

The text must be one that `tomllib` took: nothing is checked here, and what is not understood has no place.
"""

import re
import tomllib
from bisect import bisect_right
from dataclasses import dataclass, field

Path = tuple[str | int, ...]

_BLANKS = re.compile(r"[ \t]*")
_GAP = re.compile(r"(?:[ \t\n]+|#[^\n]*)*")
_KEY = re.compile(r"""[A-Za-z0-9_-]+|"(?:\\.|[^"\\\n])*"|'[^'\n]*'""")
# A closing delimiter may have up to two quotation marks of the text right before it.
_LONG_TEXT = re.compile(r'"""(?:\\.|[^\\])*?"{3,5}|' + r"'''.*?'{3,5}", re.DOTALL)
_TEXT = re.compile(r"""(?P<plain>"[^"\\\n]*"|'[^'\n]*')|"(?:\\.|[^"\\\n])*\"""")
_SCALAR = re.compile(r"[^,\]}#\n]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Line and column, from 1. `text_column` is where a text begins within its quotation marks.

    It is known only of a text on one line without escapes: there, characters of the text are characters of the line.
    """

    line: int
    column: int
    text_column: int | None = None


@dataclass(frozen=True, slots=True)
class Places:
    """By path, where values stand and where keys do; of a table with a header, both are where its name stands."""

    values: dict[Path, Place] = field(default_factory=dict)
    keys: dict[Path, Place] = field(default_factory=dict)


def find_places(text: str) -> Places:
    """The places of all keys and values of a valid TOML text, whose lines end in line feeds alone."""
    return _Scanner(text).scan()


class _Scanner:
    """Goes through the text once, with `at` as the next character to look at."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._line_starts = [0, *(match.end() for match in re.finditer("\n", text))]
        self._places = Places()
        self._last_rows: dict[Path, int] = {}

    def scan(self) -> Places:
        table: Path = ()
        self._skip(_GAP)
        while self._at < len(self._text):
            if self._text[self._at] == "[":
                table = self._scan_header()
            else:
                self._scan_pair(table)
            self._skip(_GAP)
        return self._places

    def _skip(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        match = pattern.match(self._text, self._at)
        if match is not None:
            self._at = match.end()
        return match

    def _place(self, at: int, text_at: int | None = None) -> Place:
        line = bisect_right(self._line_starts, at)
        start = self._line_starts[line - 1]
        return Place(line=line, column=at - start + 1, text_column=text_at - start + 1 if text_at is not None else None)

    def _scan_header(self) -> Path:
        is_row = self._text.startswith("[[", self._at)
        self._at += 2 if is_row else 1
        path: Path = ()
        place = self._place(self._at)
        for key, at in self._scan_keys():
            path = self._enter(path)
            place = self._place(at)
            path = (*path, key)
            self._places.keys.setdefault(path, place)
            self._places.values.setdefault(path, place)
        self._at += 2 if is_row else 1
        if is_row:
            self._last_rows[path] = self._last_rows.get(path, -1) + 1
            path = (*path, self._last_rows[path])
            self._places.values[path] = place
        return path

    def _enter(self, path: Path) -> Path:
        """Below a list of tables, a header means the last of them."""
        return (*path, self._last_rows[path]) if path in self._last_rows else path

    def _scan_keys(self) -> list[tuple[str, int]]:
        """A dotted key: its parts, each with where it begins."""
        keys = []
        while True:
            self._skip(_BLANKS)
            at = self._at
            match = self._skip(_KEY)
            if match is None:
                raise ValueError("this is no TOML")
            keys.append((_read_key(match[0]), at))
            self._skip(_BLANKS)
            if self._text[self._at] != ".":
                return keys
            self._at += 1

    def _scan_pair(self, table: Path) -> None:
        path = table
        for key, at in self._scan_keys():
            path = (*path, key)
            self._places.keys.setdefault(path, self._place(at))
            self._places.values.setdefault(path, self._place(at))
        self._at += 1
        self._skip(_BLANKS)
        self._places.values[path] = self._scan_value(path)

    def _scan_value(self, path: Path) -> Place:
        at = self._at
        match self._text[at]:
            case "[":
                self._scan_list(path)
            case "{":
                self._scan_inline_table(path)
            case '"' | "'":
                if not self._skip(_LONG_TEXT):
                    found = self._skip(_TEXT)
                    if found is not None and found["plain"]:
                        return self._place(at, at + 1)
            case _:
                self._skip(_SCALAR)
        return self._place(at)

    def _scan_list(self, path: Path) -> None:
        number = 0
        self._step()
        while self._text[self._at] != "]":
            here = (*path, number)
            self._places.values[here] = self._scan_value(here)
            number += 1
            self._step_over_comma()
        self._at += 1

    def _scan_inline_table(self, path: Path) -> None:
        self._step()
        while self._text[self._at] != "}":
            self._scan_pair(path)
            self._step_over_comma()
        self._at += 1

    def _step(self) -> None:
        self._at += 1
        self._skip(_GAP)

    def _step_over_comma(self) -> None:
        self._skip(_GAP)
        if self._text[self._at] == ",":
            self._step()


def _read_key(written: str) -> str:
    return tomllib.loads(f"key = {written}")["key"] if written[0] in "\"'" else written
