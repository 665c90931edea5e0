"""The way up from an item: the items it is part of, nearest first, then the containers around them."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Generic, Protocol, TypeVar

from align_sync.work import ItemRef, Parent, ParentKind


class Climbing(Protocol):
    """Whatever has a name and things above it: a work item, or what is kept of one."""

    @property
    def ref(self) -> ItemRef: ...

    @property
    def parents(self) -> tuple[Parent, ...]: ...


C = TypeVar("C", bound=Climbing)
Lookup = Callable[[ItemRef], C | None]
"""Finds a known item by its reference, by key where the reference has no identifier."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ancestry(Generic[C]):
    """`steps` are the known ancestors with their distance; `unseen` are named above but not known to us.

    `has_more` tells that there is something above the depth limit, which nobody looked at.
    """

    steps: tuple[tuple[int, C], ...] = ()
    unseen: tuple[ItemRef, ...] = ()
    has_loop: bool = False
    has_more: bool = False


def find_ancestry(item: C, lookup: Lookup[C], *, depth: int) -> Ancestry[C]:
    """Walk up: first parent, its parent and so on; then the containers of the item, then those of its parents.

    A sub-item is part of its parent before it is part of a project, so that the parent is asked first. Loops end where
    they close. Beyond `depth` steps nothing is looked up, and nothing is called unseen.
    """
    walk: _Walk[C] = _Walk(lookup, depth)
    walk.seen.add(_identity(item.ref))
    walk.climb([item], ParentKind.ITEM, 1)
    levels = [[ancestor for _, ancestor in level] for _, level in groupby(tuple(walk.steps), key=itemgetter(0))]
    # Level by level: in which order an item names its parents must not tell how far away their containers are.
    for level in ([item], *levels):
        walk.climb(level, ParentKind.CONTAINER, walk.farthest + 1)
    return Ancestry(steps=tuple(walk.steps), unseen=tuple(walk.unseen), has_loop=walk.has_loop, has_more=walk.has_more)


class _Walk(Generic[C]):
    def __init__(self, lookup: Lookup[C], depth: int) -> None:
        self.lookup, self.depth = lookup, depth
        self.steps: list[tuple[int, C]] = []
        self.unseen: list[ItemRef] = []
        self.seen: set[tuple[str, str]] = set()
        self.has_loop = self.has_more = False

    @property
    def farthest(self) -> int:
        """How far up the walk has come: of several parents at one distance none makes the way longer."""
        return self.steps[-1][0] if self.steps else 0

    def climb(self, front: list[C], kind: ParentKind, distance: int) -> None:
        """All that is above these by parents of this kind, breadth first."""
        while front:
            if distance > self.depth:
                self.has_more |= any(parent.kind is kind for child in front for parent in child.parents)
                break
            above: list[C] = []
            for child in front:
                above += [seen for parent in child.parents if parent.kind is kind and (seen := self._visit(parent))]
            self.steps += [(distance, ancestor) for ancestor in above]
            front = above
            distance += 1

    def _visit(self, parent: Parent) -> C | None:
        ancestor = self.lookup(parent.ref)
        if ancestor is None:
            # By identity: references by key alone are all equal.
            if _identity(parent.ref) not in map(_identity, self.unseen):
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
