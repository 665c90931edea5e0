"""The alignment engine: a ledger of grounds and runs, decisions, versions of what was before, snapshots.

What was known of evidence is carried over. Verdicts follow from what is stored and are made anew by the next link,
which goes on with the evidence only of items that have one: until then the old ones stand.
"""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import orjson
import sqlalchemy as sa
from alembic import op

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

Rows = Sequence[sa.Row[tuple[object, ...]]]


def upgrade() -> None:
    op.create_table(
        "ground",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("digest", sa.String(length=32), nullable=False),
        sa.Column("key_result", sa.String(length=200), nullable=False),
        sa.Column("rule", sa.String(length=20), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("found", sa.Text(), nullable=False),
        sa.Column("weight", sa.Float(), nullable=True),
        sa.Column("author", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ground")),
        sa.UniqueConstraint("digest", name=op.f("uq_ground_digest")),
    )
    with op.batch_alter_table("ground", schema=None) as batch_op:
        batch_op.create_index("ix_ground_key_result", ["key_result"], unique=False)

    op.create_table(
        "link_run",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("rules", sa.String(length=64), nullable=False),
        sa.Column("is_full", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_link_run")),
    )
    op.create_table(
        "policy_version",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("known_from_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policy_version")),
    )
    op.create_table(
        "snapshot",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("as_of_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("filters", sa.Text(), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_snapshot")),
        sa.UniqueConstraint("name", name=op.f("uq_snapshot_name")),
    )
    op.create_index("ix_snapshot_filters", "snapshot", ["filters", "made_at"], unique=False)
    op.create_table(
        "waiting",
        sa.Column("item_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("item_id", name=op.f("pk_waiting")),
    )
    op.create_table(
        "decision",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("item_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("key_result", sa.String(length=200), server_default=sa.text("''"), nullable=False),
        sa.Column("share", sa.Float(), nullable=True),
        sa.Column("category", sa.String(length=100), server_default=sa.text("''"), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("since_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("end_reason", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_decision_item_id_item"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision")),
    )
    with op.batch_alter_table("decision", schema=None) as batch_op:
        batch_op.create_index("ix_decision_item_id", ["item_id"], unique=False)
        batch_op.create_index("ix_decision_kind", ["kind", "ended_at"], unique=False)

    op.create_table(
        "item_version",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("item_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("known_from_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("known_until_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"], ["item.id"], name=op.f("fk_item_version_item_id_item"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_item_version")),
    )
    with op.batch_alter_table("item_version", schema=None) as batch_op:
        batch_op.create_index("ix_item_version_item_id", ["item_id", "known_until_at"], unique=False)

    op.create_table(
        "progress_span",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("item_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("began_known_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_known_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["item_id"], ["item.id"], name=op.f("fk_progress_span_item_id_item"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_progress_span")),
    )
    with op.batch_alter_table("progress_span", schema=None) as batch_op:
        batch_op.create_index("ix_progress_span_item_id", ["item_id"], unique=False)
        batch_op.create_index("ix_progress_span_person", ["person", "ended_at"], unique=False)

    op.create_table(
        "sprint_version",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("sprint_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("known_from_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("known_until_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["sprint_id"], ["sprint.id"], name=op.f("fk_sprint_version_sprint_id_sprint"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sprint_version")),
    )
    with op.batch_alter_table("sprint_version", schema=None) as batch_op:
        batch_op.create_index("ix_sprint_version_sprint_id", ["sprint_id", "known_until_at"], unique=False)

    _widen_book()
    _widen_membership()
    with op.batch_alter_table("item", recreate="never") as batch_op:
        batch_op.drop_index("ix_item_needs_link")
        batch_op.drop_column("needs_link")
        batch_op.add_column(sa.Column("words", sa.Text(), server_default=sa.text("''"), nullable=False))
        batch_op.add_column(sa.Column("above", sa.Text(), server_default=sa.text("''"), nullable=False))
    _tell_words()
    with op.batch_alter_table("source_state", recreate="never") as batch_op:
        batch_op.add_column(sa.Column("members", sa.Integer(), server_default=sa.text("0"), nullable=False))
    verdicts = op.get_bind().execute(sa.text("SELECT item_id, bucket, decided_at FROM verdict")).all()
    _remake_verdict()
    _remake_evidence(verdicts)
    # Everything is linked anew, by whatever rules.
    op.execute("DELETE FROM link_state")


def _tell_words() -> None:
    """What linking reads of each item, from its document."""
    connection = op.get_bind()
    last_id = 0
    while True:
        rows = connection.execute(
            sa.text("SELECT id, document FROM item WHERE id > :last AND document <> '{}' ORDER BY id LIMIT 1000"),
            {"last": last_id},
        ).all()
        if not rows:
            return
        last_id = rows[-1].id
        connection.execute(
            sa.text("UPDATE item SET words = :words, above = :above WHERE id = :id"),
            [{"id": row.id, **_read_words(orjson.loads(row.document))} for row in rows],
        )


def _read_words(told: dict[str, Any]) -> dict[str, str]:
    names = ("labels", "marks", "relations", "urls", "mentions")
    said = {name: told[name] for name in names if told.get(name)}
    labels = said.get("labels", [])
    is_plain = said.keys() <= {"labels"} and not any("\n" in label or not label for label in labels)
    if is_plain and not (labels and labels[0].startswith("{")):
        words = "\n".join(labels)
    else:
        words = orjson.dumps(said).decode()
    parents = told.get("parents")
    return {"words": words, "above": orjson.dumps(parents).decode() if parents else ""}


def _widen_book() -> None:
    with op.batch_alter_table("book") as batch_op:
        batch_op.add_column(sa.Column("held_from_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("reason", sa.Text(), server_default=sa.text("''"), nullable=False))
    op.execute("UPDATE book SET held_from_at = applied_at")
    with op.batch_alter_table("book") as batch_op:
        batch_op.alter_column("held_from_at", existing_type=sa.DateTime(timezone=True), nullable=False)


def _widen_membership() -> None:
    with op.batch_alter_table("membership") as batch_op:
        batch_op.add_column(sa.Column("entered_known_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("left_known_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE membership SET entered_known_at = entered_at, left_known_at = left_at")
    with op.batch_alter_table("membership") as batch_op:
        batch_op.alter_column("entered_known_at", existing_type=sa.DateTime(timezone=True), nullable=False)


def _remake_verdict() -> None:
    op.drop_table("verdict")
    op.create_table(
        "verdict",
        sa.Column("item_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("bucket", sa.String(length=20), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("run_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_verdict_item_id_item"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("item_id", name=op.f("pk_verdict")),
    )


def _remake_evidence(verdicts: Rows) -> None:
    before = _load_evidence()
    op.drop_table("evidence")
    op.create_table(
        "evidence",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("item_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ground_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("via_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("distance", sa.Integer(), nullable=False),
        sa.Column("first_run_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("gone_run_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(["ground_id"], ["ground.id"], name=op.f("fk_evidence_ground_id_ground")),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_evidence_item_id_item"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence")),
    )
    op.create_index("ix_evidence_item_id", "evidence", ["item_id"], unique=False)
    op.create_index(
        "ix_evidence_ground_id",
        "evidence",
        ["ground_id"],
        unique=False,
        sqlite_where=sa.text("gone_run_id IS NULL"),
        postgresql_where=sa.text("gone_run_id IS NULL"),
    )
    runs = _write_runs(before, verdicts)
    _carry_over(before, runs)
    _keep_verdicts(before, verdicts, runs)


def _load_evidence() -> Rows:
    """What was found, with the item that carries it where that is stored and another one."""
    return (
        op.get_bind()
        .execute(
            sa.text(
                "SELECT e.item_id, e.key_result, e.rule, e.field, e.found, e.weight, e.distance, e.first_seen_at,"
                " e.gone_at, v.id AS via_id FROM evidence e LEFT JOIN item v ON e.distance > 0"
                " AND v.source = e.via_source AND v.external_id = e.via_external_id ORDER BY e.id"
            )
        )
        .all()
    )


def _write_runs(before: Rows, verdicts: Rows) -> dict[object, int]:
    """Each instant at which anything was seen, was gone or was decided becomes a run."""
    seen = {row.first_seen_at for row in before} | {row.gone_at for row in before} - {None}
    runs = {at: number for number, at in enumerate(sorted(seen | {row.decided_at for row in verdicts}), start=1)}
    _insert(
        "link_run",
        [
            {"id": number, "started_at": at, "finished_at": at, "rules": "", "is_full": False}
            for at, number in runs.items()
        ],
    )
    return runs


def _carry_over(before: Rows, runs: Mapping[object, int]) -> None:
    """Each thing that was found becomes a ground."""
    grounds: dict[str, dict[str, object]] = {}
    evidence: list[dict[str, object]] = []
    for row in before:
        told = [row.key_result, row.rule, row.field, row.found, row.weight, ""]
        digest = hashlib.blake2b(orjson.dumps(told), digest_size=16).hexdigest()
        names = ("key_result", "rule", "field", "found", "weight", "author")
        new = {"id": len(grounds) + 1, "digest": digest, **dict(zip(names, told, strict=True))}
        ground = grounds.setdefault(digest, new)
        evidence.append(
            {
                "item_id": row.item_id,
                "ground_id": ground["id"],
                "via_id": row.via_id,
                "distance": row.distance,
                "first_run_id": runs[row.first_seen_at],
                "gone_run_id": runs.get(row.gone_at),
            }
        )
    _insert("ground", list(grounds.values()))
    _insert("evidence", evidence)


def _keep_verdicts(before: Rows, verdicts: Rows, runs: Mapping[object, int]) -> None:
    """On a basis that no new verdict has, so that the next link looks at the evidence of each."""
    undecided = {row.item_id: ("unknown", runs[row.first_seen_at]) for row in before if row.gone_at is None}
    decided = {row.item_id: (row.bucket, runs[row.decided_at]) for row in verdicts}
    _insert(
        "verdict",
        [
            {"item_id": item_id, "bucket": bucket, "basis": "carried over", "run_id": run_id}
            for item_id, (bucket, run_id) in (undecided | decided).items()
        ],
    )


def _insert(name: str, rows: Sequence[Mapping[str, object]]) -> None:
    if not rows:
        return
    connection = op.get_bind()
    connection.execute(sa.insert(sa.table(name, *(sa.column(column) for column in rows[0]))), rows)
    if connection.dialect.name == "postgresql" and "id" in rows[0]:
        sequence = sa.func.pg_get_serial_sequence(name, "id")
        connection.execute(sa.select(sa.func.setval(sequence, len(rows))))


def downgrade() -> None:
    """There is no way back: the copy that is made before every upgrade is."""
    raise NotImplementedError("restore the copy that was made before the upgrade")
