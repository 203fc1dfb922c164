"""Keep tokens of programs"""

import sqlalchemy as sa
from alembic import op

from workflow import db

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "api_tokens",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("staff", sa.String(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("made_at", db.Instant(length=27), nullable=False),
        sa.Column("ends_at", db.Instant(length=27), nullable=False),
        sa.Column("used_at", db.Instant(length=27), nullable=True),
        sa.Column("revoked_at", db.Instant(length=27), nullable=True),
        sa.ForeignKeyConstraint(["staff"], ["staff.name"], name=op.f("fk_api_tokens_staff_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_tokens")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_api_tokens_token_hash")),
    )
    op.create_index(op.f("ix_api_tokens_staff"), "api_tokens", ["staff"])


def downgrade() -> None:
    op.drop_index(op.f("ix_api_tokens_staff"), "api_tokens")
    op.drop_table("api_tokens")
