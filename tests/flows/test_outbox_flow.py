"""What a person sees of the outbox, and decides; on the command line, too."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from align_sync.cli.main import invoke
from align_sync.errors import UserError
from align_sync.flows.outbox import enable, list_outbox, resolve, show_entry
from align_sync.sending.entry import Certainty, EntryState
from align_sync.sending.outcome import Refused, Unclear
from tests.flows.outbox_world import OutboxWorld, outbox_world


@pytest.fixture
def world(sqlite_url: str) -> Iterator[OutboxWorld]:
    with outbox_world(sqlite_url, "pay", "all") as world:
        yield world


def hold(world: OutboxWorld, name: str = "a") -> None:
    channel = world.channels["pay"]
    channel.certainty = Certainty.NONE
    channel.answers.append(Unclear("reset"))
    world.queue(name)
    world.deliver()


def notes(world: OutboxWorld) -> dict[str, tuple[str, bool]]:
    return {one.entry.id: (one.note, one.needs_person) for one in list_outbox(world.app).entries}


def test_what_is_held_is_settled_or_sent_again_in_a_name(world: OutboxWorld) -> None:
    hold(world)
    world.queue("b", parent="a")
    assert notes(world) == {
        "b": ("waits for its parent, which is held", False),
        "a": ("it may have arrived, and this channel cannot be asked: reset", True),
    }
    resolved = resolve(world.app, "key-a", author=" Ana ", is_sent=False)
    assert (resolved.entry.state, resolved.entry.resolved_by) == (EntryState.PENDING, "Ana")
    world.clock.sleep(9)
    assert world.deliver().sent == 2
    assert len(world.channels["pay"].sent) == 3
    with pytest.raises(UserError, match="nothing to decide: it is sent"):
        resolve(world.app, "a", author="Ana", is_sent=True)


def test_what_a_person_says_is_there_is_looked_up_so_that_replies_find_it(world: OutboxWorld) -> None:
    hold(world)
    world.queue("b", parent="a")
    channel = world.channels["pay"]
    channel.certainty, channel.found = Certainty.VERIFIABLE, ("7.7",)
    assert resolve(world.app, "a", author="Ana", is_sent=True).note == "settled by Ana"
    world.clock.sleep(9)
    world.deliver()
    assert channel.sent[-1].parent_external_id == "7.7"


def test_a_decision_needs_a_name_and_something_to_decide(world: OutboxWorld) -> None:
    hold(world)
    hold(world, "ab")
    with pytest.raises(UserError, match="nobody knows who says so"):
        resolve(world.app, "ab", author=" ", is_sent=True)
    with pytest.raises(UserError, match="several entries begin with 'a'"):
        show_entry(world.app, "a")
    with pytest.raises(UserError, match="there is no entry 'x%'"):
        show_entry(world.app, "x%")


def test_what_the_settings_lead_nowhere_is_told_and_can_only_be_settled(world: OutboxWorld) -> None:
    world.queue("a")
    world.queue("b", to="all")
    world.reset(pay="C-other", all="")
    assert world.deliver().counts == {}
    assert notes(world) == {
        "a": ("the channel pay leads to another place now", True),
        "b": ("the settings know no channel all any more", True),
    }
    with pytest.raises(UserError, match="nothing to decide"):
        resolve(world.app, "a", author="Ana", is_sent=False)
    assert resolve(world.app, "a", author="Ana", is_sent=True).entry.state is EntryState.SENT


def test_a_disabled_channel_is_tried_again_when_a_person_says_so(world: OutboxWorld) -> None:
    world.queue("a")
    world.channels["pay"].answers.append(Refused(reason="not_in_channel", closes_channel=True))
    world.deliver()
    assert notes(world) == {"a": ("the channel is disabled: not_in_channel", True)}
    assert dict(list_outbox(world.app).disabled) == {"pay": "not_in_channel"}
    assert enable(world.app, "pay")
    assert not enable(world.app, "pay")
    with pytest.raises(UserError, match="there is no channel 'nope'"):
        enable(world.app, "nope")
    assert world.deliver().sent == 1


def test_the_command_line_lists_decides_and_sends(
    world: OutboxWorld,
    sqlite_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    hold(world)
    world.queue("b")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ALIGN_SYNC_DATABASE__URL", sqlite_url)
    capsys.readouterr()
    assert invoke(["outbox", "list"]) == 6
    lines = capsys.readouterr().out.splitlines()
    assert [line.split("\t")[:3] for line in lines] == [["b", "pending", "pay"], ["a", "held", "pay"]]
    assert invoke(["outbox", "list", "-f", "json"]) == 6
    told = json.loads(capsys.readouterr().out)
    assert [(one["id"], one["needs_person"]) for one in told["entries"]] == [("b", True), ("a", True)]
    assert invoke(["outbox", "show", "a"]) == 0
    assert json.loads(capsys.readouterr().out)["payload"] == {"text": "secret words"}
    assert invoke(["outbox", "resolve", "a"]) == 2
    assert invoke(["outbox", "resolve", "a", "--resend", "--author", "Ana"]) == 2
    assert "the settings know no channel pay any more" in capsys.readouterr().err
    for name in "ab":
        assert invoke(["outbox", "resolve", name, "--sent", "--author", "Ana"]) == 0
    assert "a: settled" in capsys.readouterr().err
    assert invoke(["outbox", "enable", "pay"]) == 0
    assert "pay was not disabled" in capsys.readouterr().err
    assert invoke(["outbox", "send"]) == 0
    assert "nothing is due" in capsys.readouterr().err
    assert invoke(["outbox", "list"]) == 0
    assert "nothing waits" in capsys.readouterr().err
