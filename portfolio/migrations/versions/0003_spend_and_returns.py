"""Match, claims, measures, returns and payments; and the guards that stand behind all of it."""

import sqlalchemy as sa
from alembic import op

from portfolio import db
from portfolio.migrations import guards_0003

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "measure",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("police_area_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("abandoned_because", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["police_area_id"], ["police_area.id"], name=op.f("fk_measure_police_area_id")),
        sa.ForeignKeyConstraint(["programme_id"], ["programme.id"], name=op.f("fk_measure_programme_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_measure")),
        sa.UniqueConstraint(
            "programme_id", "police_area_id", "code", name=op.f("uq_measure_programme_id_police_area_id_code")
        ),
    )
    op.create_table(
        "locked_quarter",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("funding_year_id", sa.Integer(), nullable=False),
        sa.Column("csp_id", sa.Integer(), nullable=False),
        sa.Column("quarter", db.QuarterOfYear(), nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("locked_at", db.Moment(), nullable=False),
        sa.CheckConstraint("quarter % 10 BETWEEN 1 AND 4", name=op.f("ck_locked_quarter_quarter_is_a_quarter")),
        sa.ForeignKeyConstraint(["csp_id"], ["csp.id"], name=op.f("fk_locked_quarter_csp_id")),
        sa.ForeignKeyConstraint(
            ["funding_year_id"], ["funding_year.id"], name=op.f("fk_locked_quarter_funding_year_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_locked_quarter")),
        sa.UniqueConstraint(
            "funding_year_id", "csp_id", "quarter", name=op.f("uq_locked_quarter_funding_year_id_csp_id_quarter")
        ),
    )
    op.create_table(
        "measure_definition",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("measure_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("geography", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["measure_id"], ["measure.id"], name=op.f("fk_measure_definition_measure_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_measure_definition")),
        sa.UniqueConstraint("measure_id", "version", name=op.f("uq_measure_definition_measure_id_version")),
    )
    op.create_table(
        "return",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("funding_year_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("CSP", "OPCC", "Home Office", name="kind", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("csp_id", sa.Integer(), nullable=True),
        sa.Column("quarter", db.QuarterOfYear(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "prepared",
                "certified",
                "issued",
                "queried",
                "forwarded",
                "paid",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("prepared_by", sa.Text(), nullable=False),
        sa.Column("prepared_by_id", sa.Integer(), nullable=True),
        sa.Column("prepared_at", db.Moment(), nullable=False),
        sa.Column("figures", sa.String(length=71), nullable=False),
        sa.Column("certified_by", sa.Text(), nullable=True),
        sa.Column("certified_by_id", sa.Integer(), nullable=True),
        sa.Column("certified_role", sa.Text(), nullable=True),
        sa.Column("certified_on", sa.Date(), nullable=True),
        sa.Column("certificate", sa.Text(), nullable=True),
        sa.Column("issued_by", sa.Text(), nullable=True),
        sa.Column("issued_at", db.Moment(), nullable=True),
        sa.Column("forwarded_by", sa.Text(), nullable=True),
        sa.Column("forwarded_at", db.Moment(), nullable=True),
        sa.Column("file_name", sa.Text(), nullable=True),
        sa.Column("snapshot", sa.Text(), nullable=True),
        sa.Column("snapshot_sha256", sa.String(length=64), nullable=True),
        sa.Column("file", sa.LargeBinary(), nullable=True),
        sa.Column("file_sha256", sa.String(length=64), nullable=True),
        sa.CheckConstraint("(kind = 'CSP') = (csp_id IS NOT NULL)", name=op.f("ck_return_csp_goes_with_a_csp_return")),
        sa.CheckConstraint("quarter % 10 BETWEEN 1 AND 4", name=op.f("ck_return_quarter_is_a_quarter")),
        sa.ForeignKeyConstraint(["certified_by_id"], ["person.id"], name=op.f("fk_return_certified_by_id")),
        sa.ForeignKeyConstraint(["csp_id"], ["csp.id"], name=op.f("fk_return_csp_id")),
        sa.ForeignKeyConstraint(["funding_year_id"], ["funding_year.id"], name=op.f("fk_return_funding_year_id")),
        sa.ForeignKeyConstraint(["prepared_by_id"], ["person.id"], name=op.f("fk_return_prepared_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_return")),
        sa.UniqueConstraint(
            "funding_year_id",
            "kind",
            "csp_id",
            "quarter",
            "version",
            name=op.f("uq_return_funding_year_id_kind_csp_id_quarter_version"),
        ),
    )
    op.create_index(
        "uq_return_whole_area",
        "return",
        ["funding_year_id", "kind", "quarter", "version"],
        unique=True,
        sqlite_where=sa.text("csp_id IS NULL"),
        postgresql_where=sa.text("csp_id IS NULL"),
    )
    op.create_table(
        "observation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("definition_id", sa.Integer(), nullable=False),
        sa.Column("quarter", db.QuarterOfYear(), nullable=False),
        sa.Column("value", db.Exact(), nullable=True),
        sa.Column("unavailable", sa.Text(), nullable=True),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column("recorded_at", db.Moment(), nullable=False),
        sa.Column("supersedes_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("quarter % 10 BETWEEN 1 AND 4", name=op.f("ck_observation_quarter_is_a_quarter")),
        sa.CheckConstraint("value IS NULL OR unavailable IS NULL", name=op.f("ck_observation_is_a_value_or_a_reason")),
        sa.ForeignKeyConstraint(
            ["definition_id"], ["measure_definition.id"], name=op.f("fk_observation_definition_id")
        ),
        sa.ForeignKeyConstraint(["supersedes_id"], ["observation.id"], name=op.f("fk_observation_supersedes_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_observation")),
        sa.UniqueConstraint("supersedes_id", name=op.f("uq_observation_supersedes_id")),
    )
    op.create_index(
        op.f("ix_observation_definition_id_quarter"), "observation", ["definition_id", "quarter"], unique=False
    )
    op.create_table(
        "payment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("return_id", sa.Integer(), nullable=False),
        sa.Column("stream_id", sa.Integer(), nullable=False),
        sa.Column("amount", db.Pence(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=True),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.CheckConstraint("amount <> 0", name=op.f("ck_payment_is_not_zero")),
        sa.ForeignKeyConstraint(["return_id"], ["return.id"], name=op.f("fk_payment_return_id")),
        sa.ForeignKeyConstraint(["stream_id"], ["stream.id"], name=op.f("fk_payment_stream_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment")),
    )
    op.create_index(op.f("ix_payment_return_id"), "payment", ["return_id"], unique=False)
    op.create_table(
        "return_amount",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("return_id", sa.Integer(), nullable=False),
        sa.Column("stream_id", sa.Integer(), nullable=False),
        sa.Column("amount", db.Pence(), nullable=False),
        sa.ForeignKeyConstraint(["return_id"], ["return.id"], name=op.f("fk_return_amount_return_id")),
        sa.ForeignKeyConstraint(["stream_id"], ["stream.id"], name=op.f("fk_return_amount_stream_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_return_amount")),
        sa.UniqueConstraint("return_id", "stream_id", name=op.f("uq_return_amount_return_id_stream_id")),
    )
    op.create_table(
        "return_query",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("return_id", sa.Integer(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("asked_at", db.Moment(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("answered_by", sa.Text(), nullable=True),
        sa.Column("answered_at", db.Moment(), nullable=True),
        sa.ForeignKeyConstraint(["return_id"], ["return.id"], name=op.f("fk_return_query_return_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_return_query")),
    )
    op.create_index(op.f("ix_return_query_return_id"), "return_query", ["return_id"], unique=False)
    op.create_table(
        "claim",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("award_id", sa.Integer(), nullable=False),
        sa.Column("quarter", db.QuarterOfYear(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "draft",
                "submitted",
                "queried",
                "resubmitted",
                "approved",
                "returned",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("match_spent", db.Pence(), nullable=True),
        sa.Column("narrative", sa.Text(), nullable=True),
        sa.Column("outputs", sa.Text(), nullable=True),
        sa.Column("risks", sa.Text(), nullable=True),
        sa.Column(
            "delivery_rag",
            sa.Enum(
                "Green",
                "Amber/Green",
                "Amber",
                "Amber/Red",
                "Red",
                name="delivery_rag",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column(
            "spend_rag",
            sa.Enum(
                "Green",
                "Amber/Green",
                "Amber",
                "Amber/Red",
                "Red",
                name="spend_rag",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("variance_explanation", sa.Text(), nullable=True),
        sa.Column("submitted_by_id", sa.Integer(), nullable=True),
        sa.Column("submitted_at", db.Moment(), nullable=True),
        sa.Column("approved_by_id", sa.Integer(), nullable=True),
        sa.Column("approved_at", db.Moment(), nullable=True),
        sa.CheckConstraint(
            "match_spent IS NOT NULL OR status IN ('draft', 'queried')", name=op.f("ck_claim_says_what_match_was_spent")
        ),
        sa.CheckConstraint("quarter % 10 BETWEEN 1 AND 4", name=op.f("ck_claim_quarter_is_a_quarter")),
        sa.ForeignKeyConstraint(["approved_by_id"], ["person.id"], name=op.f("fk_claim_approved_by_id")),
        sa.ForeignKeyConstraint(["award_id"], ["award.id"], name=op.f("fk_claim_award_id")),
        sa.ForeignKeyConstraint(["submitted_by_id"], ["person.id"], name=op.f("fk_claim_submitted_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claim")),
        sa.UniqueConstraint("award_id", "quarter", name=op.f("uq_claim_award_id_quarter")),
    )
    op.create_index(op.f("ix_claim_quarter_status"), "claim", ["quarter", "status"], unique=False)
    op.create_table(
        "correction",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("award_id", sa.Integer(), nullable=False),
        sa.Column("stream_id", sa.Integer(), nullable=False),
        sa.Column("category_id", sa.Integer(), nullable=False),
        sa.Column("corrects", db.QuarterOfYear(), nullable=False),
        sa.Column("entered_in", db.QuarterOfYear(), nullable=False),
        sa.Column("amount", db.Pence(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("entered_by", sa.Text(), nullable=False),
        sa.Column("entered_at", db.Moment(), nullable=False),
        sa.CheckConstraint("amount <> 0", name=op.f("ck_correction_is_not_zero")),
        sa.CheckConstraint("corrects % 10 BETWEEN 1 AND 4", name=op.f("ck_correction_corrects_is_a_quarter")),
        sa.CheckConstraint("corrects < entered_in", name=op.f("ck_correction_corrects_an_earlier_quarter")),
        sa.CheckConstraint("entered_in % 10 BETWEEN 1 AND 4", name=op.f("ck_correction_entered_in_is_a_quarter")),
        sa.ForeignKeyConstraint(["award_id"], ["award.id"], name=op.f("fk_correction_award_id")),
        sa.ForeignKeyConstraint(["category_id"], ["cost_category.id"], name=op.f("fk_correction_category_id")),
        sa.ForeignKeyConstraint(["stream_id"], ["stream.id"], name=op.f("fk_correction_stream_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_correction")),
    )
    op.create_index(op.f("ix_correction_award_id_entered_in"), "correction", ["award_id", "entered_in"], unique=False)
    op.create_table(
        "indicator",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("award_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("output", "outcome", name="kind", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("target", db.Exact(), nullable=True),
        sa.ForeignKeyConstraint(["award_id"], ["award.id"], name=op.f("fk_indicator_award_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_indicator")),
        sa.UniqueConstraint("award_id", "name", name=op.f("uq_indicator_award_id_name")),
    )
    op.create_table(
        "match",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("award_id", sa.Integer(), nullable=False),
        sa.Column("funder_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("cash", "in kind", name="kind", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("pledged", db.Pence(), nullable=False),
        sa.Column("secured", db.Pence(), nullable=False),
        sa.Column("secured_on", sa.Date(), nullable=True),
        sa.Column("basis", sa.Text(), nullable=True),
        sa.CheckConstraint("pledged >= 0", name=op.f("ck_match_pledged_is_not_negative")),
        sa.CheckConstraint("secured >= 0", name=op.f("ck_match_secured_is_not_negative")),
        sa.ForeignKeyConstraint(["award_id"], ["award.id"], name=op.f("fk_match_award_id")),
        sa.ForeignKeyConstraint(["funder_id"], ["organisation.id"], name=op.f("fk_match_funder_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_match")),
    )
    op.create_index(op.f("ix_match_award_id"), "match", ["award_id"], unique=False)
    op.create_table(
        "claim_line",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("claim_id", sa.Integer(), nullable=False),
        sa.Column("stream_id", sa.Integer(), nullable=False),
        sa.Column("category_id", sa.Integer(), nullable=False),
        sa.Column("amount", db.Pence(), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("transaction", sa.String(length=120), nullable=True),
        sa.ForeignKeyConstraint(["category_id"], ["cost_category.id"], name=op.f("fk_claim_line_category_id")),
        sa.ForeignKeyConstraint(["claim_id"], ["claim.id"], name=op.f("fk_claim_line_claim_id")),
        sa.ForeignKeyConstraint(["stream_id"], ["stream.id"], name=op.f("fk_claim_line_stream_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claim_line")),
    )
    op.create_index(op.f("ix_claim_line_claim_id"), "claim_line", ["claim_id"], unique=False)
    op.create_index(op.f("ix_claim_line_transaction"), "claim_line", ["transaction"], unique=False)
    op.create_table(
        "claim_query",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("claim_id", sa.Integer(), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", db.Moment(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("answered_at", db.Moment(), nullable=True),
        sa.ForeignKeyConstraint(["asked_by_id"], ["person.id"], name=op.f("fk_claim_query_asked_by_id")),
        sa.ForeignKeyConstraint(["claim_id"], ["claim.id"], name=op.f("fk_claim_query_claim_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claim_query")),
    )
    op.create_index(op.f("ix_claim_query_claim_id"), "claim_query", ["claim_id"], unique=False)
    op.create_table(
        "forecast",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("claim_id", sa.Integer(), nullable=False),
        sa.Column("stream_id", sa.Integer(), nullable=False),
        sa.Column("quarter", db.QuarterOfYear(), nullable=False),
        sa.Column("amount", db.Pence(), nullable=False),
        sa.CheckConstraint("quarter % 10 BETWEEN 1 AND 4", name=op.f("ck_forecast_quarter_is_a_quarter")),
        sa.ForeignKeyConstraint(["claim_id"], ["claim.id"], name=op.f("fk_forecast_claim_id")),
        sa.ForeignKeyConstraint(["stream_id"], ["stream.id"], name=op.f("fk_forecast_stream_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_forecast")),
        sa.UniqueConstraint("claim_id", "stream_id", "quarter", name=op.f("uq_forecast_claim_id_stream_id_quarter")),
    )
    op.create_table(
        "indicator_result",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("indicator_id", sa.Integer(), nullable=False),
        sa.Column("quarter", db.QuarterOfYear(), nullable=False),
        sa.Column("value", db.Exact(), nullable=False),
        sa.CheckConstraint("quarter % 10 BETWEEN 1 AND 4", name=op.f("ck_indicator_result_quarter_is_a_quarter")),
        sa.ForeignKeyConstraint(["indicator_id"], ["indicator.id"], name=op.f("fk_indicator_result_indicator_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_indicator_result")),
        sa.UniqueConstraint("indicator_id", "quarter", name=op.f("uq_indicator_result_indicator_id_quarter")),
    )
    op.create_table(
        "match_receipt",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("match_id", sa.Integer(), nullable=False),
        sa.Column("quarter", db.QuarterOfYear(), nullable=False),
        sa.Column("amount", db.Pence(), nullable=False),
        sa.CheckConstraint("quarter % 10 BETWEEN 1 AND 4", name=op.f("ck_match_receipt_quarter_is_a_quarter")),
        sa.ForeignKeyConstraint(["match_id"], ["match.id"], name=op.f("fk_match_receipt_match_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_match_receipt")),
        sa.UniqueConstraint("match_id", "quarter", name=op.f("uq_match_receipt_match_id_quarter")),
    )
    for statement in guards_0003.statements(op.get_bind().dialect.name):
        op.execute(statement)
