"""A fresh link for somebody whose own has expired, was cut short, or was revoked: to the address on file.

Whoever asks is told the same, whether or not a link or an address is known; one contact gets at most one such
letter for a question in ten minutes.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from states.commands import Post
from states.facts import Case, Round
from states.periods import local_day
from states.positions import closing
from states.procedure import Procedure
from states.zones import zone_of
from workflow import answering, contacts, engine, house, letters, models, outbox
from workflow.contacts import Recipient
from workflow.queries import table

CONTACTS = table(models.Contact)

TEMPLATE = "fresh_link"
#: How long nobody gets a second one.
_PAUSE_MINUTES = 10


def for_token(session: Session, token: str, now: datetime) -> int:
    """Write to the contact that a token was made for; in its place, if it is out of use, to its Party's.

    Returns   how many letters were queued
    """
    row = answering.letter_of(session, token)
    found = engine.facts_of(session, row.case_id, now) if row is not None and row.case_id else None
    if row is None or found is None:
        return 0
    law, facts = found
    round_ = _newest(law, facts.case, row.round, row.member)
    usable = _contacts(session, law, row.party, now)
    chosen = [each for each in usable if each.id == row.contact_id] or contacts.addressed(usable)
    return _write(session, row.case_id, law, facts.case, round_, row.member, chosen, now) if round_ else 0


def for_address(session: Session, email: str, now: datetime) -> int:
    """Write to an address that is on file, once for every question that awaits an answer of its Party.

    Returns   how many letters were queued
    """
    rows = session.execute(
        select(CONTACTS.c.id, CONTACTS.c.register, CONTACTS.c.party)
        .where(func.lower(CONTACTS.c.email) == email.strip().lower())
        .order_by(CONTACTS.c.id)
    ).all()
    queued = 0
    for row in rows:
        for question in answering.open_questions(session, row.register, row.party):
            found = engine.facts_of(session, question.case_id, now)
            if found is None:
                continue
            law, facts = found
            round_ = next(r for r in facts.case.rounds if r.no == question.round)
            chosen = [each for each in _contacts(session, law, row.party, now) if each.id == row.id]
            queued += _write(session, question.case_id, law, facts.case, round_, question.member, chosen, now)
    return queued


def _newest(law: Procedure, case: Case, round_no: int, member: str) -> Round | None:
    """The round to answer in: the one that is open, if it asks them too; else the link's own."""
    own = next((r for r in case.rounds if r.no == round_no), None)
    last = case.open_round
    if own is None or last is None or last.member(member) is None:
        return own
    return last if (last.of in law.bodies) == (own.of in law.bodies) else own


def _contacts(session: Session, law: Procedure, party: str, now: datetime) -> list[Row[Any]]:
    day = local_day(now, zone_of(law.timezone))
    return contacts.usable(session, law.parties, day, [party], past_parties=True).get(party, [])


def _write(
    session: Session,
    case_id: int,
    law: Procedure,
    case: Case,
    round_: Round,
    member: str,
    chosen: Sequence[Row[Any]],
    now: datetime,
) -> int:
    asked = round_.member(member)
    if asked is None or not chosen:
        return 0
    of_house = house.of(session)
    slot = int(now.timestamp()) // (60 * _PAUSE_MINUTES)
    post = Post(
        "asked",
        TEMPLATE,
        "notice",
        {"is_open": now < closing(round_, asked) or case.is_held},
        round=round_.no,
        members=(member,),
        occurrence=f"fresh {slot}",
    )
    rows = letters.compose(
        session,
        law=law,
        case=case,
        case_id=case_id,
        seq=case.seq,
        post=post,
        recipients=[_recipient(law, row, member) for row in chosen],
        settings=of_house.settings,
        secret=of_house.secret,
        now=now,
    )
    return outbox.queue(session, rows)


def _recipient(law: Procedure, row: Row[Any], member: str) -> Recipient:
    wishes = (row.language, row.party_language)
    language = next((each for each in wishes if each in law.languages), law.languages[0])
    return contacts.recipient(row, member, language)
