"""Keep what a letter tells, so that one that waits can be written again"""

import sqlalchemy as sa
from alembic import op

from workflow import db

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("letters", schema=None) as batch_op:
        batch_op.add_column(sa.Column("what", db.Json(), nullable=False, server_default="{}"))


def downgrade() -> None:
    with op.batch_alter_table("letters", schema=None) as batch_op:
        batch_op.drop_column("what")
