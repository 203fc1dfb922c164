"""Cases and what has become of them.

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


class Case(Base):
    """One proposed partnership, as its events have made it."""

    __tablename__ = "cases"
    __table_args__ = (
        # The public register looks at what is released, however many cases there are.
        Index(
            "ix_cases_released",
            "released_at",
            sqlite_where=text("released_at IS NOT NULL"),
            postgresql_where=text("released_at IS NOT NULL"),
        ),
    )

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
    #: Its number in the register of partners, or 0.
    partner_record: Mapped[int] = mapped_column(default=0, index=True)
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
    #: What it gathers beside its rounds (states/dossier.py): lists of records, each as it is there.
    sheet: Mapped[list[Any]] = mapped_column(default=list)
    risks: Mapped[list[Any]] = mapped_column(default=list)
    signatures: Mapped[list[Any]] = mapped_column(default=list)
    members: Mapped[list[Any]] = mapped_column(default=list)
    #: Form of agreement that was chosen, or "".
    form: Mapped[str] = mapped_column(default="")
    #: What is written for the public, and since when it may be read (UTC); None: the case is not released.
    public_texts: Mapped[list[Any]] = mapped_column(default=list)
    released_at: Mapped[datetime | None]
    #: Parties that claim its territory while that is not settled.
    claimants: Mapped[list[str]] = mapped_column(default=list)
    #: When the partnership began, if that was before the case was opened.
    began_on: Mapped[date | None]


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
    sha256: Mapped[str] = mapped_column(index=True)
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    added_at: Mapped[datetime]
    added_by: Mapped[str] = mapped_column(default="")


class Round(Base):
    """One question, put once. Fields as in states.facts.Round."""

    __tablename__ = "rounds"
    __table_args__ = (
        # Whose answers are awaited, among all that have ever been asked.
        Index(
            "ix_rounds_open",
            "case_id",
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
    )

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
    interest: Mapped[str] = mapped_column(Text, default="")
    is_recused: Mapped[bool] = mapped_column(default=False)


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
    answered: Mapped[str] = mapped_column(Text, default="")
    answered_at: Mapped[datetime | None]
    answered_for_all: Mapped[bool] = mapped_column(default=False)
    posted_on: Mapped[date | None]
    translation: Mapped[str] = mapped_column(Text, default="")


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
