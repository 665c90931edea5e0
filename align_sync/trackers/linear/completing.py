"""The rest of the lists inside a record: Linear cuts them after `first` entries and says so only in `pageInfo`."""

from collections.abc import Mapping
from dataclasses import dataclass

from align_sync.errors import FatalError, SkippableError
from align_sync.trackers.linear.connection import LARGEST_PAGE, MOST_PAGES, GraphConnection
from align_sync.trackers.linear.fields import Record, record_of
from align_sync.trackers.linear.queries import Operation


@dataclass(frozen=True, slots=True)
class Shape:
    """A kind of record: the list that it comes in, and the operation that brings the rest of each of its lists."""

    root: str
    operation: Operation
    rest: Mapping[str, Operation]


ISSUE = Shape(
    "issues",
    Operation.ISSUES,
    {
        "labels": Operation.ISSUE_LABELS,
        "attachments": Operation.ISSUE_ATTACHMENTS,
        "relations": Operation.ISSUE_RELATIONS,
        "inverseRelations": Operation.ISSUE_INVERSE_RELATIONS,
    },
)
PROJECT = Shape(
    "projects",
    Operation.PROJECTS,
    {
        "labels": Operation.PROJECT_LABELS,
        "initiatives": Operation.PROJECT_INITIATIVES,
        "externalLinks": Operation.PROJECT_EXTERNAL_LINKS,
    },
)
INITIATIVE = Shape(
    "initiatives",
    Operation.INITIATIVES,
    {"labels": Operation.INITIATIVE_LABELS, "links": Operation.INITIATIVE_LINKS},
)


def complete(connection: GraphConnection, shape: Shape, raw: object, source: str) -> object:
    """The record with all of its lists whole. Raises `SkippableError` where it cannot be read."""
    record = record_of(raw, source)
    whole: dict[str, object] = {}
    for name, operation in shape.rest.items():
        cut = record.connection(name)
        if cut.has_next:
            nodes = (*cut.nodes, *_rest_of(connection, shape, record, name, operation))
            whole[name] = {"nodes": list(nodes), "pageInfo": {"hasNextPage": False, "endCursor": None}}
    return {**record.raw, **whole} if whole else raw


def _rest_of(
    connection: GraphConnection, shape: Shape, record: Record, name: str, operation: Operation
) -> tuple[object, ...]:
    cursor = record.connection(name).cursor
    wanted = {"filter": {"id": {"eq": record.text("id")}}, "first": LARGEST_PAGE}
    seen: set[str] = set()
    nodes: list[object] = []
    for _ in range(MOST_PAGES):
        if not cursor or cursor in seen:
            raise FatalError(
                f"the list {name} does not end", where=record.where, advice="try again later, or ask Linear's support"
            )
        seen.add(cursor)
        found = connection.ask(operation, {**wanted, "after": cursor}).nodes(shape.root)
        if not found:
            raise SkippableError(f"it vanished while its {name} were read", where=record.where)
        page = record_of(found[0], record.where).connection(name)
        nodes += page.nodes
        if not page.has_next:
            return tuple(nodes)
        cursor = page.cursor
    raise FatalError(f"the list {name} does not end", where=record.where)
