"""One source, read once: sprints, identifiers, items, ancestors, what is absent; each page stored as it comes.

No request is made inside a transaction. The cursor moves in the transaction that ends the sweep. A sweep that was
interrupted goes on: what it has stored carries its number and is not fetched again.
"""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from align_sync.app import App, SourceOpener
from align_sync.errors import FatalError, StoreError
from align_sync.flows.pull.absence import settle_absence
from align_sync.flows.pull.ahead import Pages, read_ahead
from align_sync.flows.pull.ancestors import fetch_ancestors
from align_sync.flows.pull.pages import PageWriter
from align_sync.flows.pull.placing import place_items
from align_sync.flows.pull.result import Counts, OnProgress
from align_sync.store.items import forget_unreadable, load_members, load_seen, load_stored, load_unseen
from align_sync.store.leases import hold_lease, lease_name
from align_sync.store.sprints import load_sprints, save_sprints
from align_sync.store.sweeps import (
    SourceStatus,
    Sweep,
    begin_sweep,
    drop_unfinished,
    finish_sweep,
    load_status,
    load_unfinished,
    save_facts,
)
from align_sync.sync.cursor import Rhythm, SweepKind, Window, next_cursor, plan_window
from align_sync.sync.identifiers import IdentifierSet
from align_sync.trackers.base import Page, SprintListing, Tracker
from align_sync.work import ItemRef, Sprint, SprintState

FACTS_LAST = timedelta(hours=6)
"""So long what was found out about a site (boards, fields) is believed; a full sweep always asks again."""


@dataclass(slots=True, kw_only=True)
class Pulling:
    """The run of one source. `run` may raise `SourceError` at any point; what is stored until then stays."""

    app: App
    opener: SourceOpener
    fence: int
    counts: Counts
    accept_shrink: bool
    on_progress: OnProgress
    kind: SweepKind | None = None
    is_resumed: bool = False
    _tracker: Tracker | None = field(default=None, init=False)
    _is_known: bool = field(default=False, init=False)
    _total: int = field(default=0, init=False)
    _opened: tuple[str, ...] = field(default=(), init=False)

    @property
    def source(self) -> str:
        return self.opener.source

    @property
    def lease(self) -> str:
        return lease_name(self.source)

    @property
    def requests(self) -> int:
        return self._tracker.traffic.requests if self._tracker else 0

    @property
    def received_bytes(self) -> int:
        return self._tracker.traffic.received_bytes if self._tracker else 0

    def close(self) -> None:
        if self._tracker is not None:
            self._tracker.close()

    def run(self, *, force_full: bool) -> None:
        status, unfinished = self._load()
        window = self._window(status, unfinished, force_full=force_full)
        if unfinished is not None and unfinished.kind is not window.kind:
            unfinished = None  # everything is read now, and `_begin` ends it
        tracker = self._open(status, window)
        self.on_progress(self.source, "sprints", 0, 0)
        started_at = self.app.now()
        listing = self._fetch_sprints(tracker, window)
        if not listing.complete:
            tracker.check()  # to nobody in particular, Jira shows no boards and finds nothing, all with good answers
        self.counts.problems += listing.problems
        open_sprints = self._save_sprints(tracker, listing)
        sweep = unfinished or self._begin(window, status, started_at, listing.server_at)
        self.is_resumed = unfinished is not None
        listed = IdentifierSet()
        writer = PageWriter(
            app=self.app,
            source=self.source,
            lease=self.lease,
            fence=self.fence,
            sweep_id=sweep.sweep_id,
            counts=self.counts,
            listed=listed,
            open_sprints=frozenset(sprint.ref.external_id for sprint in open_sprints),
            is_first=status.complete_at is None,
        )
        self._read_items(tracker, writer, window, listed)
        fetch_ancestors(tracker, writer, also_gone=window.kind is SweepKind.FULL)
        absent = self._absent(sweep, listed)
        settle_absence(tracker, writer, absent=absent, is_complete=listing.complete, accept_shrink=self.accept_shrink)
        place_items(tracker, writer, open_sprints, listed)
        self._finish(tracker, sweep, window)
        if not listing.complete:
            first = listing.problems[0]
            raise FatalError(first.message, where=first.where, advice=first.advice)

    def _load(self) -> tuple[SourceStatus, Sweep | None]:
        with self.app.store.write() as connection:
            hold_lease(connection, self.lease, self.fence, self.app.now())
            unfinished = load_unfinished(connection, self.source)
            status = load_status(connection, self.source)
        if status is None:
            raise StoreError("the source vanished from the store", where=self.source)
        return status, unfinished

    def _window(self, status: SourceStatus, unfinished: Sweep | None, *, force_full: bool) -> Window:
        sync = self.app.settings.sync
        rhythm = Rhythm(
            overlap=sync.overlap,
            wide_overlap=sync.wide_overlap,
            wide_every=sync.wide_every,
            full_every=sync.full_every,
        )
        window = plan_window(status.progress, rhythm, now=self.app.now(), force_full=force_full)
        if unfinished is not None and unfinished.kind is SweepKind.FULL:
            window = Window(kind=SweepKind.FULL, since=None, is_wide=True)
        self.kind = window.kind
        return window

    def _open(self, status: SourceStatus, window: Window) -> Tracker:
        """With what is remembered of the site, unless it is old or everything is read anew."""
        age = self.app.now() - status.facts_at if status.facts_at else None
        is_fresh = age is not None and age < FACTS_LAST and window.kind is not SweepKind.FULL
        tracker = self.opener.open(status.facts if is_fresh else {})
        self._tracker = tracker
        self._is_known = is_fresh
        return tracker

    def _fetch_sprints(self, tracker: Tracker, window: Window) -> SprintListing:
        """The sprints, and meanwhile who we are, where that was not asked lately; a refusal of ours counts first."""
        with ThreadPoolExecutor(max_workers=1, thread_name_prefix=self.source) as pool:
            asked = None if self._is_known else pool.submit(tracker.check)
            try:
                return tracker.fetch_sprints(thorough=window.is_wide)
            finally:
                if asked is not None:
                    asked.result()

    def _save_sprints(self, tracker: Tracker, listing: SprintListing) -> tuple[Sprint, ...]:
        """Store the open sprints, and learn what became of those that are not listed any more."""
        with self.app.store.read() as connection:
            before = load_sprints(connection, self.source)
        listed = {sprint.ref.external_id for sprint in listing.sprints}
        known = {sprint.ref.external_id for sprint in before if sprint.state.is_open}
        self._opened = tuple(sorted(listed - known))
        unlisted = [s for s in before if s.state.is_open and s.ref.external_id not in listed]
        closed: list[Sprint] = []
        if unlisted and listing.complete:
            tracker.check()  # an account that lost its rights sees no sprint, and that must not look like an end
            closed += (_closed(one, tracker.fetch_sprint(one.ref.external_id), self.app.now()) for one in unlisted)
        with self.app.store.write() as connection:
            hold_lease(connection, self.lease, self.fence, self.app.now())
            self.counts.sprints = save_sprints(connection, (*listing.sprints, *closed), self.app.now())
            stored = load_sprints(connection, self.source)
        return tuple(sprint for sprint in stored if sprint.state.is_open)

    def _begin(self, window: Window, status: SourceStatus, started_at: datetime, server_at: datetime | None) -> Sweep:
        cursor_at = next_cursor(started_at=started_at, server_at=server_at, previous=status.progress.cursor_at)
        with self.app.store.write() as connection:
            hold_lease(connection, self.lease, self.fence, self.app.now())
            drop_unfinished(connection, self.source, self.app.now())
            if window.kind is SweepKind.FULL:
                forget_unreadable(connection, self.source)
            return begin_sweep(connection, self.source, window.kind, started_at=started_at, cursor_at=cursor_at)

    def _read_items(self, tracker: Tracker, writer: PageWriter, window: Window, listed: IdentifierSet) -> None:
        """Fetch what there is to fetch, and gather in `listed` the identifiers of all items in open sprints."""
        sprint_ids = sorted(writer.open_sprints)
        changes = iter(()) if window.since is None else tracker.list_changed(window.since)
        with (
            read_ahead(tracker.list_members(sprint_ids), name=f"{self.source}-members") as members,
            read_ahead(changes, name=f"{self.source}-changes") as changed,
        ):
            todo = (
                self._list_all(members, writer.sweep_id, listed)
                if window.kind is SweepKind.FULL
                else self._list_differences(members, changed, listed, tracker.list_members(self._opened))
            )
            self._fetch(tracker, writer, self._unread(todo, writer.sweep_id))

    def _list_all(self, members: Pages, sweep_id: int, listed: IdentifierSet) -> Iterator[str]:
        """All that the listing shows, while it goes on, so that items are fetched meanwhile; then what is unlisted."""
        for page in members:
            yield from [external_id for external_id in page if listed.add(external_id)]
        with self.app.store.read() as connection:
            unlisted = [one for one in load_unseen(connection, self.source, sweep_id) if one not in listed]
        self._total = len(listed) + len(unlisted)
        yield from unlisted

    def _list_differences(self, members: Pages, changed: Pages, listed: IdentifierSet, opened: Pages) -> Iterator[str]:
        """What the listing shows that is in no sprint here, and what changed there of all that is known here.

        And all of the sprints that were not open when we looked last: to open one again touches none of its items,
        which may be known as members of another.
        """
        for page in members:
            for external_id in page:
                listed.add(external_id)
            self.on_progress(self.source, "identifiers", len(listed), 0)
        with self.app.store.read() as connection:
            # Listed and stored is not enough: a sprint's end moves items on without touching their stamps.
            wanted = IdentifierSet(listed.without(load_members(connection, self.source)))
        for page in opened:
            for external_id in page:
                wanted.add(external_id)
        for page in changed:
            with self.app.store.read() as connection:
                for external_id in load_stored(connection, self.source, page):
                    wanted.add(external_id)
        self._total = len(wanted)
        yield from wanted

    def _unread(self, todo: Iterator[str], sweep_id: int) -> Iterator[str]:
        """Without what this sweep has read before it was interrupted."""
        if not self.is_resumed:
            return todo
        with self.app.store.read() as connection:
            seen = load_seen(connection, self.source, sweep_id)
        return (external_id for external_id in todo if external_id not in seen)

    def _fetch(self, tracker: Tracker, writer: PageWriter, todo: Iterator[str]) -> None:
        refs = (ItemRef(source=self.source, external_id=external_id) for external_id in todo)
        writer.take(self._count(tracker.fetch_items(refs)))

    def _count(self, pages: Iterable[Page]) -> Iterator[Page]:
        done = 0
        for page in pages:
            yield page
            done += len(page.items) + len(page.missing) + len(page.unread)
            self.on_progress(self.source, "items", done, self._total)

    def _absent(self, sweep: Sweep, listed: IdentifierSet) -> list[str]:
        """Members that no listing shows and that this sweep has not fetched: those have told where they are."""
        with self.app.store.read() as connection:
            unseen = load_members(connection, self.source, unseen_by=sweep.sweep_id)
            return [external_id for external_id in unseen if external_id not in listed]

    def _finish(self, tracker: Tracker, sweep: Sweep, window: Window) -> None:
        counts = self.counts
        told = {name: getattr(counts, name) for name in ("new", "changed", "unchanged", "gone", "entered", "left")}
        with self.app.store.write() as connection:
            hold_lease(connection, self.lease, self.fence, self.app.now())
            save_facts(connection, self.source, tracker.facts(), self.app.now())
            finish_sweep(
                connection,
                self.source,
                sweep,
                now=self.app.now(),
                is_wide=window.is_wide,
                counts=told,
                problems=counts.problems,
            )


def _closed(before: Sprint, now_told: Sprint | None, now: datetime) -> Sprint:
    """A sprint that is not listed as open any more: as the tracker tells it, else closed now."""
    if now_told is not None:
        return replace(now_told, team=before.team, board=before.board)
    return replace(before, state=SprintState.CLOSED, completed_at=before.completed_at or now)
