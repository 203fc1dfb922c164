"""Count the letters of a case without reading them"""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_COLUMNS = ["case_id", "round", "purpose"]


def upgrade() -> None:
    # A letter's text and HTML stand before its status: to count statuses, all of it was read.
    op.create_index(
        "ix_letters_case_status",
        "letters",
        [*_COLUMNS, "template", "status", "member"],
        postgresql_include=["id"],
    )
    op.drop_index("ix_letters_case_round", table_name="letters")


def downgrade() -> None:
    op.create_index("ix_letters_case_round", "letters", _COLUMNS)
    op.drop_index("ix_letters_case_status", table_name="letters")
