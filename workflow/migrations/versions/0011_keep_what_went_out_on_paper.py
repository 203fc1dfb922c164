"""Keep what went out on paper"""

import sqlalchemy as sa
from alembic import op

from workflow import db

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "postings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("letter_id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("posted_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", db.Instant(length=27), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_postings_case_id_cases")),
        sa.ForeignKeyConstraint(["letter_id"], ["letters.id"], name=op.f("fk_postings_letter_id_letters")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_postings")),
        sa.UniqueConstraint(
            "letter_id", "channel", "posted_on", name=op.f("uq_postings_letter_id_channel_posted_on")
        ),
    )
    op.create_index(op.f("ix_postings_case_id"), "postings", ["case_id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_postings_case_id"), "postings")
    op.drop_table("postings")
