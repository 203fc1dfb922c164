"""Keep the answers to questions"""

import sqlalchemy as sa
from alembic import op

from workflow import db

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

COLUMNS = ("answered", "answered_at", "answered_for_all")


def upgrade() -> None:
    with op.batch_alter_table("answers", schema=None) as batch_op:
        batch_op.add_column(sa.Column("answered", sa.Text(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("answered_at", db.Instant(length=27), nullable=True))
        batch_op.add_column(
            sa.Column("answered_for_all", sa.Boolean(), nullable=False, server_default=sa.false())
        )


def downgrade() -> None:
    with op.batch_alter_table("answers", schema=None) as batch_op:
        for name in reversed(COLUMNS):
            batch_op.drop_column(name)
