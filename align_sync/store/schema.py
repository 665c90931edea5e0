"""All tables, in one place; only the modules of `store` know them. `SCHEMA_REVISION` is the head of the migrations."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from align_sync.store.columns import RowId, UtcDateTime, metadata, row_id
from align_sync.store.service_tables import channel_state, daemon, digest, outbox, run, source_health

SCHEMA_REVISION = "0004"

__all__ = [
    "SCHEMA_REVISION",
    "UtcDateTime",
    "book",
    "channel_state",
    "confidence",
    "daemon",
    "decision",
    "digest",
    "evidence",
    "ground",
    "item",
    "item_version",
    "lease",
    "link_run",
    "link_state",
    "membership",
    "metadata",
    "metric_run",
    "outbox",
    "parent_edge",
    "policy_version",
    "progress_span",
    "publication",
    "reading",
    "run",
    "snapshot",
    "source_health",
    "source_state",
    "sprint",
    "sprint_version",
    "sweep",
    "verdict",
    "verification",
    "waiting",
]

lease = Table(
    "lease",
    metadata,
    Column("name", String(200), primary_key=True),
    Column("owner", String(300), nullable=True),
    Column("fence", BigInteger, nullable=False, server_default=text("0")),
    Column("until_at", UtcDateTime, nullable=True),
)

source_state = Table(
    "source_state",
    metadata,
    Column("source", String(100), primary_key=True),
    Column("kind", String(40), nullable=False),
    Column("is_sample", Boolean, nullable=False, server_default=text("false")),
    Column("facts", Text, nullable=False, server_default=text("'{}'")),
    Column("facts_at", UtcDateTime, nullable=True),
    Column("cursor_at", UtcDateTime, nullable=True),
    Column("wide_at", UtcDateTime, nullable=True),
    Column("full_at", UtcDateTime, nullable=True),
    Column("complete_at", UtcDateTime, nullable=True),
    Column("attempted_at", UtcDateTime, nullable=True),
    Column("failure", Text, nullable=False, server_default=text("''")),
    Column("failure_kind", String(40), nullable=False, server_default=text("''")),
    Column("members", Integer, nullable=False, server_default=text("0")),
)

sweep = Table(
    "sweep",
    metadata,
    row_id(),
    Column("source", String(100), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("state", String(20), nullable=False),
    Column("started_at", UtcDateTime, nullable=False),
    Column("cursor_at", UtcDateTime, nullable=False),
    Column("finished_at", UtcDateTime, nullable=True),
    Column("counts", Text, nullable=False, server_default=text("'{}'")),
    Column("problems", Text, nullable=False, server_default=text("'[]'")),
    Column("problem_count", Integer, nullable=False, server_default=text("0")),
    Index("ix_sweep_source_state", "source", "state"),
)

sprint = Table(
    "sprint",
    metadata,
    row_id(),
    Column("source", String(100), nullable=False),
    Column("external_id", String(100), nullable=False),
    Column("name", Text, nullable=False),
    Column("state", String(20), nullable=False),
    Column("team", Text, nullable=False, server_default=text("''")),
    Column("board", Text, nullable=False, server_default=text("''")),
    Column("goal", Text, nullable=False, server_default=text("''")),
    Column("starts_at", UtcDateTime, nullable=True),
    Column("ends_at", UtcDateTime, nullable=True),
    Column("completed_at", UtcDateTime, nullable=True),
    Column("first_seen_at", UtcDateTime, nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
    UniqueConstraint("source", "external_id"),
    Index("ix_sprint_state", "state"),
)

item = Table(
    "item",
    metadata,
    row_id(),
    Column("source", String(100), nullable=False),
    Column("external_id", String(200), nullable=False),
    Column("key", String(300), nullable=False),
    Column("title", Text, nullable=False),
    Column("kind", String(20), nullable=False),
    Column("status_category", String(20), nullable=False),
    Column("container", Text, nullable=False),
    # What linking reads of it, so that a million items are linked again without their documents.
    Column("words", Text, nullable=False, server_default=text("''")),
    Column("above", Text, nullable=False, server_default=text("''")),
    Column("document", Text, nullable=False),
    Column("content_hash", String(32), nullable=False),
    Column("updated_at", UtcDateTime, nullable=True),
    Column("state", String(20), nullable=False),
    Column("missing_count", Integer, nullable=False, server_default=text("0")),
    Column("first_seen_at", UtcDateTime, nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
    Column("sweep_id", BigInteger, nullable=False),
    UniqueConstraint("source", "external_id"),
    Index("ix_item_source_key", "source", "key"),
)

parent_edge = Table(
    "parent_edge",
    metadata,
    Column("item_id", RowId, ForeignKey("item.id", ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("source", String(100), nullable=False),
    Column("parent_external_id", String(200), nullable=False),
    Column("parent_key", String(300), nullable=False),
    Index("ix_parent_edge_parent", "source", "parent_external_id"),
    Index("ix_parent_edge_parent_key", "source", "parent_key"),
)

membership = Table(
    "membership",
    metadata,
    row_id(),
    Column("item_id", RowId, ForeignKey("item.id", ondelete="CASCADE"), nullable=False),
    Column("sprint_id", RowId, ForeignKey("sprint.id", ondelete="CASCADE"), nullable=False),
    # When it held, and when we learnt of it.
    Column("entered_at", UtcDateTime, nullable=False),
    Column("entered_known_at", UtcDateTime, nullable=False),
    Column("left_at", UtcDateTime, nullable=True),
    Column("left_known_at", UtcDateTime, nullable=True),
    Index("ix_membership_sprint_id", "sprint_id", "left_at"),
    Index("ix_membership_item_id", "item_id"),
    # One open stay of an item in a sprint at a time, kept by the database itself.
    Index(
        "uq_membership_open",
        "item_id",
        "sprint_id",
        unique=True,
        sqlite_where=text("left_at IS NULL"),
        postgresql_where=text("left_at IS NULL"),
    ),
)

book = Table(
    "book",
    metadata,
    row_id(),
    Column("applied_at", UtcDateTime, nullable=False),
    Column("applied_by", Text, nullable=False),
    # Since when it holds; before `applied_at` where it is written down late.
    Column("held_from_at", UtcDateTime, nullable=False),
    Column("reason", Text, nullable=False, server_default=text("''")),
    Column("fingerprint", String(64), nullable=False),
    Column("document", Text, nullable=False),
)

# Items to be judged anew. A table of its own: a mark in `item` would have every row of it written once more.
waiting = Table("waiting", metadata, Column("item_id", RowId, primary_key=True, autoincrement=False))

link_run = Table(
    "link_run",
    metadata,
    row_id(),
    Column("started_at", UtcDateTime, nullable=False),
    Column("finished_at", UtcDateTime, nullable=True),
    Column("rules", String(64), nullable=False),
    Column("is_full", Boolean, nullable=False),
)

verdict = Table(
    "verdict",
    metadata,
    Column("item_id", RowId, ForeignKey("item.id", ondelete="CASCADE"), primary_key=True),
    Column("bucket", String(20), nullable=False),
    # What it rests on, in short: two verdicts with the same basis have the same evidence.
    Column("basis", Text, nullable=False),
    Column("run_id", RowId, nullable=False),
)

# What may be found, once; the evidence of a million items names a few thousand grounds.
ground = Table(
    "ground",
    metadata,
    row_id(),
    Column("digest", String(32), nullable=False),
    Column("key_result", String(200), nullable=False),
    Column("rule", String(20), nullable=False),
    Column("field", Text, nullable=False),
    Column("found", Text, nullable=False),
    Column("weight", Float, nullable=True),
    Column("author", Text, nullable=False),
    UniqueConstraint("digest"),
    Index("ix_ground_key_result", "key_result"),
)

evidence = Table(
    "evidence",
    metadata,
    row_id(),
    Column("item_id", RowId, ForeignKey("item.id", ondelete="CASCADE"), nullable=False),
    Column("ground_id", RowId, ForeignKey("ground.id"), nullable=False),
    # The item that carries it where that is not the item itself.
    Column("via_id", RowId, nullable=True),
    Column("distance", Integer, nullable=False),
    Column("first_run_id", RowId, nullable=False),
    Column("gone_run_id", RowId, nullable=True),
    Index("ix_evidence_item_id", "item_id"),
    Index(
        "ix_evidence_ground_id",
        "ground_id",
        sqlite_where=text("gone_run_id IS NULL"),
        postgresql_where=text("gone_run_id IS NULL"),
    ),
)

link_state = Table(
    "link_state",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("rules", String(64), nullable=False),
    Column("linked_at", UtcDateTime, nullable=False),
)

# What an item or a sprint was before it changed; the present is in `item` and `sprint` alone.
item_version = Table(
    "item_version",
    metadata,
    row_id(),
    Column("item_id", RowId, ForeignKey("item.id", ondelete="CASCADE"), nullable=False),
    Column("document", Text, nullable=False),
    Column("state", String(20), nullable=False),
    Column("updated_at", UtcDateTime, nullable=True),
    Column("known_from_at", UtcDateTime, nullable=False),
    Column("known_until_at", UtcDateTime, nullable=False),
    Index("ix_item_version_item_id", "item_id", "known_until_at"),
)

sprint_version = Table(
    "sprint_version",
    metadata,
    row_id(),
    Column("sprint_id", RowId, ForeignKey("sprint.id", ondelete="CASCADE"), nullable=False),
    Column("document", Text, nullable=False),
    Column("known_from_at", UtcDateTime, nullable=False),
    Column("known_until_at", UtcDateTime, nullable=False),
    Index("ix_sprint_version_sprint_id", "sprint_id", "known_until_at"),
)

# Who had an item in progress, from when to when: the base of person-days.
progress_span = Table(
    "progress_span",
    metadata,
    row_id(),
    Column("item_id", RowId, ForeignKey("item.id", ondelete="CASCADE"), nullable=False),
    Column("person", Text, nullable=False),
    Column("began_at", UtcDateTime, nullable=False),
    Column("began_known_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime, nullable=True),
    Column("ended_known_at", UtcDateTime, nullable=True),
    Index("ix_progress_span_item_id", "item_id"),
    Index("ix_progress_span_person", "person", "ended_at"),
)

# What people decided; ended by a new value in the last columns, never deleted.
decision = Table(
    "decision",
    metadata,
    row_id(),
    Column("item_id", RowId, ForeignKey("item.id", ondelete="CASCADE"), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("key_result", String(200), nullable=False, server_default=text("''")),
    Column("share", Float, nullable=True),
    Column("category", String(100), nullable=False, server_default=text("''")),
    Column("author", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("since_at", UtcDateTime, nullable=False),
    Column("expires_on", Date, nullable=True),
    Column("recorded_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime, nullable=True),
    Column("ended_by", Text, nullable=False, server_default=text("''")),
    Column("end_reason", Text, nullable=False, server_default=text("''")),
    Index("ix_decision_item_id", "item_id"),
    Index("ix_decision_kind", "kind", "ended_at"),
)

# The rules and limits of the settings, version after version, so that an earlier day is judged by its own.
policy_version = Table(
    "policy_version",
    metadata,
    row_id(),
    Column("fingerprint", String(64), nullable=False),
    Column("document", Text, nullable=False),
    Column("known_from_at", UtcDateTime, nullable=False),
)

snapshot = Table(
    "snapshot",
    metadata,
    row_id(),
    Column("name", String(40), nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    Column("as_of_at", UtcDateTime, nullable=False),
    Column("filters", Text, nullable=False),
    Column("content_hash", String(64), nullable=False),
    Column("payload", LargeBinary, nullable=False),
    UniqueConstraint("name"),
    Index("ix_snapshot_filters", "filters", "made_at"),
)

metric_run = Table(
    "metric_run",
    metadata,
    row_id(),
    Column("started_at", UtcDateTime, nullable=False),
    Column("finished_at", UtcDateTime, nullable=True),
    Column("author", Text, nullable=False, server_default=text("''")),
)

# Readings are only ever added: what was known at a moment are the rows recorded until then.
reading = Table(
    "reading",
    metadata,
    row_id(),
    Column("metric", String(300), nullable=False),
    Column("as_of_at", UtcDateTime, nullable=False),
    # None where the reading failed, and only then.
    Column("value", Float, nullable=True),
    Column("source", String(20), nullable=False),
    Column("series", String(64), nullable=False),
    Column("status", String(20), nullable=False),
    Column("recorded_at", UtcDateTime, nullable=False),
    Column("author", Text, nullable=False, server_default=text("''")),
    Column("reason", Text, nullable=False, server_default=text("''")),
    Column("run_id", RowId, ForeignKey("metric_run.id"), nullable=True),
    Index("ix_reading_metric", "metric", "as_of_at", "recorded_at"),
)

confidence = Table(
    "confidence",
    metadata,
    row_id(),
    Column("key_result", String(200), nullable=False),
    Column("share", Float, nullable=False),
    Column("stated_at", UtcDateTime, nullable=False),
    Column("author", Text, nullable=False),
    Column("note", Text, nullable=False, server_default=text("''")),
    Index("ix_confidence_key_result", "key_result", "stated_at"),
)

verification = Table(
    "verification",
    metadata,
    row_id(),
    Column("metric", String(300), nullable=False),
    Column("author", Text, nullable=False),
    Column("verified_at", UtcDateTime, nullable=False),
    Column("evidence", Text, nullable=False, server_default=text("''")),
    Column("reason", Text, nullable=False, server_default=text("''")),
    Column("query_hash", String(64), nullable=False, server_default=text("''")),
    Column("expires_on", Date, nullable=True),
    Index("ix_verification_metric", "metric", "verified_at"),
)

# That a version of the book was published, with what was known to be wrong with it.
publication = Table(
    "publication",
    metadata,
    row_id(),
    Column("book_id", RowId, ForeignKey("book.id"), nullable=False),
    Column("published_at", UtcDateTime, nullable=False),
    Column("published_by", Text, nullable=False),
    Column("reason", Text, nullable=False, server_default=text("''")),
    Column("findings", Text, nullable=False, server_default=text("'[]'")),
)
