"""Sign in, hand over, revoke links"""

import sqlalchemy as sa
from alembic import op

from workflow import db

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "revoked_links",
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("at", db.Instant(length=27), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_revoked_links")),
    )
    op.create_table(
        "handovers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("staff", sa.String(), nullable=False),
        sa.Column("deputy", sa.String(), nullable=False),
        sa.Column("starts", sa.Date(), nullable=False),
        sa.Column("ends", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["deputy"], ["staff.name"], name=op.f("fk_handovers_deputy_staff")),
        sa.ForeignKeyConstraint(["staff"], ["staff.name"], name=op.f("fk_handovers_staff_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handovers")),
    )
    with op.batch_alter_table("handovers", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_handovers_deputy"), ["deputy"], unique=False)
        batch_op.create_index(batch_op.f("ix_handovers_staff"), ["staff"], unique=False)

    op.create_table(
        "sign_in_links",
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("staff", sa.String(), nullable=False),
        sa.Column("ends_at", db.Instant(length=27), nullable=False),
        sa.Column("used_at", db.Instant(length=27), nullable=True),
        sa.ForeignKeyConstraint(["staff"], ["staff.name"], name=op.f("fk_sign_in_links_staff_staff")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_sign_in_links")),
    )
    op.create_table(
        "sign_ins",
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("staff", sa.String(), nullable=False),
        sa.Column("started_at", db.Instant(length=27), nullable=False),
        sa.Column("seen_at", db.Instant(length=27), nullable=False),
        sa.Column("ends_at", db.Instant(length=27), nullable=False),
        sa.Column("revoked_at", db.Instant(length=27), nullable=True),
        sa.Column("how", sa.String(), nullable=False),
        sa.Column("browser", sa.String(), nullable=False),
        sa.Column("as_whom", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["staff"], ["staff.name"], name=op.f("fk_sign_ins_staff_staff")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_sign_ins")),
    )
    with op.batch_alter_table("sign_ins", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sign_ins_staff"), ["staff"], unique=False)

    with op.batch_alter_table("staff", schema=None) as batch_op:
        batch_op.add_column(sa.Column("password", sa.String(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("totp", sa.String(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("is_active", sa.Boolean(), nullable=False, server_default=sa.true()))


def downgrade() -> None:
    with op.batch_alter_table("staff", schema=None) as batch_op:
        batch_op.drop_column("is_active")
        batch_op.drop_column("totp")
        batch_op.drop_column("password")

    with op.batch_alter_table("sign_ins", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sign_ins_staff"))

    op.drop_table("sign_ins")
    op.drop_table("sign_in_links")
    with op.batch_alter_table("handovers", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_handovers_staff"))
        batch_op.drop_index(batch_op.f("ix_handovers_deputy"))

    op.drop_table("handovers")
    op.drop_table("revoked_links")
