"""The ledger: how a council's ledger is read, its extracts and transactions, and timing differences."""

import sqlalchemy as sa
from alembic import op

from portfolio import db
from portfolio.migrations import guards_0006

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "ledger_mapping",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("police_area_id", sa.Integer(), nullable=False),
        sa.Column("headings_sha256", sa.String(length=64), nullable=False),
        sa.Column("headings", sa.Text(), nullable=False),
        sa.Column("date_column", sa.Integer(), nullable=False),
        sa.Column("centre_column", sa.Integer(), nullable=False),
        sa.Column("account_column", sa.Integer(), nullable=False),
        sa.Column("amount_column", sa.Integer(), nullable=True),
        sa.Column("debit_column", sa.Integer(), nullable=True),
        sa.Column("credit_column", sa.Integer(), nullable=True),
        sa.Column("description_column", sa.Integer(), nullable=True),
        sa.Column("reference_column", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(amount_column IS NULL) = (debit_column IS NOT NULL) AND (debit_column IS NULL) = (credit_column IS NULL)",
            name=op.f("ck_ledger_mapping_has_an_amount"),
        ),
        sa.ForeignKeyConstraint(["police_area_id"], ["police_area.id"], name=op.f("fk_ledger_mapping_police_area_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_mapping")),
        sa.UniqueConstraint(
            "police_area_id", "headings_sha256", name=op.f("uq_ledger_mapping_police_area_id_headings_sha256")
        ),
    )
    op.create_table(
        "ledger_account",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("police_area_id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("category_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["category_id"], ["cost_category.id"], name=op.f("fk_ledger_account_category_id")),
        sa.ForeignKeyConstraint(["police_area_id"], ["police_area.id"], name=op.f("fk_ledger_account_police_area_id")),
        sa.ForeignKeyConstraint(["programme_id"], ["programme.id"], name=op.f("fk_ledger_account_programme_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_account")),
        sa.UniqueConstraint(
            "police_area_id", "programme_id", "code", name=op.f("uq_ledger_account_police_area_id_programme_id_code")
        ),
    )
    op.create_table(
        "ledger_extract",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("funding_year_id", sa.Integer(), nullable=False),
        sa.Column("csp_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("transactions", sa.Integer(), nullable=False),
        sa.Column("total", db.Pence(), nullable=False),
        sa.Column("transactions_sha256", sa.String(length=64), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("first_quarter", db.QuarterOfYear(), nullable=False),
        sa.Column("last_quarter", db.QuarterOfYear(), nullable=False),
        sa.Column("taken_by_id", sa.Integer(), nullable=False),
        sa.Column("taken_at", db.Moment(), nullable=False),
        sa.Column("withdrawn_by_id", sa.Integer(), nullable=True),
        sa.Column("withdrawn_at", db.Moment(), nullable=True),
        sa.Column("withdrawn_because", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(withdrawn_at IS NULL) = (withdrawn_by_id IS NULL) "
            "AND (withdrawn_at IS NULL) = (withdrawn_because IS NULL)",
            name=op.f("ck_ledger_extract_is_withdrawn_by_somebody"),
        ),
        sa.CheckConstraint(
            "first_quarter % 10 BETWEEN 1 AND 4", name=op.f("ck_ledger_extract_first_quarter_is_a_quarter")
        ),
        sa.CheckConstraint("first_quarter <= last_quarter", name=op.f("ck_ledger_extract_covers_a_quarter")),
        sa.CheckConstraint(
            "last_quarter % 10 BETWEEN 1 AND 4", name=op.f("ck_ledger_extract_last_quarter_is_a_quarter")
        ),
        sa.ForeignKeyConstraint(["csp_id"], ["csp.id"], name=op.f("fk_ledger_extract_csp_id")),
        sa.ForeignKeyConstraint(
            ["funding_year_id"], ["funding_year.id"], name=op.f("fk_ledger_extract_funding_year_id")
        ),
        sa.ForeignKeyConstraint(["taken_by_id"], ["person.id"], name=op.f("fk_ledger_extract_taken_by_id")),
        sa.ForeignKeyConstraint(["withdrawn_by_id"], ["person.id"], name=op.f("fk_ledger_extract_withdrawn_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_extract")),
    )
    op.create_index(op.f("ix_ledger_extract_funding_year_id"), "ledger_extract", ["funding_year_id"], unique=False)
    op.create_table(
        "ledger_upload",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("funding_year_id", sa.Integer(), nullable=False),
        sa.Column("csp_id", sa.Integer(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("rows", sa.LargeBinary(), nullable=False),
        sa.Column("uploaded_at", db.Moment(), nullable=False),
        sa.ForeignKeyConstraint(["csp_id"], ["csp.id"], name=op.f("fk_ledger_upload_csp_id")),
        sa.ForeignKeyConstraint(
            ["funding_year_id"], ["funding_year.id"], name=op.f("fk_ledger_upload_funding_year_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_ledger_upload_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_upload")),
    )
    op.create_index(op.f("ix_ledger_upload_funding_year_id"), "ledger_upload", ["funding_year_id"], unique=False)
    op.create_index(op.f("ix_ledger_upload_person_id"), "ledger_upload", ["person_id"], unique=False)
    op.create_table(
        "ledger_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("extract_id", sa.Integer(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("posted_on", sa.Date(), nullable=False),
        sa.Column("quarter", db.QuarterOfYear(), nullable=False),
        sa.Column("amount", db.Pence(), nullable=False),
        sa.Column("centre", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.CheckConstraint("quarter % 10 BETWEEN 1 AND 4", name=op.f("ck_ledger_entry_quarter_is_a_quarter")),
        sa.ForeignKeyConstraint(["extract_id"], ["ledger_extract.id"], name=op.f("fk_ledger_entry_extract_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_entry")),
    )
    op.create_index(
        op.f("ix_ledger_entry_extract_id_quarter_code_account_centre_amount"),
        "ledger_entry",
        ["extract_id", "quarter", "code", "account", "centre", "amount"],
        unique=False,
    )
    op.create_table(
        "ledger_note",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("award_id", sa.Integer(), nullable=False),
        sa.Column("category_id", sa.Integer(), nullable=False),
        sa.Column("quarter", db.QuarterOfYear(), nullable=False),
        sa.Column("belongs_to", db.QuarterOfYear(), nullable=False),
        sa.Column("amount", db.Pence(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("noted_by_id", sa.Integer(), nullable=False),
        sa.Column("noted_at", db.Moment(), nullable=False),
        sa.Column("withdrawn_by_id", sa.Integer(), nullable=True),
        sa.Column("withdrawn_at", db.Moment(), nullable=True),
        sa.CheckConstraint(
            "(withdrawn_at IS NULL) = (withdrawn_by_id IS NULL)", name=op.f("ck_ledger_note_is_withdrawn_by_somebody")
        ),
        sa.CheckConstraint("amount <> 0", name=op.f("ck_ledger_note_is_not_zero")),
        sa.CheckConstraint("belongs_to % 10 BETWEEN 1 AND 4", name=op.f("ck_ledger_note_belongs_to_is_a_quarter")),
        sa.CheckConstraint("quarter % 10 BETWEEN 1 AND 4", name=op.f("ck_ledger_note_quarter_is_a_quarter")),
        sa.CheckConstraint("quarter <> belongs_to", name=op.f("ck_ledger_note_lies_between_two_quarters")),
        sa.ForeignKeyConstraint(["award_id"], ["award.id"], name=op.f("fk_ledger_note_award_id")),
        sa.ForeignKeyConstraint(["category_id"], ["cost_category.id"], name=op.f("fk_ledger_note_category_id")),
        sa.ForeignKeyConstraint(["noted_by_id"], ["person.id"], name=op.f("fk_ledger_note_noted_by_id")),
        sa.ForeignKeyConstraint(["withdrawn_by_id"], ["person.id"], name=op.f("fk_ledger_note_withdrawn_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_note")),
    )
    op.create_index(op.f("ix_ledger_note_award_id_quarter"), "ledger_note", ["award_id", "quarter"], unique=False)

    for statement in guards_0006.statements(op.get_bind().dialect.name):
        op.execute(statement)
