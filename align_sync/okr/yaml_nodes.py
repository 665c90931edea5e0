"""YAML read into plain values that remember where they stood: line, column, and the text as it was typed.

Nodes are composed, never constructed: no tag is obeyed, no alias is followed (a "billion laughs" file costs what its
letters cost), and a word that YAML readers disagree about (`no`, `010`, `2026-11-15`) stays what it is: unquoted.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import yaml
from yaml.composer import ComposerError
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from yaml.reader import ReaderError

LARGEST_FILE = 1_000_000
DEEPEST_NESTING = 20
MOST_ALIASES = 20
_LONGEST_NUMBER = 40
_LONGEST_QUOTE = 60

KeyPath = tuple[str | int, ...]
Value = object

_REFUSED = "refused:"
_TEXT_TAG = "tag:yaml.org,2002:str"
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

_TOO_DEEP = f"it is nested more than {DEEPEST_NESTING} levels deep"
_TOO_MANY_ALIASES = f"it has more than {MOST_ALIASES} aliases (*name)"
_ADVICE_OF_PROBLEM = (
    (_TOO_MANY_ALIASES, _TOO_MANY_ALIASES, "aliases are not followed here; write their values out"),
    (_TOO_DEEP, _TOO_DEEP, "no OKR file needs that; check the brackets"),
    ("second occurrence", "an anchor (&name) stands here twice", "remove it; anchors have no use here"),
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


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where something stands; sorts in the order in which a person reads the files."""

    number: int
    name: str
    line: int = 1
    column: int = 1

    def __str__(self) -> str:
        return f"{self.name}:{self.line}:{self.column}"


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


def read_documents(number: int, name: str, text: str) -> tuple[tuple[Document, ...], tuple[Fault, ...]]:
    """All documents of one file up to the first place where it is no YAML, and the faults that belong to no document.

    Empty documents are left out. `number` is the place of the file among the files.
    """
    start = Place(number, name)
    if len(text.encode(errors="surrogatepass")) > LARGEST_FILE:
        message = f"the file is larger than {LARGEST_FILE // 1_000_000} MB"
        return (), (Fault(place=start, message=message, advice="split it into several files"),)
    documents: list[Document] = []
    try:
        documents += (_Reading(number, name).read(node) for node in _compose(text.removeprefix("\ufeff")))
    except _YamlRefusedError as refusal:
        return tuple(documents), (refusal.fault(number, name),)
    if not documents:
        return (), (Fault(place=start, message="the file is empty", advice="remove it, or describe an OKRSet in it"),)
    return tuple(documents), ()


class _YamlRefusedError(Exception):
    def __init__(self, message: str, advice: str, line: int, column: int) -> None:
        super().__init__(message)
        self.message, self.advice, self.line, self.column = message, advice, line, column

    def fault(self, number: int, name: str) -> Fault:
        return Fault(place=Place(number, name, self.line, self.column), message=self.message, advice=self.advice)


class _Composer(yaml.SafeLoader):
    """Composes nodes without following aliases or obeying tags, and not deeper than any OKR file needs."""

    depth = 0
    aliases = 0

    def compose_node(self, parent: Node | None, index: int) -> Node | None:
        is_alias = self.check_event(yaml.AliasEvent)
        event = self.current_event
        if is_alias:
            self.aliases += 1
            if self.aliases > MOST_ALIASES:
                raise ComposerError(None, None, _TOO_MANY_ALIASES, event.start_mark)
            refused = ScalarNode(_REFUSED + "alias", f"*{event.anchor}", event.start_mark, event.end_mark)
            self.anchors.setdefault(event.anchor, refused)  # an alias of nothing is refused like the others
            super().compose_node(parent, index)
            return refused
        if self.depth == DEEPEST_NESTING:
            raise ComposerError(None, None, _TOO_DEEP, event.start_mark)
        self.depth += 1
        node = super().compose_node(parent, index)
        self.depth -= 1
        if node is not None and event.tag is not None:
            node.tag = _REFUSED + event.tag
        return node


def _compose(text: str) -> Iterator[Node]:
    try:
        loader = _Composer(text)
    except ReaderError as error:
        before = text[: error.position]
        line, column = before.count("\n") + 1, error.position - before.rfind("\n")
        message = f"a character that no YAML file may hold: U+{ord(text[error.position]):04X}"
        raise _YamlRefusedError(message, "remove it; it is often invisible", line, column) from None
    try:
        while loader.check_node():
            node = loader.get_node()
            if node is not None and not _is_nothing(node):
                yield node
    except yaml.MarkedYAMLError as error:
        at = error.problem_mark or loader  # the types allow a fault without a mark
        raise _YamlRefusedError(*_say(error), at.line + 1, at.column + 1) from None
    except (ValueError, OverflowError):  # PyYAML hands "\UFFFFFFFF" to chr() as it is
        message = "an escape such as \\U0001F600 names no character"
        raise _YamlRefusedError(message, "write the character itself", loader.line + 1, loader.column + 1) from None
    finally:
        loader.dispose()


def _say(error: yaml.MarkedYAMLError) -> tuple[str, str]:
    problem = str(error.problem)
    for sign, message, advice in _ADVICE_OF_PROBLEM:
        if sign in problem:
            return f"no valid YAML: {message}", advice
    return f"no valid YAML: {problem}", "check this line and the one above it"


def _is_nothing(node: Node) -> bool:
    return isinstance(node, ScalarNode) and node.style is None and not node.value and not node.tag.startswith(_REFUSED)


class _Reading:
    """Walks the nodes of one document; never deeper than they were composed."""

    def __init__(self, number: int, name: str) -> None:
        self.number, self.name = number, name
        self.values_at: dict[KeyPath, Place] = {}
        self.keys_at: dict[KeyPath, Place] = {}
        self.typed: dict[KeyPath, str] = {}
        self.unread: set[KeyPath] = set()
        self.faults: list[Fault] = []

    def read(self, node: Node) -> Document:
        value = self._value(node, ())
        return Document(
            value=value,
            values_at=self.values_at,
            keys_at=self.keys_at,
            typed=self.typed,
            unread=frozenset(self.unread),
            faults=tuple(self.faults),
        )

    def _value(self, node: Node, path: KeyPath) -> Value:
        self.values_at[path] = self._place(node)
        if node.tag.startswith(_REFUSED):
            return self._refuse(node, path)
        if isinstance(node, MappingNode):
            return self._mapping(node, path)
        if isinstance(node, SequenceNode):
            return [self._value(child, (*path, position)) for position, child in enumerate(node.value)]
        self.typed[path] = node.value
        return _read_scalar(node)

    def _mapping(self, node: MappingNode, path: KeyPath) -> dict[str, Value]:
        found: dict[str, Value] = {}
        for key_node, value_node in node.value:
            place = self._place(key_node)
            if not isinstance(key_node, ScalarNode) or key_node.tag.startswith(_REFUSED):
                self.faults.append(Fault(place=place, path=path, message=f"{say_path(path)}a key must be plain text"))
                continue
            key: str = key_node.value
            if key in found:
                first = self.keys_at[(*path, key)]
                message = f"{say_path(path)}the key `{shorten(key)}` stands here twice, first at {first}"
                advice = "keep one of them"
                self.faults.append(Fault(place=place, path=(*path, key), message=message, advice=advice))
                continue
            self.keys_at[(*path, key)] = place
            found[key] = self._value(value_node, (*path, key))
        return found

    def _refuse(self, node: Node, path: KeyPath) -> Value:
        self.unread.add(path)
        what = node.tag.removeprefix(_REFUSED).replace("tag:yaml.org,2002:", "!!")
        if what == "alias":
            message, advice = f"the alias {shorten(node.value)} is not followed", "write the value out"
        else:
            message, advice = f"the tag {shorten(what)} is not obeyed", "remove the tag; text goes in quotes"
        fault = Fault(place=self._place(node), path=path, message=f"{say_path(path)}{message}", advice=advice)
        self.faults.append(fault)
        return None

    def _place(self, node: Node) -> Place:
        return Place(self.number, self.name, node.start_mark.line + 1, node.start_mark.column + 1)


def _read_scalar(node: Node) -> Value:
    text: str = node.value
    if not isinstance(node, ScalarNode) or node.style is not None:
        return text
    if text in _WORDS:
        return _WORDS[text]
    if len(text) <= _LONGEST_NUMBER and _NUMBER.fullmatch(text):
        return int(text) if text.lstrip("-+").isdigit() else float(text)
    if not_finite := _NOT_FINITE.fullmatch(text):
        return float(not_finite[1] + not_finite[2])
    if node.tag == _TEXT_TAG and not _NUMBER_ELSEWHERE.fullmatch(text):
        return text
    return Unquoted(text, _KINDS.get(node.tag.rpartition(":")[2], "number"))


def say_path(path: KeyPath) -> str:
    """`spec.objectives[0].title: `, or nothing for the document itself."""
    said = "".join(f"[{part}]" if isinstance(part, int) else f".{shorten(part)}" for part in path)
    return f"{said.removeprefix('.')}: " if said else ""


def shorten(text: str) -> str:
    """As much of a text from a file as fits into a message, without what a terminal or a log would obey."""
    cut = text if len(text) <= _LONGEST_QUOTE else f"{text[:_LONGEST_QUOTE]}…"
    return "".join(sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in cut)
