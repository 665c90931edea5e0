"""The channels: whether they take what is sent, and how sure it is that they get it once."""

from collections.abc import Iterator

from align_sync.app import App
from align_sync.delivery.base import Channel, ChannelCheck
from align_sync.errors import AlignSyncError
from align_sync.flows.diagnose.model import Check, Room
from align_sync.flows.diagnose.standing import Standing
from align_sync.sending.entry import Certainty
from align_sync.settings_channels import ChannelSettings

ROOM = Room("channels")
_SURE = {
    Certainty.IDEMPOTENT: "each message once: the receiver drops what it has",
    Certainty.VERIFIABLE: "each message once: it is looked up before it is sent again",
    Certainty.NONE: "may repeat or miss one: after an answer that was lost a person decides",
}


def check_channels(app: App, standing: Standing | None, *, is_offline: bool) -> Iterator[Check]:
    if not app.settings.channels:
        yield ROOM.fine("any", "no channel is set; digests are shown by align-sync digest alone")
    for settings in app.settings.channels.values():
        yield from _check_state(settings, standing)
        if is_offline:
            yield ROOM.fine(settings.name, "not asked: --offline")
        else:
            yield from _ask(app, settings)


def _check_state(settings: ChannelSettings, standing: Standing | None) -> Iterator[Check]:
    state = standing.channels.get(settings.name) if standing else None
    if standing is None or state is None:
        return
    name = f"{settings.name} state"
    if state.is_closed_to(settings.fingerprint):
        advice = f"mend it, then: align-sync outbox enable {settings.name}"
        yield ROOM.fault(name, f"disabled: {state.reason}", why="nothing is sent to it", advice=advice)
    elif state.disabled_at is not None:
        why = "other settings are tried with the next message"
        advice = f"align-sync outbox enable {settings.name}"
        yield ROOM.doubt(name, f"was disabled under other settings: {state.reason}", why=why, advice=advice)
    elif state.blocked_until_at is not None and state.blocked_until_at > standing.at:
        until = f"{state.blocked_until_at:%H:%M} UTC"
        yield ROOM.doubt(
            name, f"asked us to wait until {until}", why="messages are late", advice="nothing is to be done"
        )


def _ask(app: App, settings: ChannelSettings) -> Iterator[Check]:
    try:
        channel = app.open_channel(settings)
    except AlignSyncError as error:
        yield ROOM.error(settings.name, error, why="nothing can be sent to it")
        return
    try:
        yield ROOM.fine(f"{settings.name} delivery", f"{settings.kind}: {_SURE[channel.certainty]}")
        yield from _checks_of(channel, settings)
    except AlignSyncError as error:
        yield ROOM.error(settings.name, error, why="nothing can be sent to it")
    finally:
        channel.close()


def _checks_of(channel: Channel, settings: ChannelSettings) -> Iterator[Check]:
    for found in channel.check():
        yield _judge(found, f"{settings.name} {found.name}")


def _judge(found: ChannelCheck, name: str) -> Check:
    if found.is_fine:
        return ROOM.fine(name, found.says)
    if found.is_fine is None:
        return ROOM.doubt(name, found.says, why="digests may come late, or incomplete", advice=found.advice)
    return ROOM.fault(name, found.says, why="digests do not arrive", advice=found.advice)
