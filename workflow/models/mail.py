"""Mail that came in: its bytes as they came, and what was made of them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from workflow.db import Base

#: Mail that is stored and not yet read, and mail that waits for somebody, in the words of their indexes.
UNREAD = "status = 'new'"
WAITING = "status = 'waiting'"
IS_UNREAD = text(f"mail_readings.{UNREAD}")
IS_WAITING = text(f"mail_readings.{WAITING}")


class Mail(Base):
    """One message as it came in. Append-only: triggers deny any change."""

    __tablename__ = "mail"

    id: Mapped[int] = mapped_column(primary_key=True)
    #: Of the raw bytes, hexadecimal: the same bytes are kept once, by whichever door they come.
    sha256: Mapped[str] = mapped_column(unique=True)
    raw: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    #: Bytes.
    size: Mapped[int]
    #: When it reached us: the mailbox's own time, else that of our door (UTC). What is decisive for a period.
    received_at: Mapped[datetime]
    #: When it was stored here (UTC).
    stored_at: Mapped[datetime]
    #: imap, lmtp or pipe.
    door: Mapped[str]
    #: Envelope sender, and recipients; "" and [] where the door does not know them.
    sender: Mapped[str] = mapped_column(default="")
    recipients: Mapped[list[str]]


class MailReading(Base):
    """What was made of a message; made anew when it is read again."""

    __tablename__ = "mail_readings"
    __table_args__ = (
        Index("ix_mail_readings_unread", "mail_id", sqlite_where=text(UNREAD), postgresql_where=text(UNREAD)),
        Index(
            "ix_mail_readings_waiting",
            "case_id",
            sqlite_where=text(WAITING),
            postgresql_where=text(WAITING),
        ),
    )

    mail_id: Mapped[int] = mapped_column(ForeignKey("mail.id"), primary_key=True)
    #: new (not read yet), waiting (for somebody), filed (with its case), dropped (somebody has said that it
    #: is about nothing), copy (of another message).
    status: Mapped[str]
    #: Why it waits (inbox/waiting.py), or what it came to: counted, accepted, looked_at, automatic, receipt,
    #: copy; of a letter that came back hard, soft, delay or known.
    reason: Mapped[str] = mapped_column(default="")
    read_at: Mapped[datetime | None]
    #: reply, automatic, bounce, delay, receipt, unknown; "" before it was read.
    verdict: Mapped[str] = mapped_column(default="")
    #: [{where, words}]: which header or line says so.
    evidence: Mapped[list[Any]] = mapped_column(default=list)
    #: [{kind, where, words}]: what is wrong with it.
    faults: Mapped[list[Any]] = mapped_column(default=list)
    from_name: Mapped[str] = mapped_column(default="")
    from_email: Mapped[str] = mapped_column(default="")
    subject: Mapped[str] = mapped_column(Text, default="")
    message_id: Mapped[str] = mapped_column(default="")
    #: When it says that it was written (UTC).
    claimed_at: Mapped[datetime | None]
    #: Whether the server we trust vouches for the sender's address.
    is_authentic: Mapped[bool] = mapped_column(default=False)
    #: What its writer wrote, without what is quoted.
    text: Mapped[str] = mapped_column(Text, default="")
    #: Of sender, text and attachments: the same message by another road has the same.
    digest: Mapped[str] = mapped_column(default="", index=True)
    #: [{label, media_type, size, sha256, warning}]
    attachments: Mapped[list[Any]] = mapped_column(default=list)
    #: Message of which it is a copy.
    copy_of: Mapped[int | None] = mapped_column(ForeignKey("mail.id"))
    #: The case it belongs to, or is thought to belong to while it waits.
    case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"), index=True)
    #: How that is known: token, address, reference, tag, somebody; guess: it is not known.
    matched_by: Mapped[str] = mapped_column(default="")
    #: The letter that it answers, or that came back.
    letter_id: Mapped[int | None] = mapped_column(ForeignKey("letters.id"))
    #: Who speaks, if the sender is known: "party:FR/nfp", "seat:CA"; "" otherwise.
    voice: Mapped[str] = mapped_column(default="")
    #: Whether the sender's address is that of a contact of that Party.
    is_known: Mapped[bool] = mapped_column(default=False)
    #: [{case, reference, score, why}]: cases it may belong to, the likeliest first.
    guesses: Mapped[list[Any]] = mapped_column(default=list)
    #: The answer it seems to give, and how certain that is (clear, unclear, none).
    word: Mapped[str] = mapped_column(default="")
    certainty: Mapped[str] = mapped_column(default="none")
    #: The very sentence, and what stands in the way: [{kind, words}].
    sentence: Mapped[str] = mapped_column(Text, default="")
    marks: Mapped[list[Any]] = mapped_column(default=list)
    #: Number of the event in the case that tells of it; None: none does.
    seq: Mapped[int | None]
    #: Who closed it, and when; "clock": nobody had to.
    closed_by: Mapped[str] = mapped_column(default="")
    closed_at: Mapped[datetime | None]


class MailboxMark(Base):
    """How far a folder of the mailbox has been read."""

    __tablename__ = "mailbox_marks"

    #: host/user/folder
    folder: Mapped[str] = mapped_column(primary_key=True)
    #: The numbering the server uses (RFC 3501, UIDVALIDITY): with another one everything is read again.
    validity: Mapped[int] = mapped_column(BigInteger)
    #: Highest number that has been stored.
    last: Mapped[int] = mapped_column(BigInteger)
    #: When the mailbox was last looked into (UTC), and what went wrong then; "" for nothing.
    looked_at: Mapped[datetime]
    problem: Mapped[str] = mapped_column(Text, default="")
