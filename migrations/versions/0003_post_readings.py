"""Readings of metrics, confidences, who verified a metric, and what was published.

Until now the values of key results stood in the book alone, as `current` and `currentOn`. Each that a version of the
book brought becomes a reading by hand, known since that version was applied, so that nothing known is forgotten.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time
from typing import Any

import orjson
import sqlalchemy as sa
from alembic import op

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "confidence",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("key_result", sa.String(length=200), nullable=False),
        sa.Column("share", sa.Float(), nullable=False),
        sa.Column("stated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_confidence")),
    )
    with op.batch_alter_table("confidence", schema=None) as batch_op:
        batch_op.create_index("ix_confidence_key_result", ["key_result", "stated_at"], unique=False)

    op.create_table(
        "metric_run",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("author", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_metric_run")),
    )
    op.create_table(
        "verification",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("metric", sa.String(length=300), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("verified_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("evidence", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("reason", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("query_hash", sa.String(length=64), server_default=sa.text("''"), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_verification")),
    )
    with op.batch_alter_table("verification", schema=None) as batch_op:
        batch_op.create_index("ix_verification_metric", ["metric", "verified_at"], unique=False)

    op.create_table(
        "publication",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("book_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_by", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("findings", sa.Text(), server_default=sa.text("'[]'"), nullable=False),
        sa.ForeignKeyConstraint(["book_id"], ["book.id"], name=op.f("fk_publication_book_id_book")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_publication")),
    )
    op.create_table(
        "reading",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("metric", sa.String(length=300), nullable=False),
        sa.Column("as_of_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("value", sa.Float(), nullable=True),
        sa.Column("source", sa.String(length=20), nullable=False),
        sa.Column("series", sa.String(length=64), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("author", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("reason", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("run_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(["run_id"], ["metric_run.id"], name=op.f("fk_reading_run_id_metric_run")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reading")),
    )
    with op.batch_alter_table("reading", schema=None) as batch_op:
        batch_op.create_index("ix_reading_metric", ["metric", "as_of_at", "recorded_at"], unique=False)

    _carry_over()


def _carry_over() -> None:
    book = sa.table(
        "book",
        sa.column("id", sa.BigInteger()),
        sa.column("applied_at", sa.DateTime(timezone=True)),
        sa.column("applied_by", sa.Text()),
        sa.column("document", sa.Text()),
    )
    names = ("metric", "value", "source", "series", "status", "author", "reason")
    reading = sa.table(
        "reading",
        *(sa.column(name) for name in names),
        sa.column("as_of_at", sa.DateTime(timezone=True)),
        sa.column("recorded_at", sa.DateTime(timezone=True)),
    )
    connection = op.get_bind()
    before: dict[str, _Told] = {}
    for row in connection.execute(sa.select(book).order_by(book.c.id)).all():
        applied_at = row.applied_at if row.applied_at.tzinfo is None else row.applied_at.astimezone(UTC)
        told = dict(_read_values(orjson.loads(row.document)))
        new = dict.fromkeys(one for key, one in told.items() if before.get(key) != one)
        before = told
        rows = [
            {
                "metric": metric,
                "value": value,
                "source": "manual",
                "series": "by-hand",
                "status": "ok",
                "author": row.applied_by,
                "reason": "the current value in the OKR book",
                "as_of_at": min(_noon(day, applied_at), applied_at) if day else applied_at,
                "recorded_at": applied_at,
            }
            for metric, value, day in new
        ]
        if rows:
            connection.execute(sa.insert(reading), rows)


_Told = tuple[str, float, str | None]
"""The name of a metric, its value, and the day of it."""


def _read_values(objectives: list[dict[str, Any]]) -> Iterator[tuple[str, _Told]]:
    """The current values of a book by the key of the key result."""
    for objective in objectives:
        for key_result in objective.get("key_results") or ():
            key, metric = key_result["key"], key_result.get("metric") or {}
            source = metric.get("source") or ""
            name = (source.partition(":")[2] or source).strip() or f"kr:{key}"
            if metric.get("current") is not None:
                yield key.casefold(), (name, float(metric["current"]), metric.get("current_on"))


def _noon(day: str, applied_at: datetime) -> datetime:
    """In the manner of the other: SQLite stores instants without a zone."""
    return datetime.combine(date.fromisoformat(day), time(12), applied_at.tzinfo)


def downgrade() -> None:
    """There is no way back: the copy that is made before every upgrade is."""
    raise NotImplementedError("restore the copy that was made before the upgrade")
