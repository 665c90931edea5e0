"""Fetching the records behind references, chunk by chunk, several requests at a time."""

import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from align_sync.errors import Problem, SkippableError
from align_sync.seams import Seams
from align_sync.trackers.base import Page
from align_sync.trackers.fan_out import fan_out
from align_sync.trackers.linear.completing import INITIATIVE, ISSUE, PROJECT, Shape, complete
from align_sync.trackers.linear.connection import GraphConnection, Listing
from align_sync.trackers.linear.parse import INITIATIVE_PREFIX, PROJECT_PREFIX, Parsed, parse_issue
from align_sync.trackers.linear.parse_containers import parse_initiative, parse_project
from align_sync.work import ItemRef, WorkItem

CHUNK = 100
"""Identifiers in one request: a page of so many issues costs about two thirds of what Linear allows for a query."""

_KEY = re.compile(r"([A-Za-z0-9_]+)-(\d{1,9})")


@dataclass(frozen=True, slots=True)
class _Kind:
    prefix: str
    shape: Shape
    parse: Callable[[object, str], Parsed]


_ISSUES = _Kind("", ISSUE, parse_issue)
_PROJECTS = _Kind(PROJECT_PREFIX, PROJECT, parse_project)
_INITIATIVES = _Kind(INITIATIVE_PREFIX, INITIATIVE, parse_initiative)
_KEYS = _Kind("", ISSUE, parse_issue)


@dataclass(frozen=True, slots=True)
class _Chunk:
    kind: _Kind
    asked: tuple[str, ...]


@dataclass(slots=True)
class _Found:
    """What came back for one chunk; `nameless` where a record did not even tell which one it is."""

    items: list[WorkItem] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    nameless: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetching:
    connection: GraphConnection
    source: str
    want_text: bool
    concurrency: int
    seams: Seams

    def fetch(self, refs: Iterable[ItemRef]) -> Iterator[Page]:
        """Pages in the order in which they arrive; only a few requests are ever under way, however many references."""
        return fan_out(_chunks(refs), self._fetch_chunk, workers=self.concurrency, seams=self.seams, source=self.source)

    def _fetch_chunk(self, chunk: _Chunk) -> Page:
        found = _Found()
        wanted = _filter_of(chunk)
        if wanted is not None:
            shape = chunk.kind.shape
            variables = {"filter": wanted, "text": self.want_text}
            for nodes in self.connection.pages(Listing(shape.operation, shape.root, CHUNK), variables):
                for raw in nodes:
                    self._read(chunk.kind, raw, found)
        return _page(chunk, found)

    def _read(self, kind: _Kind, raw: object, found: _Found) -> None:
        try:
            parsed = kind.parse(complete(self.connection, kind.shape, raw, self.source), self.source)
        except SkippableError as error:
            found.problems.append(error.problem)
            name = _identifier(raw, "id")
            found.nameless |= name is None
            if name is not None:
                found.unread += [kind.prefix + name, *([key] if (key := _identifier(raw, "identifier")) else [])]
            return
        found.items.append(parsed.item)
        found.problems.extend(parsed.problems)


def _identifier(raw: object, name: str) -> str | None:
    value = raw.get(name) if isinstance(raw, dict) else None
    return value if isinstance(value, str) and value else None


def _page(chunk: _Chunk, found: _Found) -> Page:
    by_key = chunk.kind is _KEYS
    fold: Callable[[str], str] = str.upper if by_key else str
    read = {fold(item.ref.key if by_key else item.ref.external_id) for item in found.items}
    broken = {fold(name) for name in found.unread}
    left = [name for name in chunk.asked if fold(name) not in read]
    # A record that does not tell its name is one of those left, so none of them may pass for deleted.
    unread = [name for name in left if found.nameless or fold(name) in broken]
    return Page(
        items=tuple(found.items),
        problems=tuple(found.problems),
        missing=tuple(name for name in left if name not in unread),
        unread=tuple(unread),
    )


def _chunks(refs: Iterable[ItemRef]) -> Iterator[_Chunk]:
    waiting: dict[str, tuple[_Kind, deque[str]]] = {}
    for ref in refs:
        kind, name = _kind_of(ref)
        key = "keys" if kind is _KEYS else kind.shape.root
        names = waiting.setdefault(key, (kind, deque()))[1]
        names.append(name)
        if len(names) >= CHUNK:
            yield _Chunk(kind, tuple(dict.fromkeys(names)))
            names.clear()
    for kind, names in waiting.values():
        if names:
            yield _Chunk(kind, tuple(dict.fromkeys(names)))


def _kind_of(ref: ItemRef) -> tuple[_Kind, str]:
    if not ref.external_id:
        return _KEYS, ref.key
    for kind in (_PROJECTS, _INITIATIVES):
        if ref.external_id.startswith(kind.prefix):
            return kind, ref.external_id
    return _ISSUES, ref.external_id


def _filter_of(chunk: _Chunk) -> Mapping[str, object] | None:
    """What finds the chunk; None where it holds nothing but words that can be no key."""
    if chunk.kind is not _KEYS:
        return {"id": {"in": [name.removeprefix(chunk.kind.prefix) for name in chunk.asked]}}
    numbers: dict[str, list[int]] = {}
    for key in chunk.asked:
        if match := _KEY.fullmatch(key):
            numbers.setdefault(match[1].upper(), []).append(int(match[2]))
    teams = [{"team": {"key": {"eq": team}}, "number": {"in": found}} for team, found in numbers.items()]
    return {"or": teams} if teams else None
