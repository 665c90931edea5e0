"""What the tables say of the service, read once for all rooms."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from align_sync.store.channels import ChannelState, load_channels
from align_sync.store.daemons import Daemon, load_daemons
from align_sync.store.engine import Store
from align_sync.store.watching import (
    HeldLease,
    MessageCount,
    SourceStanding,
    count_messages,
    load_dead_runs,
    load_held_leases,
    load_sources,
    read_clock_of,
)

LATELY = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """`dead_runs` are number, kind, subject and error of those that were given up lately."""

    at: datetime
    daemons: tuple[Daemon, ...] = ()
    leases: tuple[HeldLease, ...] = ()
    sources: tuple[SourceStanding, ...] = ()
    channels: Mapping[str, ChannelState] = field(default_factory=dict)
    messages: tuple[MessageCount, ...] = ()
    dead_runs: tuple[tuple[int, str, str, str], ...] = ()


def load_standing(store: Store, now: datetime) -> Standing:
    """By the clock of the database, as leases go by it. Raises `StoreError`."""
    with store.read() as connection:
        at = read_clock_of(store, connection, now)
        return Standing(
            at=at,
            daemons=load_daemons(connection),
            leases=load_held_leases(connection, at),
            sources=load_sources(connection),
            channels=load_channels(connection),
            messages=count_messages(connection),
            dead_runs=tuple(load_dead_runs(connection, at - LATELY)),
        )
