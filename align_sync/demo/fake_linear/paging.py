"""Pages of records: newest first, archived ones hidden unless asked for, cursors that survive changes in between."""

import base64
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import orjson

from align_sync.demo.fake_linear.model import Entity

LARGEST_PAGE = 250
USUAL_PAGE = 50


class PageError(ValueError):
    """An argument of a list that Linear refuses."""


@dataclass(slots=True)
class PageInfo:
    records: Sequence[Entity]
    order: str
    has_next_page: bool
    has_previous_page: bool

    @property
    def start_cursor(self) -> str | None:
        return _cursor(self.records[0], self.order) if self.records else None

    @property
    def end_cursor(self) -> str | None:
        return _cursor(self.records[-1], self.order) if self.records else None


@dataclass(slots=True)
class Edge:
    node: Entity
    order: str

    @property
    def cursor(self) -> str:
        return _cursor(self.node, self.order)


@dataclass(slots=True)
class Window:
    """One page, as the schema's connections show it."""

    nodes: Sequence[Entity]
    page_info: PageInfo

    @property
    def edges(self) -> list[Edge]:
        return [Edge(node, self.page_info.order) for node in self.nodes]


def arrange(records: Iterable[Entity], order: str, *, include_archived: bool) -> list[Entity]:
    shown = [record for record in records if include_archived or record.archived_at is None]
    if len(shown) > 1:
        shown.sort(key=lambda record: _rank(record, order))
    return shown


def cut(arranged: Sequence[Entity], order: str, first: object, after: object) -> Window:
    size = USUAL_PAGE if first is None else first
    if not isinstance(size, int) or not 0 < size <= LARGEST_PAGE:
        raise PageError(f"first must be from 1 to {LARGEST_PAGE}")
    start = 0
    if isinstance(after, str):
        start = bisect_right(arranged, _read_cursor(after), key=lambda record: _rank(record, order))
    nodes = arranged[start : start + size]
    return Window(nodes, PageInfo(nodes, order, len(arranged) > start + size, start > 0))


def _rank(record: Entity, order: str) -> tuple[float, str]:
    at = record.updated_at if order == "updatedAt" else record.created_at
    return (-at.timestamp(), record.id)


def _cursor(record: Entity, order: str) -> str:
    return base64.urlsafe_b64encode(orjson.dumps(_rank(record, order))).decode()


def _read_cursor(text: str) -> tuple[float, str]:
    try:
        rank, name = orjson.loads(base64.urlsafe_b64decode(text))
        return (float(rank), str(name))
    except (ValueError, TypeError):
        raise PageError("the cursor is none of ours") from None
