"""Link: what changed, or hangs on what did, gets its verdict anew; everything where book, rules or policy changed."""

import gc
import hashlib
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import orjson
from sqlalchemy import Connection

from align_sync.app import App, is_dead
from align_sync.errors import AlreadyRunningError
from align_sync.linking.bulk import Bench, StoredItem
from align_sync.moment import Moment, Teams, load_moment
from align_sync.store.decisions import load_decided_after, load_decisions, load_newest_id
from align_sync.store.items import load_ids
from align_sync.store.judging import (
    load_above,
    load_below,
    load_idle,
    load_idle_waiting,
    load_waiting,
    load_work,
    load_work_after,
)
from align_sync.store.leases import claim_lease, hold_lease, load_owner, release_lease
from align_sync.store.ledger import (
    GroundIds,
    begin_run,
    finish_run,
    forget_verdicts,
    load_last_run,
    load_linked_rules,
    save_linked_rules,
    save_outcomes,
)
from align_sync.store.policies import save_policy
from align_sync.store.sprints import load_sprints
from align_sync.store.upsert import in_portions
from align_sync.store.waiting import clear_waiting, mark_waiting
from align_sync.work import ItemRef

LEASE = "link"
_LINKING = threading.Lock()
ITEMS_A_TRANSACTION = 5_000
"""About a tenth of a second: others who want to write wait no longer."""


@contextmanager
def uncollected() -> Iterator[None]:
    """Without the collector of cycles: it would look through all that is kept to the end again and again.

    Nothing of that refers to itself.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkResult:
    """`judged` items were looked at, `differing` verdicts were written; `was_full` where rules or book changed.

    `is_busy` where another process is linking: what waits, waits for its next run, or ours.
    """

    judged: int = 0
    differing: int = 0
    was_full: bool = False
    is_busy: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Begun:
    """What a run begins with; `waiting` are our ids of the items to judge unless `was_full`."""

    moment: Moment
    teams: Teams | None
    rules: str
    was_full: bool
    waiting: list[int]
    run_id: int
    newest_decision: int
    fence: int


def link(app: App) -> LinkResult:
    """Bring all verdicts up to date. Interrupted, it goes on next time: what was judged is not waiting any more.

    One process at a time: what stands above an item is kept from the beginning of a run to its end.
    """
    if not _LINKING.acquire(blocking=False):
        return LinkResult(is_busy=True)
    try:
        return _link(app)
    except AlreadyRunningError:
        return LinkResult(is_busy=True)
    finally:
        _LINKING.release()


def _link(app: App) -> LinkResult:
    with app.store.write() as connection:
        begun = _begin(app, connection)
    if begun is None:
        return LinkResult()
    try:
        return _judge_what_waits(app, begun)
    except Exception:
        with app.store.write() as connection:
            release_lease(connection, LEASE, begun.fence)
        raise


def _begin(app: App, connection: Connection) -> _Begun | None:
    """What is to be done, under the lease; None, without it, where nothing is. Raises `AlreadyRunningError`."""
    owner = load_owner(connection, LEASE)
    # One of this very process is left over from a run that did not come to its end: no other runs here now.
    is_left = owner is not None and (owner == app.owner or is_dead(owner))
    dead = frozenset({owner}) if owner is not None and is_left else frozenset[str]()
    fence = claim_lease(connection, LEASE, owner=app.owner, now=app.now(), dead_owners=dead)
    moment = load_moment(app, connection)
    teams = Teams(load_sprints(connection)) if moment.policy.asks_for_teams else None
    rules = _fingerprint(moment, teams)
    was_full = load_linked_rules(connection) != rules
    waiting = load_waiting(connection, with_below=not was_full)
    if not was_full:
        waiting = sorted({*waiting, *_find_lapsed(connection, moment)})
    save_policy(connection, app.rules, app.policy, moment.at)
    if not was_full and not waiting:
        release_lease(connection, LEASE, fence)
        return None
    if was_full:
        # Until all is judged by the new rules, nothing counts as judged by the old ones either.
        save_linked_rules(connection, "", moment.at)
    else:
        # An item stops waiting once it is judged: what hangs on it must not be forgotten with it.
        mark_waiting(connection, waiting)
    return _Begun(
        moment=moment,
        teams=teams,
        rules=rules,
        was_full=was_full,
        waiting=waiting,
        run_id=begin_run(connection, rules=rules, is_full=was_full, now=moment.at),
        newest_decision=load_newest_id(connection),
        fence=fence,
    )


def _judge_what_waits(app: App, begun: _Begun) -> LinkResult:
    run = _Run(app=app, run_id=begun.run_id, fence=begun.fence, bench=_open_bench(begun.moment, begun.teams))
    with uncollected():
        if begun.was_full:
            run.judge_all()
        else:
            run.judge_some(begun.waiting)
        run.settle(None if begun.was_full else begun.waiting)
    with app.store.write() as connection:
        hold_lease(connection, LEASE, begun.fence, app.now())
        # What people decided meanwhile was judged without, and may say that it held before.
        mark_waiting(connection, load_decided_after(connection, begun.newest_decision))
        if begun.was_full:
            save_linked_rules(connection, begun.rules, app.now())
        finish_run(connection, begun.run_id, app.now())
        release_lease(connection, LEASE, begun.fence)
    return LinkResult(judged=run.judged, differing=run.differing, was_full=begun.was_full)


def _fingerprint(moment: Moment, teams: Teams | None) -> str:
    told = moment.fingerprint + (teams.fingerprint if teams else "")
    return hashlib.blake2b(told.encode(), digest_size=16).hexdigest()


def _find_lapsed(connection: Connection, moment: Moment) -> list[int]:
    """Items of which a decision began to hold or ran out since the last run, and what hangs on them."""
    last = load_last_run(connection)
    if last is None:
        return []
    before = load_decisions(connection, at=last, day=last.astimezone(moment.zone).date())
    ids: set[int] = set()
    for ref in moment.decisions.find_differing(before):
        ids.update(load_ids(connection, ref.source, [ref.external_id]).values())
    return load_below(connection, ids)


def _open_bench(moment: Moment, teams: Teams | None) -> Bench:
    def team_of(row: StoredItem) -> str:
        return teams.find(row.source, orjson.loads(row.document).get("sprint_ids", ())) if teams else ""

    return Bench(
        moment.judge,
        depth=moment.rules.depth,
        decided=moment.decisions.items,
        team_of=team_of if teams else None,
    )


Name = tuple[str, str, str]
"""Source, and identifier or key: how an item names what is above it."""


@dataclass(slots=True, kw_only=True)
class _Run:
    """`unseen` is what items name above them and is not stored; `again` are items to be judged once more."""

    app: App
    run_id: int
    fence: int
    bench: Bench
    grounds: GroundIds = field(default_factory=GroundIds)
    judged: int = 0
    differing: int = 0
    unseen: set[Name] = field(default_factory=set)
    again: set[int] = field(default_factory=set)

    def judge_all(self) -> None:
        """Everything, in the order of our ids."""
        last_id = 0
        while True:
            with self.app.store.write() as connection:
                rows = load_work_after(
                    connection, last_id, ITEMS_A_TRANSACTION, with_documents=self.bench.needs_documents
                )
                self._judge(connection, rows)
            if len(rows) < ITEMS_A_TRANSACTION:
                return
            last_id = rows[-1].item_id

    def judge_some(self, ids: Iterable[int]) -> None:
        for portion in in_portions(ids, ITEMS_A_TRANSACTION):
            with self.app.store.write() as connection:
                rows = load_work(connection, portion, with_documents=self.bench.needs_documents)
                self._judge(connection, rows)

    def settle(self, waiting: Sequence[int] | None) -> None:
        """What waited and is no work waits no more; what was judged by what has changed meanwhile is judged again.

        `waiting` is None where everything was judged, and so all that hangs on whatever waits by now.
        """
        if waiting is None:
            with self.app.store.write() as connection:
                waiting = load_idle_waiting(connection)
        self._forget(waiting)
        while self.again:
            ids = sorted(self.again)
            self.again.clear()
            self.judge_some(ids)
            self._forget(ids)

    def _forget(self, ids: Iterable[int]) -> None:
        """Containers, and what is gone: nobody judges them, but others were judged by them."""
        for portion in in_portions(ids, ITEMS_A_TRANSACTION):
            with self.app.store.write() as connection:
                idle = load_idle(connection, portion)
                changed = self._look_again(idle)
                forget_verdicts(connection, [row.item_id for row in idle], self.run_id)
                clear_waiting(connection, [row.item_id for row in idle])
                self._judge_again(connection, changed)

    def _judge(self, connection: Connection, rows: Sequence[StoredItem]) -> None:
        """Read, judge and write in one transaction, so that nobody changes an item between the two."""
        hold_lease(connection, LEASE, self.fence, self.app.now())
        changed = self._look_again(rows)
        self._learn_above(connection, rows)
        outcomes = [(row.item_id, self.bench.judge(row)) for row in rows]
        self.differing += save_outcomes(connection, outcomes, self.grounds, self.run_id)
        clear_waiting(connection, [row.item_id for row in rows])
        self._judge_again(connection, changed)
        self.judged += len(rows)

    def _learn_above(self, connection: Connection, rows: Iterable[StoredItem]) -> None:
        wanted = self.bench.find_wanted(rows)
        asked: set[Name] = set()
        while wanted:
            names = {_name(ref): ref for ref in wanted}
            found = list(load_above(connection, wanted, with_documents=self.bench.needs_documents))
            self.unseen.update(names.keys() - {name for row in found for name in _names_of(row)})
            asked.update(names)
            wanted = [ref for ref in self.bench.learn(found) if _name(ref) not in asked]

    def _look_again(self, rows: Iterable[StoredItem]) -> list[StoredItem]:
        """Those by whose earlier state others were judged, or that nobody knew of when they were."""
        changed = [
            row
            for row in rows
            if self.bench.is_outdated(row) or (row.content_hash and not self.unseen.isdisjoint(_names_of(row)))
        ]
        if changed:
            self.unseen.difference_update(name for row in changed for name in _names_of(row))
            self.bench.forget(changed)
        return changed

    def _judge_again(self, connection: Connection, changed: Sequence[StoredItem]) -> None:
        """They wait from now on, in case that this run does not come to them."""
        if changed:
            below = load_below(connection, [row.item_id for row in changed])
            mark_waiting(connection, below)
            self.again.update(below)


def _name(ref: ItemRef) -> Name:
    return ref.source, ref.external_id, "" if ref.external_id else ref.key


def _names_of(row: StoredItem) -> tuple[Name, Name]:
    return (row.source, row.external_id, ""), (row.source, "", row.key)
