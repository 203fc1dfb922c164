"""Who is signed in, who stands in for whom, and which reply links open nothing any more."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from workflow.db import Base


class SignIn(Base):
    """One sign-in of somebody of the Secretariat: a session, revocable, with an end."""

    __tablename__ = "sign_ins"

    #: SHA-256 of the cookie; the cookie itself is nowhere.
    token_hash: Mapped[str] = mapped_column(primary_key=True)
    staff: Mapped[str] = mapped_column(ForeignKey("staff.name"), index=True)
    started_at: Mapped[datetime]
    #: When it was last used: after too long without use it ends (UTC).
    seen_at: Mapped[datetime]
    #: When it ends whatever happens (UTC).
    ends_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    #: How: password, link.
    how: Mapped[str] = mapped_column(default="")
    #: The browser as it named itself, for the list of one's sessions.
    browser: Mapped[str] = mapped_column(default="")
    #: Through whose eyes somebody looks, for support ("party:FR", a name); nothing may be changed then.
    as_whom: Mapped[str] = mapped_column(default="")


class SignInLink(Base):
    """A link that signs somebody in once."""

    __tablename__ = "sign_in_links"

    token_hash: Mapped[str] = mapped_column(primary_key=True)
    staff: Mapped[str] = mapped_column(ForeignKey("staff.name"))
    ends_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class ApiToken(Base):
    """A token by which a program acts as somebody of the Secretariat: revocable, with an end."""

    __tablename__ = "api_tokens"

    id: Mapped[int] = mapped_column(primary_key=True)
    #: SHA-256 of the token; the token itself is nowhere.
    token_hash: Mapped[str] = mapped_column(unique=True)
    staff: Mapped[str] = mapped_column(ForeignKey("staff.name"), index=True)
    #: What it is for, in the words of whoever made it.
    label: Mapped[str]
    made_at: Mapped[datetime]
    #: When it ends whatever happens (UTC).
    ends_at: Mapped[datetime]
    #: When it was last used (UTC); None: never.
    used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class Handover(Base):
    """For some days somebody acts for a colleague: "B for A"."""

    __tablename__ = "handovers"

    id: Mapped[int] = mapped_column(primary_key=True)
    staff: Mapped[str] = mapped_column(ForeignKey("staff.name"), index=True)
    deputy: Mapped[str] = mapped_column(ForeignKey("staff.name"), index=True)
    #: First and last day.
    starts: Mapped[date]
    ends: Mapped[date]


class RevokedLink(Base):
    """A reply link that opens nothing any more."""

    __tablename__ = "revoked_links"

    token_hash: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    why: Mapped[str] = mapped_column(Text, default="")
