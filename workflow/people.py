"""Who is meant: audience name -> the people a letter goes to, as of a date.

Which contacts of a Party its letters go to is told in contacts.py: its Heads and focal points, else those who
stand in for them. A receipt goes to every usable contact. One address gets one letter of a Party.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import ColumnElement, Date, Row, bindparam, or_, select
from sqlalchemy.orm import Session

from states.facts import Case, Round
from states.faults import meant
from states.periods import local_day
from states.procedure import Procedure
from states.zones import zone_of
from workflow import contacts, models
from workflow.contacts import Recipient, next_contact, unreachable

__all__ = ["AUDIENCES", "Recipient", "UnknownAudience", "known", "next_contact", "recipients", "unreachable"]

#: (code of the member asked, or ""; Party whose contacts are written to).
Place = tuple[str, str]

Pick = Callable[[list[Row[Any]]], list[Row[Any]]]
"""Which of a Party's usable contacts get the letter."""


class UnknownAudience(LookupError):
    """No such group of people; the text names the nearest one."""


@dataclass(frozen=True, slots=True)
class Occasion:
    """One writing of letters: what an audience is worked out from."""

    session: Session
    procedure: Procedure
    case: Case
    #: Only these members; None: all of the audience.
    members: tuple[str, ...] | None
    #: The round it belongs to, if any.
    round: Round | None
    #: The day it is where the procedure counts its days.
    day: date
    #: request, reminder, receipt, notice or alert.
    purpose: str
    #: What has been read already in this transaction, by what it was asked for.
    read: dict[Any, Any] = field(default_factory=dict)

    def once(self, key: Any, ask: Callable[[], Any]) -> Any:
        """What `ask` answers; the registers stand still while a transaction writes letters."""
        if key not in self.read:
            self.read[key] = ask()
        return self.read[key]

    def includes(self, member: str) -> bool:
        """Whether this member is meant."""
        return self.members is None or member in self.members

    def language(self, *wishes: str) -> str:
        """The first wish that is a language of the procedure, else its first language."""
        languages = self.procedure.languages
        return next((wish for wish in wishes if wish in languages), languages[0])


def recipients(
    session: Session,
    procedure: Procedure,
    case: Case,
    audience: str,
    members: tuple[str, ...] | None,
    round_no: int,
    now: datetime,
    purpose: str,
    read: dict[Any, Any] | None = None,
) -> list[Recipient]:
    """Who gets a letter to this audience, in the order of those asked; nobody where nobody is selected.

    case       as it is after the step that writes the letter
    audience   a name of AUDIENCES, or a body of the procedure
    members    only these: codes of those asked, of seats or of Parties; None: all
    round_no   number of the round it belongs to; 0: for `asked`, the one whose answers are awaited
    read       kept by the caller between letters of one transaction: the registers are asked once
    Raises     UnknownAudience
    """
    if members == ():
        return []
    round_ = next((r for r in case.rounds if r.no == round_no), None) if round_no else case.open_round
    day = local_day(now, zone_of(procedure.timezone))
    occasion = Occasion(session, procedure, case, members, round_, day, purpose, {} if read is None else read)
    if audience in AUDIENCES:
        return AUDIENCES[audience](occasion)
    if audience in procedure.bodies:
        return members_of_body(occasion, audience)
    remedy = meant(audience, [*AUDIENCES, *procedure.bodies])
    raise UnknownAudience(f"'{audience}' is no group of people: {remedy}")


def known() -> frozenset[str]:
    """The names a law file may use besides the bodies it names itself."""
    return frozenset(AUDIENCES)


# ------------------------------------------------------------------------------------- audiences


def asked(occasion: Occasion) -> list[Recipient]:
    """Those who were asked in the round, as frozen when the question was put, while they are Parties.

    A seat is written to at the contacts of its member Party, never at those of its alternate.
    Reminders go only to contacts whose own request of that round has been sent. Other notices about a round
    also go to every contact that holds its request, so that no reply page is left with an old date.
    Receipts go to every contact of the Party, even if it has ceased to be one.
    """
    if occasion.round is None:
        return []
    places = [(a.code, a.party) for a in occasion.round.asked if occasion.includes(a.code)]
    if occasion.purpose == "reminder":
        reached = _holders(occasion, ("sent",))
        return _of_parties(occasion, places, lambda rows: [row for row in rows if row.id in reached])
    if occasion.purpose in ("request", "receipt"):
        return _of_parties(occasion, places)
    holders = _holders(occasion, ("sent", "sending", "waiting"))
    return _of_parties(occasion, places, lambda rows: _with(contacts.addressed(rows), rows, holders))


def all_parties(occasion: Occasion) -> list[Recipient]:
    """Every State that is a Party on that day."""
    return _of_parties(occasion, None)


def parties_concerned(occasion: Occasion) -> list[Recipient]:
    """The Parties in whose territory the partnership takes place, as the proposal stands now.

    Named `territory_parties` it is the same: which of them still have to consent is worked out when the
    question is put (states/asked.py), and those it was put to are `asked`.
    """
    return _of_parties(occasion, [("", code) for code in occasion.case.territory if occasion.includes(code)])


def partner(occasion: Occasion) -> list[Recipient]:
    """The proposed partner, at the address given for it; nobody while there is none.

    Of its particulars these are used: name, contact (a person or office), email, language.
    """
    given = {key: str(value or "").strip() for key, value in occasion.case.partner.items()}
    if not given.get("email"):
        return []
    company, person = given.get("name", ""), given.get("contact", "")
    return [
        Recipient(
            contact_id=None,
            member="",
            party="",
            role="partner",
            name=person or company,
            title=company if person else "",
            email=given["email"],
            language=occasion.language(given.get("language", "")),
        )
    ]


def officers(occasion: Occasion) -> list[Recipient]:
    """The officer in charge of the case; where it has none, every officer of the Secretariat."""
    staff = occasion.once("staff", lambda: occasion.session.connection().execute(_STAFF).all())
    rows = [row for row in staff if row.role == "officer"]
    in_charge = [row for row in staff if row.name == occasion.case.officer]
    return _one_letter_each(
        Recipient(
            contact_id=None,
            member="",
            party="",
            role=row.role,
            name=row.full_name or row.name,
            title="",
            email=row.email,
            language=occasion.language(row.language),
        )
        for row in in_charge or rows
    )


def those_told(occasion: Occasion) -> list[Recipient]:
    """Everybody who got a request in any round of the case, and can still be written to.

    Where none of a Party's contacts that got one is in use any more, its present ones are told.
    """
    letters = models.Letter.__table__
    told = occasion.session.execute(
        select(letters.c.contact_id, letters.c.party)
        .where(*_requests(occasion, ("sent", "sending", "waiting")), letters.c.party != "")
        .order_by(letters.c.id)
    ).all()
    holders = {row.contact_id for row in told}
    places = [("", party) for party in dict.fromkeys(row.party for row in told)]
    return _of_parties(
        occasion,
        places,
        lambda rows: [row for row in rows if row.id in holders] or contacts.addressed(rows),
    )


def voice(occasion: Occasion) -> list[Recipient]:
    """The Parties or seats named as members, namely those that have just spoken; named none, nobody."""
    parties = {a.code: a.party for a in occasion.round.asked} if occasion.round else {}
    return _of_parties(occasion, [(code, parties.get(code, code)) for code in occasion.members or ()])


def members_of_body(occasion: Occasion, code: str) -> list[Recipient]:
    """The members of a body: the Parties that hold its seats on that day, not their alternates.

    The members of a body that decides by a share of the Parties, such as the Conference, are all Parties.
    """
    if occasion.procedure.bodies[code].quorum_share is not None:
        return all_parties(occasion)
    values = {"body": code, "day": occasion.day}
    rows = occasion.once(
        ("seats", code, occasion.day), lambda: occasion.session.connection().execute(_SEATS, values).all()
    )
    return _of_parties(occasion, [("", row.member) for row in rows if occasion.includes(row.seat)])


# ------------------------------------------------------------------------------------- selection


def _of_parties(
    occasion: Occasion, places: Iterable[Place] | None, pick: Pick = contacts.addressed
) -> list[Recipient]:
    """The recipients of some Parties; None: of all that are Parties on that day."""
    is_receipt = occasion.purpose == "receipt"
    register, or_failed = occasion.procedure.parties, occasion.purpose == "request"
    wanted = None if places is None else frozenset(party for _, party in places)
    by_party = occasion.once(
        ("usable", register, occasion.day, wanted, is_receipt, or_failed),
        lambda: contacts.usable(
            occasion.session, register, occasion.day, wanted, past_parties=is_receipt, or_failed=or_failed
        ),
    )
    if places is None:
        places = [("", code) for code in sorted(by_party) if occasion.includes(code)]
    chosen = []
    for member, party in places:
        rows = by_party.get(party, [])
        for row in rows if is_receipt else pick(rows):
            language = occasion.language(row.language, row.party_language)
            chosen.append(contacts.recipient(row, member, language))
    return _one_letter_each(chosen)


def _with(chosen: list[Row[Any]], rows: list[Row[Any]], also: set[int]) -> list[Row[Any]]:
    wanted = also.union(row.id for row in chosen)
    return [row for row in rows if row.id in wanted]


def _one_letter_each(chosen: Iterable[Recipient]) -> list[Recipient]:
    """Who holds two posts of a Party, or speaks for two seats of a body, gets one letter, for the first."""
    unique: dict[tuple[str, str], Recipient] = {}
    for each in chosen:
        unique.setdefault((each.party, each.email.casefold()), each)
    return list(unique.values())


def _requests(occasion: Occasion, statuses: tuple[str, ...]) -> tuple[ColumnElement[bool], ...]:
    """The requests of this case that have one of these statuses."""
    cases, letters = models.Case.__table__, models.Letter.__table__
    case_id = select(cases.c.id).where(cases.c.reference == occasion.case.reference).scalar_subquery()
    return (letters.c.case_id == case_id, letters.c.purpose == "request", letters.c.status.in_(statuses))


def _holders(occasion: Occasion, statuses: tuple[str, ...]) -> set[int]:
    """The contacts whose request of this round has one of these statuses."""
    letters = models.Letter.__table__
    round_no = occasion.round.no if occasion.round else 0
    found = occasion.session.execute(
        select(letters.c.contact_id).where(*_requests(occasion, statuses), letters.c.round == round_no)
    )
    return {each for each in found.scalars() if each is not None}


_staff, _seats = models.Staff.__table__, models.Seat.__table__
_STAFF = select(_staff).order_by(_staff.c.name)
_DAY = bindparam("day", type_=Date)
_SEATS = (
    select(_seats.c.seat, _seats.c.member)
    .where(_seats.c.body == bindparam("body"), _seats.c.starts <= _DAY)
    .where(or_(_seats.c.ends.is_(None), _seats.c.ends >= _DAY))
    .order_by(_seats.c.id)
)

#: Audience -> who belongs to it. Bodies of the procedure are audiences too (`members_of_body`).
AUDIENCES: Mapping[str, Callable[[Occasion], list[Recipient]]] = MappingProxyType(
    {
        "asked": asked,
        "all_parties": all_parties,
        "territory_parties": parties_concerned,
        "parties_concerned": parties_concerned,
        "partner": partner,
        "officers": officers,
        "those_told": those_told,
        "voice": voice,
    }
)
