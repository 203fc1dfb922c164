"""Partner organizations, by whatever name they go, and the lists of those whom nobody works with."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from workflow.db import Base


class Partner(Base):
    """An organization with which partnerships are proposed."""

    __tablename__ = "partners"

    id: Mapped[int] = mapped_column(primary_key=True)
    #: As it is called now.
    name: Mapped[str]
    sector: Mapped[str] = mapped_column(default="")
    #: Home State, ISO 3166 alpha-2, or "".
    home: Mapped[str] = mapped_column(default="")
    note: Mapped[str] = mapped_column(Text, default="")
    #: The one it has become part of, and since which day.
    merged_into: Mapped[int | None] = mapped_column(ForeignKey("partners.id"), index=True)
    merged_on: Mapped[date | None]
    #: When it was entered (UTC).
    added_at: Mapped[datetime]


class PartnerName(Base):
    """A name under which a partner is or was known, the present one among them."""

    __tablename__ = "partner_names"
    __table_args__ = (UniqueConstraint("partner", "folded"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    partner: Mapped[int] = mapped_column(ForeignKey("partners.id"))
    name: Mapped[str]
    #: In small letters without accents (folding.py): by this it is found.
    folded: Mapped[str] = mapped_column(index=True)


class PartnerOwner(Base):
    """Who owns or controls a partner, from when until when."""

    __tablename__ = "partner_owners"

    id: Mapped[int] = mapped_column(primary_key=True)
    partner: Mapped[int] = mapped_column(ForeignKey("partners.id"), index=True)
    owner: Mapped[str]
    #: First and last day; None: not known, and still.
    starts: Mapped[date | None]
    ends: Mapped[date | None]


class Participation(Base):
    """A partner that takes part in a case beside the case's own partner."""

    __tablename__ = "participations"

    partner: Mapped[int] = mapped_column(ForeignKey("partners.id"), primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), primary_key=True, index=True)
    #: co_partner, or member: of the umbrella organization that is the partner.
    role: Mapped[str]


class Exclusion(Base):
    """An entry of an exclusion list."""

    __tablename__ = "exclusions"
    __table_args__ = (UniqueConstraint("source", "folded"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    #: The list it stands in, as people cite it.
    source: Mapped[str]
    name: Mapped[str]
    folded: Mapped[str]
    #: Other names, as the list gives them.
    aliases: Mapped[list[Any]]
    #: Last day on which it holds; None: until further notice.
    until: Mapped[date | None]
    note: Mapped[str] = mapped_column(Text, default="")


class ExclusionMatch(Base):
    """A partner and an entry whose names are alike, and what a person has decided about the two."""

    __tablename__ = "exclusion_matches"

    partner: Mapped[int] = mapped_column(ForeignKey("partners.id"), primary_key=True)
    exclusion: Mapped[int] = mapped_column(ForeignKey("exclusions.id"), primary_key=True, index=True)
    #: How much the names are alike, 0 to 100, and which two.
    score: Mapped[int]
    theirs: Mapped[str]
    listed: Mapped[str]
    found_at: Mapped[datetime]
    #: When it was decided, and how; None: it waits for a person.
    decided_at: Mapped[datetime | None]
    is_match: Mapped[bool | None]
    reason: Mapped[str] = mapped_column(Text, default="")
