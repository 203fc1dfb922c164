"""Whom a letter to a Party reaches, as of a day.

Letters to a Party go to its Head(s) of Administrative Authority and its National Focal Point(s). Where it has
neither with a usable address, they go to its permanent mission, else to its ministry, else to its other
contacts. An address is usable on a day if its contact is in force then and letters do not come back from it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Date, Row, Select, bindparam, exists, or_, select
from sqlalchemy.orm import Session

from workflow import models

#: Who is written to in the ordinary course; then, one after another, who stands in for them.
ADDRESSED = ("head", "nfp")
STAND_INS = ("mission", "ministry", "other")
ROLES = (*ADDRESSED, *STAND_INS)

LANGUAGES = ("en", "fr", "es")

#: With more Parties than this one reads all contacts of the register: shorter than naming every Party.
_NAMED_PARTIES_MAX = 40


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody who gets one letter."""

    #: Row of the contact; None for those who are not contacts of a Party.
    contact_id: int | None
    #: Code of the member asked that the letter is for, or "".
    member: str
    #: Code of the Party, or "".
    party: str
    #: head, nfp, mission, ministry or other; else "partner", or the role of a member of the staff.
    role: str
    #: Name of the person or office, or "".
    name: str
    #: What stands below the name, or "".
    title: str
    email: str
    #: Language of the letter: en, fr or es.
    language: str
    #: Names of the Party in English, French and Spanish.
    party_names: tuple[str, str, str] = ("", "", "")

    def party_name(self, language: str) -> str:
        """The Party's name in that language (in English where there is no such language), or ""."""
        return self.party_names[LANGUAGES.index(language) if language in LANGUAGES else 0]


def usable(
    session: Session,
    register: str,
    day: date,
    parties: Collection[str] | None = None,
    *,
    past_parties: bool = False,
    or_failed: bool = False,
) -> Mapping[str, list[Row[Any]]]:
    """The usable contacts of some Parties (None: of all), by Party, those of the highest role first.

    past_parties   also those of States that are not Parties on that day
    or_failed      of a Party that has no usable one, those from which letters came back: a question is
                   better sent where it may come back again than to nobody
    Returns        rows with the columns of a Recipient, the Party's names, and its `party_language`
    """
    if parties is not None and not parties:
        return {}
    values: dict[str, Any] = {"register": register, "day": day}
    query = _ON_FILE if or_failed else _USABLE
    if parties is not None and len(parties) <= _NAMED_PARTIES_MAX:
        query, values["parties"] = query.where(_IS_NAMED), sorted(parties)
    if not past_parties:
        query = query.where(*_is_party(_DAY))
    found: dict[str, list[Row[Any]]] = {}
    for row in sorted(session.connection().execute(query, values), key=_ladder):
        found.setdefault(row.party, []).append(row)
    if or_failed:
        for party, rows in found.items():
            found[party] = [row for row in rows if row.failed_at is None] or rows
    return found


def addressed(rows: list[Row[Any]]) -> list[Row[Any]]:
    """Those of a Party's usable contacts to whom its letters go."""
    roles: Collection[str] = ADDRESSED
    if not any(row.role in ADDRESSED for row in rows):
        roles = next(((role,) for role in STAND_INS if any(row.role == role for row in rows)), ())
    return [row for row in rows if row.role in roles]


def next_contact(
    session: Session, register: str, party: str, failed: Collection[int], on: date
) -> Recipient | None:
    """Who is to be written to instead when a letter to a Party has come back for good; None: nobody is left.

    failed    contacts that need not be tried: the one that failed, and those that have the letter already
    Returns   the first of head, focal point, mission, ministry, other; in its own or its Party's language
    """
    rows = usable(session, register, on, [party], past_parties=True).get(party, [])
    left = [row for row in rows if row.id not in failed]
    return recipient(left[0], "", left[0].language or left[0].party_language) if left else None


def unreachable(session: Session, register: str, on: date) -> list[str]:
    """The Parties of that day that no letter can reach: none of their contacts has a usable address."""
    own = (_contacts.c.register == _parties.c.register) & (_contacts.c.party == _parties.c.code)
    rows = session.execute(
        select(_parties.c.code)
        .where(_parties.c.register == register, *_is_party(on))
        .where(~exists().where(own, *_is_usable(on)))
        .order_by(_parties.c.code)
    )
    return list(rows.scalars())


def recipient(row: Row[Any], member: str, language: str) -> Recipient:
    """A row of `usable` as a recipient."""
    return Recipient(
        contact_id=row.id,
        member=member,
        party=row.party,
        role=row.role,
        name=row.name,
        title=row.title,
        email=row.email,
        language=language,
        party_names=(row.name_en, row.name_fr, row.name_es),
    )


def _ladder(row: Row[Any]) -> tuple[int, int]:
    return (ROLES.index(row.role) if row.role in ROLES else len(ROLES), row.id)


_contacts = models.Contact.__table__
_parties = models.Party.__table__
_Day = date | ColumnElement[date]


def _is_usable(day: _Day) -> tuple[ColumnElement[bool], ...]:
    return (_contacts.c.failed_at.is_(None), *_is_in_force(day))


def _is_in_force(day: _Day) -> tuple[ColumnElement[bool], ...]:
    return (
        or_(_contacts.c.starts.is_(None), _contacts.c.starts <= day),
        or_(_contacts.c.ends.is_(None), _contacts.c.ends >= day),
    )


def _is_party(day: _Day) -> tuple[ColumnElement[bool], ...]:
    return (_parties.c.joins <= day, or_(_parties.c.leaves.is_(None), _parties.c.leaves > day))


_DAY = bindparam("day", type_=Date)
_ON_FILE: Select[Any] = (
    select(
        *(_contacts.c[name] for name in ("id", "party", "role", "name", "title", "email", "language")),
        *(_parties.c[name] for name in ("name_en", "name_fr", "name_es")),
        _parties.c.language.label("party_language"),
        _contacts.c.failed_at,
    )
    .join(_parties, (_parties.c.register == _contacts.c.register) & (_parties.c.code == _contacts.c.party))
    .where(_contacts.c.register == bindparam("register"), *_is_in_force(_DAY))
)
_USABLE = _ON_FILE.where(_contacts.c.failed_at.is_(None))
_IS_NAMED = _contacts.c.party.in_(bindparam("parties", expanding=True))
