"""Which letter of which case a message is about, and in whose name its sender may speak.

In this order: the sealed address to which it came, the letters it refers to, the sealed mark in its subject
if its sender is known, the address of a case. A reference that somebody typed proves nothing: it is at most a
guess for an officer.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row, Select, bindparam, func, or_, select
from sqlalchemy.orm import Session

from notifications.incoming import Incoming
from states.commands import VOICES, Actor
from states.facts import Asked, Case, Round
from states.procedure import Ask, Procedure
from workflow import links, models
from workflow.queries import CASES, LETTERS, table

CONTACTS = table(models.Contact)


@dataclass(frozen=True, slots=True)
class Match:
    """The letter, or the case alone, that a message is about."""

    case_id: int
    #: token, reference, tag or address.
    by: str
    #: Row of the letter, with the columns below; None: only the case is known.
    letter: Row[Any] | None = None


@dataclass(frozen=True, slots=True)
class Speaker:
    """In whose name the sender of a message may speak."""

    #: The question it is about, if one was put to them.
    round: Round | None
    ask: Ask | None
    member: Asked | None
    #: None: nobody's; a person has to say.
    voice: Actor | None
    #: Whether the address is that of a contact of that Party.
    is_known: bool


_LETTER = (
    *(LETTERS.c[name] for name in ("id", "case_id", "round", "member", "party", "contact_id", "email")),
    LETTERS.c.message_id,
)
_BY_ID: Select[Any] = select(*_LETTER).where(LETTERS.c.id == bindparam("id"))
_BY_MESSAGE: Select[Any] = select(*_LETTER).where(LETTERS.c.message_id.in_(bindparam("ids", expanding=True)))


def match(session: Session, incoming: Incoming, secret: bytes, on: date) -> Match | None:
    """What a message is about, where that is certain; None: a person has to say."""
    for address in incoming.head.reached:
        letter = letter_of(session, links.letter_of_answer(secret, address))
        if letter is not None and letter.case_id is not None:
            return Match(letter.case_id, "token", letter)
    letter = nearest(session, incoming.head.answers_to)
    if letter is not None and letter.case_id is not None:
        return Match(letter.case_id, "reference", letter)
    letter = letter_of(session, links.letter_of_subject(secret, incoming.head.subject))
    if letter is not None and letter.case_id is not None and _is_of_sender(session, letter, incoming, on):
        return Match(letter.case_id, "tag", letter)
    for address in incoming.head.reached:
        reference = links.reference_in(address)
        case_id = (
            session.scalar(select(CASES.c.id).where(CASES.c.reference == reference)) if reference else None
        )
        if case_id is not None:
            return Match(case_id, "address")
    return None


def letter_of(session: Session, letter_id: int | None) -> Row[Any] | None:
    """A letter by its number, as a seal has told it."""
    return None if letter_id is None else session.connection().execute(_BY_ID, {"id": letter_id}).first()


def nearest(session: Session, message_ids: Sequence[str]) -> Row[Any] | None:
    """The letter of ours that stands first among Message-IDs."""
    if not message_ids:
        return None
    found = {
        row.message_id: row for row in session.connection().execute(_BY_MESSAGE, {"ids": list(message_ids)})
    }
    return next((found[each] for each in message_ids if each in found), None)


def speaker(
    session: Session,
    law: Procedure,
    case: Case,
    matched: Match,
    email: str,
    on: date,
) -> Speaker:
    """In whose name somebody with that address may answer in a case.

    on   the day on which contacts must be in force
    """
    contacts = contacts_of(session, law.parties, email, on)
    letter = matched.letter
    if letter is not None and letter.round and letter.round <= len(case.rounds):
        round_ = case.rounds[letter.round - 1]
        member = round_.member(letter.member)
        if member is not None:
            return _speaker(law, round_, member, contacts)
    for round_ in reversed(case.rounds):
        for contact in contacts:
            member = _member_of(round_, contact.party)
            if member is not None:
                return _speaker(law, round_, member, contacts)
    return Speaker(None, None, None, None, is_known=False)


def contacts_of(session: Session, register: str, email: str, on: date) -> Sequence[Row[Any]]:
    """The contacts of a register with that address that are in force on that day."""
    if not email:
        return ()
    sought = {"register": register, "email": email, "day": on}
    return session.connection().execute(_CONTACTS, sought).all()


_CONTACTS: Select[Any] = (
    select(CONTACTS.c.id, CONTACTS.c.party, CONTACTS.c.role)
    .where(
        CONTACTS.c.register == bindparam("register"),
        # Addresses are kept as they were typed, and compared as mail servers do.
        func.lower(CONTACTS.c.email) == bindparam("email"),
        or_(CONTACTS.c.starts.is_(None), CONTACTS.c.starts <= bindparam("day", type_=CONTACTS.c.starts.type)),
        or_(CONTACTS.c.ends.is_(None), CONTACTS.c.ends >= bindparam("day", type_=CONTACTS.c.ends.type)),
    )
    .order_by(CONTACTS.c.id)
)


def _speaker(law: Procedure, round_: Round, member: Asked, contacts: Collection[Row[Any]]) -> Speaker:
    ask = law.states[round_.state].ask
    ours = [each for each in contacts if each.party in (member.party, member.alternate)]
    if round_.of in law.bodies:
        party = ours[0].party if ours else member.party
        return Speaker(round_, ask, member, Actor("seat", party=party), is_known=bool(ours))
    # Of several contacts with one address the one that weighs most: they are the same office.
    roles = sorted((each.role for each in ours if each.role in VOICES), key=VOICES.index)
    voice = Actor("party", party=member.party, voice=roles[0] if roles else "other")
    return Speaker(round_, ask, member, voice, is_known=bool(roles))


def _member_of(round_: Round, party: str) -> Asked | None:
    return next((each for each in round_.asked if party in (each.party, each.alternate)), None)


def _is_of_sender(session: Session, letter: Row[Any], incoming: Incoming, on: date) -> bool:
    """Whether the sender is whom the letter was written to, or another contact of that Party."""
    email = incoming.head.sender.email
    if not email:
        return False
    if email == letter.email.lower():
        return True
    register = session.scalar(select(CONTACTS.c.register).where(CONTACTS.c.id == letter.contact_id))
    known = contacts_of(session, register or "", email, on)
    return any(each.party == letter.party for each in known)
