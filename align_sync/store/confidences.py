"""How sure owners said they were of their key results, time after time."""

from datetime import datetime

from sqlalchemy import Connection, insert, select

from align_sync.okr.readings import Confidence
from align_sync.store.schema import confidence


def save_confidence(connection: Connection, one: Confidence) -> None:
    connection.execute(
        insert(confidence).values(
            key_result=one.key_result,
            share=one.share,
            stated_at=one.stated_at,
            author=one.author,
            note=one.note,
        )
    )


def load_confidences(connection: Connection, *, at: datetime | None = None) -> dict[str, tuple[Confidence, ...]]:
    """By key result as its key was written then, the oldest first; with `at` what was said until then."""
    chosen = select(confidence).order_by(confidence.c.stated_at, confidence.c.id)
    if at is not None:
        chosen = chosen.where(confidence.c.stated_at <= at)
    found: dict[str, list[Confidence]] = {}
    for row in connection.execute(chosen):
        one = Confidence(
            key_result=row.key_result, share=row.share, stated_at=row.stated_at, author=row.author, note=row.note
        )
        found.setdefault(one.key_result, []).append(one)
    return {key: tuple(said) for key, said in found.items()}
