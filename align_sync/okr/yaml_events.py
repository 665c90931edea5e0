"""The events of a YAML text read into plain values with their places, by libyaml where PyYAML has it.

libyaml is some ten times as fast. What it refuses is read once more by PyYAML's own parser, whose words and places are
the ones that people are told; `is_plain_yaml` keeps from libyaml the few texts that the two read differently.

No tag is obeyed and no alias is followed: a "billion laughs" file costs what its letters cost.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any, Protocol

import yaml
from yaml.reader import ReaderError

from align_sync.okr.yaml_nodes import Document, Fault, KeyPath, Place, Unquoted, Value, say_path, shorten

DEEPEST_NESTING = 20
MOST_ALIASES = 20
_LONGEST_NUMBER = 40

# PyYAML follows YAML 1.1, where 1e3 is text, 010 is eight and 12:30 is 750; editors follow 1.2. Only what both read
# alike is a number here, so that nobody is surprised.
_NUMBER = re.compile(r"[-+]?(?:0|[1-9][0-9]*)(?:\.[0-9]*)?(?:[eE][-+]?[0-9]+)?|[-+]?\.[0-9]+(?:[eE][-+]?[0-9]+)?")
_WORDS: dict[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_NUMBER_ELSEWHERE = re.compile(r"[-+]?0o[0-7]+")
_KINDS = {"bool": "truth value", "timestamp": "date", "merge": "special sign", "value": "special sign"}
_NOT_FINITE = re.compile(r"([-+]?)\.(inf|nan)", re.IGNORECASE)
_RESOLVERS: dict[str, list[tuple[str, re.Pattern[str]]]] = yaml.SafeLoader.yaml_implicit_resolvers

_TOO_DEEP = (f"it is nested more than {DEEPEST_NESTING} levels deep", "no OKR file needs that; check the brackets")
_TOO_MANY_ALIASES = (
    f"it has more than {MOST_ALIASES} aliases (*name)",
    "aliases are not followed here; write their values out",
)
_ANCHOR_TWICE = ("an anchor (&name) stands here twice", "remove it; anchors have no use here")
_ADVICE_OF_PROBLEM = (
    ("'\\t'", "a tab stands where YAML wants spaces", "use spaces: two for each level"),
    (
        "mapping values are not allowed",
        "a colon stands where no key can be",
        "check the indentation, or quote the text",
    ),
    ("expected <block end>", "this line does not fit the lines above it", "check the indentation of this line"),
    ("could not find expected ':'", "a key without a colon", "write `key: value`"),
    ("unexpected end of stream", "a quoted text is not closed", "close the quotation mark"),
    ("expected ',' or", "a list or mapping in brackets is not closed", "close the bracket, or put a comma before this"),
)


class YamlRefusedError(Exception):
    """The text is no YAML from here on: show the place; the documents before it are sound."""

    def __init__(self, message: str, advice: str, line: int, column: int) -> None:
        super().__init__(message)
        self.message, self.advice, self.line, self.column = message, advice, line, column


# The published types leave open whether an event has a place, an anchor and a tag; those that begin a value have all.
_Event = Any


class _Events(Protocol):
    def get_event(self) -> _Event: ...

    def dispose(self) -> None: ...


_QUICK: Callable[[str], _Events] | None = getattr(yaml, "CBaseLoader", None)


def has_libyaml() -> bool:
    """Whether PyYAML was built with libyaml."""
    return _QUICK is not None


def compose_quickly(number: int, name: str, text: str) -> tuple[Document, ...] | None:
    """All documents of the text, read by libyaml; None where it cannot or should not."""
    if _QUICK is None or not is_plain_yaml(text):
        return None
    try:
        return tuple(_read_all(number, name, _QUICK(text)))
    except (yaml.YAMLError, YamlRefusedError, ValueError):
        return None


def compose_slowly(number: int, name: str, text: str) -> Iterator[Document]:
    """The documents of the text one by one. Raises `YamlRefusedError` at the first place where it is no YAML."""
    try:
        loader = yaml.SafeLoader(text)
    except ReaderError as error:
        before = text[: error.position]
        line, column = before.count("\n") + 1, error.position - before.rfind("\n")
        message = f"a character that no YAML file may hold: U+{ord(text[error.position]):04X}"
        raise YamlRefusedError(message, "remove it; it is often invisible", line, column) from None
    try:
        yield from _read_all(number, name, loader)
    except yaml.MarkedYAMLError as error:
        at = error.problem_mark or loader  # the types allow a fault without a mark
        raise YamlRefusedError(*_say(error), at.line + 1, at.column + 1) from None
    except (ValueError, OverflowError):  # PyYAML hands "\UFFFFFFFF" to chr() as it is
        message = "an escape such as \\U0001F600 names no character"
        raise YamlRefusedError(message, "write the character itself", loader.line + 1, loader.column + 1) from None


def _say(error: yaml.MarkedYAMLError) -> tuple[str, str]:
    problem = str(error.problem)
    for sign, message, advice in _ADVICE_OF_PROBLEM:
        if sign in problem:
            return f"no valid YAML: {message}", advice
    return f"no valid YAML: {problem}", "check this line and the one above it"


def _refuse_at(event: _Event, said: tuple[str, str]) -> YamlRefusedError:
    message, advice = said
    mark = event.start_mark
    return YamlRefusedError(f"no valid YAML: {message}", advice, mark.line + 1, mark.column + 1)


def is_plain_yaml(text: str) -> bool:
    """Whether both parsers read the text alike, as far as is known: libyaml is laxer with tabs, tags and odd signs."""
    return _ODD.search(text) is None and ("?" not in text or _QUESTION.search(text) is None)


_ODD = re.compile("[\t\x85\u2028\u2029\ufeff]|\r(?!\n)|^%|(?<![^\\s[{,])!|:\\s+[]},]|[|>][-+0-9]*#", re.MULTILINE)
_QUESTION = re.compile("^(?! *#).*[?]", re.MULTILINE)


def _read_all(number: int, name: str, loader: _Events) -> Iterator[Document]:
    try:
        while not isinstance(event := loader.get_event(), yaml.StreamEndEvent):
            if isinstance(event, yaml.DocumentStartEvent):
                first = loader.get_event()
                document = _Reading(number, name, loader).read(first)
                if not _is_nothing(first):
                    yield document
    finally:
        loader.dispose()


def _is_nothing(event: _Event) -> bool:
    return isinstance(event, yaml.ScalarEvent) and not event.style and not event.value and event.tag is None


class _Reading:
    """Walks the events of one document, not deeper than any OKR file needs."""

    def __init__(self, number: int, name: str, loader: _Events) -> None:
        self.number, self.name, self.next = number, name, loader.get_event
        self.values_at: dict[KeyPath, Place] = {}
        self.keys_at: dict[KeyPath, Place] = {}
        self.typed: dict[KeyPath, str] = {}
        self.unread: set[KeyPath] = set()
        self.faults: list[Fault] = []
        self.anchors: set[str] = set()
        self.aliases = 0

    def read(self, event: _Event) -> Document:
        value = self._value(event, (), 1)
        return Document(
            value=value,
            values_at=self.values_at,
            keys_at=self.keys_at,
            typed=self.typed,
            unread=frozenset(self.unread),
            faults=tuple(self.faults),
        )

    def _value(self, event: _Event, path: KeyPath, depth: int) -> Value:
        place = self.values_at[path] = self._place(event)
        if isinstance(event, yaml.AliasEvent):
            self._count_alias(event)
            self._refuse(path, place, f"the alias {shorten(f'*{event.anchor}')} is not followed", _WRITE_OUT)
            return None
        self._admit(event, depth)
        if event.tag is not None:
            self._skip(event, depth)
            tag = event.tag.replace("tag:yaml.org,2002:", "!!")
            self._refuse(path, place, f"the tag {shorten(tag)} is not obeyed", _NO_TAG)
            return None
        if isinstance(event, yaml.ScalarEvent):
            self.typed[path] = event.value
            return event.value if event.style else _read_scalar(event.value)
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(path, depth)
        return self._sequence(path, depth)

    def _sequence(self, path: KeyPath, depth: int) -> list[Value]:
        found: list[Value] = []
        while not isinstance(event := self.next(), yaml.SequenceEndEvent):
            found.append(self._value(event, (*path, len(found)), depth + 1))
        return found

    def _mapping(self, path: KeyPath, depth: int) -> dict[str, Value]:
        found: dict[str, Value] = {}
        while not isinstance(event := self.next(), yaml.MappingEndEvent):
            place = self._place(event)
            if not isinstance(event, yaml.ScalarEvent) or event.tag is not None:
                self._skip_key(event, depth + 1)
                self._skip_value(depth + 1)
                self.faults.append(Fault(place=place, path=path, message=f"{say_path(path)}a key must be plain text"))
                continue
            self._admit(event, depth + 1)
            key, at = event.value, (*path, event.value)
            if key in found:
                self._skip_value(depth + 1)
                message = f"{say_path(path)}the key `{shorten(key)}` stands here twice, first at {self.keys_at[at]}"
                self.faults.append(Fault(place=place, path=at, message=message, advice="keep one of them"))
                continue
            self.keys_at[at] = place
            found[key] = self._value(self.next(), at, depth + 1)
        return found

    def _skip_key(self, event: _Event, depth: int) -> None:
        if isinstance(event, yaml.AliasEvent):
            self._count_alias(event)
            return
        self._admit(event, depth)
        self._skip(event, depth)

    def _skip_value(self, depth: int) -> None:
        self._skip_key(self.next(), depth)

    def _skip(self, event: _Event, depth: int) -> None:
        """Past what a list or mapping holds, if it is one, with an eye on what no file may hold."""
        if not isinstance(event, yaml.CollectionStartEvent):
            return
        open_ones = 1
        while open_ones:
            inner = self.next()
            if isinstance(inner, yaml.CollectionEndEvent):
                open_ones -= 1
            elif isinstance(inner, yaml.AliasEvent):
                self._count_alias(inner)
            else:
                self._admit(inner, depth + open_ones)
                open_ones += isinstance(inner, yaml.CollectionStartEvent)

    def _count_alias(self, event: _Event) -> None:
        self.aliases += 1
        if self.aliases > MOST_ALIASES:
            raise _refuse_at(event, _TOO_MANY_ALIASES)

    def _admit(self, event: _Event, depth: int) -> None:
        if depth > DEEPEST_NESTING:
            raise _refuse_at(event, _TOO_DEEP)
        if event.anchor is not None:
            if event.anchor in self.anchors:
                raise _refuse_at(event, _ANCHOR_TWICE)
            self.anchors.add(event.anchor)

    def _refuse(self, path: KeyPath, place: Place, message: str, advice: str) -> None:
        self.unread.add(path)
        self.faults.append(Fault(place=place, path=path, message=f"{say_path(path)}{message}", advice=advice))

    def _place(self, event: _Event) -> Place:
        mark = event.start_mark
        return Place(self.number, self.name, mark.line + 1, mark.column + 1)


_WRITE_OUT = "write the value out"
_NO_TAG = "remove the tag; text goes in quotes"


def _read_scalar(text: str) -> Value:
    if text in _WORDS:
        return _WORDS[text]
    if len(text) <= _LONGEST_NUMBER and _NUMBER.fullmatch(text):
        return int(text) if text.lstrip("-+").isdigit() else float(text)
    if not_finite := _NOT_FINITE.fullmatch(text):
        return float(not_finite[1] + not_finite[2])
    for tag, pattern in _RESOLVERS.get(text[0], ()):
        if pattern.match(text):
            return Unquoted(text, _KINDS.get(tag.rpartition(":")[2], "number"))
    return Unquoted(text, "number") if _NUMBER_ELSEWHERE.fullmatch(text) else text
