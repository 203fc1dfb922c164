"""Keep what the public may read of a case, and whether it may"""

import sqlalchemy as sa
from alembic import op

from workflow import db

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("cases", schema=None) as batch_op:
        batch_op.add_column(sa.Column("public_texts", db.Json(), nullable=False, server_default="[]"))
        batch_op.add_column(sa.Column("released_at", db.Instant(), nullable=True))
    where = sa.text("released_at IS NOT NULL")
    op.create_index("ix_cases_released", "cases", ["released_at"], sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    op.drop_index("ix_cases_released", table_name="cases")
    with op.batch_alter_table("cases", schema=None) as batch_op:
        for name in ("released_at", "public_texts"):
            batch_op.drop_column(name)
