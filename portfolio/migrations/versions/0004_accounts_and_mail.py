"""Invitations, sessions, second factors, directory accounts, messages, and who read what is personal."""

import sqlalchemy as sa
from alembic import op

from portfolio import db
from portfolio.migrations import guards_0004, personal_0004

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "message",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("recipient", sa.String(length=254), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("link_path", sa.Text(), nullable=True),
        sa.Column("link_nonce", sa.String(length=64), nullable=True),
        sa.Column("message_id", sa.String(length=120), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "queued",
                "sending",
                "sent",
                "uncertain",
                "given up",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("queued_at", db.Moment(), nullable=False),
        sa.Column("due_at", db.Moment(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("taken_at", db.Moment(), nullable=True),
        sa.Column("ended_at", db.Moment(), nullable=True),
        sa.Column("fault", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
        sa.UniqueConstraint("message_id", name=op.f("uq_message_message_id")),
    )
    op.create_index(op.f("ix_message_queued_at"), "message", ["queued_at"], unique=False)
    op.create_index(op.f("ix_message_state_due_at"), "message", ["state", "due_at"], unique=False)

    op.create_table(
        "sent_again",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("message_number", sa.Integer(), nullable=False),
        sa.Column(
            "was",
            sa.Enum(
                "queued",
                "sending",
                "sent",
                "uncertain",
                "given up",
                name="was",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sent_again")),
    )

    op.create_table(
        "directory_visit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("state_hash", sa.String(length=64), nullable=False),
        sa.Column("sent_at", db.Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_directory_visit")),
        sa.UniqueConstraint("state_hash", name=op.f("uq_directory_visit_state_hash")),
    )

    op.create_table(
        "identity",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("issuer", sa.String(length=300), nullable=False),
        sa.Column("subject", sa.String(length=300), nullable=False),
        sa.Column("salt", sa.String(length=32), server_default=sa.text("''"), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_identity_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity")),
        sa.UniqueConstraint("issuer", "subject", name=op.f("uq_identity_issuer_subject")),
    )
    op.create_index(op.f("ix_identity_person_id"), "identity", ["person_id"], unique=False)

    op.create_table(
        "link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column(
            "purpose",
            sa.Enum("invitation", "reset", name="purpose", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("key_hash", sa.String(length=64), nullable=False),
        sa.Column("made_at", db.Moment(), nullable=False),
        sa.Column("expires_at", db.Moment(), nullable=False),
        sa.Column("used_at", db.Moment(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_link_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_link")),
        sa.UniqueConstraint("key_hash", name=op.f("uq_link_key_hash")),
    )
    op.create_index(op.f("ix_link_person_id"), "link", ["person_id"], unique=False)

    op.create_table(
        "personal_reading",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reader_id", sa.Integer(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["reader_id"], ["person.id"], name=op.f("fk_personal_reading_reader_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_personal_reading")),
    )
    op.create_index(op.f("ix_personal_reading_reader_id"), "personal_reading", ["reader_id"], unique=False)

    op.create_table(
        "recovery_code",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("used_at", db.Moment(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_recovery_code_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_code")),
        sa.UniqueConstraint("person_id", "code_hash", name=op.f("uq_recovery_code_person_id_code_hash")),
    )
    op.create_table(
        "second_factor",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("nonce", sa.String(length=64), nullable=False),
        sa.Column("confirmed_at", db.Moment(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_second_factor_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_second_factor")),
        sa.UniqueConstraint("person_id", name=op.f("uq_second_factor_person_id")),
    )
    op.create_table(
        "sign_in_attempt",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", db.Moment(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("address", sa.String(length=45), nullable=False),
        sa.Column("browser", sa.String(length=300), nullable=False),
        sa.Column("known_browser", sa.Boolean(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column(
            "outcome",
            sa.Enum(
                "signed in",
                "wrong e-mail address or passphrase",
                "right passphrase, no code",
                "wrong code",
                "too soon after others",
                "asked for a new passphrase",
                "known to the directory, not let in here",
                name="outcome",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_sign_in_attempt_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_attempt")),
    )
    op.create_index(op.f("ix_sign_in_attempt_at"), "sign_in_attempt", ["at"], unique=False)
    op.create_index(op.f("ix_sign_in_attempt_address_at"), "sign_in_attempt", ["address", "at"], unique=False)
    op.create_index(op.f("ix_sign_in_attempt_email_at"), "sign_in_attempt", ["email", "at"], unique=False)
    op.create_index(op.f("ix_sign_in_attempt_person_id"), "sign_in_attempt", ["person_id"], unique=False)

    op.create_table(
        "used_code",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_used_code_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_used_code")),
        sa.UniqueConstraint("person_id", "step", name=op.f("uq_used_code_person_id_step")),
    )
    op.create_table(
        "web_session",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("key_hash", sa.String(length=64), nullable=False),
        sa.Column("started_at", db.Moment(), nullable=False),
        sa.Column("seen_at", db.Moment(), nullable=False),
        sa.Column("address", sa.String(length=45), nullable=False),
        sa.Column("browser", sa.String(length=300), nullable=False),
        sa.Column("awaits_code", sa.Boolean(), nullable=False),
        sa.Column("ended_at", db.Moment(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_web_session_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_web_session")),
        sa.UniqueConstraint("key_hash", name=op.f("uq_web_session_key_hash")),
    )
    op.create_index(op.f("ix_web_session_person_id"), "web_session", ["person_id"], unique=False)

    op.add_column("person", sa.Column("removed_at", db.Moment(), nullable=True))

    op.add_column("role_held", sa.Column("directory_group", sa.Text(), nullable=True))

    op.create_table(
        "personal_value",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=73), nullable=False),
        sa.Column("salt", sa.String(length=32), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_personal_value")),
        sa.UniqueConstraint("key", name=op.f("uq_personal_value_key")),
    )
    op.create_index(op.f("ix_personal_value_person_id"), "personal_value", ["person_id"], unique=False)
    personal_0004.keep_apart(op)

    op.drop_index("ix_history_entry_record_record_id", "history_entry")
    for columns in (["at"], ["author", "at"], ["deed", "at"], ["record", "at"], ["record", "record_id", "at"]):
        op.create_index(op.f(f"ix_history_entry_{'_'.join(columns)}"), "history_entry", columns, unique=False)
    removals = sa.text("change = 'removed'")
    op.create_index(
        op.f("ix_history_entry_record"),
        "history_entry",
        ["record"],
        unique=False,
        sqlite_where=removals,
        postgresql_where=removals,
    )

    for statement in guards_0004.statements(op.get_bind().dialect.name):
        op.execute(statement)
