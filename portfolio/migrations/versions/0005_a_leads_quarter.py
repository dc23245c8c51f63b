"""A lead's quarter: evidence, workbooks, threads of questions, corrections that another approves, reminders."""

import sqlalchemy as sa
from alembic import op

from portfolio import db
from portfolio.migrations import guards_0005

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

ADDED_TO_CLAIM_QUERY = {
    "answered_by_id": "person",
    "stream_id": "stream",
    "category_id": "cost_category",
    "follows_id": "claim_query",
}


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "calendar_address",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("nonce", sa.String(length=64), nullable=False),
        sa.Column("key_hash", sa.String(length=64), nullable=False),
        sa.Column("made_at", db.Moment(), nullable=False),
        sa.Column("revoked_at", db.Moment(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_calendar_address_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_address")),
        sa.UniqueConstraint("key_hash", name=op.f("uq_calendar_address_key_hash")),
    )
    op.create_index(op.f("ix_calendar_address_person_id"), "calendar_address", ["person_id"], unique=False)
    op.create_table(
        "reminder",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("award_id", sa.Integer(), nullable=False),
        sa.Column("quarter", db.QuarterOfYear(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("occasion", sa.String(length=60), nullable=False),
        sa.Column("queued_at", db.Moment(), nullable=False),
        sa.CheckConstraint("quarter % 10 BETWEEN 1 AND 4", name=op.f("ck_reminder_quarter_is_a_quarter")),
        sa.ForeignKeyConstraint(["award_id"], ["award.id"], name=op.f("fk_reminder_award_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_reminder_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder")),
        sa.UniqueConstraint(
            "award_id", "quarter", "person_id", "occasion", name=op.f("uq_reminder_award_id_quarter_person_id_occasion")
        ),
    )
    op.create_table(
        "workbook_upload",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("quarter", db.QuarterOfYear(), nullable=False),
        sa.Column("award_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("uploaded_at", db.Moment(), nullable=False),
        sa.CheckConstraint("quarter % 10 BETWEEN 1 AND 4", name=op.f("ck_workbook_upload_quarter_is_a_quarter")),
        sa.ForeignKeyConstraint(["award_id"], ["award.id"], name=op.f("fk_workbook_upload_award_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_workbook_upload_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workbook_upload")),
    )
    op.create_index(op.f("ix_workbook_upload_person_id"), "workbook_upload", ["person_id"], unique=False)
    op.create_table(
        "correction_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("award_id", sa.Integer(), nullable=False),
        sa.Column("stream_id", sa.Integer(), nullable=False),
        sa.Column("category_id", sa.Integer(), nullable=False),
        sa.Column("corrects", db.QuarterOfYear(), nullable=False),
        sa.Column("entered_in", db.QuarterOfYear(), nullable=False),
        sa.Column("amount", db.Pence(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", db.Moment(), nullable=False),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", db.Moment(), nullable=True),
        sa.Column("refused_because", sa.Text(), nullable=True),
        sa.Column("correction_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(decided_at IS NULL) = (decided_by_id IS NULL) "
            "AND (decided_at IS NOT NULL) = (correction_id IS NOT NULL OR refused_because IS NOT NULL) "
            "AND (correction_id IS NULL OR refused_because IS NULL)",
            name=op.f("ck_correction_request_is_approved_or_refused_once"),
        ),
        sa.CheckConstraint("amount <> 0", name=op.f("ck_correction_request_is_not_zero")),
        sa.CheckConstraint("corrects % 10 BETWEEN 1 AND 4", name=op.f("ck_correction_request_corrects_is_a_quarter")),
        sa.CheckConstraint("corrects < entered_in", name=op.f("ck_correction_request_corrects_an_earlier_quarter")),
        sa.CheckConstraint(
            "correction_id IS NULL OR decided_by_id <> asked_by_id",
            name=op.f("ck_correction_request_is_approved_by_another"),
        ),
        sa.CheckConstraint(
            "entered_in % 10 BETWEEN 1 AND 4", name=op.f("ck_correction_request_entered_in_is_a_quarter")
        ),
        sa.ForeignKeyConstraint(["asked_by_id"], ["person.id"], name=op.f("fk_correction_request_asked_by_id")),
        sa.ForeignKeyConstraint(["award_id"], ["award.id"], name=op.f("fk_correction_request_award_id")),
        sa.ForeignKeyConstraint(["category_id"], ["cost_category.id"], name=op.f("fk_correction_request_category_id")),
        sa.ForeignKeyConstraint(["correction_id"], ["correction.id"], name=op.f("fk_correction_request_correction_id")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["person.id"], name=op.f("fk_correction_request_decided_by_id")),
        sa.ForeignKeyConstraint(["stream_id"], ["stream.id"], name=op.f("fk_correction_request_stream_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_correction_request")),
        sa.UniqueConstraint("correction_id", name=op.f("uq_correction_request_correction_id")),
    )
    op.create_index(
        op.f("ix_correction_request_award_id_entered_in"),
        "correction_request",
        ["award_id", "entered_in"],
        unique=False,
    )
    op.create_table(
        "evidence",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("claim_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.String(length=120), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("attached_by_id", sa.Integer(), nullable=False),
        sa.Column("attached_at", db.Moment(), nullable=False),
        sa.ForeignKeyConstraint(["attached_by_id"], ["person.id"], name=op.f("fk_evidence_attached_by_id")),
        sa.ForeignKeyConstraint(["claim_id"], ["claim.id"], name=op.f("fk_evidence_claim_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence")),
        sa.UniqueConstraint("claim_id", "sha256", name=op.f("uq_evidence_claim_id_sha256")),
    )
    op.create_index(op.f("ix_evidence_sha256"), "evidence", ["sha256"], unique=False)
    op.create_table(
        "evidence_line",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("evidence_id", sa.Integer(), nullable=False),
        sa.Column("stream_id", sa.Integer(), nullable=False),
        sa.Column("category_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["category_id"], ["cost_category.id"], name=op.f("fk_evidence_line_category_id")),
        sa.ForeignKeyConstraint(["evidence_id"], ["evidence.id"], name=op.f("fk_evidence_line_evidence_id")),
        sa.ForeignKeyConstraint(["stream_id"], ["stream.id"], name=op.f("fk_evidence_line_stream_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence_line")),
        sa.UniqueConstraint(
            "evidence_id", "stream_id", "category_id", name=op.f("uq_evidence_line_evidence_id_stream_id_category_id")
        ),
    )
    for column, table in ADDED_TO_CLAIM_QUERY.items():
        # In words, because SQLite takes a foreign key only in the column's own definition.
        op.execute(
            f"ALTER TABLE claim_query ADD COLUMN {column} INTEGER "
            f"CONSTRAINT fk_claim_query_{column} REFERENCES {table} (id)"
        )

    for statement in guards_0005.statements(op.get_bind().dialect.name):
        op.execute(statement)
