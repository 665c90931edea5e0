"""Delivering over scripted channels: what is sent, told and logged, and what is left for later or for a person."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import structlog
from sqlalchemy import QueuePool
from structlog.testing import capture_logs

from align_sync.flows.deliver import DeliverResult
from align_sync.sending.entry import Certainty, EntryState
from align_sync.sending.outcome import Refused, Unclear
from tests.flows.outbox_world import OutboxWorld, outbox_world

SECOND = timedelta(seconds=1)


@pytest.fixture
def world(sqlite_url: str) -> Iterator[OutboxWorld]:
    structlog.reset_defaults()
    with outbox_world(sqlite_url, "pay", "all", "broken") as world:
        yield world


def test_nothing_is_opened_where_nothing_is_due(world: OutboxWorld) -> None:
    assert world.deliver() == DeliverResult()
    assert world.deliver().says == "nothing is due"
    assert world.channels["pay"].closed == 0


def test_all_channels_are_served_each_message_a_second_after_the_other(world: OutboxWorld) -> None:
    started = world.clock.at
    world.queue("a")
    world.queue("b", parent="a")
    world.queue("c", to="all")
    with capture_logs() as logs:
        result = world.deliver()
    assert (result.sent, result.says, result.needs_person) == (3, "3 sent", False)
    assert [one.id for one in world.channels["pay"].sent] == ["a", "b"]
    assert world.channels["pay"].sent[1].parent_external_id == "pay.1"
    assert world.clock.at - started >= SECOND
    assert [one.closed for one in world.channels.values()] == [1, 1, 0]
    assert {(log["event"], log["channel"], log["attempt"]) for log in logs} == {
        ("delivery.sent", "pay", 1),
        ("delivery.sent", "all", 1),
    }
    assert "secret words" not in str(logs)
    assert world.deliver().says == "nothing is due"


def test_nobody_waits_after_the_last_message(world: OutboxWorld) -> None:
    started = world.clock.at
    world.queue("a")
    assert world.deliver().sent == 1
    assert world.clock.at == started


def test_what_is_in_doubt_is_looked_for_and_found_or_sent_again(world: OutboxWorld) -> None:
    channel = world.channels["pay"]
    for name, found in (("a", ("9.9",)), ("b", ())):
        world.queue(name)
        channel.answers.append(Unclear("reset"))
        result = world.deliver()
        assert result.says.startswith("1 in doubt, to be looked for")
        assert (world.find(name).state, world.find(name).last_error) == (EntryState.SENDING, "reset")
        world.clock.tick(20 * SECOND)
        channel.found = found
        assert world.deliver().sent == 1
    assert [one.id for one in channel.sent] == ["a", "b", "b"]
    assert world.find("a").external_id == "9.9"


def test_a_history_that_cannot_be_read_holds_the_message_after_six_hours(world: OutboxWorld) -> None:
    channel = world.channels["pay"]
    channel.found = None
    channel.answers.append(Unclear("reset"))
    world.queue("a")
    for _ in range(9):
        world.deliver()
        world.clock.tick(timedelta(minutes=45))
    assert len(channel.sent) == 1
    assert world.find("a").state is EntryState.HELD
    assert not world.deliver().counts, "and then nothing is done any more"


def test_a_channel_that_nobody_can_ask_holds_at_once(world: OutboxWorld) -> None:
    channel = world.channels["pay"]
    channel.certainty = Certainty.NONE
    channel.answers.append(Unclear("reset after DATA"))
    world.queue("a")
    with capture_logs() as logs:
        result = world.deliver()
    assert (result.says, result.needs_person) == ("1 held for a person", True)
    (log,) = logs
    assert (log["event"], log["log_level"]) == ("delivery.held", "warning")
    assert log["says"] == "it may have arrived, and this channel cannot be asked: reset after DATA"


@pytest.mark.parametrize("certainty", [Certainty.IDEMPOTENT, Certainty.NONE])
def test_who_died_in_the_middle_is_made_up_for_as_the_channel_allows(world: OutboxWorld, certainty: Certainty) -> None:
    channel = world.channels["pay"]
    channel.certainty = certainty
    world.queue("a")
    channel.dies = True
    with pytest.raises(KeyboardInterrupt):
        world.deliver()
    channel.dies = False
    world.clock.tick(timedelta(seconds=80))
    result = world.deliver()
    expected = EntryState.SENT if certainty is Certainty.IDEMPOTENT else EntryState.HELD
    assert world.find("a").state is expected
    assert result.needs_person is (certainty is Certainty.NONE)


def test_a_refusal_for_good_is_told_and_a_closed_channel_disabled(world: OutboxWorld) -> None:
    world.queue("a")
    world.queue("b")
    world.channels["pay"].answers.extend(
        [Refused(reason="msg_too_long", is_permanent=True), Refused(reason="token_revoked", closes_channel=True)]
    )
    with capture_logs() as logs:
        result = world.deliver()
    assert [log["event"] for log in logs] == ["delivery.dead", "delivery.refused", "channel.disabled"]
    assert result.says == "1 refused for now, 1 refused for good, 1 channel disabled"
    assert result.needs_person
    world.clock.tick(timedelta(days=1))
    assert world.deliver().counts == {}
    assert world.find("b").state is EntryState.PENDING


def test_a_second_copy_is_deleted_five_minutes_later(world: OutboxWorld) -> None:
    channel = world.channels["pay"]
    world.queue("a")
    world.deliver()
    channel.found = ("pay.0", "pay.1")
    world.clock.tick(timedelta(minutes=5))
    with capture_logs() as logs:
        assert world.deliver().says == "1 sent twice, of which one was deleted"
    assert (channel.deleted, world.find("a").external_id) == (["pay.1"], "pay.0")
    assert [log["event"] for log in logs] == ["delivery.healed"]
    channel.found = None
    world.clock.tick(timedelta(minutes=25))
    assert world.deliver().counts == {}, "who cannot look looks again later"
    assert world.find("a").look_again_at == world.clock.at + timedelta(minutes=5)


def test_a_channel_that_cannot_be_opened_holds_up_no_other(world: OutboxWorld) -> None:
    world.queue("a", to="broken")
    world.queue("b")
    result = world.deliver()
    assert (result.sent, result.needs_person) == (1, True)
    assert result.says == "1 sent, channels.broken: the token is empty"


def test_one_that_is_asked_to_stop_begins_nothing_new(world: OutboxWorld) -> None:
    world.queue("a")
    seams = world.app.seams
    object.__setattr__(seams, "stopping", lambda: True)
    assert world.deliver().counts == {}
    assert world.find("a").state is EntryState.PENDING


def test_no_transaction_is_open_while_anybody_is_asked(world: OutboxWorld) -> None:
    channel, store = world.channels["pay"], world.app.store
    open_then: list[int] = []

    def asked() -> None:
        pools = [engine.pool for engine in (store.writer, store.reader)]
        open_then.append(sum(pool.checkedout() for pool in pools if isinstance(pool, QueuePool)))

    channel.asked = asked
    channel.answers.append(Unclear("reset"))
    world.queue("a")
    for minutes in (0, 1, 5):
        world.clock.tick(timedelta(minutes=minutes))
        world.deliver()
    assert open_then == [0] * 4
