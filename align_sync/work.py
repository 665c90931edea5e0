"""What people work on, in one shape for every tracker: work items, sprints, and the hash that tells a real change."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from functools import cache, total_ordering

import orjson

CONTENT_HASH_VERSION = b"1"
"""Put in front of every content hash, so that a change of its recipe is seen as such."""


class StatusCategory(StrEnum):
    """What a tracker's own status means; `UNKNOWN` where it did not say, which is never "to do"."""

    TODO = "todo"
    IN_PROGRESS = "in progress"
    DONE = "done"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"


class ItemKind(StrEnum):
    """What sort of thing an item is; `CONTAINER` stands for what holds items but is planned in no sprint."""

    EPIC = "epic"
    STORY = "story"
    TASK = "task"
    BUG = "bug"
    SUBTASK = "sub-task"
    CONTAINER = "container"
    OTHER = "other"


class SprintState(StrEnum):
    FUTURE = "future"
    ACTIVE = "active"
    CLOSED = "closed"

    @property
    def is_open(self) -> bool:
        return self is not SprintState.CLOSED


@total_ordering
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ItemRef:
    """Names an item across sources by the tracker's immutable id; the key that people say may change.

    Only where there is no identifier do two references differ by their keys.
    """

    source: str
    external_id: str
    key: str = ""

    @property
    def identity(self) -> tuple[str, str, str]:
        return self.source, self.external_id, "" if self.external_id else self.key

    def __eq__(self, other: object) -> bool:
        return self.identity == other.identity if isinstance(other, ItemRef) else NotImplemented

    def __lt__(self, other: "ItemRef") -> bool:
        return self.identity < other.identity

    def __hash__(self) -> int:
        return hash(self.identity)

    def __str__(self) -> str:
        return self.key or f"{self.source}:{self.external_id}"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class SprintRef:
    source: str
    external_id: str


class ParentKind(StrEnum):
    """How an item hangs on what is above it: as a part of another item, or inside a container of the tracker."""

    ITEM = "item"
    CONTAINER = "container"


@dataclass(frozen=True, slots=True)
class Parent:
    """One step up. `ref.external_id` is empty where the tracker named the parent by its key alone."""

    ref: ItemRef
    kind: ParentKind = ParentKind.ITEM


@dataclass(frozen=True, slots=True)
class Relation:
    """A tracker's own relation from an item to another, such as "blocks" (`verb`, read from the item's side)."""

    verb: str
    target: ItemRef


@dataclass(frozen=True, slots=True, kw_only=True)
class Url:
    """An address that hangs on an item. `place` tells where: `remote link`, `attachment` or `text`."""

    address: str
    title: str = ""
    place: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkItem:
    """One work item as its tracker told it, normalised. `None` means that the tracker did not say.

    `labels` are as typed, a label of a group as `group/label`. `marks` are the values of the fields that the
    settings name as holding a key result, as (field, value) pairs. `mentions` are `KR: <key>` lines of the text,
    kept only where the settings ask for the text. `sprint_ids` are all sprints that the item says it is or was in;
    `sprint_entered` tells of those that the tracker dates, when the item came in. `category_since` is when the status
    came into its category.
    """

    ref: ItemRef
    title: str
    kind: ItemKind = ItemKind.OTHER
    kind_name: str = ""
    status: str = ""
    status_category: StatusCategory = StatusCategory.UNKNOWN
    category_since: datetime | None = None
    container: str = ""
    components: tuple[str, ...] = ()
    assignee: str | None = None
    priority: str | None = None
    points: float | None = None
    labels: tuple[str, ...] = ()
    parents: tuple[Parent, ...] = ()
    relations: tuple[Relation, ...] = ()
    urls: tuple[Url, ...] = ()
    marks: tuple[tuple[str, str], ...] = ()
    mentions: tuple[str, ...] = ()
    sprint_ids: tuple[str, ...] = ()
    sprint_entered: tuple[tuple[str, datetime], ...] = ()
    address: str = ""
    created_at: datetime | None = None
    updated_at: datetime | None = None
    archived_at: datetime | None = None

    @property
    def key(self) -> str:
        return self.ref.key


@dataclass(frozen=True, slots=True, kw_only=True)
class Sprint:
    """A time box of work: a sprint of Jira, a cycle of Linear. `team` is whose it is, by setting or by board."""

    ref: SprintRef
    name: str
    state: SprintState
    team: str = ""
    board: str = ""
    goal: str = ""
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    completed_at: datetime | None = None


@cache
def _told_fields() -> tuple[str, ...]:
    # The stamp is left out: trackers bump it where nothing changed (indexing, votes, watchers).
    return tuple(f.name for f in fields(WorkItem) if f.name != "updated_at")


def to_document(item: WorkItem) -> bytes:
    """What the item says, as JSON without empty members and without the stamp: the text that is stored and hashed."""
    # Empty values are dropped, so that a field added to WorkItem later does not change every stored hash.
    # A number is never empty: nought points are an estimate.
    told = {name: value for name in _told_fields() if (value := getattr(item, name)) or value == 0}
    return orjson.dumps(told, option=orjson.OPT_UTC_Z)


def hash_document(document: bytes) -> str:
    """32 hexadecimal digits, equal exactly where nothing of substance changed."""
    return hashlib.blake2b(CONTENT_HASH_VERSION + document, digest_size=16).hexdigest()


def read_document(document: str | bytes, *, updated_at: datetime | None = None) -> WorkItem:
    """The item that `to_document` wrote."""
    told = orjson.loads(document)
    told["ref"] = ItemRef(**told["ref"])
    told.setdefault("title", "")  # an item may have none, and what is empty is not written
    told["kind"] = ItemKind(told.get("kind", ItemKind.OTHER))
    told["status_category"] = StatusCategory(told.get("status_category", StatusCategory.UNKNOWN))
    for name in _PLAIN_TUPLES & told.keys():
        told[name] = tuple(told[name])
    for name in _INSTANTS & told.keys():
        told[name] = datetime.fromisoformat(told[name])
    if "sprint_entered" in told:
        told["sprint_entered"] = tuple((sprint, datetime.fromisoformat(at)) for sprint, at in told["sprint_entered"])
    if "marks" in told:
        told["marks"] = tuple((name, value) for name, value in told["marks"])
    if "parents" in told:
        told["parents"] = tuple(Parent(ItemRef(**p["ref"]), ParentKind(p["kind"])) for p in told["parents"])
    if "relations" in told:
        told["relations"] = tuple(Relation(r["verb"], ItemRef(**r["target"])) for r in told["relations"])
    if "urls" in told:
        told["urls"] = tuple(Url(**url) for url in told["urls"])
    return WorkItem(**told, updated_at=updated_at)


_PLAIN_TUPLES = frozenset({"labels", "components", "mentions", "sprint_ids"})
_INSTANTS = frozenset({"created_at", "archived_at", "category_since"})


def unique(values: Iterable[str]) -> tuple[str, ...]:
    """The values in their order, each once, without empty ones."""
    return tuple(dict.fromkeys(value for value in values if value))
