"""Keep partners, exclusion lists, accounts and what is monitored"""

import sqlalchemy as sa
from alembic import op

from workflow import db

revision = "b757510f42a4"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "exclusions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("folded", sa.String(), nullable=False),
        sa.Column("aliases", db.Json(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exclusions")),
        sa.UniqueConstraint("source", "folded", name=op.f("uq_exclusions_source_folded")),
    )
    op.create_table(
        "partners",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("sector", sa.String(), nullable=False),
        sa.Column("home", sa.String(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("merged_into", sa.Integer(), nullable=True),
        sa.Column("merged_on", sa.Date(), nullable=True),
        sa.Column("added_at", db.Instant(length=27), nullable=False),
        sa.ForeignKeyConstraint(
            ["merged_into"], ["partners.id"], name=op.f("fk_partners_merged_into_partners")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partners")),
    )
    with op.batch_alter_table("partners", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_partners_merged_into"), ["merged_into"], unique=False)

    op.create_table(
        "duties",
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("says", sa.Text(), nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("due", sa.Date(), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.Column("result", sa.String(), nullable=False),
        sa.Column("findings", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_duties_case_id_cases")),
        sa.PrimaryKeyConstraint("case_id", "no", name=op.f("pk_duties")),
    )
    op.create_table(
        "entries",
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("amount", sa.String(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("is_held", sa.Boolean(), nullable=False),
        sa.Column("of", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_entries_case_id_cases")),
        sa.PrimaryKeyConstraint("case_id", "no", name=op.f("pk_entries")),
    )
    op.create_table(
        "exclusion_matches",
        sa.Column("partner", sa.Integer(), nullable=False),
        sa.Column("exclusion", sa.Integer(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("theirs", sa.String(), nullable=False),
        sa.Column("listed", sa.String(), nullable=False),
        sa.Column("found_at", db.Instant(length=27), nullable=False),
        sa.Column("decided_at", db.Instant(length=27), nullable=True),
        sa.Column("is_match", sa.Boolean(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["exclusion"], ["exclusions.id"], name=op.f("fk_exclusion_matches_exclusion_exclusions")
        ),
        sa.ForeignKeyConstraint(
            ["partner"], ["partners.id"], name=op.f("fk_exclusion_matches_partner_partners")
        ),
        sa.PrimaryKeyConstraint("partner", "exclusion", name=op.f("pk_exclusion_matches")),
    )
    with op.batch_alter_table("exclusion_matches", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_exclusion_matches_exclusion"), ["exclusion"], unique=False)

    op.create_table(
        "indicators",
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("baseline", sa.String(), nullable=False),
        sa.Column("target", sa.String(), nullable=False),
        sa.Column("due", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_indicators_case_id_cases")),
        sa.PrimaryKeyConstraint("case_id", "no", name=op.f("pk_indicators")),
    )
    op.create_table(
        "measures",
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("indicator", sa.Integer(), nullable=False),
        sa.Column("actual", sa.String(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_measures_case_id_cases")),
        sa.PrimaryKeyConstraint("case_id", "no", name=op.f("pk_measures")),
    )
    op.create_table(
        "partner_names",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partner", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("folded", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["partner"], ["partners.id"], name=op.f("fk_partner_names_partner_partners")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partner_names")),
        sa.UniqueConstraint("partner", "folded", name=op.f("uq_partner_names_partner_folded")),
    )
    with op.batch_alter_table("partner_names", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_partner_names_folded"), ["folded"], unique=False)

    op.create_table(
        "partner_owners",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partner", sa.Integer(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("starts", sa.Date(), nullable=True),
        sa.Column("ends", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["partner"], ["partners.id"], name=op.f("fk_partner_owners_partner_partners")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partner_owners")),
    )
    with op.batch_alter_table("partner_owners", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_partner_owners_partner"), ["partner"], unique=False)

    with op.batch_alter_table("cases", schema=None) as batch_op:
        batch_op.add_column(sa.Column("partner_record", sa.Integer(), nullable=False, server_default="0"))
        batch_op.create_index(batch_op.f("ix_cases_partner_record"), ["partner_record"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("cases", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_cases_partner_record"))
        batch_op.drop_column("partner_record")

    with op.batch_alter_table("partner_owners", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_partner_owners_partner"))

    op.drop_table("partner_owners")
    with op.batch_alter_table("partner_names", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_partner_names_folded"))

    op.drop_table("partner_names")
    op.drop_table("measures")
    op.drop_table("indicators")
    with op.batch_alter_table("exclusion_matches", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_exclusion_matches_exclusion"))

    op.drop_table("exclusion_matches")
    op.drop_table("entries")
    op.drop_table("duties")
    with op.batch_alter_table("partners", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_partners_merged_into"))

    op.drop_table("partners")
    op.drop_table("exclusions")
