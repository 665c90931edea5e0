"""Fetched pages into the store, a few hundred items a transaction: what is known, what to do, what was done."""

from collections.abc import Container, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from align_sync.app import App
from align_sync.errors import InterruptedPullError, Problem, SourceError
from align_sync.flows.pull.result import Counts
from align_sync.store.items import load_known, load_silent_parts, save_items
from align_sync.store.leases import hold_lease
from align_sync.store.sprints import load_sprint_ids, save_moves
from align_sync.sync.plan import Move, plan_page
from align_sync.trackers.base import Page
from align_sync.work import WorkItem

ITEMS_A_TRANSACTION = 500
"""Enough that the flush to disk at each commit does not count, few enough that a crash loses little work."""


@dataclass(slots=True, kw_only=True)
class PageWriter:
    """Takes pages as they come.

    `missing` gathers what was asked for and left out. `unplaced` gathers what only a listing can place: items whose
    sprint field cannot be read, and those that are `listed` in an open sprint while their own field names none, as
    sub-tasks may that are in the sprint of their parent. `is_first` says that the source was never read completely.
    """

    app: App
    source: str
    lease: str
    fence: int
    sweep_id: int
    counts: Counts
    listed: Container[str] = ()
    open_sprints: frozenset[str] = frozenset()
    is_first: bool = False
    missing: set[str] = field(default_factory=set)
    unplaced: set[str] = field(default_factory=set)
    _items: list[WorkItem] = field(default_factory=list)
    _sprint_ids: dict[str, int] | None = None

    def add(self, page: Page) -> None:
        self.missing.update(page.missing)
        self.unplaced.update(page.unplaced)
        self.counts.problems += page.problems
        self._items += page.items
        if len(self._items) >= ITEMS_A_TRANSACTION:
            self.flush()

    def take(self, pages: Iterable[Page]) -> None:
        """Store all pages, and what came of them where they end early."""
        try:
            for page in pages:
                self.add(page)
        except (SourceError, InterruptedPullError):
            self.flush()
            raise
        self.flush()

    def flush(self) -> None:
        """Store what has come, in one transaction."""
        if not self._items:
            return
        items, self._items = self._items, []
        now, counts = self.app.now(), self.counts
        self.unplaced.update(item.ref.external_id for item in items if self._is_only_listed(item))
        with self.app.store.write() as connection:
            hold_lease(connection, self.lease, self.fence, now)
            sprint_ids = self.sprint_ids()
            known = load_known(connection, self.source, [item.ref.external_id for item in items])
            plan = plan_page(
                items, known, frozenset(sprint_ids), frozenset(self.unplaced), now=now, is_first=self.is_first
            )
            item_ids = save_items(connection, plan, known=known, source=self.source, sweep_id=self.sweep_id, now=now)
            save_moves(connection, plan.entered, plan.left, item_ids=item_ids, sprint_ids=sprint_ids, now=now)
            # What is in a sprint only as a part of what moved was moved with it, and says nothing of that itself.
            moved = {move.external_id for move in (*plan.entered, *plan.left)} & known.keys()
            ids = [known[external_id].item_id for external_id in moved]
            self.unplaced.update(load_silent_parts(connection, ids, self.open_sprints))
        counts.new += len(plan.created)
        counts.changed += len(plan.changed) + len(plan.revived)
        counts.unchanged += len(plan.same) + len(plan.older) - len(plan.revived)
        counts.entered += len(plan.entered)
        counts.left += len(plan.left)

    def _is_only_listed(self, item: WorkItem) -> bool:
        names_none = self.open_sprints.isdisjoint(item.sprint_ids)
        return names_none and item.archived_at is None and item.ref.external_id in self.listed

    def move(self, entered: list[Move], left: list[Move], now: datetime) -> None:
        """Write stays that the listings tell."""
        with self.app.store.write() as connection:
            hold_lease(connection, self.lease, self.fence, now)
            names = {move.external_id for move in (*entered, *left)}
            item_ids = {name: row.item_id for name, row in load_known(connection, self.source, sorted(names)).items()}
            save_moves(
                connection,
                [move for move in entered if move.external_id in item_ids],
                [move for move in left if move.external_id in item_ids],
                item_ids=item_ids,
                sprint_ids=self.sprint_ids(),
                now=now,
            )
        self.counts.entered += len(entered)
        self.counts.left += len(left)

    def note(self, problem: Problem) -> None:
        self.counts.problems.append(problem)

    def sprint_ids(self) -> dict[str, int]:
        """Our ids of the source's sprints, by the tracker's; they do not change while pages are written."""
        if self._sprint_ids is None:
            with self.app.store.read() as connection:
                self._sprint_ids = load_sprint_ids(connection, self.source)
        return self._sprint_ids
