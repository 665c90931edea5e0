"""A store that is told what a tracker says, without any tracker, and the app over it; the clock runs when told to.

Pages are written as a pull writes them, so that what the flows read is what they read in earnest.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select

from align_sync.app import App, open_app
from align_sync.flows.link import LinkResult, link
from align_sync.flows.report import report
from align_sync.linking.ancestry import find_ancestry
from align_sync.linking.evidence import Bucket, Evidence, Match
from align_sync.moment import Teams, load_moment
from align_sync.okr.model import Book
from align_sync.reports.model import AlignmentReport, Filters, ReportItem
from align_sync.seams import Seams, pass_failpoint
from align_sync.settings import Settings
from align_sync.store.above import load_all_above
from align_sync.store.books import save_book
from align_sync.store.items import find_one, load_item, mark_gone
from align_sync.store.ledger import load_buckets, load_ledger
from align_sync.store.schema import evidence, item, verdict
from align_sync.store.sprints import load_sprints, save_sprints
from align_sync.store.sweeps import begin_sweep, finish_sweep, touch_source
from align_sync.sync.cursor import SweepKind
from align_sync.work import ItemKind, Sprint, WorkItem
from tests.flows.jira_world import Clock
from tests.make import NOW, make_item
from tests.store.pulled_items import pull_items

QUARTER = timedelta(minutes=15)
DAY = timedelta(days=1)


def made(key: str, *labels: str, sprint: str | None = "42", **named: Any) -> WorkItem:
    """An item in a sprint, with labels; the rest as for `make_item`."""
    return replace(make_item(key, labels=labels, **named), sprint_ids=(sprint,) if sprint else ())


@dataclass
class ToldWorld:
    """`failpoint` may be replaced at any time; `app` is opened anew, with other settings, by `reopen`."""

    database_url: str
    clock: Clock = field(default_factory=lambda: Clock(NOW))
    failpoint: Callable[[str], None] = pass_failpoint
    app: App = field(init=False)
    _open: ExitStack = field(default_factory=ExitStack)

    def reopen(self, **changes: Any) -> App:
        self.close()
        policy = {"grace_days": 0, **changes.pop("policy", {})}
        settings = Settings.model_validate({"database": {"url": self.database_url}, "policy": policy, **changes})
        seams = Seams(
            now=self.clock,
            sleep=self.clock.sleep,
            uniform=lambda low, _high: low,
            failpoint=self.reach,
        )
        self.app = self._open.enter_context(open_app(settings, seams=seams))
        return self.app

    def reach(self, name: str) -> None:
        self.failpoint(name)

    def close(self) -> None:
        self._open.close()

    # what a tracker says

    def tell(
        self,
        *items: WorkItem,
        sprints: Iterable[Sprint] = (),
        gone: Iterable[str] = (),
        is_whole: bool = True,
        source: str = "jira",
    ) -> None:
        """One reading of the source: sprints, items, and keys of what is not there any more."""
        with self.app.store.write() as connection:
            self.tell_on(connection, *items, sprints=sprints, gone=gone, is_whole=is_whole, source=source)

    def tell_on(
        self,
        connection: Connection,
        *items: WorkItem,
        sprints: Iterable[Sprint] = (),
        gone: Iterable[str] = (),
        is_whole: bool = True,
        source: str = "jira",
    ) -> None:
        now = self.clock.at
        touch_source(connection, source, source, now)
        sweep = begin_sweep(connection, source, SweepKind.FULL, started_at=now, cursor_at=now)
        save_sprints(connection, sprints, now)
        if items:
            pull_items(connection, *items, sweep_id=sweep.sweep_id, now=now)
        mark_gone(connection, source, [f"id-{key}" for key in gone], now)
        if is_whole:
            finish_sweep(connection, source, sweep, now=now, is_wide=True, counts={}, problems=())

    def apply(self, book: Book, *, held_from_at: datetime | None = None, reason: str = "", author: str = "Ana") -> None:
        now = self.clock.at
        with self.app.store.write() as connection:
            save_book(
                connection, book, fingerprint=str(now), now=now, author=author, held_from_at=held_from_at, reason=reason
            )

    # what follows

    def link(self) -> LinkResult:
        return link(self.app)

    def report(self, **filters: Any) -> AlignmentReport:
        return report(self.app, Filters(**filters))

    def item(self, key: str, **filters: Any) -> ReportItem:
        (found,) = [one for one in self.report(**filters).items if one.key == key]
        return found

    # what the store holds

    def id_of(self, key: str) -> int:
        with self.app.store.read() as connection:
            return find_one(connection, key)[0]

    def buckets(self) -> dict[str, Bucket]:
        """The stored verdicts."""
        with self.app.store.read() as connection:
            keys = dict(connection.execute(select(item.c.id, item.c.key).order_by(item.c.id)).all())
            return {keys[item_id]: bucket for item_id, bucket in load_buckets(connection, keys).items()}

    def ledger(self, key: str, **named: Any) -> list[tuple[str, datetime, bool]]:
        """Key result, first seen, and whether it is gone."""
        item_id = self.id_of(key)
        with self.app.store.read() as connection:
            lines = list(load_ledger(connection, [item_id], **named))
        return [(line.evidence.key_result, line.first_seen_at, line.is_gone) for line in lines]

    def check_verdicts(self) -> None:
        """What is stored is what would be said if everything were judged from the beginning, and nothing else."""
        with self.app.store.read() as connection:
            fresh = _judge_afresh(self.app, connection)
            buckets = load_buckets(connection, fresh)
            ledger: dict[int, set[Evidence]] = {item_id: set() for item_id in fresh}
            for line in load_ledger(connection, fresh):
                ledger[line.item_id].add(line.evidence)
            decided = set(connection.scalars(select(verdict.c.item_id)))
            held = connection.scalars(select(evidence.c.item_id).where(evidence.c.gone_run_id.is_(None))).all()
        assert {key: fresh[key].ref.key + buckets[key] for key in buckets} == {
            key: match.ref.key + match.bucket for key, match in fresh.items()
        }
        assert ledger == {item_id: set(match.evidence) for item_id, match in fresh.items()}
        assert decided == set(fresh)
        assert sorted(held) == sorted(item_id for item_id, match in fresh.items() for _ in match.evidence)


def _judge_afresh(app: App, connection: Connection) -> Mapping[int, Match]:
    moment = load_moment(app, connection)
    teams = Teams(load_sprints(connection))
    is_work = (item.c.state == "present", item.c.kind != ItemKind.CONTAINER.value)
    work = {
        item_id: load_item(connection, item_id) for item_id in connection.scalars(select(item.c.id).where(*is_work))
    }
    above = load_all_above(connection, work.values(), depth=moment.rules.depth)
    return {
        item_id: moment.judge.match(
            one,
            find_ancestry(one, above, depth=moment.rules.depth),
            team=teams.find(one.ref.source, one.sprint_ids),
        )
        for item_id, one in work.items()
    }


@contextmanager
def told_world(database_url: str, **settings: Any) -> Iterator[ToldWorld]:
    world = ToldWorld(database_url)
    world.reopen(**settings)
    try:
        yield world
    finally:
        world.close()
