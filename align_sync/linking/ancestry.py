"""The way up from an item: the items it is part of, nearest first, then the containers around them."""

from collections.abc import Callable
from dataclasses import dataclass

from align_sync.work import ItemRef, Parent, ParentKind, WorkItem

Lookup = Callable[[ItemRef], WorkItem | None]
"""Finds a known item by its reference, by key where the reference has no identifier."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ancestry:
    """`steps` are the known ancestors with their distance; `unseen` are named above but not known to us."""

    steps: tuple[tuple[int, WorkItem], ...] = ()
    unseen: tuple[ItemRef, ...] = ()
    has_loop: bool = False


def find_ancestry(item: WorkItem, lookup: Lookup, *, depth: int) -> Ancestry:
    """Walk up: first parent, its parent and so on; then the containers of the item, then those of its parents.

    A sub-item is part of its parent before it is part of a project, so that the parent is asked first. Loops end where
    they close. Beyond `depth` steps nothing is looked up, and nothing is called unseen.
    """
    walk = _Walk(lookup, depth)
    walk.seen.add(_identity(item.ref))
    line = [item, *walk.climb(item, ParentKind.ITEM, 1)]
    distance = len(line)
    for member in line:
        if walk.climb(member, ParentKind.CONTAINER, distance):
            distance = walk.steps[-1][0] + 1
    return Ancestry(steps=tuple(walk.steps), unseen=tuple(walk.unseen), has_loop=walk.has_loop)


class _Walk:
    def __init__(self, lookup: Lookup, depth: int) -> None:
        self.lookup, self.depth = lookup, depth
        self.steps: list[tuple[int, WorkItem]] = []
        self.unseen: list[ItemRef] = []
        self.seen: set[tuple[str, str]] = set()
        self.has_loop = False

    def climb(self, start: WorkItem, kind: ParentKind, distance: int) -> list[WorkItem]:
        """All that is above `start` by parents of this kind, breadth first; returns what was found."""
        found: list[WorkItem] = []
        front = [start]
        while front and distance <= self.depth:
            above: list[WorkItem] = []
            for child in front:
                above += [seen for parent in child.parents if parent.kind is kind and (seen := self._visit(parent))]
            self.steps += [(distance, ancestor) for ancestor in above]
            found += above
            front = above
            distance += 1
        return found

    def _visit(self, parent: Parent) -> WorkItem | None:
        ancestor = self.lookup(parent.ref)
        if ancestor is None:
            if parent.ref not in self.unseen:
                self.unseen.append(parent.ref)
            return None
        identity = _identity(ancestor.ref)
        if identity in self.seen:
            self.has_loop |= parent.kind is ParentKind.ITEM  # containers may meet again higher up, items may not
            return None
        self.seen.add(identity)
        return ancestor


def _identity(ref: ItemRef) -> tuple[str, str]:
    return (ref.source, ref.external_id or ref.key)
