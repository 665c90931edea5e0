"""What every ledger of the sending protocol does: the one in memory, that the simulator plays with, as the database."""

import shutil
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

import pytest

from align_sync.seams import pass_failpoint
from align_sync.sending import protocol
from align_sync.sending.entry import Certainty, EntryState, OutboxEntry
from align_sync.sending.ledger import Change, Claim, Destination, Judge, Ledger, Wait
from align_sync.sending.outcome import Delivered, Outcome, Refused, Unclear
from align_sync.store import outbox
from align_sync.store.engine import Store, open_store
from align_sync.store.outbox_ledger import StoreLedger
from tests.databases import TEMPLATE, Postgres
from tests.flows.jira_world import NOON
from tests.machine.memory_ledger import MemoryRows
from tests.machine.outbox_simulator import HARSH, make_messages, play

TO = Destination(channel="pay", address="C1", fingerprint="f1")
SECOND = timedelta(seconds=1)
SENT = Delivered("1.1")
OVER = protocol.LEASE + protocol.SETTLE


class Rows(Protocol):
    def of(self, owner: str) -> Ledger: ...

    def queue(self, entry: OutboxEntry, now: datetime) -> bool: ...

    def find(self, entry_id: str) -> OutboxEntry: ...

    def entries(self) -> tuple[OutboxEntry, ...]: ...


@dataclass(frozen=True)
class StoreRows:
    store: Store

    def of(self, owner: str) -> Ledger:
        return StoreLedger(self.store, owner)

    def queue(self, entry: OutboxEntry, now: datetime) -> bool:
        with self.store.write() as connection:
            return outbox.queue_entry(connection, entry, now)

    def find(self, entry_id: str) -> OutboxEntry:
        with self.store.read() as connection:
            found = outbox.find_entry(connection, entry_id)
        assert found is not None
        return found

    def entries(self) -> tuple[OutboxEntry, ...]:
        with self.store.read() as connection:
            return outbox.load_entries(connection)


@pytest.fixture(params=["memory", "sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def rows(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Rows]:
    if request.param == "memory":
        yield MemoryRows()
        return
    if request.param == "sqlite":
        shutil.copyfile(request.getfixturevalue("sqlite_template"), tmp_path / "a.db")
        url = f"sqlite:///{tmp_path}/a.db"
    else:
        server: Postgres = request.getfixturevalue("postgres")
        url = server.make_database(TEMPLATE)
    store = open_store(url, failpoint=pass_failpoint)
    yield StoreRows(store)
    store.close()


def entry(name: str = "a", *, parent: str | None = None, to: Destination = TO) -> OutboxEntry:
    return OutboxEntry(
        id=name,
        channel=to.channel,
        address=to.address,
        dedupe_key=f"key-{name}",
        payload="{}",
        payload_hash="",
        state=EntryState.PENDING,
        parent_id=parent,
    )


def claim(ledger: Ledger, at: datetime, to: Destination = TO) -> Claim:
    claimed = ledger.claim(to, at)
    assert isinstance(claimed, Claim)
    return claimed


def judged(claimed: Claim, outcome: Outcome) -> Judge:
    return lambda at: protocol.after_send(claimed, outcome, Certainty.VERIFIABLE, at, lambda low, _high: low)


def send(ledger: Ledger, at: datetime, outcome: Outcome = SENT) -> Claim:
    claimed = claim(ledger, at)
    assert ledger.record(claimed.entry, TO, judged(claimed, outcome), at)
    return claimed


def test_what_was_written_together_goes_out_in_its_order_a_second_apart(rows: Rows) -> None:
    for name in "ba":
        assert rows.queue(entry(name), NOON)
    ledger = rows.of("me")
    assert send(ledger, NOON).entry.id == "b"
    assert ledger.claim(TO, NOON + 0.4 * SECOND) == Wait(0.6 * SECOND)
    assert send(ledger, NOON + SECOND).entry.id == "a"
    assert ledger.claim(TO, NOON + 9 * SECOND) is None
    assert [rows.find(name).sent_at for name in "ba"] == [NOON, NOON + SECOND]


def test_the_same_key_is_written_once(rows: Rows) -> None:
    assert [rows.queue(replace(entry(name), dedupe_key="k"), NOON) for name in "ab"] == [True, False]


def test_a_claim_is_written_down_before_anything_is_sent(rows: Rows) -> None:
    rows.queue(entry(), NOON)
    claimed = claim(rows.of("me"), NOON)
    found = rows.find("a")
    assert (found.state, found.fence, found.attempts, found.owner) == (EntryState.SENDING, 1, 1, "me")
    assert (found.maybe_sent, found.first_send_at) == (True, NOON)
    assert found.lease_until_at == NOON + protocol.LEASE
    assert not claimed.was_maybe_sent


def test_while_one_sends_nobody_else_does_over_the_same_channel(rows: Rows) -> None:
    rows.queue(entry("a"), NOON)
    rows.queue(entry("b"), NOON)
    claim(rows.of("me"), NOON)
    assert rows.of("you").claim(TO, NOON + 20 * SECOND) == Wait(40 * SECOND)
    assert claim(rows.of("you"), NOON + protocol.LEASE).entry.id == "b", "and who died holds nobody up for longer"


def test_what_another_left_is_taken_over_once_its_request_has_settled(rows: Rows) -> None:
    rows.queue(entry(), NOON)
    claim(rows.of("dead"), NOON)
    assert rows.of("me").claim(TO, NOON + OVER - SECOND) is None
    taken = claim(rows.of("me"), NOON + OVER)
    assert taken.was_maybe_sent
    assert (taken.entry.fence, taken.entry.first_send_at) == (2, NOON)
    assert taken.entry.lease_until_at == NOON + OVER + protocol.LEASE + protocol.SETTLE


def test_who_was_thought_dead_writes_nothing_any_more(rows: Rows) -> None:
    rows.queue(entry(), NOON)
    zombie = claim(rows.of("zombie"), NOON)
    claim(rows.of("me"), NOON + OVER)
    late = NOON + OVER + SECOND
    assert not rows.of("zombie").may_send(zombie.entry, late)
    assert not rows.of("zombie").record(zombie.entry, TO, judged(zombie, Delivered("9.9")), late)
    assert (rows.find("a").state, rows.find("a").external_id) == (EntryState.SENDING, "")


def test_nothing_is_sent_so_late_that_the_lease_could_end_meanwhile(rows: Rows) -> None:
    rows.queue(entry(), NOON)
    claimed = claim(rows.of("me"), NOON)
    last = NOON + protocol.LEASE - protocol.SEND_TIMEOUT
    assert rows.of("me").may_send(claimed.entry, last - SECOND)
    assert not rows.of("me").may_send(claimed.entry, last)
    assert rows.of("me").record(claimed.entry, TO, lambda at: protocol.give_back(claimed, at), last)
    found = rows.find("a")
    assert (found.state, found.maybe_sent, found.first_send_at) == (EntryState.PENDING, False, None)


def test_a_thread_goes_out_from_top_to_bottom(rows: Rows) -> None:
    rows.queue(entry("a"), NOON)
    for name in "cb":
        rows.queue(entry(name, parent="a"), NOON)
    ledger = rows.of("me")
    send(ledger, NOON, Refused(reason="429"))
    assert ledger.claim(TO, NOON + SECOND / 2) == Wait(SECOND / 2)
    assert send(ledger, NOON + 9 * SECOND, Delivered("1.1")).entry.id == "a"
    first = send(ledger, NOON + 11 * SECOND, Refused(reason="429", retry_after=60 * SECOND))
    assert (first.entry.id, first.entry.parent_external_id) == ("c", "1.1")
    assert ledger.claim(TO, NOON + 13 * SECOND) == Wait(58 * SECOND), "the channel was told to rest"
    assert send(ledger, NOON + 80 * SECOND, Unclear("lost")).entry.id == "c"
    assert ledger.claim(TO, NOON + 90 * SECOND) is None, "the second reply waits for the first"
    assert send(ledger, NOON + 100 * SECOND).entry.id == "c"
    assert send(ledger, NOON + 102 * SECOND).entry.id == "b"


def test_an_edit_waits_for_what_it_replaces(rows: Rows) -> None:
    rows.queue(entry("a"), NOON)
    rows.queue(replace(entry("b"), replaces_id="a"), NOON)
    ledger = rows.of("me")
    send(ledger, NOON, Delivered("1.1"))
    assert send(ledger, NOON + 2 * SECOND).entry.replaces_external_id == "1.1"


@pytest.mark.parametrize("state", [EntryState.HELD, EntryState.DEAD])
def test_what_hangs_on_a_message_that_a_person_looks_after_waits_with_it(rows: Rows, state: EntryState) -> None:
    rows.queue(entry("a"), NOON)
    rows.queue(entry("b", parent="a"), NOON)
    ledger = rows.of("me")
    claimed = claim(ledger, NOON)

    def decide(at: datetime) -> Change:
        return replace(protocol.after_hold(claimed, at), state=state)

    assert ledger.record(claimed.entry, TO, decide, NOON)
    assert ledger.claim(TO, NOON + timedelta(days=9)) is None


def test_a_closed_channel_keeps_its_messages_until_its_settings_change(rows: Rows) -> None:
    rows.queue(entry(), NOON)
    send(rows.of("me"), NOON, Refused(reason="token_revoked", is_permanent=True, closes_channel=True))
    found = rows.find("a")
    assert (found.state, found.last_error, found.maybe_sent) == (EntryState.PENDING, "token_revoked", False)
    later = NOON + 5 * SECOND
    assert rows.of("me").claim(TO, later) is None
    mended = replace(TO, fingerprint="f2")
    assert claim(rows.of("me"), later, mended).entry.id == "a"


def test_a_message_goes_where_the_channel_led_when_it_was_written(rows: Rows) -> None:
    rows.queue(entry(), NOON)
    assert rows.of("me").claim(replace(TO, address="C2"), NOON) is None


def test_a_look_is_leased_and_made_up_for_where_its_process_dies(rows: Rows) -> None:
    rows.queue(entry(), NOON)
    send(rows.of("me"), NOON)
    ledger, first = rows.of("me"), NOON + protocol.LOOKS_AFTER[0]
    assert ledger.claim_look(TO, first - SECOND) is None
    zombie = ledger.claim_look(TO, first)
    assert zombie is not None
    assert ledger.claim_look(TO, first + SECOND) is None
    again_at = first + protocol.LEASE
    again = ledger.claim_look(TO, again_at)
    assert again is not None

    def sweep(looked: OutboxEntry, *found: str) -> bool:
        return ledger.record(looked, TO, lambda at: protocol.after_sweep(looked, found, at, is_clean=True), again_at)

    assert not sweep(zombie, "7.7")
    assert sweep(again, "0.9", "1.1")
    found = rows.find("a")
    assert (found.state, found.external_id, found.sent_at) == (EntryState.SENT, "0.9", NOON)
    assert found.look_again_at == NOON + protocol.LOOKS_AFTER[1]


def claim_in_threads(database_url: str) -> list[str]:
    """What four that claim at once got, each with connections of its own, as processes have."""
    first = open_store(database_url, failpoint=pass_failpoint)
    places = [replace(TO, channel=f"c{number}") for number in range(8)]
    for to in places:
        StoreRows(first).queue(entry(to.channel, to=to), NOON)
    gate = threading.Barrier(4)

    def work(number: int) -> list[str]:
        store = open_store(database_url, failpoint=pass_failpoint)
        ledger = StoreLedger(store, f"w{number}")
        gate.wait()
        claimed = [ledger.claim(to, NOON) for _ in range(3) for to in places]
        store.close()
        return [one.entry.id for one in claimed if isinstance(one, Claim)]

    with ThreadPoolExecutor(4) as pool:
        claimed = [name for names in pool.map(work, range(4)) for name in names]
    first.close()
    return sorted(claimed)


def test_of_many_that_claim_at_once_each_gets_others(database_url: str) -> None:
    assert claim_in_threads(database_url) == [f"c{number}" for number in range(8)]


def test_a_schedule_ends_in_the_same_rows_whatever_the_ledger(rows: Rows) -> None:
    """The one in memory is believed because of this."""
    seed = 88  # with a copy to delete, a process overtaken, refusals and an unreadable history
    ours = {one.id: replace(one, payload="") for one in play(seed, HARSH, rows=rows).rows}
    theirs = {one.id: replace(one, payload="") for one in play(seed, HARSH, rows=MemoryRows()).rows}
    for name in [one.id for one in make_messages()]:
        assert plain(ours[name]) == plain(theirs[name])


def plain(one: OutboxEntry) -> OutboxEntry:
    """Without what a join adds."""
    return replace(one, parent_external_id=None, replaces_external_id=None)
