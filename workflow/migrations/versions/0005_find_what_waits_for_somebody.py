"""Find what waits for somebody"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

# Name -> table, columns, condition. Made directly: rebuilding `events` would cost it its triggers.
_INDEXES = {
    "ix_events_on_behalf": (
        "events",
        ["case_id", "kind"],
        "kind IN ('record_reply', 'withdraw_objection', 'verify_reply')",
    ),
    "ix_letters_set_aside": ("letters", ["case_id"], "status IN ('refused', 'given_up')"),
    "ix_rounds_open": ("rounds", ["case_id"], "closed_at IS NULL"),
}


def upgrade() -> None:
    for name, (table, columns, condition) in _INDEXES.items():
        where = sa.text(condition)
        op.create_index(name, table, columns, sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    for name, (table, _, _) in _INDEXES.items():
        op.drop_index(name, table_name=table)
