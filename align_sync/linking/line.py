"""What stands above an item, read once for all items that hang on the same parents."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby

from align_sync.linking.ancestry import Ancestry
from align_sync.linking.decisions import ManualExemption
from align_sync.linking.evidence import Exempted
from align_sync.linking.reading import Ground, Reading
from align_sync.work import ItemRef, Parent, WorkItem


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """What is kept of an item that stands above others. `item` gives the whole of it, where a rule must look at it.

    `item_id` is the store's, where it comes from there, and `above` the parents as it tells them.
    """

    ref: ItemRef
    parents: tuple[Parent, ...]
    reading: Reading
    item: Callable[[], WorkItem]
    exemption: ManualExemption | None = None
    item_id: int | None = None
    above: str = ""

    @property
    def is_exempt(self) -> bool:
        """Whether a person exempted it and nobody linked it by hand: what hangs on it inherits the same."""
        return self.exemption is not None and not self.reading.is_decided


@dataclass(frozen=True, kw_only=True)
class Nearest:
    """The first distance at which anything above says something: links, or an exemption by hand where there is none."""

    distance: int = 0
    won: tuple[tuple[Node, Ground], ...] = ()
    exempted: Exempted | None = None

    @property
    def is_telling(self) -> bool:
        return bool(self.won) or self.exempted is not None


@dataclass(frozen=True)
class Line:
    """The ancestors of an item, nearest first, and what follows from them alone.

    `is_plain` where each is the only parent of the one before, as a part of it, and all were seen.
    """

    ancestry: Ancestry[Node]
    is_plain: bool = False

    def __iter__(self) -> Iterator[tuple[int, Node]]:
        return iter(self.ancestry.steps)

    @cached_property
    def nearest(self) -> Nearest:
        for distance, steps in groupby(self.ancestry.steps, key=lambda step: step[0]):
            nodes = [node for _, node in steps]
            won = tuple((node, ground) for node in nodes if not node.is_exempt for ground in node.reading.won)
            if won:
                return Nearest(distance=distance, won=won)
            for node in nodes:
                if node.exemption is not None and node.is_exempt:
                    return Nearest(distance=distance, exempted=exempt_by_hand(node.exemption, node.ref, distance))
        return Nearest()

    @cached_property
    def refused(self) -> tuple[tuple[int, Node, Ground], ...]:
        return tuple((distance, node, ground) for distance, node in self for ground in node.reading.refused)

    @property
    def is_whole(self) -> bool:
        """Whether everything that is named above is known."""
        return not self.ancestry.unseen


NOTHING_ABOVE = Line(Ancestry(), is_plain=True)


def exempt_by_hand(exemption: ManualExemption, via: ItemRef, distance: int) -> Exempted:
    return Exempted(
        category=exemption.category,
        reason=exemption.reason,
        author=exemption.author,
        expires_on=exemption.expires_on,
        via=via,
        distance=distance,
    )
