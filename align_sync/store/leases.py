"""The right to work on a source: held until a time, renewed while working, taken over from the dead.

The fence goes up with every new holder. Each writing transaction checks it first, so that a holder that was thought
dead and wakes up can write nothing any more. Hosts that share a server go by its clock (`store/clock.py`).
"""

from datetime import datetime, timedelta

from sqlalchemy import Connection, or_, select, update

from align_sync.errors import AlreadyRunningError
from align_sync.store.clock import tell_time
from align_sync.store.schema import lease
from align_sync.store.upsert import insert_into

LEASE_TIME = timedelta(seconds=120)
"""Longer than the longest pause that a source may ask for, so that nobody takes over from one that waits."""


def lease_name(source: str) -> str:
    """The lease under which a source is pulled."""
    return f"source:{source}"


def claim_lease(
    connection: Connection,
    name: str,
    *,
    owner: str,
    now: datetime,
    dead_owners: frozenset[str] = frozenset(),
    lasts: timedelta = LEASE_TIME,
) -> int:
    """Take the lease and return its fence. Raises `AlreadyRunningError` where somebody living holds it."""
    now = tell_time(connection, now)
    connection.execute(insert_into(connection, lease).values(name=name, fence=0).on_conflict_do_nothing())
    free = or_(lease.c.owner.is_(None), lease.c.until_at < now, lease.c.owner.in_(dead_owners))
    fence: int | None = connection.execute(
        update(lease)
        .where(lease.c.name == name, free)
        .values(owner=owner, fence=lease.c.fence + 1, until_at=now + lasts)
        .returning(lease.c.fence)
    ).scalar_one_or_none()
    if fence is None:
        held = connection.execute(select(lease.c.owner, lease.c.until_at).where(lease.c.name == name)).one()
        raise AlreadyRunningError(
            f"another process works on it ({held.owner}, until {held.until_at:%H:%M:%S} UTC unless it goes on)",
            where=name,
            advice="wait for it to end, then run the command again",
        )
    return fence


def load_owner(connection: Connection, name: str) -> str | None:
    return connection.execute(select(lease.c.owner).where(lease.c.name == name)).scalar_one_or_none()


def hold_lease(connection: Connection, name: str, fence: int, now: datetime, *, lasts: timedelta = LEASE_TIME) -> None:
    """Renew it and check that it is still ours, first thing in a writing transaction."""
    kept = connection.execute(
        update(lease)
        .where(lease.c.name == name, lease.c.fence == fence)
        .values(until_at=tell_time(connection, now) + lasts)
        .returning(lease.c.fence)
    ).scalar_one_or_none()
    if kept is None:
        raise AlreadyRunningError("another process has taken over", where=name, advice="nothing is to be done")


def release_lease(connection: Connection, name: str, fence: int) -> None:
    connection.execute(
        update(lease).where(lease.c.name == name, lease.c.fence == fence).values(owner=None, until_at=None)
    )
