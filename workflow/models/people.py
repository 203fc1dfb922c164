"""Parties and whoever is written to; the Secretariat; seats, meetings, calendars."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from workflow.db import Base


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
    #: Where letters on paper go, below name and title, line by line; "": not known.
    postal_address: Mapped[str] = mapped_column(Text, default="")
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
    #: officer, head, legal, finance, auditor or administrator.
    role: Mapped[str]
    email: Mapped[str]
    language: Mapped[str] = mapped_column(default="en")
    #: Argon2 hash; "": no sign-in by password.
    password: Mapped[str] = mapped_column(default="")
    #: Secret of the one-time codes; "": none yet.
    totp: Mapped[str] = mapped_column(default="")
    #: Whether they may sign in.
    is_active: Mapped[bool] = mapped_column(default=True)


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
