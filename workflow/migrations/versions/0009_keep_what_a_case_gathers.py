"""Keep the answers on sheets, the risks, the signatures and the members of a case"""

import sqlalchemy as sa
from alembic import op

from workflow import db

revision = "0009"
down_revision = "b757510f42a4"
branch_labels = None
depends_on = None

LISTS = ("sheet", "risks", "signatures", "members")


def upgrade() -> None:
    with op.batch_alter_table("cases", schema=None) as batch_op:
        for name in LISTS:
            batch_op.add_column(sa.Column(name, db.Json(), nullable=False, server_default="[]"))
        batch_op.add_column(sa.Column("form", sa.String(), nullable=False, server_default=""))


def downgrade() -> None:
    with op.batch_alter_table("cases", schema=None) as batch_op:
        for name in ("form", *LISTS):
            batch_op.drop_column(name)
