"""What became of channels: disabled after a refusal that holds for all messages, or told to wait."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, select, update

from align_sync.sending.ledger import Destination
from align_sync.store.clock import tell_time
from align_sync.store.schema import channel_state
from align_sync.store.upsert import insert_into


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelState:
    """`settings_hash` is the fingerprint of the settings that were refused."""

    channel: str
    disabled_at: datetime | None = None
    reason: str = ""
    settings_hash: str = ""
    blocked_until_at: datetime | None = None

    def is_closed_to(self, fingerprint: str) -> bool:
        """Other settings than those that were refused are worth an attempt."""
        return self.disabled_at is not None and self.settings_hash == fingerprint


def lock_channel(connection: Connection, channel: str) -> ChannelState | None:
    """Its state, which nobody else can change until the transaction ends; None where somebody else has it now."""
    connection.execute(insert_into(connection, channel_state).values(channel=channel).on_conflict_do_nothing())
    row = connection.execute(
        select(channel_state).where(channel_state.c.channel == channel).with_for_update(skip_locked=True)
    ).one_or_none()
    return None if row is None else _state(row)


def load_channels(connection: Connection) -> Mapping[str, ChannelState]:
    rows = connection.execute(select(channel_state).order_by(channel_state.c.channel))
    return {row.channel: _state(row) for row in rows}


def _state(row: Row[Any]) -> ChannelState:
    return ChannelState(
        channel=row.channel,
        disabled_at=row.disabled_at,
        reason=row.reason,
        settings_hash=row.settings_hash,
        blocked_until_at=row.blocked_until_at,
    )


def block_channel(connection: Connection, channel: str, until_at: datetime) -> None:
    """Never shortens what another process was told."""
    connection.execute(
        update(channel_state)
        .where(
            channel_state.c.channel == channel,
            channel_state.c.blocked_until_at.is_(None) | (channel_state.c.blocked_until_at < until_at),
        )
        .values(blocked_until_at=until_at)
    )


def disable_channel(connection: Connection, to: Destination, reason: str, now: datetime) -> None:
    connection.execute(
        update(channel_state)
        .where(channel_state.c.channel == to.channel)
        .values(disabled_at=tell_time(connection, now), reason=reason, settings_hash=to.fingerprint)
    )


def enable_channel(connection: Connection, channel: str) -> bool:
    """False where it was not disabled."""
    enabled: str | None = connection.execute(
        update(channel_state)
        .where(channel_state.c.channel == channel, channel_state.c.disabled_at.is_not(None))
        .values(disabled_at=None, reason="", settings_hash="", blocked_until_at=None)
        .returning(channel_state.c.channel)
    ).scalar_one_or_none()
    return enabled is not None


def wait_of(state: ChannelState, now: datetime) -> timedelta:
    """How long the channel still rests."""
    return max(timedelta(0), state.blocked_until_at - now) if state.blocked_until_at else timedelta(0)
