"""What the register's search and the figures need of each case: kept beside it, never decided upon.

All of it can be dropped and gathered anew (workflow/gather.py). It follows a case with a little delay, and so
without foreign keys to it: each row would hold the case against whoever wants to change it.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, SmallInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from workflow.db import Base

#: A word is looked up by its beginning, so words must sort by their letters alone, in every locale.
WORD = String(64).with_variant(String(64, collation="C"), "postgresql")
#: Rows that are nothing but their key are stored once, not a second time in an index.
_KEY_IS_ROW = {"sqlite_with_rowid": False}


class Gathered(Base):
    """Up to which event a case has been gathered."""

    __tablename__ = "gathered"

    case_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    seq: Mapped[int]
    #: Which way of gathering it was (gather.WAY): after a change of it everything is gathered anew.
    way: Mapped[int]


class CaseWord(Base):
    """A word that a case can be found by."""

    __tablename__ = "case_words"
    __table_args__ = _KEY_IS_ROW

    #: Folded: small letters without accents; or "=FR", a Party.
    word: Mapped[str] = mapped_column(WORD, primary_key=True)
    case_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, index=True)
    #: Where it stands: a sum of gather.PLACES.
    places: Mapped[int] = mapped_column(SmallInteger)


class LetterForm(Base):
    """A template in one version and language: its wording is in every letter made from it, and kept once."""

    __tablename__ = "letter_forms"

    id: Mapped[int] = mapped_column(primary_key=True)
    template: Mapped[str]
    version: Mapped[str]
    language: Mapped[str]


class FormWord(Base):
    """A word of a template's own wording."""

    __tablename__ = "form_words"
    __table_args__ = _KEY_IS_ROW

    word: Mapped[str] = mapped_column(WORD, primary_key=True)
    form: Mapped[int] = mapped_column(ForeignKey("letter_forms.id"), primary_key=True, autoincrement=False)


class CaseForm(Base):
    """That letters of a form were written in a case."""

    __tablename__ = "case_forms"
    __table_args__ = _KEY_IS_ROW

    form: Mapped[int] = mapped_column(ForeignKey("letter_forms.id"), primary_key=True, autoincrement=False)
    case_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, index=True)


class CaseStay(Base):
    """That a case was in a stage, from when until when."""

    __tablename__ = "case_stays"

    case_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    #: From 1, in the order of time.
    no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    state: Mapped[str]
    entered_at: Mapped[datetime]
    #: None: it is there still.
    left_at: Mapped[datetime | None]


class CaseDate(Base):
    """A date by which something had to be done, and whether it was."""

    __tablename__ = "case_dates"

    case_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    #: From 1, in the order in which they were set.
    no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    #: State in which it ran.
    state: Mapped[str]
    title: Mapped[str]
    #: The last day, as it was in the end.
    last_day: Mapped[date]
    #: When it was done or fell away (UTC); None: it runs still.
    ended_at: Mapped[datetime | None]
    #: running, kept, missed (done late, or not yet), void (it fell away before its last day).
    how: Mapped[str]


class CaseTally(Base):
    """How many of a region's members hold a position in a round."""

    __tablename__ = "case_tallies"

    case_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    round: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    #: Region of the Party that speaks for the member, in the register of its procedure; "": none.
    region: Mapped[str] = mapped_column(primary_key=True)
    #: The answer that counts, or silent, late, unreached, waiting (its window is open).
    word: Mapped[str] = mapped_column(primary_key=True)
    members: Mapped[int]
