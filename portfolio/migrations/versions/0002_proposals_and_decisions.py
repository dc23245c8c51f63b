"""Proposals, what was decided on them, and the awards that followed."""

import sqlalchemy as sa
from alembic import op

from portfolio import db

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "intervention",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_intervention")),
    )
    op.create_table(
        "proposal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("funding_year_id", sa.Integer(), nullable=False),
        sa.Column("intervention_id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(length=60), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("lead_organisation_id", sa.Integer(), nullable=False),
        sa.Column("lead_person_id", sa.Integer(), nullable=True),
        sa.Column(
            "kind",
            sa.Enum(
                "new", "continuation", "extension", name="kind", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("continues_id", sa.Integer(), nullable=True),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("need", sa.Text(), nullable=True),
        sa.Column("activity_type", sa.Text(), nullable=True),
        sa.Column("evidence_rating", sa.Text(), nullable=True),
        sa.Column("outcomes_promised", sa.Text(), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "draft", "submitted", "withdrawn", name="status", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("submitted_at", db.Moment(), nullable=True),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_proposal_ends_after_it_starts")),
        sa.ForeignKeyConstraint(["continues_id"], ["proposal.id"], name=op.f("fk_proposal_continues_id")),
        sa.ForeignKeyConstraint(["funding_year_id"], ["funding_year.id"], name=op.f("fk_proposal_funding_year_id")),
        sa.ForeignKeyConstraint(["intervention_id"], ["intervention.id"], name=op.f("fk_proposal_intervention_id")),
        sa.ForeignKeyConstraint(
            ["lead_organisation_id"], ["organisation.id"], name=op.f("fk_proposal_lead_organisation_id")
        ),
        sa.ForeignKeyConstraint(["lead_person_id"], ["person.id"], name=op.f("fk_proposal_lead_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposal")),
        sa.UniqueConstraint("reference", name=op.f("uq_proposal_reference")),
    )
    op.create_index(op.f("ix_proposal_funding_year_id"), "proposal", ["funding_year_id"], unique=False)
    op.create_table(
        "ask",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("proposal_id", sa.Integer(), nullable=False),
        sa.Column("stream_id", sa.Integer(), nullable=False),
        sa.Column("category_id", sa.Integer(), nullable=True),
        sa.Column("quarter", db.QuarterOfYear(), nullable=True),
        sa.Column("amount", db.Pence(), nullable=False),
        sa.CheckConstraint("amount >= 0", name=op.f("ck_ask_is_not_negative")),
        sa.CheckConstraint("quarter % 10 BETWEEN 1 AND 4", name=op.f("ck_ask_quarter_is_a_quarter")),
        sa.ForeignKeyConstraint(["category_id"], ["cost_category.id"], name=op.f("fk_ask_category_id")),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposal.id"], name=op.f("fk_ask_proposal_id")),
        sa.ForeignKeyConstraint(["stream_id"], ["stream.id"], name=op.f("fk_ask_stream_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ask")),
    )
    op.create_index(op.f("ix_ask_proposal_id"), "ask", ["proposal_id"], unique=False)
    op.create_table(
        "asked_of",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("proposal_id", sa.Integer(), nullable=False),
        sa.Column("csp_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["csp_id"], ["csp.id"], name=op.f("fk_asked_of_csp_id")),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposal.id"], name=op.f("fk_asked_of_proposal_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_asked_of")),
        sa.UniqueConstraint("proposal_id", "csp_id", name=op.f("uq_asked_of_proposal_id_csp_id")),
    )
    op.create_index(op.f("ix_asked_of_csp_id"), "asked_of", ["csp_id"], unique=False)
    op.create_table(
        "award",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("proposal_id", sa.Integer(), nullable=False),
        sa.Column("csp_id", sa.Integer(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("lead_person_id", sa.Integer(), nullable=True),
        sa.Column("agreement_signed_on", sa.Date(), nullable=True),
        sa.Column("cost_centre", sa.Text(), nullable=True),
        sa.Column("provisional", sa.Boolean(), nullable=False),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_award_ends_after_it_starts")),
        sa.ForeignKeyConstraint(["csp_id"], ["csp.id"], name=op.f("fk_award_csp_id")),
        sa.ForeignKeyConstraint(["lead_person_id"], ["person.id"], name=op.f("fk_award_lead_person_id")),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposal.id"], name=op.f("fk_award_proposal_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_award")),
        sa.UniqueConstraint("proposal_id", "csp_id", name=op.f("uq_award_proposal_id_csp_id")),
    )
    op.create_index(op.f("ix_award_csp_id"), "award", ["csp_id"], unique=False)
    op.create_index(op.f("ix_award_lead_person_id"), "award", ["lead_person_id"], unique=False)
    op.create_table(
        "decision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("proposal_id", sa.Integer(), nullable=False),
        sa.Column("csp_id", sa.Integer(), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum(
                "funded",
                "part-funded",
                "rejected",
                "deferred",
                "withdrawn",
                "reserve",
                name="outcome",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("conditions", sa.Text(), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("met_on", sa.Date(), nullable=True),
        sa.Column("minute", sa.Text(), nullable=True),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column("recorded_at", db.Moment(), nullable=False),
        sa.Column("supersedes_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["csp_id"], ["csp.id"], name=op.f("fk_decision_csp_id")),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposal.id"], name=op.f("fk_decision_proposal_id")),
        sa.ForeignKeyConstraint(["supersedes_id"], ["decision.id"], name=op.f("fk_decision_supersedes_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision")),
        sa.UniqueConstraint("supersedes_id", name=op.f("uq_decision_supersedes_id")),
    )
    op.create_index(op.f("ix_decision_csp_id"), "decision", ["csp_id"], unique=False)
    op.create_index(op.f("ix_decision_proposal_id"), "decision", ["proposal_id"], unique=False)
    op.create_index(
        "uq_decision_first",
        "decision",
        ["proposal_id", "csp_id"],
        unique=True,
        sqlite_where=sa.text("supersedes_id IS NULL"),
        postgresql_where=sa.text("supersedes_id IS NULL"),
    )
    op.create_table(
        "interest",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("proposal_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("nature", sa.Text(), nullable=False),
        sa.Column("declared_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_interest_person_id")),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposal.id"], name=op.f("fk_interest_proposal_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_interest")),
        sa.UniqueConstraint("proposal_id", "person_id", name=op.f("uq_interest_proposal_id_person_id")),
    )
    op.create_table(
        "match_offer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("proposal_id", sa.Integer(), nullable=False),
        sa.Column("funder_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("cash", "in kind", name="kind", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("pledged", db.Pence(), nullable=False),
        sa.CheckConstraint("pledged >= 0", name=op.f("ck_match_offer_is_not_negative")),
        sa.ForeignKeyConstraint(["funder_id"], ["organisation.id"], name=op.f("fk_match_offer_funder_id")),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposal.id"], name=op.f("fk_match_offer_proposal_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_match_offer")),
    )
    op.create_index(op.f("ix_match_offer_proposal_id"), "match_offer", ["proposal_id"], unique=False)
    op.create_table(
        "proposal_level",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("proposal_id", sa.Integer(), nullable=False),
        sa.Column(
            "level",
            sa.Enum(
                "universal", "targeted", "focused", name="level", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposal.id"], name=op.f("fk_proposal_level_proposal_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposal_level")),
        sa.UniqueConstraint("proposal_id", "level", name=op.f("uq_proposal_level_proposal_id_level")),
    )
    op.create_table(
        "award_line",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("award_id", sa.Integer(), nullable=False),
        sa.Column("stream_id", sa.Integer(), nullable=False),
        sa.Column("amount", db.Pence(), nullable=False),
        sa.CheckConstraint("amount >= 0", name=op.f("ck_award_line_is_not_negative")),
        sa.ForeignKeyConstraint(["award_id"], ["award.id"], name=op.f("fk_award_line_award_id")),
        sa.ForeignKeyConstraint(["stream_id"], ["stream.id"], name=op.f("fk_award_line_stream_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_award_line")),
        sa.UniqueConstraint("award_id", "stream_id", name=op.f("uq_award_line_award_id_stream_id")),
    )
    op.create_table(
        "decider",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("decision_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["decision_id"], ["decision.id"], name=op.f("fk_decider_decision_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_decider_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decider")),
        sa.UniqueConstraint("decision_id", "person_id", name=op.f("uq_decider_decision_id_person_id")),
    )
    op.create_table(
        "decision_amount",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("decision_id", sa.Integer(), nullable=False),
        sa.Column("stream_id", sa.Integer(), nullable=False),
        sa.Column("amount", db.Pence(), nullable=False),
        sa.CheckConstraint("amount >= 0", name=op.f("ck_decision_amount_is_not_negative")),
        sa.ForeignKeyConstraint(["decision_id"], ["decision.id"], name=op.f("fk_decision_amount_decision_id")),
        sa.ForeignKeyConstraint(["stream_id"], ["stream.id"], name=op.f("fk_decision_amount_stream_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision_amount")),
        sa.UniqueConstraint("decision_id", "stream_id", name=op.f("uq_decision_amount_decision_id_stream_id")),
    )
    op.create_table(
        "profile_share",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("award_line_id", sa.Integer(), nullable=False),
        sa.Column("category_id", sa.Integer(), nullable=True),
        sa.Column("quarter", db.QuarterOfYear(), nullable=False),
        sa.Column("amount", db.Pence(), nullable=False),
        sa.CheckConstraint("quarter % 10 BETWEEN 1 AND 4", name=op.f("ck_profile_share_quarter_is_a_quarter")),
        sa.ForeignKeyConstraint(["award_line_id"], ["award_line.id"], name=op.f("fk_profile_share_award_line_id")),
        sa.ForeignKeyConstraint(["category_id"], ["cost_category.id"], name=op.f("fk_profile_share_category_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_profile_share")),
        sa.UniqueConstraint(
            "award_line_id", "quarter", "category_id", name=op.f("uq_profile_share_award_line_id_quarter_category_id")
        ),
    )
    op.create_index(
        "uq_profile_share_whole_quarter",
        "profile_share",
        ["award_line_id", "quarter"],
        unique=True,
        sqlite_where=sa.text("category_id IS NULL"),
        postgresql_where=sa.text("category_id IS NULL"),
    )
    op.create_table(
        "variation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("from_line_id", sa.Integer(), nullable=True),
        sa.Column("to_line_id", sa.Integer(), nullable=True),
        sa.Column("amount", db.Pence(), nullable=False),
        sa.Column("approved_on", sa.Date(), nullable=False),
        sa.Column("approved_by", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_variation_is_positive")),
        sa.CheckConstraint("from_line_id IS NOT NULL OR to_line_id IS NOT NULL", name=op.f("ck_variation_has_a_side")),
        sa.ForeignKeyConstraint(["from_line_id"], ["award_line.id"], name=op.f("fk_variation_from_line_id")),
        sa.ForeignKeyConstraint(["to_line_id"], ["award_line.id"], name=op.f("fk_variation_to_line_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_variation")),
    )
    op.create_index(op.f("ix_variation_from_line_id"), "variation", ["from_line_id"], unique=False)
    op.create_index(op.f("ix_variation_to_line_id"), "variation", ["to_line_id"], unique=False)
    op.create_table(
        "variation_share",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("variation_id", sa.Integer(), nullable=False),
        sa.Column("award_line_id", sa.Integer(), nullable=False),
        sa.Column("quarter", db.QuarterOfYear(), nullable=False),
        sa.Column("amount", db.Pence(), nullable=False),
        sa.CheckConstraint("quarter % 10 BETWEEN 1 AND 4", name=op.f("ck_variation_share_quarter_is_a_quarter")),
        sa.ForeignKeyConstraint(["award_line_id"], ["award_line.id"], name=op.f("fk_variation_share_award_line_id")),
        sa.ForeignKeyConstraint(["variation_id"], ["variation.id"], name=op.f("fk_variation_share_variation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_variation_share")),
        sa.UniqueConstraint(
            "variation_id",
            "award_line_id",
            "quarter",
            name=op.f("uq_variation_share_variation_id_award_line_id_quarter"),
        ),
    )
    op.create_index(op.f("ix_variation_share_award_line_id"), "variation_share", ["award_line_id"], unique=False)
