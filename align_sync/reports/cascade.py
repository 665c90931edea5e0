"""The cascade as it stands on one day: the tree of a book, with progress, health and work where they are known."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from align_sync.okr.model import Book, KeyResultState, Metric
from align_sync.okr.standing import KeyResultStanding, ObjectiveStanding, Standings
from align_sync.okr.tree import TreeNode, build_tree


@dataclass(frozen=True, slots=True, kw_only=True)
class Cascade:
    """`standings` is None for a book that nobody measures, such as one read from files.

    `idle` are the keys of key results without work, empty too where nobody knows. `published` says when and by whom the
    book was published, or that it was not; empty where that was not asked.
    `inactive` are the states of those that are closed or archived: they keep their progress, and nobody judges them.
    """

    on: date
    roots: tuple[TreeNode, ...]
    metrics: Mapping[str, Metric]
    standings: Standings | None = None
    idle: frozenset[str] = field(default_factory=frozenset)
    inactive: Mapping[str, KeyResultState] = field(default_factory=dict)
    published: str = ""
    is_sample: bool = False

    def find(self, key: str) -> KeyResultStanding | ObjectiveStanding | None:
        """How the entry of this key stands."""
        if self.standings is None:
            return None
        return self.standings.key_results.get(key) or self.standings.objectives.get(key)

    def state_of(self, key: str) -> KeyResultState:
        """Objectives are always active."""
        return self.inactive.get(key, KeyResultState.ACTIVE)


def build_cascade(
    book: Book,
    *,
    on: date,
    standings: Standings | None = None,
    idle: frozenset[str] = frozenset(),
    published: str = "",
    is_sample: bool = False,
) -> Cascade:
    return Cascade(
        on=on,
        roots=build_tree(book),
        metrics={kr.key: kr.metric for kr in book.key_results},
        standings=standings,
        idle=idle,
        inactive={kr.key: kr.state for kr in book.key_results if kr.state is not KeyResultState.ACTIVE},
        published=published,
        is_sample=is_sample,
    )
