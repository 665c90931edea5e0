"""The cascade: every objective under the objective or key result that it contributes to, as a tree.

An objective with several parents is shown once, under the first that is in the book, with a note of the others. A loop
is cut at its first objective in the book. Nothing here recurses, so that no depth is too deep.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from align_sync.okr.model import Book, KeyResult, KeyResultState, Objective


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeNode:
    """An objective or a key result in its place. `remarks` are what stands in brackets behind it."""

    key: str
    title: str
    remarks: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    children: tuple["TreeNode", ...] = ()


def build_tree(book: Book) -> tuple[TreeNode, ...]:
    """The roots in the order of the book: what contributes to nothing, or to nothing that the book holds."""
    cascade = _Cascade(book)
    built: dict[str, TreeNode] = {}
    # Children come after their parents in `order`, so that from its end all children are built when they are needed.
    for objective in reversed(cascade.order):
        built[objective.key] = cascade.build(objective, built)
    return tuple(built[objective.key] for objective in cascade.roots)


def walk_tree(root: TreeNode) -> Iterator[tuple[str, TreeNode]]:
    """Every node from the top down, with the strokes that a terminal draws before it."""
    yield "", root
    waiting = [("", child, child is root.children[-1]) for child in reversed(root.children)]
    while waiting:
        indent, node, is_last = waiting.pop()
        yield f"{indent}{'└── ' if is_last else '├── '}", node
        below = indent + ("    " if is_last else "│   ")
        waiting += [(below, child, child is node.children[-1]) for child in reversed(node.children)]


def say_node(node: TreeNode) -> str:
    remarks = f"  ({', '.join(node.remarks)})" if node.remarks else ""
    notes = f"  [{'; '.join(node.notes)}]" if node.notes else ""
    return f"{node.key}  {node.title}{remarks}{notes}"


class _Cascade:
    """Who stands below whom: `below` names the objectives under the folded key of an objective or key result."""

    def __init__(self, book: Book) -> None:
        self.owners = {kr.key.casefold(): objective for objective, kr in book.by_key.values()}
        self.owners |= {objective.key.casefold(): objective for objective in book}
        self.notes: dict[str, tuple[str, ...]] = {}
        above = {objective.key: self._choose_parent(objective) for objective in book}
        for objective in book:
            self._cut_loop(objective, above)
        self.roots = [objective for objective in book if above[objective.key] is None]
        self.below: dict[str, list[Objective]] = {}
        for objective in book:
            if parent := above[objective.key]:
                self.below.setdefault(parent.casefold(), []).append(objective)
        self.order = list(self.roots)
        for objective in self.order:  # grows while it is walked: breadth first
            self.order += self._under(objective)

    def _choose_parent(self, objective: Objective) -> str | None:
        known = [key for key in objective.contributes_to if key.casefold() in self.owners]
        others = [f"contributes to {key} too" for key in known[1:]]
        lost = [
            f"contributes to {key}, which is not in the book" for key in objective.contributes_to if key not in known
        ]
        self.notes[objective.key] = (*others, *lost)
        return known[0] if known else None

    def _cut_loop(self, start: Objective, above: dict[str, str | None]) -> None:
        line = dict.fromkeys((start.key,))  # in order, and quick to ask
        parent = above[start.key]
        while parent:
            objective = self.owners[parent.casefold()]
            if objective.key == start.key:
                round_trip = " -> ".join((*line, start.key))
                self.notes[start.key] += (f"contributes to itself: {round_trip}",)
                above[start.key] = None
                return
            if objective.key in line:
                return  # a loop farther up, which does not hold this objective
            line[objective.key] = None
            parent = above[objective.key]

    def _under(self, objective: Objective) -> list[Objective]:
        keys = (objective.key, *(kr.key for kr in objective.key_results))
        return [child for key in keys for child in self.below.get(key.casefold(), ())]

    def build(self, objective: Objective, built: dict[str, TreeNode]) -> TreeNode:
        """The node of an objective whose objectives below are built already."""

        def below(key: str) -> tuple[TreeNode, ...]:
            return tuple(built[child.key] for child in self.below.get(key.casefold(), ()))

        results = tuple(
            TreeNode(key=kr.key, title=kr.title, remarks=_remark(kr), children=below(kr.key))
            for kr in objective.key_results
        )
        return TreeNode(
            key=objective.key,
            title=objective.title,
            remarks=tuple(word for word in (objective.team, objective.period) if word),
            notes=self.notes[objective.key],
            children=(*results, *below(objective.key)),
        )


def _remark(key_result: KeyResult) -> tuple[str, ...]:
    owner = key_result.owner.partition("@")[0]
    state = "" if key_result.state is KeyResultState.ACTIVE else key_result.state.value
    if key_result.successor:
        state = f"{state}, continued by {key_result.successor}" if state else f"continued by {key_result.successor}"
    return tuple(word for word in (owner, key_result.commitment.value, state) if word)
