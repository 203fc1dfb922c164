"""The tables: parties and people, cases and what has become of them, letters, and the record.

The columns of `rounds`, `asked`, `answers`, `objections` and `deadlines` bear the names of the fields of
`states.facts`: what is decided, what is stored and what is proved use one vocabulary.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from workflow.db import Base

#: Statuses of a deadline that has not ended. `armed` alone is looked at by the sweep.
RUNNING = ("armed", "held", "overdue", "fired")
#: The same as a condition, in the words of the index: only then is the index used.
IS_RUNNING = text("deadlines.status IN ('armed', 'held', 'overdue', 'fired')")

# ------------------------------------------------------------------------------ parties and people


class Party(Base):
    """A Contracting Party, or a State that will be or was one."""

    __tablename__ = "parties"

    #: Which register it stands in: `ramsar`, `basel`.
    register: Mapped[str] = mapped_column(primary_key=True)
    #: ISO 3166 alpha-2; stays when a State changes its name.
    code: Mapped[str] = mapped_column(primary_key=True)
    iso3: Mapped[str] = mapped_column(default="")
    name_en: Mapped[str]
    name_fr: Mapped[str]
    name_es: Mapped[str]
    region: Mapped[str] = mapped_column(default="")
    #: Language of correspondence: en, fr or es.
    language: Mapped[str]
    #: IANA zone of its capital.
    timezone: Mapped[str]
    #: Day on whose 00:00 it becomes a Party.
    joins: Mapped[date]
    #: Day on whose 00:00 its denunciation takes effect.
    leaves: Mapped[date | None]


class Contact(Base):
    """Somebody who is written to on behalf of a Party."""

    __tablename__ = "contacts"
    __table_args__ = (
        Index(None, "register", "party"),
        UniqueConstraint("register", "party", "role", "email"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    register: Mapped[str]
    party: Mapped[str]
    #: head, nfp, mission, ministry or other.
    role: Mapped[str]
    name: Mapped[str] = mapped_column(default="")
    title: Mapped[str] = mapped_column(default="")
    email: Mapped[str]
    #: en, fr, es; "" takes the Party's.
    language: Mapped[str] = mapped_column(default="")
    #: First and last day on which it is used; None: always.
    starts: Mapped[date | None]
    ends: Mapped[date | None]
    #: Since when letters come back from here; None: it is not known to fail (UTC).
    failed_at: Mapped[datetime | None]
    #: Why, in the mail server's words.
    failed_why: Mapped[str] = mapped_column(default="")


class Staff(Base):
    """Somebody of the Secretariat: officers, the Secretary General, legal adviser, finance officer."""

    __tablename__ = "staff"

    #: Sign-in name.
    name: Mapped[str] = mapped_column(primary_key=True)
    full_name: Mapped[str] = mapped_column(default="")
    #: officer, head, legal or finance.
    role: Mapped[str]
    email: Mapped[str]
    language: Mapped[str] = mapped_column(default="en")


class Seat(Base):
    """A seat of a body, held by a Party for a time."""

    __tablename__ = "seats"
    __table_args__ = (UniqueConstraint("body", "seat", "starts"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    body: Mapped[str]
    seat: Mapped[str]
    region: Mapped[str] = mapped_column(default="")
    member: Mapped[str]
    alternate: Mapped[str] = mapped_column(default="")
    office: Mapped[str] = mapped_column(default="")
    starts: Mapped[date]
    #: Last day on which it is held, or None.
    ends: Mapped[date | None]
    note: Mapped[str] = mapped_column(Text, default="")


class Meeting(Base):
    """A meeting of a body."""

    __tablename__ = "meetings"

    body: Mapped[str] = mapped_column(primary_key=True)
    ordinal: Mapped[str] = mapped_column(primary_key=True)
    #: ordinary or extraordinary.
    kind: Mapped[str]
    place: Mapped[str] = mapped_column(default="")
    starts: Mapped[date]
    ends: Mapped[date]
    note: Mapped[str] = mapped_column(Text, default="")


class Calendar(Base):
    """A snapshot of non-working days (calendars.py), kept for ever under its digest."""

    __tablename__ = "calendars"

    digest: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(index=True)
    #: The canonical text.
    text: Mapped[str] = mapped_column(Text)
    #: When it became the one that new dates are counted with (UTC).
    published_at: Mapped[datetime]


# ------------------------------------------------------------------------------------------- cases


class Case(Base):
    """One proposed partnership, as its events have made it."""

    __tablename__ = "cases"

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(unique=True)
    procedure: Mapped[str]
    edition: Mapped[str]
    #: SHA-256 of the law file it began under.
    law_digest: Mapped[str]
    state: Mapped[str] = mapped_column(index=True)
    since: Mapped[datetime]
    opened_at: Mapped[datetime]
    #: Number of its last event, and that event's hash: the head of its chain.
    seq: Mapped[int] = mapped_column(default=0)
    head: Mapped[str] = mapped_column(default="")
    #: Sign-in name of the officer in charge.
    officer: Mapped[str] = mapped_column(default="")
    title: Mapped[str]
    partner: Mapped[dict[str, Any]]
    territory: Mapped[list[str]]
    no_territory_reason: Mapped[str] = mapped_column(Text, default="")
    risk: Mapped[str] = mapped_column(default="")
    summary: Mapped[str] = mapped_column(Text, default="")
    held_on: Mapped[date | None]
    target: Mapped[str] = mapped_column(default="")
    paper: Mapped[str] = mapped_column(default="")
    marks: Mapped[list[str]]
    items: Mapped[list[str]]
    #: [{by, text}], [{body, meeting, result, on}]
    conditions: Mapped[list[Any]]
    decisions: Mapped[list[Any]]
    #: How many rounds and objections it has: a case without any needs no further look-up.
    rounds: Mapped[int] = mapped_column(default=0)
    objections: Mapped[int] = mapped_column(default=0)


class Document(Base):
    """One version of a document of a case."""

    __tablename__ = "documents"
    __table_args__ = (UniqueConstraint("case_id", "name", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    #: As shown; never a path.
    name: Mapped[str]
    version: Mapped[int]
    #: public, parties, committee or secretariat: who may see it.
    access: Mapped[str]
    media_type: Mapped[str]
    size: Mapped[int]
    sha256: Mapped[str]
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    added_at: Mapped[datetime]
    added_by: Mapped[str] = mapped_column(default="")


class Round(Base):
    """One question, put once. Fields as in states.facts.Round."""

    __tablename__ = "rounds"

    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    no: Mapped[int] = mapped_column(primary_key=True)
    state: Mapped[str]
    of: Mapped[str]
    opened_at: Mapped[datetime]
    reply_by: Mapped[date]
    closes_at: Mapped[datetime]
    within: Mapped[str]
    restarted_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    outcome: Mapped[str] = mapped_column(default="")
    extensions: Mapped[int] = mapped_column(default=0)
    unreached: Mapped[list[str]]
    remaining: Mapped[int | None]


class Asked(Base):
    """One member of those asked in a round. Fields as in states.facts.Asked."""

    __tablename__ = "asked"

    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    round: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)
    #: Place in the order in which they were asked.
    position: Mapped[int]
    party: Mapped[str]
    alternate: Mapped[str] = mapped_column(default="")
    joined_at: Mapped[datetime | None]
    reply_by: Mapped[date | None]
    closes_at: Mapped[datetime | None]
    has_questioned: Mapped[bool] = mapped_column(default=False)
    remaining: Mapped[int | None]


class Answer(Base):
    """One answer of one voice. Fields as in states.facts.Answer."""

    __tablename__ = "answers"

    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    no: Mapped[int] = mapped_column(primary_key=True)
    round: Mapped[int]
    member: Mapped[str]
    voice: Mapped[str]
    rank: Mapped[int]
    word: Mapped[str]
    received_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    conditions: Mapped[str] = mapped_column(Text, default="")
    reasons: Mapped[str] = mapped_column(Text, default="")
    text: Mapped[str] = mapped_column(Text, default="")
    channel: Mapped[str] = mapped_column(default="")
    language: Mapped[str] = mapped_column(default="")
    admitted: Mapped[bool] = mapped_column(default=False)
    accepted: Mapped[bool] = mapped_column(default=False)
    taken_back: Mapped[bool] = mapped_column(default=False)


class Objection(Base):
    """An objection that stands, or stood. Fields as in states.facts.Objection."""

    __tablename__ = "objections"

    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    no: Mapped[int] = mapped_column(primary_key=True)
    round: Mapped[int]
    party: Mapped[str]
    voice: Mapped[str]
    rank: Mapped[int]
    received_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    how: Mapped[str] = mapped_column(default="")


class Deadline(Base):
    """A date that runs or ran. Fields as in states.facts.Deadline; the instant is derived from the rest."""

    __tablename__ = "deadlines"
    __table_args__ = (
        # The sweep looks at what is due among what is armed: its cost must not grow with what is open.
        Index(
            "ix_deadlines_armed",
            "due_at",
            "id",
            sqlite_where=text("status = 'armed'"),
            postgresql_where=text("status = 'armed'"),
        ),
        Index(
            "uq_deadlines_running",
            "case_id",
            "name",
            unique=True,
            sqlite_where=text("status IN ('armed', 'held', 'overdue', 'fired')"),
            postgresql_where=text("status IN ('armed', 'held', 'overdue', 'fired')"),
        ),
        Index(None, "case_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    name: Mapped[str]
    kind: Mapped[str]
    generation: Mapped[int]
    #: armed, held, overdue, fired; then done, cancelled or skipped.
    status: Mapped[str]
    rule: Mapped[str]
    anchor: Mapped[date]
    last_day: Mapped[date]
    due_at: Mapped[datetime]
    title: Mapped[str] = mapped_column(default="")
    of: Mapped[str] = mapped_column(default="")
    on_expiry: Mapped[str] = mapped_column(default="")
    done_by: Mapped[str] = mapped_column(default="")
    round: Mapped[int] = mapped_column(default=0)
    about: Mapped[str] = mapped_column(default="")
    meeting: Mapped[str] = mapped_column(default="")
    remaining: Mapped[int | None]
    #: Digest of the calendar snapshot it was counted with.
    calendar: Mapped[str] = mapped_column(default="")
    #: How often the sweep has failed on it, and why; after too many it waits for an officer.
    attempts: Mapped[int] = mapped_column(default=0)
    problem: Mapped[str] = mapped_column(Text, default="")


class Hold(Base):
    """A time during which the clocks of a case stood still."""

    __tablename__ = "holds"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    held_on: Mapped[date]
    resumed_on: Mapped[date | None]
    #: [{name, last_day, remaining}]: what each date had left.
    windows: Mapped[list[Any]]


class Extension(Base):
    """A later last day given to everyone asked."""

    __tablename__ = "extensions"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    round: Mapped[int]
    old: Mapped[date]
    new: Mapped[date]
    reason: Mapped[str] = mapped_column(Text, default="")
    by: Mapped[str] = mapped_column(default="")
    #: Number of the event that made it.
    seq: Mapped[int]


# ----------------------------------------------------------------------------------------- letters


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
        Index("ix_letters_case_round", "case_id", "round", "purpose"),
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
    subject: Mapped[str]
    text: Mapped[str] = mapped_column(Text)
    html: Mapped[str] = mapped_column(Text)
    #: Stable over all attempts.
    message_id: Mapped[str] = mapped_column(unique=True)
    #: SHA-256 of the reply token, or ""; the token itself is nowhere.
    token_hash: Mapped[str] = mapped_column(default="", index=True)
    #: waiting, sending, sent, refused (this recipient, never), given_up (tried for days).
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
    #: delivered, retry, refused, unknown, lease_ended.
    outcome: Mapped[str]
    code: Mapped[int] = mapped_column(default=0)
    #: The mail server's words.
    detail: Mapped[str] = mapped_column(Text, default="")


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


# ------------------------------------------------------------------------------------------ record


class Event(Base):
    """One entry of the record. Append-only: triggers deny any change."""

    __tablename__ = "events"

    #: The case, or 0: the register chain (imports, contacts, seats, meetings, calendars).
    case_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    seq: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    kind: Mapped[str]
    #: `officer`, `party:FR/mission`, `clock`.
    actor: Mapped[str]
    #: Canonical JSON of everything that is hashed, exactly these bytes.
    body: Mapped[str] = mapped_column(Text)
    prev: Mapped[str]
    hash: Mapped[str]


class Personal(Base):
    """Personal data an event refers to by hash: erased here, the chain still holds."""

    __tablename__ = "personal"

    #: SHA-256 over salt and content.
    ref: Mapped[str] = mapped_column(primary_key=True)
    salt: Mapped[str]
    #: Plain values; None once erased.
    content: Mapped[dict[str, Any] | None]
    erased_at: Mapped[datetime | None]


class RegisterHead(Base):
    """The head of the register chain (one row, id 0). Its number changes whenever the register does."""

    __tablename__ = "register_head"

    id: Mapped[int] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(default=0)
    head: Mapped[str] = mapped_column(default="")


class Key(Base):
    """An idempotency key: what was asked under it, and what came of it."""

    __tablename__ = "keys"

    key: Mapped[str] = mapped_column(primary_key=True)
    case_id: Mapped[int]
    #: SHA-256 of the command.
    request: Mapped[str]
    outcome: Mapped[dict[str, Any]]
    at: Mapped[datetime]


class Heartbeat(Base):
    """When each kind of housekeeping last ran to its end: a silence here is shown on every page."""

    __tablename__ = "heartbeats"

    #: sweep, delivery, heads.
    name: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    detail: Mapped[str] = mapped_column(default="")
