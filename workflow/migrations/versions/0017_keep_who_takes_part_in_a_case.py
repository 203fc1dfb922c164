"""Keep who takes part in a case beside its own partner"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "participations",
        sa.Column("partner", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["partner"], ["partners.id"], name=op.f("fk_participations_partner_partners")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_participations_case_id_cases")),
        sa.PrimaryKeyConstraint("partner", "case_id", name=op.f("pk_participations")),
    )
    with op.batch_alter_table("participations", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_participations_case_id"), ["case_id"], unique=False)


def downgrade() -> None:
    op.drop_table("participations")
