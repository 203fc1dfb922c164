"""Find letters that may exist twice"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    where = sa.text("possibly_twice")
    op.create_index(
        "ix_letters_possibly_twice", "letters", ["id"], sqlite_where=where, postgresql_where=where
    )


def downgrade() -> None:
    op.drop_index("ix_letters_possibly_twice", table_name="letters")
