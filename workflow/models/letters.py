"""Letters, each attempt to hand one over, and the queue."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from workflow.db import Base

#: Letters that will not be tried again, in the words of their index: only then is it used.
SET_ASIDE = "status IN ('refused', 'given_up')"
IS_SET_ASIDE = text(f"letters.{SET_ASIDE}")


class Letter(Base):
    """One letter to one recipient, with its final words; a reply link is put in only at sending."""

    __tablename__ = "letters"
    __table_args__ = (
        # One letter each: whatever is tried twice is written once.
        Index(
            "uq_letters_round",
            "case_id",
            "round",
            "contact_id",
            "purpose",
            "occurrence",
            unique=True,
            sqlite_where=text("round > 0"),
            postgresql_where=text("round > 0"),
        ),
        Index(
            "uq_letters_event",
            "case_id",
            "seq",
            "email",
            "template",
            unique=True,
            sqlite_where=text("round = 0"),
            postgresql_where=text("round = 0"),
        ),
        Index(
            "ix_letters_waiting",
            "next_try_at",
            "id",
            sqlite_where=text("status = 'waiting'"),
            postgresql_where=text("status = 'waiting'"),
        ),
        Index(
            "ix_letters_leased",
            "lease_until",
            sqlite_where=text("status = 'sending'"),
            postgresql_where=text("status = 'sending'"),
        ),
        # A second copy may exist: somebody wants to see these, and they are few.
        Index(
            "ix_letters_possibly_twice",
            "id",
            sqlite_where=text("possibly_twice"),
            postgresql_where=text("possibly_twice"),
        ),
        # All that a case page counts: it must not have to read the letters themselves.
        Index(
            "ix_letters_case_status",
            "case_id",
            "round",
            "purpose",
            "template",
            "status",
            "member",
            postgresql_include=["id"],
        ),
        # Few letters are set aside, and somebody must see each of them.
        Index(
            "ix_letters_set_aside",
            "case_id",
            sqlite_where=text(SET_ASIDE),
            postgresql_where=text(SET_ASIDE),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    #: None: a letter about no case (an alarm, the heads of the record).
    case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"))
    #: The event that wrote it; 0 without a case.
    seq: Mapped[int] = mapped_column(default=0)
    #: The round it belongs to; 0: none.
    round: Mapped[int] = mapped_column(default=0)
    #: Code of the member asked that it is for, or "".
    member: Mapped[str] = mapped_column(default="")
    #: Party of the contact, or "".
    party: Mapped[str] = mapped_column(default="")
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contacts.id"))
    name: Mapped[str] = mapped_column(default="")
    email: Mapped[str]
    #: request, reminder, receipt, notice or alert.
    purpose: Mapped[str]
    occurrence: Mapped[str] = mapped_column(default="")
    template: Mapped[str]
    version: Mapped[str]
    language: Mapped[str]
    #: Number in the year's register of notifications ("2024/3"), or "".
    number: Mapped[str] = mapped_column(default="")
    #: What it tells beside the case (letters/keeping.py): while it waits it can be written again from this.
    what: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    subject: Mapped[str]
    text: Mapped[str] = mapped_column(Text)
    html: Mapped[str] = mapped_column(Text)
    #: Stable over all attempts.
    message_id: Mapped[str] = mapped_column(unique=True)
    #: SHA-256 of the reply token, or ""; the token itself is nowhere.
    token_hash: Mapped[str] = mapped_column(default="", index=True)
    #: waiting, sending, sent, refused (this recipient, never), given_up (tried for days),
    #: withheld (a trial run may not write to this recipient).
    status: Mapped[str]
    #: When it may be tried (UTC).
    next_try_at: Mapped[datetime]
    #: Until when a process that sends it has it for itself (UTC).
    lease_until: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    #: A crash or a silent server left its fate unknown: a second copy may exist.
    possibly_twice: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]


class Delivery(Base):
    """One attempt to hand a letter to the mail server."""

    __tablename__ = "deliveries"

    id: Mapped[int] = mapped_column(primary_key=True)
    letter_id: Mapped[int] = mapped_column(ForeignKey("letters.id"), index=True)
    at: Mapped[datetime]
    #: delivered, retry, refused, unknown, withheld, lease_ended; tried_again: somebody has asked for it.
    outcome: Mapped[str]
    code: Mapped[int] = mapped_column(default=0)
    #: The mail server's words.
    detail: Mapped[str] = mapped_column(Text, default="")


class Posting(Base):
    """One letter that went out on paper, by post, bag, fax or hand; whoever it is for is reached by it."""

    __tablename__ = "postings"
    __table_args__ = (
        # The same letter by the same channel on the same day is one posting, however often it is recorded.
        UniqueConstraint("letter_id", "channel", "posted_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    letter_id: Mapped[int] = mapped_column(ForeignKey("letters.id"))
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    #: The event that tells of it.
    seq: Mapped[int]
    #: post, diplomatic_bag, fax or by_hand.
    channel: Mapped[str]
    #: The day on which it left the house, and when that was recorded (UTC).
    posted_on: Mapped[date]
    recorded_at: Mapped[datetime]


class Queue(Base):
    """The one queue of letters: whether it is paused, and why."""

    __tablename__ = "queue"

    id: Mapped[int] = mapped_column(primary_key=True)
    paused_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(Text, default="")
    remedy: Mapped[str] = mapped_column(Text, default="")


class Number(Base):
    """The last number given out in a year's register: notifications, cases."""

    __tablename__ = "numbers"

    #: "notification", or a procedure's prefix for case references.
    register: Mapped[str] = mapped_column(primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    last: Mapped[int]
