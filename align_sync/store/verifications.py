"""Who looked at the source of a metric and answers for it."""

from datetime import datetime

from sqlalchemy import Connection, insert, select

from align_sync.okr.metrics import Verification
from align_sync.store.schema import verification


def save_verification(connection: Connection, one: Verification) -> None:
    connection.execute(
        insert(verification).values(
            metric=one.metric,
            author=one.author,
            verified_at=one.verified_at,
            evidence=one.evidence,
            reason=one.reason,
            query_hash=one.query_hash,
            expires_on=one.expires_on,
        )
    )


def load_verifications(connection: Connection, *, at: datetime | None = None) -> dict[str, Verification]:
    """The newest of each metric, also where it has run out; with `at` the newest one then."""
    chosen = select(verification).order_by(verification.c.verified_at, verification.c.id)
    if at is not None:
        chosen = chosen.where(verification.c.verified_at <= at)
    return {
        row.metric: Verification(
            metric=row.metric,
            author=row.author,
            verified_at=row.verified_at,
            evidence=row.evidence,
            reason=row.reason,
            query_hash=row.query_hash,
            expires_on=row.expires_on,
        )
        for row in connection.execute(chosen)
    }
