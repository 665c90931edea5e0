"""Many items judged at once: what stands above several of them is read once, and no words are made.

The verdicts are those of `matcher.py`: both ask `deciding.py`. What is stored comes in as rows, what follows goes out
as outcomes; nothing is fetched and nothing is written here. Of a row mostly two short texts are looked at (`told.py`),
and many rows have the same ones.
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

from align_sync.linking.ancestry import Ancestry, find_ancestry
from align_sync.linking.deciding import Outcome
from align_sync.linking.decisions import NO_DECISIONS
from align_sync.linking.line import NOTHING_ABOVE, Line, Node
from align_sync.linking.matcher import Judge
from align_sync.linking.reading import SILENT, Reading
from align_sync.linking.told import read_above
from align_sync.work import ItemRef, ParentKind, WorkItem, read_document

TeamOf = Callable[["StoredItem"], str]
"""Whose sprint an item is in."""


class StoredItem(NamedTuple):
    """A row of the store. `words` and `above` are what `told.py` wrote; `content_hash` tells whether it is the same.

    `document` is there where somebody may have to look at the whole item: with rules of the policy, and of containers.
    """

    item_id: int
    source: str
    external_id: str
    key: str
    kind: str
    content_hash: str
    words: str
    above: str
    document: str = ""


@dataclass(frozen=True, slots=True)
class _Asked:
    """A stored item as `deciding.py` asks for it: made into a work item only where a rule has to look at it."""

    row: StoredItem
    team: str

    @property
    def ref(self) -> ItemRef:
        return _ref_of(self.row)

    def item(self) -> WorkItem:
        return read_document(self.row.document)


class Bench:
    """Judges stored items one by one; `learn` what stands above them first, as `find_wanted` asks.

    `decided` are the items, as (source, external id), that people decided anything about.
    """

    def __init__(
        self, judge: Judge, *, depth: int, decided: Collection[tuple[str, str]] = (), team_of: TeamOf | None = None
    ) -> None:
        self._judge, self._depth, self._decided, self._team_of = judge, depth, frozenset(decided), team_of
        self._by_id: dict[tuple[str, str], Node] = {}
        self._by_key: dict[tuple[str, str], Node] = {}
        self._hashes: dict[int, str] = {}
        self._lines: dict[str, Line] = {"": NOTHING_ABOVE}
        self._lines_in_loops: dict[tuple[str, str, str], Line] = {}
        self._outcomes: dict[tuple[int, int], Outcome] = {}

    @property
    def needs_documents(self) -> bool:
        """Whether rules of the policy may have to look at any item."""
        return not self._judge.policy.is_empty

    def find_wanted(self, rows: Iterable[StoredItem]) -> Collection[ItemRef]:
        """What stands above these items and is not known yet, however far up: what was forgotten lies beyond others."""
        told = {row.above for row in rows} - self._lines.keys()
        return self._list_unknown(parent.ref for above in told for parent in read_above(above))

    def learn(self, rows: Iterable[StoredItem]) -> Collection[ItemRef]:
        """Keep what stands above others; returns what stands above it and is not known yet."""
        above: list[ItemRef] = []
        for row in rows:
            node = self._make_node(row)
            self._drop(node.ref)
            self._by_id[row.source, row.external_id] = node
            self._by_key[row.source, row.key] = node
            self._hashes[row.item_id] = row.content_hash
            above += [parent.ref for parent in node.parents]
        return self._list_unknown(above)

    def judge(self, row: StoredItem) -> Outcome:
        """The outcome for one item whose ancestors were learnt."""
        decisions = NO_DECISIONS
        if self._decided and (row.source, row.external_id) in self._decided:
            decisions = self._judge.decisions(_ref_of(row))
        reader = self._judge.reader
        own = reader.read_stored(row, decisions)
        line = self._lines.get(row.above) or self._find_line(row)
        if decisions is NO_DECISIONS and reader.is_shared(own) and self._depends_on_words(own, line):
            # Of many items with the same words, below the same parents, one is judged. The readings and lines live as
            # long as this table does, so that no other can have the same identity.
            shared = (id(own), 0 if own.won else id(line))
            known = self._outcomes.get(shared)
            if known is None:
                known = self._outcomes[shared] = self._judge.decide(_Asked(row, ""), own, line)
            return known
        team = self._team_of(row) if self._team_of is not None else ""
        return self._judge.decide(_Asked(row, team), own, line, decisions)

    def _depends_on_words(self, own: Reading, line: Line) -> bool:
        """Whether no rule of the policy has to look at the item itself."""
        return self._judge.policy.is_empty or bool(own.won) or line.nearest.is_telling

    def is_outdated(self, row: StoredItem) -> bool:
        """Whether others were judged by an earlier state of this item."""
        return self._hashes.get(row.item_id, row.content_hash) != row.content_hash

    def forget(self, rows: Iterable[StoredItem]) -> None:
        """Look again at what stands above whom: these have changed meanwhile."""
        for row in rows:
            self._hashes.pop(row.item_id, None)
            self._drop(_ref_of(row))
        self._lines = {"": NOTHING_ABOVE}
        self._lines_in_loops.clear()
        self._outcomes.clear()

    def _drop(self, ref: ItemRef) -> None:
        """Forget the item also by the key that it had, which another may have by now."""
        known = self._by_id.pop((ref.source, ref.external_id), None)
        if known is not None and self._by_key.get((ref.source, known.ref.key)) is known:
            del self._by_key[ref.source, known.ref.key]

    def _list_unknown(self, refs: Iterable[ItemRef]) -> tuple[ItemRef, ...]:
        # Not a set of references: those by key alone are all equal.
        seen: set[tuple[str, str, str]] = set()
        unknown: list[ItemRef] = []
        front = list(refs)
        while front:
            ref = front.pop()
            identity = (ref.source, ref.external_id, "" if ref.external_id else ref.key)
            if identity in seen:
                continue
            seen.add(identity)
            node = self._find(ref)
            if node is None:
                unknown.append(ref)
            else:
                front += [parent.ref for parent in node.parents]
        return tuple(unknown)

    def _find(self, ref: ItemRef) -> Node | None:
        if ref.external_id:
            return self._by_id.get((ref.source, ref.external_id))
        return self._by_key.get((ref.source, ref.key))

    def _find_line(self, row: StoredItem) -> Line:
        line = self._extend(row.above, self._depth) or self._climb(_NOBODY, row.above)
        if not any(node.above == row.above for _, node in line):
            self._lines[row.above] = line
            return line
        # A loop: who hangs on these parents may stand above itself, and leaves only itself out of its line.
        own = (row.source, row.external_id, row.above)
        return self._lines_in_loops.setdefault(own, self._climb(_ref_of(row), row.above))

    def _extend(self, above: str, left: int) -> Line | None:
        """The line of the only parent with the parent before it: the same as a whole climb, where nothing branches.

        Most items are parts of one item, which is a part of one. None wherever it is not as plain as that; `left` are
        the steps that may still be taken, so that a loop comes to an end.
        """
        parents = read_above(above)
        if left <= 1 or len(parents) != 1 or parents[0].kind is not ParentKind.ITEM:
            return None
        parent = self._find(parents[0].ref)
        if parent is None:
            return None
        beyond = self._lines.get(parent.above) or self._extend(parent.above, left - 1)
        if beyond is None or not beyond.is_plain or len(beyond.ancestry.steps) + 1 >= self._depth:
            return None
        steps = ((1, parent), *((distance + 1, node) for distance, node in beyond))
        line = self._lines[above] = Line(Ancestry(steps=steps), is_plain=True)
        return line

    def _climb(self, ref: ItemRef, above: str) -> Line:
        below = Node(ref=ref, parents=read_above(above), reading=SILENT, item=_look_at_nobody)
        return Line(find_ancestry(below, self._find, depth=self._depth))

    def _make_node(self, row: StoredItem) -> Node:
        ref = _ref_of(row)
        decisions = self._judge.decisions(ref)
        return Node(
            ref=ref,
            parents=read_above(row.above),
            above=row.above,
            reading=self._judge.reader.read_stored(row, decisions),
            exemption=decisions.exemption,
            item=partial(read_document, row.document) if self.needs_documents else _look_at_nobody,
            item_id=row.item_id,
        )


_NOBODY = ItemRef(source="", external_id="")


_look_at_nobody = partial(WorkItem, ref=_NOBODY, title="")


def _ref_of(row: StoredItem) -> ItemRef:
    return ItemRef(source=row.source, external_id=row.external_id, key=row.key)
