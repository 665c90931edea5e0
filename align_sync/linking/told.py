"""What linking needs of an item, in two short texts beside its document: what it says itself, and what is above it.

To judge a million items again only these are read. Most items say nothing but labels: those are told in the plainest
form, one a line. Whatever else may name a key result is told as JSON.
"""

from typing import Any

import orjson

from align_sync.work import ItemKind, ItemRef, Parent, ParentKind, Relation, Url, WorkItem

_JSON_BEGINS = "{"
BETWEEN = "\n"
_SAID = ("labels", "marks", "relations", "urls", "mentions")


def write_words(item: WorkItem) -> str:
    """All that the rules read on the item itself, apart from its key; empty where it says nothing."""
    if item.marks or item.relations or item.urls or item.mentions or not _are_plain(item.labels):
        told = {name: value for name in _SAID if (value := getattr(item, name))}
        return orjson.dumps(told).decode()
    return BETWEEN.join(item.labels)


def _are_plain(labels: tuple[str, ...]) -> bool:
    return not labels or not (
        labels[0].startswith(_JSON_BEGINS) or any(BETWEEN in label for label in labels) or "" in labels
    )


def write_above(item: WorkItem) -> str:
    """What the item hangs on; equal for all that hang on the same."""
    return orjson.dumps(item.parents).decode() if item.parents else ""


def has_labels_only(words: str) -> bool:
    return not words.startswith(_JSON_BEGINS)


def read_words(words: str, ref: ItemRef, kind: ItemKind) -> WorkItem:
    """An item that says the same to every rule, and nothing else."""
    if has_labels_only(words):
        return WorkItem(ref=ref, title="", kind=kind, labels=tuple(words.split(BETWEEN) if words else ()))
    told: dict[str, Any] = orjson.loads(words)
    return WorkItem(
        ref=ref,
        title="",
        kind=kind,
        labels=tuple(told.get("labels", ())),
        marks=tuple((name, value) for name, value in told.get("marks", ())),
        relations=tuple(Relation(one["verb"], ItemRef(**one["target"])) for one in told.get("relations", ())),
        urls=tuple(Url(**one) for one in told.get("urls", ())),
        mentions=tuple(told.get("mentions", ())),
    )


def read_above(above: str) -> tuple[Parent, ...]:
    """What `write_above` wrote."""
    if not above:
        return ()
    return tuple(Parent(ItemRef(**one["ref"]), ParentKind(one["kind"])) for one in orjson.loads(above))
