"""The clock that leases go by: that of the database server where several hosts share one, else the caller's.

Hosts disagree about the time, and a host whose clock jumps must neither take what is held nor hold what ran out.
"""

from datetime import datetime

from sqlalchemy import Connection, func, select

SERVER_CLOCK = "align_server_clock"
"""The execution option of an engine whose server tells the time."""


def tell_time(connection: Connection, now: datetime) -> datetime:
    """An aware instant; `now` where the database has no clock of its own, or a pretended time is in force."""
    if not connection.get_execution_options().get(SERVER_CLOCK):
        return now
    told: datetime = connection.execute(select(func.clock_timestamp())).scalar_one()
    return told
