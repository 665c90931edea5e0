"""The tables of the service: runs, the health of sources, daemons, digests, the outbox and its channels."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
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

# What is to be done and what was done, one row for each slot of a schedule and each request of a person.
run = Table(
    "run",
    metadata,
    row_id(),
    Column("kind", String(40), nullable=False),
    Column("subject", String(300), nullable=False),
    Column("dedupe_key", String(400), nullable=False),
    Column("fire_at", UtcDateTime, nullable=False),
    Column("state", String(20), nullable=False),
    Column("attempt", Integer, nullable=False, server_default=text("0")),
    Column("next_attempt_at", UtcDateTime, nullable=True),
    Column("lease_until_at", UtcDateTime, nullable=True),
    Column("fence", BigInteger, nullable=False, server_default=text("0")),
    Column("owner", String(300), nullable=True),
    # What the work said of itself at its end, in one line.
    Column("outcome", Text, nullable=False, server_default=text("''")),
    Column("error_class", String(100), nullable=False, server_default=text("''")),
    Column("error", Text, nullable=False, server_default=text("''")),
    Column("created_at", UtcDateTime, nullable=False),
    Column("started_at", UtcDateTime, nullable=True),
    Column("ended_at", UtcDateTime, nullable=True),
    UniqueConstraint("dedupe_key"),
    # One waiting run of a kind and subject is enough: it will see whatever the others would have seen.
    Index(
        "uq_run_waiting",
        "kind",
        "subject",
        unique=True,
        sqlite_where=text("state = 'queued'"),
        postgresql_where=text("state = 'queued'"),
    ),
    Index("ix_run_state", "state", "next_attempt_at"),
    Index("ix_run_ended", "ended_at"),
)

# How a source fares: shared by all processes, so that none asks what another was told to leave alone.
source_health = Table(
    "source_health",
    metadata,
    Column("source", String(100), primary_key=True),
    Column("failures", Integer, nullable=False, server_default=text("0")),
    Column("blocked_until_at", UtcDateTime, nullable=True),
    Column("error_class", String(100), nullable=False, server_default=text("''")),
    Column("error", Text, nullable=False, server_default=text("''")),
    Column("failed_at", UtcDateTime, nullable=True),
    Column("succeeded_at", UtcDateTime, nullable=True),
)

# The daemons that live on this database, and when each was last seen to turn.
daemon = Table(
    "daemon",
    metadata,
    Column("owner", String(300), primary_key=True),
    Column("engine", String(20), nullable=False),
    Column("version", String(40), nullable=False),
    Column("started_at", UtcDateTime, nullable=False),
    Column("seen_at", UtcDateTime, nullable=False),
)

# A digest as it was built, never changed: whatever is sent, and sent again, is rendered from this.
digest = Table(
    "digest",
    metadata,
    row_id(),
    Column("kind", String(20), nullable=False),
    Column("team", String(300), nullable=False),
    Column("week", String(10), nullable=False),
    # Of several digests of one team and week the highest number is in force.
    Column("number", Integer, nullable=False, server_default=text("1")),
    Column("state", String(20), nullable=False),
    Column("reason", Text, nullable=False, server_default=text("''")),
    Column("made_at", UtcDateTime, nullable=False),
    Column("snapshot", String(40), nullable=False, server_default=text("''")),
    Column("content_hash", String(64), nullable=False),
    Column("payload", LargeBinary, nullable=False),
    UniqueConstraint("kind", "team", "week", "number"),
    Index("ix_digest_made", "made_at"),
)

# Rendered messages that wait to be sent, and those that were.
outbox = Table(
    "outbox",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("channel", String(100), nullable=False),
    # Where the channel led when the message was written; it is sent there and nowhere else.
    Column("address", Text, nullable=False),
    Column("dedupe_key", String(400), nullable=False),
    Column("digest_id", RowId, ForeignKey("digest.id"), nullable=True),
    # Messages of a thread wait for the one that opens it.
    Column("parent_id", String(36), ForeignKey("outbox.id"), nullable=True),
    # A message that replaces an earlier one of the same place names it.
    Column("replaces_id", String(36), ForeignKey("outbox.id"), nullable=True),
    Column("payload", Text, nullable=False),
    Column("payload_hash", String(64), nullable=False),
    Column("state", String(20), nullable=False),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("fence", BigInteger, nullable=False, server_default=text("0")),
    Column("owner", String(300), nullable=True),
    Column("lease_until_at", UtcDateTime, nullable=True),
    Column("maybe_sent", Boolean, nullable=False, server_default=text("false")),
    Column("first_send_at", UtcDateTime, nullable=True),
    Column("external_id", String(300), nullable=False, server_default=text("''")),
    Column("not_before_at", UtcDateTime, nullable=True),
    Column("last_error", Text, nullable=False, server_default=text("''")),
    Column("created_at", UtcDateTime, nullable=False),
    Column("sent_at", UtcDateTime, nullable=True),
    # When to look next whether the message stands there twice; None where that is over.
    Column("look_again_at", UtcDateTime, nullable=True),
    Column("resolved_by", Text, nullable=False, server_default=text("''")),
    UniqueConstraint("dedupe_key"),
    Index("ix_outbox_state", "state", "not_before_at"),
    Index("ix_outbox_look_again", "look_again_at"),
    Index("ix_outbox_digest", "digest_id"),
)

# What became of a channel: disabled after a permanent refusal, or told to wait.
channel_state = Table(
    "channel_state",
    metadata,
    Column("channel", String(100), primary_key=True),
    Column("disabled_at", UtcDateTime, nullable=True),
    Column("reason", Text, nullable=False, server_default=text("''")),
    # Of the settings that were refused: other settings are tried again.
    Column("settings_hash", String(64), nullable=False, server_default=text("''")),
    Column("blocked_until_at", UtcDateTime, nullable=True),
)
