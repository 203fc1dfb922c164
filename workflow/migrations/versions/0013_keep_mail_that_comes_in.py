"""Keep mail that comes in"""

import sqlalchemy as sa
from alembic import op

from workflow import db
from workflow.migrations.append_only import protect_mail

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "mail",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("received_at", db.Instant(length=27), nullable=False),
        sa.Column("stored_at", db.Instant(length=27), nullable=False),
        sa.Column("door", sa.String(), nullable=False),
        sa.Column("sender", sa.String(), nullable=False),
        sa.Column("recipients", db.Json(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail")),
        sa.UniqueConstraint("sha256", name=op.f("uq_mail_sha256")),
    )
    op.create_table(
        "mailbox_marks",
        sa.Column("folder", sa.String(), nullable=False),
        sa.Column("validity", sa.BigInteger(), nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.Column("looked_at", db.Instant(length=27), nullable=False),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("folder", name=op.f("pk_mailbox_marks")),
    )
    op.create_table(
        "mail_readings",
        sa.Column("mail_id", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("read_at", db.Instant(length=27), nullable=True),
        sa.Column("verdict", sa.String(), nullable=False),
        sa.Column("evidence", db.Json(), nullable=False),
        sa.Column("faults", db.Json(), nullable=False),
        sa.Column("from_name", sa.String(), nullable=False),
        sa.Column("from_email", sa.String(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("claimed_at", db.Instant(length=27), nullable=True),
        sa.Column("is_authentic", sa.Boolean(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("attachments", db.Json(), nullable=False),
        sa.Column("copy_of", sa.Integer(), nullable=True),
        sa.Column("case_id", sa.Integer(), nullable=True),
        sa.Column("matched_by", sa.String(), nullable=False),
        sa.Column("letter_id", sa.Integer(), nullable=True),
        sa.Column("voice", sa.String(), nullable=False),
        sa.Column("is_known", sa.Boolean(), nullable=False),
        sa.Column("guesses", db.Json(), nullable=False),
        sa.Column("word", sa.String(), nullable=False),
        sa.Column("certainty", sa.String(), nullable=False),
        sa.Column("sentence", sa.Text(), nullable=False),
        sa.Column("marks", db.Json(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=True),
        sa.Column("closed_by", sa.String(), nullable=False),
        sa.Column("closed_at", db.Instant(length=27), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_mail_readings_case_id_cases")),
        sa.ForeignKeyConstraint(["copy_of"], ["mail.id"], name=op.f("fk_mail_readings_copy_of_mail")),
        sa.ForeignKeyConstraint(
            ["letter_id"], ["letters.id"], name=op.f("fk_mail_readings_letter_id_letters")
        ),
        sa.ForeignKeyConstraint(["mail_id"], ["mail.id"], name=op.f("fk_mail_readings_mail_id_mail")),
        sa.PrimaryKeyConstraint("mail_id", name=op.f("pk_mail_readings")),
    )
    with op.batch_alter_table("mail_readings", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_mail_readings_case_id"), ["case_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_mail_readings_digest"), ["digest"], unique=False)
        batch_op.create_index(
            "ix_mail_readings_unread",
            ["mail_id"],
            unique=False,
            sqlite_where=sa.text("status = 'new'"),
            postgresql_where=sa.text("status = 'new'"),
        )
        batch_op.create_index(
            "ix_mail_readings_waiting",
            ["case_id"],
            unique=False,
            sqlite_where=sa.text("status = 'waiting'"),
            postgresql_where=sa.text("status = 'waiting'"),
        )

    protect_mail(op)


def downgrade() -> None:
    with op.batch_alter_table("mail_readings", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_mail_readings_waiting",
            sqlite_where=sa.text("status = 'waiting'"),
            postgresql_where=sa.text("status = 'waiting'"),
        )
        batch_op.drop_index(
            "ix_mail_readings_unread",
            sqlite_where=sa.text("status = 'new'"),
            postgresql_where=sa.text("status = 'new'"),
        )
        batch_op.drop_index(batch_op.f("ix_mail_readings_digest"))
        batch_op.drop_index(batch_op.f("ix_mail_readings_case_id"))

    op.drop_table("mail_readings")
    op.drop_table("mailbox_marks")
    op.drop_table("mail")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION assent_deny_mail_change()")
