"""What is read from YAML: plain values that remember where they stood, and the text as it was typed.

A word that YAML readers disagree about (`no`, `010`, `2026-11-15`) stays what it is: unquoted.
"""

from dataclasses import dataclass, field

_LONGEST_QUOTE = 60

KeyPath = tuple[str | int, ...]
Value = object


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where something stands; sorts in the order in which a person reads the files. `sheet` is that of a workbook."""

    number: int
    name: str
    line: int = 1
    column: int = 1
    sheet: str = ""

    def __str__(self) -> str:
        if self.sheet:
            return f"{self.name}: {self.sheet}!{column_letters(self.column)}{self.line}"
        return f"{self.name}:{self.line}:{self.column}"


def column_letters(column: int) -> str:
    """What spreadsheets call a column: the first one is A, the 27th AA."""
    letters = ""
    while column:
        column, letter = divmod(column - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return letters


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Fault:
    """A problem before it is told: `path` says which entry of the file it spoils."""

    place: Place
    message: str
    advice: str = ""
    path: KeyPath = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class Unquoted:
    """A word without quotes that is no text to every reader of YAML; `kind` is what some take it for."""

    text: str
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One document of a file. `unread` are the paths whose values were refused already, so nobody complains twice."""

    value: Value
    values_at: dict[KeyPath, Place]
    keys_at: dict[KeyPath, Place]
    typed: dict[KeyPath, str]
    unread: frozenset[KeyPath]
    faults: tuple[Fault, ...]

    def place_of(self, path: KeyPath) -> Place:
        """Where the value of the path stands, or the nearest thing around it."""
        while path not in self.values_at:
            path = path[:-1]
        return self.values_at[path]


@dataclass(frozen=True, slots=True)
class Site:
    """Where an objective or a key result is written: a path in a document."""

    document: Document
    path: KeyPath

    def place_of(self, *path: str | int) -> Place:
        """Where its field stands, such as `place_of("metric", "unit")`, or the nearest thing around it."""
        return self.document.place_of((*self.path, *path))

    def has(self, *path: str | int) -> bool:
        """Whether the field is written there."""
        return (*self.path, *path) in self.document.values_at


def say_path(path: KeyPath) -> str:
    """`spec.objectives[0].title: `, or nothing for the document itself."""
    said = "".join(f"[{part}]" if isinstance(part, int) else f".{shorten(part)}" for part in path)
    return f"{said.removeprefix('.')}: " if said else ""


def shorten(text: str) -> str:
    """As much of a text from a file as fits into a message, without what a terminal or a log would obey."""
    cut = text if len(text) <= _LONGEST_QUOTE else f"{text[:_LONGEST_QUOTE]}…"
    return "".join(sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in cut)
