"""Gather words and figures of cases"""

import sqlalchemy as sa
from alembic import op

from workflow import db

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

# Looked up by its beginning: it must sort by its letters alone.
_WORD = sa.String(length=64).with_variant(sa.String(length=64, collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "case_dates",
        sa.Column("case_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("ended_at", db.Instant(length=27), nullable=True),
        sa.Column("how", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("case_id", "no", name=op.f("pk_case_dates")),
    )
    op.create_table(
        "case_stays",
        sa.Column("case_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("entered_at", db.Instant(length=27), nullable=False),
        sa.Column("left_at", db.Instant(length=27), nullable=True),
        sa.PrimaryKeyConstraint("case_id", "no", name=op.f("pk_case_stays")),
    )
    op.create_table(
        "case_tallies",
        sa.Column("case_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("round", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("region", sa.String(), nullable=False),
        sa.Column("word", sa.String(), nullable=False),
        sa.Column("members", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("case_id", "round", "region", "word", name=op.f("pk_case_tallies")),
    )
    op.create_table(
        "case_words",
        sa.Column("word", _WORD, nullable=False),
        sa.Column("case_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("places", sa.SmallInteger(), nullable=False),
        sa.PrimaryKeyConstraint("word", "case_id", name=op.f("pk_case_words")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("case_words", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_case_words_case_id"), ["case_id"], unique=False)

    op.create_table(
        "gathered",
        sa.Column("case_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("way", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_gathered")),
    )
    op.create_table(
        "letter_forms",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("template", sa.String(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter_forms")),
    )
    op.create_table(
        "case_forms",
        sa.Column("form", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("case_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["form"], ["letter_forms.id"], name=op.f("fk_case_forms_form_letter_forms")),
        sa.PrimaryKeyConstraint("form", "case_id", name=op.f("pk_case_forms")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("case_forms", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_case_forms_case_id"), ["case_id"], unique=False)

    op.create_table(
        "form_words",
        sa.Column("word", _WORD, nullable=False),
        sa.Column("form", sa.Integer(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["form"], ["letter_forms.id"], name=op.f("fk_form_words_form_letter_forms")),
        sa.PrimaryKeyConstraint("word", "form", name=op.f("pk_form_words")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("form_words")
    with op.batch_alter_table("case_forms", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_case_forms_case_id"))

    op.drop_table("case_forms")
    op.drop_table("letter_forms")
    op.drop_table("gathered")
    with op.batch_alter_table("case_words", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_case_words_case_id"))

    op.drop_table("case_words")
    op.drop_table("case_tallies")
    op.drop_table("case_stays")
    op.drop_table("case_dates")
