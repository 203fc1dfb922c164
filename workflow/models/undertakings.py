"""What a partnership has promised and done: its accounts, its indicators, and what is to be done by a day.

The columns bear the names of the values of the effects that write them (states/booking.py,
states/monitoring.py). Rows are added by events of the case, and their number is that of the event.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from workflow.db import Base


class Entry(Base):
    """One entry of the accounts of a case. Never changed: what is wrong is corrected by a counter-entry."""

    __tablename__ = "entries"

    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    no: Mapped[int] = mapped_column(primary_key=True)
    #: pledge, receipt, in_kind, spending, release, refund or correction.
    kind: Mapped[str]
    #: Decimal, as text: a float would not be exact, and SQLite has no decimals.
    amount: Mapped[str]
    #: ISO 4217.
    currency: Mapped[str] = mapped_column(String(3))
    #: The day for which it is booked.
    on: Mapped[date]
    #: From whom it came, or to whom it went.
    who: Mapped[str] = mapped_column(default="")
    purpose: Mapped[str] = mapped_column(Text, default="")
    #: Whether it is held in suspense: money before clearance, or after the end.
    is_held: Mapped[bool] = mapped_column(default=False)
    #: The entry that is released, refunded or corrected; 0: none.
    of: Mapped[int] = mapped_column(default=0)


class Indicator(Base):
    """What progress is measured by."""

    __tablename__ = "indicators"

    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    no: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    unit: Mapped[str] = mapped_column(default="")
    #: Where it stood, and where it shall stand, in words or figures.
    baseline: Mapped[str] = mapped_column(default="")
    target: Mapped[str] = mapped_column(default="")
    #: By when; None: no day is set.
    due: Mapped[date | None]


class Measure(Base):
    """Where an indicator stood on a day."""

    __tablename__ = "measures"

    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    no: Mapped[int] = mapped_column(primary_key=True)
    indicator: Mapped[int]
    actual: Mapped[str]
    on: Mapped[date]
    note: Mapped[str] = mapped_column(Text, default="")


class Duty(Base):
    """Something to be done by a day that a person has set: an assessment, a recommendation, a review."""

    __tablename__ = "duties"

    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    no: Mapped[int] = mapped_column(primary_key=True)
    #: assessment, recommendation or complaint.
    kind: Mapped[str]
    #: What is to be done, or what is complained of.
    says: Mapped[str] = mapped_column(Text)
    #: Who must do it, or who complains.
    who: Mapped[str] = mapped_column(default="")
    #: When it was set, and by when it is to be done.
    on: Mapped[date]
    due: Mapped[date]
    #: When it was done; None: not yet.
    done_on: Mapped[date | None]
    #: What came of it, in a word and in words.
    result: Mapped[str] = mapped_column(default="")
    findings: Mapped[str] = mapped_column(Text, default="")
