"""Keep claims, interests, postmarks, translations, and when a partnership began"""

import sqlalchemy as sa
from alembic import op

from workflow import db

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("cases", schema=None) as batch_op:
        batch_op.add_column(sa.Column("claimants", db.Json(), nullable=False, server_default="[]"))
        batch_op.add_column(sa.Column("began_on", sa.Date(), nullable=True))
    with op.batch_alter_table("asked", schema=None) as batch_op:
        batch_op.add_column(sa.Column("interest", sa.Text(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("is_recused", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("answers", schema=None) as batch_op:
        batch_op.add_column(sa.Column("posted_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("translation", sa.Text(), nullable=False, server_default=""))


def downgrade() -> None:
    for table, names in (
        ("answers", ("translation", "posted_on")),
        ("asked", ("is_recused", "interest")),
        ("cases", ("began_on", "claimants")),
    ):
        with op.batch_alter_table(table, schema=None) as batch_op:
            for name in names:
                batch_op.drop_column(name)
