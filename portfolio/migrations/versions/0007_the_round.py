"""The partnership's round: calls for proposals, assessments, variations asked for, actions of meetings, scenarios."""

import sqlalchemy as sa
from alembic import op

from portfolio import db
from portfolio.migrations import guards_0007

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

TOOLKIT_IMPACTS = (
    "high impact",
    "moderate impact",
    "low impact",
    "no impact",
    "harmful",
    "too little evidence",
    "not in the Toolkit",
)


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "round",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("funding_year_id", sa.Integer(), nullable=False),
        sa.Column("csp_id", sa.Integer(), nullable=False),
        sa.Column("opens_on", sa.Date(), nullable=False),
        sa.Column("closes_on", sa.Date(), nullable=False),
        sa.Column("guidance", sa.Text(), nullable=True),
        sa.Column("most_points", sa.Integer(), nullable=False),
        sa.Column("recommend_from", db.Percent(), nullable=False),
        sa.Column("discuss_from", db.Percent(), nullable=False),
        sa.CheckConstraint("closes_on >= opens_on", name=op.f("ck_round_closes_after_it_opens")),
        sa.CheckConstraint("most_points > 0", name=op.f("ck_round_has_points")),
        sa.ForeignKeyConstraint(["csp_id"], ["csp.id"], name=op.f("fk_round_csp_id")),
        sa.ForeignKeyConstraint(["funding_year_id"], ["funding_year.id"], name=op.f("fk_round_funding_year_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_round")),
        sa.UniqueConstraint("funding_year_id", "csp_id", name=op.f("uq_round_funding_year_id_csp_id")),
    )
    op.create_table(
        "scenario",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("funding_year_id", sa.Integer(), nullable=False),
        sa.Column("csp_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("over_percent", db.Percent(), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=False),
        sa.Column("made_at", db.Moment(), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("decided_at", db.Moment(), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(decided_at IS NULL) = (decided_by_id IS NULL)", name=op.f("ck_scenario_is_decided_by_somebody")
        ),
        sa.CheckConstraint("over_percent >= 0", name=op.f("ck_scenario_plans_no_less")),
        sa.ForeignKeyConstraint(["csp_id"], ["csp.id"], name=op.f("fk_scenario_csp_id")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["person.id"], name=op.f("fk_scenario_decided_by_id")),
        sa.ForeignKeyConstraint(["funding_year_id"], ["funding_year.id"], name=op.f("fk_scenario_funding_year_id")),
        sa.ForeignKeyConstraint(["made_by_id"], ["person.id"], name=op.f("fk_scenario_made_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scenario")),
        sa.UniqueConstraint("funding_year_id", "csp_id", "name", name=op.f("uq_scenario_funding_year_id_csp_id_name")),
    )
    op.create_table(
        "assessment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("proposal_id", sa.Integer(), nullable=False),
        sa.Column("csp_id", sa.Integer(), nullable=False),
        sa.Column("assessor_id", sa.Integer(), nullable=False),
        sa.Column(
            "status",
            sa.Enum("draft", "submitted", name="status", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("comment", sa.Text(), nullable=True),
        sa.Column("submitted_at", db.Moment(), nullable=True),
        sa.ForeignKeyConstraint(["assessor_id"], ["person.id"], name=op.f("fk_assessment_assessor_id")),
        sa.ForeignKeyConstraint(["csp_id"], ["csp.id"], name=op.f("fk_assessment_csp_id")),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposal.id"], name=op.f("fk_assessment_proposal_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assessment")),
        sa.UniqueConstraint(
            "proposal_id", "csp_id", "assessor_id", name=op.f("uq_assessment_proposal_id_csp_id_assessor_id")
        ),
    )
    op.create_index(op.f("ix_assessment_assessor_id"), "assessment", ["assessor_id"], unique=False)
    op.create_table(
        "criterion",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("weight", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("guidance", sa.Text(), nullable=True),
        sa.CheckConstraint("weight > 0", name=op.f("ck_criterion_weighs_something")),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_criterion_round_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_criterion")),
        sa.UniqueConstraint("round_id", "name", name=op.f("uq_criterion_round_id_name")),
    )
    op.create_table(
        "gate",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("guidance", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_gate_round_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gate")),
        sa.UniqueConstraint("round_id", "name", name=op.f("uq_gate_round_id_name")),
    )
    op.create_table(
        "moderation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("proposal_id", sa.Integer(), nullable=False),
        sa.Column("csp_id", sa.Integer(), nullable=False),
        sa.Column("passes_gates", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("moderated_by_id", sa.Integer(), nullable=False),
        sa.Column("moderated_at", db.Moment(), nullable=False),
        sa.Column("supersedes_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["csp_id"], ["csp.id"], name=op.f("fk_moderation_csp_id")),
        sa.ForeignKeyConstraint(["moderated_by_id"], ["person.id"], name=op.f("fk_moderation_moderated_by_id")),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposal.id"], name=op.f("fk_moderation_proposal_id")),
        sa.ForeignKeyConstraint(["supersedes_id"], ["moderation.id"], name=op.f("fk_moderation_supersedes_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_moderation")),
        sa.UniqueConstraint("supersedes_id", name=op.f("uq_moderation_supersedes_id")),
    )
    op.create_index(op.f("ix_moderation_proposal_id"), "moderation", ["proposal_id"], unique=False)
    op.create_index(
        "uq_moderation_first",
        "moderation",
        ["proposal_id", "csp_id"],
        unique=True,
        sqlite_where=sa.text("supersedes_id IS NULL"),
        postgresql_where=sa.text("supersedes_id IS NULL"),
    )
    op.create_table(
        "panel_score",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("proposal_id", sa.Integer(), nullable=False),
        sa.Column("csp_id", sa.Integer(), nullable=False),
        sa.Column("percent", db.Percent(), nullable=False),
        sa.Column("spread", db.Percent(), nullable=False),
        sa.Column("passes_gates", sa.Boolean(), nullable=False),
        sa.Column("moderated", sa.Boolean(), nullable=False),
        sa.Column("assessors", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["csp_id"], ["csp.id"], name=op.f("fk_panel_score_csp_id")),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposal.id"], name=op.f("fk_panel_score_proposal_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_panel_score")),
        sa.UniqueConstraint("proposal_id", "csp_id", name=op.f("uq_panel_score_proposal_id_csp_id")),
    )
    op.create_index(op.f("ix_panel_score_csp_id"), "panel_score", ["csp_id"], unique=False)
    op.create_table(
        "proposal_document",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("proposal_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.String(length=120), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("attached_by_id", sa.Integer(), nullable=False),
        sa.Column("attached_at", db.Moment(), nullable=False),
        sa.ForeignKeyConstraint(["attached_by_id"], ["person.id"], name=op.f("fk_proposal_document_attached_by_id")),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposal.id"], name=op.f("fk_proposal_document_proposal_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposal_document")),
        sa.UniqueConstraint("proposal_id", "sha256", name=op.f("uq_proposal_document_proposal_id_sha256")),
    )
    op.create_table(
        "scenario_ceiling",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("scenario_id", sa.Integer(), nullable=False),
        sa.Column("stream_id", sa.Integer(), nullable=False),
        sa.Column("amount", db.Pence(), nullable=False),
        sa.CheckConstraint("amount >= 0", name=op.f("ck_scenario_ceiling_is_not_negative")),
        sa.ForeignKeyConstraint(["scenario_id"], ["scenario.id"], name=op.f("fk_scenario_ceiling_scenario_id")),
        sa.ForeignKeyConstraint(["stream_id"], ["stream.id"], name=op.f("fk_scenario_ceiling_stream_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scenario_ceiling")),
        sa.UniqueConstraint("scenario_id", "stream_id", name=op.f("uq_scenario_ceiling_scenario_id_stream_id")),
    )
    op.create_table(
        "scenario_choice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("scenario_id", sa.Integer(), nullable=False),
        sa.Column("proposal_id", sa.Integer(), nullable=False),
        sa.Column("stream_id", sa.Integer(), nullable=False),
        sa.Column("amount", db.Pence(), nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_scenario_choice_is_positive")),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposal.id"], name=op.f("fk_scenario_choice_proposal_id")),
        sa.ForeignKeyConstraint(["scenario_id"], ["scenario.id"], name=op.f("fk_scenario_choice_scenario_id")),
        sa.ForeignKeyConstraint(["stream_id"], ["stream.id"], name=op.f("fk_scenario_choice_stream_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scenario_choice")),
        sa.UniqueConstraint(
            "scenario_id", "proposal_id", "stream_id", name=op.f("uq_scenario_choice_scenario_id_proposal_id_stream_id")
        ),
    )
    op.create_index(op.f("ix_scenario_choice_proposal_id"), "scenario_choice", ["proposal_id"], unique=False)
    op.create_table(
        "gate_answer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("assessment_id", sa.Integer(), nullable=False),
        sa.Column("gate_id", sa.Integer(), nullable=False),
        sa.Column("passed", sa.Boolean(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["assessment_id"], ["assessment.id"], name=op.f("fk_gate_answer_assessment_id")),
        sa.ForeignKeyConstraint(["gate_id"], ["gate.id"], name=op.f("fk_gate_answer_gate_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gate_answer")),
        sa.UniqueConstraint("assessment_id", "gate_id", name=op.f("uq_gate_answer_assessment_id_gate_id")),
    )
    op.create_table(
        "meeting_action",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("csp_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("met_on", sa.Date(), nullable=False),
        sa.Column("minute", sa.Text(), nullable=True),
        sa.Column("proposal_id", sa.Integer(), nullable=True),
        sa.Column("award_id", sa.Integer(), nullable=True),
        sa.Column("recorded_by_id", sa.Integer(), nullable=False),
        sa.Column("recorded_at", db.Moment(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("dropped", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("ended_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(ended_on IS NULL) = (ended_by_id IS NULL)", name=op.f("ck_meeting_action_is_ended_by_somebody")
        ),
        sa.CheckConstraint(
            "NOT dropped OR (ended_on IS NOT NULL AND note IS NOT NULL)",
            name=op.f("ck_meeting_action_is_dropped_with_a_reason"),
        ),
        sa.ForeignKeyConstraint(["award_id"], ["award.id"], name=op.f("fk_meeting_action_award_id")),
        sa.ForeignKeyConstraint(["csp_id"], ["csp.id"], name=op.f("fk_meeting_action_csp_id")),
        sa.ForeignKeyConstraint(["ended_by_id"], ["person.id"], name=op.f("fk_meeting_action_ended_by_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["person.id"], name=op.f("fk_meeting_action_owner_id")),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposal.id"], name=op.f("fk_meeting_action_proposal_id")),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["person.id"], name=op.f("fk_meeting_action_recorded_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_action")),
    )
    op.create_index(op.f("ix_meeting_action_csp_id_ended_on"), "meeting_action", ["csp_id", "ended_on"], unique=False)
    op.create_index(
        op.f("ix_meeting_action_owner_id_ended_on"), "meeting_action", ["owner_id", "ended_on"], unique=False
    )
    op.create_table(
        "moderated_score",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("moderation_id", sa.Integer(), nullable=False),
        sa.Column("criterion_id", sa.Integer(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.CheckConstraint("points >= 0", name=op.f("ck_moderated_score_is_not_negative")),
        sa.ForeignKeyConstraint(["criterion_id"], ["criterion.id"], name=op.f("fk_moderated_score_criterion_id")),
        sa.ForeignKeyConstraint(["moderation_id"], ["moderation.id"], name=op.f("fk_moderated_score_moderation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_moderated_score")),
        sa.UniqueConstraint(
            "moderation_id", "criterion_id", name=op.f("uq_moderated_score_moderation_id_criterion_id")
        ),
    )
    op.create_table(
        "score",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("assessment_id", sa.Integer(), nullable=False),
        sa.Column("criterion_id", sa.Integer(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=True),
        sa.Column("justification", sa.Text(), nullable=True),
        sa.CheckConstraint("points >= 0", name=op.f("ck_score_is_not_negative")),
        sa.ForeignKeyConstraint(["assessment_id"], ["assessment.id"], name=op.f("fk_score_assessment_id")),
        sa.ForeignKeyConstraint(["criterion_id"], ["criterion.id"], name=op.f("fk_score_criterion_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_score")),
        sa.UniqueConstraint("assessment_id", "criterion_id", name=op.f("uq_score_assessment_id_criterion_id")),
    )
    op.create_table(
        "variation_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("from_award_id", sa.Integer(), nullable=True),
        sa.Column("from_stream_id", sa.Integer(), nullable=True),
        sa.Column("to_award_id", sa.Integer(), nullable=True),
        sa.Column("to_stream_id", sa.Integer(), nullable=True),
        sa.Column("amount", db.Pence(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", db.Moment(), nullable=False),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", db.Moment(), nullable=True),
        sa.Column("refused_because", sa.Text(), nullable=True),
        sa.Column("variation_id", sa.Integer(), nullable=True),
        sa.Column("given_before", db.Pence(), nullable=True),
        sa.Column("received_before", db.Pence(), nullable=True),
        sa.CheckConstraint(
            "(variation_id IS NOT NULL) = (given_before IS NOT NULL) "
            "AND (variation_id IS NOT NULL) = (received_before IS NOT NULL)",
            name=op.f("ck_variation_request_says_what_was_before"),
        ),
        sa.CheckConstraint(
            "(decided_at IS NULL) = (decided_by_id IS NULL) "
            "AND (decided_at IS NOT NULL) = (variation_id IS NOT NULL OR refused_because IS NOT NULL) "
            "AND (variation_id IS NULL OR refused_because IS NULL)",
            name=op.f("ck_variation_request_is_approved_or_refused_once"),
        ),
        sa.CheckConstraint(
            "(from_award_id IS NULL) = (from_stream_id IS NULL) AND (to_award_id IS NULL) = (to_stream_id IS NULL)",
            name=op.f("ck_variation_request_names_streams"),
        ),
        sa.CheckConstraint("amount > 0", name=op.f("ck_variation_request_is_positive")),
        sa.CheckConstraint(
            "from_award_id IS NOT NULL OR to_award_id IS NOT NULL", name=op.f("ck_variation_request_has_a_side")
        ),
        sa.CheckConstraint(
            "variation_id IS NULL OR decided_by_id <> asked_by_id",
            name=op.f("ck_variation_request_is_approved_by_another"),
        ),
        sa.ForeignKeyConstraint(["asked_by_id"], ["person.id"], name=op.f("fk_variation_request_asked_by_id")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["person.id"], name=op.f("fk_variation_request_decided_by_id")),
        sa.ForeignKeyConstraint(["from_award_id"], ["award.id"], name=op.f("fk_variation_request_from_award_id")),
        sa.ForeignKeyConstraint(["from_stream_id"], ["stream.id"], name=op.f("fk_variation_request_from_stream_id")),
        sa.ForeignKeyConstraint(["to_award_id"], ["award.id"], name=op.f("fk_variation_request_to_award_id")),
        sa.ForeignKeyConstraint(["to_stream_id"], ["stream.id"], name=op.f("fk_variation_request_to_stream_id")),
        sa.ForeignKeyConstraint(["variation_id"], ["variation.id"], name=op.f("fk_variation_request_variation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_variation_request")),
        sa.UniqueConstraint("variation_id", name=op.f("uq_variation_request_variation_id")),
    )
    op.create_index(op.f("ix_variation_request_from_award_id"), "variation_request", ["from_award_id"], unique=False)
    op.create_index(op.f("ix_variation_request_to_award_id"), "variation_request", ["to_award_id"], unique=False)
    op.add_column("asked_of", sa.Column("days_late", sa.Integer(), nullable=True))
    op.add_column("decision", sa.Column("above_because", sa.Text(), nullable=True))
    op.add_column("indicator", sa.Column("target_because", sa.Text(), nullable=True))
    op.add_column("measure_definition", sa.Column("because", sa.Text(), nullable=True))
    op.add_column("proposal", sa.Column("area", sa.Text(), nullable=True))
    values = ", ".join(f"'{value}'" for value in TOOLKIT_IMPACTS)
    # In words, because SQLite takes a CHECK only in the column's own definition.
    op.execute(
        "ALTER TABLE proposal ADD COLUMN toolkit_impact VARCHAR(40) "
        f"CONSTRAINT ck_proposal_toolkit_impact CHECK (toolkit_impact IN ({values}))"
    )
    op.add_column("proposal", sa.Column("received_on", sa.Date(), nullable=True))
    op.add_column("proposal", sa.Column("withdrawn_at", db.Moment(), nullable=True))
    op.add_column("proposal", sa.Column("withdrawn_because", sa.Text(), nullable=True))

    op.drop_index(op.f("ix_ask_proposal_id"), "ask")
    op.create_index(
        op.f("ix_ask_proposal_id_stream_id_amount"), "ask", ["proposal_id", "stream_id", "amount"], unique=False
    )
    op.create_index(op.f("ix_proposal_intervention_id"), "proposal", ["intervention_id"], unique=False)
    op.create_index(op.f("ix_proposal_continues_id"), "proposal", ["continues_id"], unique=False)

    for statement in guards_0007.statements(op.get_bind().dialect.name):
        op.execute(statement)
