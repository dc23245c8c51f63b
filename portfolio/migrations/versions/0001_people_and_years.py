"""People, settings, the history; programmes, partnerships and what a year gives them."""

import sqlalchemy as sa
from alembic import op

from portfolio import db

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "history_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", db.Moment(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("deed", sa.Text(), nullable=False),
        sa.Column("record", sa.Text(), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("change", sa.Text(), nullable=False),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("after", sa.Text(), nullable=False),
        sa.Column("previous_seal", sa.Text(), nullable=False),
        sa.Column("seal", sa.Text(), nullable=False),
        sa.CheckConstraint("change IN ('added', 'changed', 'removed')", name=op.f("ck_history_entry_change")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_history_entry")),
    )
    op.create_index(op.f("ix_history_entry_record_record_id"), "history_entry", ["record", "record_id"], unique=False)
    op.create_table(
        "organisation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("type", sa.String(length=60), nullable=False),
        sa.Column("org_id", sa.String(length=60), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation")),
        sa.UniqueConstraint("key", name=op.f("uq_organisation_key")),
    )
    op.create_table(
        "person",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("disabled_at", db.Moment(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("email", name=op.f("uq_person_email")),
    )
    op.create_table(
        "police_area",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_police_area")),
        sa.UniqueConstraint("code", name=op.f("uq_police_area_code")),
    )
    op.create_table(
        "programme",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("funder", sa.Text(), nullable=False),
        sa.Column("administering_body", sa.Text(), nullable=False),
        sa.Column("statutory_power", sa.Text(), nullable=True),
        sa.Column("in_arrears", sa.Boolean(), nullable=False),
        sa.Column("carry_over", sa.Boolean(), nullable=False),
        sa.Column("match_percent", db.Exact(), nullable=True),
        sa.Column(
            "match_base",
            sa.Enum("grant", "total", name="match_base", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("match_in_kind_counts", sa.Boolean(), nullable=False),
        sa.Column("variance_percent", db.Exact(), nullable=False),
        sa.Column("variance_floor", db.Pence(), nullable=False),
        sa.Column("tolerance_percent", db.Exact(), nullable=False),
        sa.Column("claim_deadlines", sa.String(length=40), nullable=False),
        sa.Column("retention_years", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_programme")),
        sa.UniqueConstraint("code", "administering_body", name=op.f("uq_programme_code_administering_body")),
    )
    op.create_table(
        "setting",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_setting")),
        sa.UniqueConstraint("name", name=op.f("uq_setting_name")),
    )
    op.create_table(
        "cost_category",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("needs_text", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["programme_id"], ["programme.id"], name=op.f("fk_cost_category_programme_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cost_category")),
        sa.UniqueConstraint("programme_id", "name", name=op.f("uq_cost_category_programme_id_name")),
    )
    op.create_table(
        "csp",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("police_area_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("authority", sa.Text(), nullable=True),
        sa.Column("org_id", sa.String(length=60), nullable=True),
        sa.Column("gss", sa.String(length=20), nullable=True),
        sa.ForeignKeyConstraint(["police_area_id"], ["police_area.id"], name=op.f("fk_csp_police_area_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_csp")),
        sa.UniqueConstraint("key", name=op.f("uq_csp_key")),
    )
    op.create_index(op.f("ix_csp_police_area_id"), "csp", ["police_area_id"], unique=False)
    op.create_table(
        "funding_year",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("police_area_id", sa.Integer(), nullable=False),
        sa.Column("year", db.Year(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "provisional",
                "confirmed",
                "closed",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("confirmed_on", sa.Date(), nullable=True),
        sa.Column("confirmed_reference", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["police_area_id"], ["police_area.id"], name=op.f("fk_funding_year_police_area_id")),
        sa.ForeignKeyConstraint(["programme_id"], ["programme.id"], name=op.f("fk_funding_year_programme_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_funding_year")),
        sa.UniqueConstraint(
            "programme_id", "police_area_id", "year", name=op.f("uq_funding_year_programme_id_police_area_id_year")
        ),
    )
    op.create_table(
        "stream",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["programme_id"], ["programme.id"], name=op.f("fk_stream_programme_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stream")),
        sa.UniqueConstraint("programme_id", "name", name=op.f("uq_stream_programme_id_name")),
    )
    op.create_table(
        "role_held",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "project lead",
                "CSP officer",
                "CSP member",
                "finance officer",
                "OPCC officer",
                "certifier",
                "administrator",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("csp_id", sa.Integer(), nullable=True),
        sa.Column("police_area_id", sa.Integer(), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "ends_on IS NULL OR starts_on IS NULL OR ends_on >= starts_on",
            name=op.f("ck_role_held_ends_after_it_starts"),
        ),
        sa.ForeignKeyConstraint(["csp_id"], ["csp.id"], name=op.f("fk_role_held_csp_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_role_held_person_id")),
        sa.ForeignKeyConstraint(["police_area_id"], ["police_area.id"], name=op.f("fk_role_held_police_area_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role_held")),
    )
    op.create_index(op.f("ix_role_held_person_id"), "role_held", ["person_id"], unique=False)
    op.create_table(
        "stream_allocation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("funding_year_id", sa.Integer(), nullable=False),
        sa.Column("stream_id", sa.Integer(), nullable=False),
        sa.Column("amount", db.Pence(), nullable=False),
        sa.CheckConstraint("amount >= 0", name=op.f("ck_stream_allocation_is_not_negative")),
        sa.ForeignKeyConstraint(
            ["funding_year_id"], ["funding_year.id"], name=op.f("fk_stream_allocation_funding_year_id")
        ),
        sa.ForeignKeyConstraint(["stream_id"], ["stream.id"], name=op.f("fk_stream_allocation_stream_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stream_allocation")),
        sa.UniqueConstraint(
            "funding_year_id", "stream_id", name=op.f("uq_stream_allocation_funding_year_id_stream_id")
        ),
    )
    op.create_table(
        "csp_allocation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("stream_allocation_id", sa.Integer(), nullable=False),
        sa.Column("csp_id", sa.Integer(), nullable=False),
        sa.Column("amount", db.Pence(), nullable=False),
        sa.CheckConstraint("amount >= 0", name=op.f("ck_csp_allocation_is_not_negative")),
        sa.ForeignKeyConstraint(["csp_id"], ["csp.id"], name=op.f("fk_csp_allocation_csp_id")),
        sa.ForeignKeyConstraint(
            ["stream_allocation_id"], ["stream_allocation.id"], name=op.f("fk_csp_allocation_stream_allocation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_csp_allocation")),
        sa.UniqueConstraint(
            "stream_allocation_id", "csp_id", name=op.f("uq_csp_allocation_stream_allocation_id_csp_id")
        ),
    )
