"""kill -9 at one point of a drain after the other, a second one in the recovery, and then: is each message there once?

The fake Slack loses answers and fails by a plan of its own for every point. Time is pretended: what takes minutes of
leases and looks takes none.
"""

import random
import sqlite3
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from align_sync.demo.fake_slack import FakeSlack, SlackWorkspace
from align_sync.demo.faults import Fault, Reset, Rewrite, Status
from align_sync.demo.http_messages import Request, Response
from align_sync.demo.http_server import FakeServer
from align_sync.seams import pass_failpoint
from align_sync.sending.entry import EntryState, OutboxEntry
from align_sync.store.engine import open_store
from align_sync.store.outbox import load_entries, queue_entry
from tests.kill.drainer import KILLED, Drainer
from tests.machine.outbox_simulator import make_messages

START = datetime(2026, 11, 23, 9, tzinfo=UTC)
TOKEN = "xoxb-demo"
CHANNELS = {"pay": "C0PAY", "all": "C0ALL"}
AGAIN_AFTER = timedelta(seconds=101)
"""Longer than a lease, what settles, and most pauses of those that failed."""
MOST_DRAINS = 40
POINTS = 70
"""More than a drain of six messages has on the way."""


@dataclass
class Clock:
    at: datetime = START

    def __call__(self) -> datetime:
        return self.at


@dataclass
class Counts:
    """`wrong` holds a line for everything that was not as it should be."""

    kills: int = 0
    drains: int = 0
    messages: int = 0
    lost: int = 0
    duplicates: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Sweep:
    """`make_url` gives the address of a new database with the present schema."""

    drainer: Drainer
    make_url: Callable[[], str]
    counts: Counts = field(default_factory=Counts)

    def kill_at(self, point: int, seed: int) -> bool:
        """One whole course; False where the drain has fewer points than that."""
        rng, clock, url = random.Random(seed), Clock(), self.make_url()
        workspace = SlackWorkspace(clock=clock)
        for name, address in CHANNELS.items():
            workspace.add_channel(address, name)
        _queue(url)
        with FakeServer(FakeSlack(workspace)) as server:
            faults = _plan(server, rng)
            settings = _settings(url, server.url)
            is_killed = self._drain(settings, clock, rng, kill_at=point)
            clock.at += AGAIN_AFTER
            self._drain(settings, clock, rng, kill_at=rng.randint(1, 40))
            for _ in range(MOST_DRAINS):
                clock.at = _next_at(url, clock.at)
                self._drain(settings, clock, rng)
                if _is_over(url):
                    break
            self.counts.faults.update({name: server.faults.hits(fault) for name, fault in faults.items()})
        self._judge(f"point {point}, seed {seed}", url, workspace)
        return is_killed

    def _drain(self, settings: dict[str, Any], clock: Clock, rng: random.Random, *, kill_at: int = 0) -> bool:
        self.counts.drains += 1
        code = self.drainer.run(settings, clock.at, kill_at=kill_at, seed=rng.randint(0, 1_000_000))
        self.counts.kills += code == KILLED
        return code == KILLED

    def _judge(self, where: str, url: str, workspace: SlackWorkspace) -> None:
        rows = {one.id: one for one in _load(url)}
        copies = Counter(_key_of(one.metadata) for one in workspace.messages.values())
        self.counts.messages += len(rows)
        self.counts.lost += sum(copies[name] == 0 for name in rows)
        self.counts.duplicates += sum(max(0, copies[name] - 1) for name in rows)
        wrong = [f"{name} is there {copies[name]} times" for name in rows if copies[name] != 1]
        wrong += [f"{one.id} is {one.state}: {one.last_error}" for one in rows.values() if not _is_settled(one)]
        for message in workspace.messages.values():
            one = rows[_key_of(message.metadata)]
            if one.external_id != message.ts:
                wrong.append(f"{one.id} is called {one.external_id}, not {message.ts}")
            if message.thread_ts != (rows[one.parent_id].external_id if one.parent_id else None):
                wrong.append(f"{one.id} hangs on {message.thread_ts}")
        if url.startswith("sqlite"):
            with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
                if (whole := connection.execute("PRAGMA integrity_check").fetchall()) != [("ok",)]:
                    wrong.append(f"the file is damaged: {whole}")
        self.counts.wrong += [f"{where}: {one}" for one in wrong]


def _plan(server: FakeServer, rng: random.Random) -> dict[str, Fault]:
    """Eight answers in a hundred are lost, four more fail although the message is there, six and four are refused."""

    def fails(_request: Request, _answer: Response) -> Response:
        return Response(502)

    plan = {
        "answer lost": (Reset(after_answer=True), 0.08),
        "502 after effect": (Rewrite(fails), 0.04),
        "429": (Status(429, headers={"Retry-After": "1"}), 0.06),
        "500": (Status(500), 0.04),
    }

    def strikes(share: float) -> Callable[[Request], bool]:
        return lambda _request: rng.random() < share

    return {
        name: server.faults.add(Fault(action=action, when=strikes(share), times=None))
        for name, (action, share) in plan.items()
    }


def _settings(url: str, slack: str) -> dict[str, Any]:
    channels = {
        name: {"kind": "slack", "to": [address], "token": TOKEN, "api_url": f"{slack}/api", "teams": ["*"]}
        for name, address in CHANNELS.items()
    }
    return {"database": {"url": url}, "channels": channels}


def _queue(url: str) -> None:
    payload = orjson.dumps({"text": "hello", "blocks": [], "plain_blocks": []}).decode()
    store = open_store(url, failpoint=pass_failpoint)
    with store.write() as connection:
        for one in make_messages():
            queue_entry(connection, replace(one, payload=payload, address=CHANNELS[one.channel]), START)
    store.close()


def _load(url: str) -> tuple[OutboxEntry, ...]:
    store = open_store(url, failpoint=pass_failpoint)
    with store.read() as connection:
        rows = load_entries(connection)
    store.close()
    return rows


def _next_at(url: str, now: datetime) -> datetime:
    """When the service would find something to do; nothing happens in between."""
    rows = _load(url)
    looks = [one.look_again_at for one in rows if one.look_again_at is not None]
    is_sent = all(one.state is EntryState.SENT for one in rows)
    return max(now + AGAIN_AFTER, *looks) if is_sent else now + AGAIN_AFTER


def _is_over(url: str) -> bool:
    return all(_is_settled(one) for one in _load(url))


def _is_settled(one: OutboxEntry) -> bool:
    return one.state is EntryState.SENT and one.look_again_at is None


def _key_of(metadata: Any) -> str:
    return str(metadata["event_payload"]["key"])
