"""Letters on paper: one, or all those of a question in one file behind the list of whom they are for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import Row, or_, select
from sqlalchemy.orm import Session

from notifications import Letter
from notifications.paper import Document, Facts, Grid, Office, Text, pdf, printed
from states.periods import local_day
from states.zones import zone_of
from workflow import house, i18n, models, queries
from workflow.config import Secretariat
from workflow.queries import CASES, LETTERS, PARTIES, table

CONTACTS = table(models.Contact)
#: To whom the letters of a question are addressed on paper.
AS_WRITTEN, MISSIONS, HEADS = "as_written", "missions", "heads"
FORMS = (AS_WRITTEN, MISSIONS, HEADS)
RECORDED = "What was posted is recorded on the page of this batch, with the day and the channel."
#: Contacts who are written to in the third person.
_NOTED = ("mission", "ministry")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A letter of a question, as it would be printed."""

    letter: int
    member: str
    party: str
    language: str
    #: What the Party is called in the language of the list; of anybody else the reader's name.
    named: str
    #: Whom it is addressed to, line by line, in the language of the letter.
    to: tuple[str, ...]
    #: Where that is, line by line; empty: no postal address is on file.
    address: tuple[str, ...]
    is_note: bool
    #: Whether a request has reached the one who was asked, by mail or on paper.
    is_reached: bool


def office(of: Secretariat, language: str) -> Office:
    """The letterhead in a language."""
    name, address = i18n.title(of.name, language), i18n.title(of.address, language)
    return Office(name, address, of.email, of.phone, of.website)


def letter_pdf(session: Session, letter_id: int) -> bytes | None:
    """One letter as it was written to its reader, as a PDF; None: there is no such letter."""
    row = session.execute(_LETTERS.where(LETTERS.c.id == letter_id)).one_or_none()
    if row is None:
        return None
    made = _document(session, row, is_note=row.role in _NOTED, address=_lines(row.postal_address))
    return pdf([made], at=row.created_at, title=row.subject)


def sheets(
    session: Session, case_id: int, round_no: int, form: str = AS_WRITTEN, language: str = "en"
) -> list[Sheet]:
    """The requests of a question, in the alphabetical order of the Parties they are for.

    form       as written: each to its own reader; missions, heads: one for each Party, to its Permanent
               Mission or to the Head of its Administrative Authority, whoever was written to by e-mail
    language   of the list
    """
    rows = _requests(session, case_id, round_no)
    reached = queries.members_reached(session, case_id, round_no)
    addresses: dict[str, str] = {}
    if form != AS_WRITTEN and rows:
        role = "mission" if form == MISSIONS else "head"
        rows = _one_a_party(rows, role)
        addresses = _addresses(session, rows, role)
    found = [_sheet(row, form, language, row.member in reached, addresses) for row in rows]
    return sorted(found, key=lambda each: (i18n.sort_key(each.named), each.letter))


def batch_pdf(
    session: Session,
    case_id: int,
    round_no: int,
    chosen: Sequence[int],
    form: str,
    language: str,
    now: datetime,
) -> bytes | None:
    """The chosen letters of a question in one file, behind their cover list; None: none is among them.

    chosen     numbers of letters; each is printed in its own language
    language   of the cover list
    """
    wanted = [
        each for each in sheets(session, case_id, round_no, form, language) if each.letter in set(chosen)
    ]
    if not wanted:
        return None
    rows = {row.id: row for row in _requests(session, case_id, round_no)}
    pages = [
        _document(
            session,
            rows[each.letter],
            is_note=each.is_note,
            to=each.to if form != AS_WRITTEN else (),
            address=each.address,
        )
        for each in wanted
    ]
    cover = _cover(session, rows[wanted[0].letter], wanted, language, now)
    return pdf([cover, *pages], at=now)


def _document(
    session: Session, row: Row[Any], *, is_note: bool, to: Sequence[str] = (), address: Sequence[str] = ()
) -> Document:
    settings = house.of(session).settings.secretariat
    letter = Letter(row.subject, row.text, row.html, row.language, row.template, row.version)
    return printed(
        letter,
        office(settings, row.language),
        row.reference or "",
        number=row.number,
        is_note=is_note,
        to=to,
        address=address,
    )


def _cover(
    session: Session, first: Row[Any], wanted: Sequence[Sheet], language: str, now: datetime
) -> Document:
    """What lies on top of a batch: whom it is for, with room to note what became of each letter."""
    say = partial(_say, language)
    settled = house.of(session)
    law = settled.laws.current(first.procedure)
    day = i18n.day(local_day(now, zone_of(law.timezone)), language, weekday=False)
    columns = (say("No."), say("Party"), say("Addressee"), say("Language"), say("Posted on, by"))
    rows = tuple(
        (
            str(at),
            each.named,
            ", ".join(each.to),
            i18n.own_name(each.language),
            "",
        )
        for at, each in enumerate(wanted, 1)
    )
    facts = [
        (say("Case"), f"{first.reference}, {first.title}"),
        (say("Letters"), str(sum(not each.is_note for each in wanted))),
        (say("Notes verbales"), str(sum(each.is_note for each in wanted))),
        (say("Already reached by e-mail or on paper"), str(sum(each.is_reached for each in wanted))),
    ]
    if first.number:
        facts.insert(1, (say("Notification"), first.number))
    return Document(
        language=language,
        title=say("Letters to be posted"),
        office=office(settled.settings.secretariat, language),
        subtitle=i18n.title(law.states[first.state].title, language) if first.state in law.states else "",
        marks=((say("Reference"), first.reference), (say("Date"), day)),
        blocks=(
            Facts(tuple(facts)),
            Grid(columns, rows, widths=(2, 8, 10, 4, 6)),
            Text((say(RECORDED),), is_quiet=True),
        ),
        foot=first.reference,
    )  # fmt: skip


def _sheet(row: Row[Any], form: str, language: str, is_reached: bool, addresses: Mapping[str, str]) -> Sheet:
    named = _party(row, language) or row.name or row.email
    if form == AS_WRITTEN or not row.party:
        to = tuple(each for each in (row.name, row.contact_title, _party(row, row.language)) if each)
        is_note, address = row.role in _NOTED, row.postal_address
    else:
        rank = "mission" if form == MISSIONS else "head"
        voice = i18n.voice(f"party:{row.party}/{rank}", row.language, {row.party: _party(row, row.language)})
        to, is_note, address = (voice,), form == MISSIONS, addresses.get(row.party, "")
        if row.role == "head" == rank and row.name:
            to = (row.name, voice)
    return Sheet(
        letter=row.id,
        member=row.member,
        party=row.party,
        language=row.language,
        named=named,
        to=to or (row.email,),
        address=_lines(address),
        is_note=is_note,
        is_reached=is_reached,
    )


def _lines(address: str | None) -> tuple[str, ...]:
    return tuple(address.split("\n")) if address else ()


def _addresses(session: Session, rows: Sequence[Row[Any]], role: str) -> dict[str, str]:
    """Where the contacts of a role are, Party by Party, though the letters may have gone to others."""
    day = rows[0].created_at.date()
    found = session.execute(
        select(CONTACTS.c.party, CONTACTS.c.postal_address)
        .where(
            CONTACTS.c.register.in_({row.register for row in rows if row.register}),
            CONTACTS.c.role == role,
            CONTACTS.c.postal_address != "",
            or_(CONTACTS.c.starts.is_(None), CONTACTS.c.starts <= day),
            or_(CONTACTS.c.ends.is_(None), CONTACTS.c.ends >= day),
        )
        .order_by(CONTACTS.c.id.desc())
    )
    # The first on file is the one whom letters name.
    return {row.party: row.postal_address for row in found}


def _party(row: Row[Any], language: str) -> str:
    """What the Party of a letter is called; "" for none."""
    if not row.party:
        return ""
    names = (row.name_en, row.name_fr, row.name_es) if row.name_en else None
    named = i18n.named_in(language, names) or i18n.country(row.party, language)
    # Registers are typed with the apostrophe of a keyboard.
    return named.replace("'", "’") if language == "fr" else named


def _one_a_party(rows: Sequence[Row[Any]], role: str) -> list[Row[Any]]:
    """One letter for each of those asked: the one to a contact of that role, else the first."""
    found: dict[str, Row[Any]] = {}
    for row in rows:
        kept = found.get(row.member)
        if kept is None or (row.role == role and kept.role != role):
            found[row.member] = row
    return list(found.values())


def _requests(session: Session, case_id: int, round_no: int) -> Sequence[Row[Any]]:
    mine = (LETTERS.c.case_id == case_id) & (LETTERS.c.round == round_no) & (LETTERS.c.purpose == "request")
    return session.execute(_LETTERS.where(mine).order_by(LETTERS.c.id)).all()


def _say(language: str, text: str) -> str:
    return i18n.paper(text, language)


_LETTERS = (
    select(
        LETTERS, CASES.c.reference, CASES.c.title, CASES.c.procedure, queries.ROUNDS.c.state,
        CONTACTS.c.role, CONTACTS.c.title.label("contact_title"),
        CONTACTS.c.postal_address, CONTACTS.c.register,
        PARTIES.c.name_en, PARTIES.c.name_fr, PARTIES.c.name_es,
    )
    .select_from(LETTERS)
    .outerjoin(CASES, CASES.c.id == LETTERS.c.case_id)
    .outerjoin(
        queries.ROUNDS,
        (queries.ROUNDS.c.case_id == LETTERS.c.case_id) & (queries.ROUNDS.c.no == LETTERS.c.round),
    )
    .outerjoin(CONTACTS, CONTACTS.c.id == LETTERS.c.contact_id)
    .outerjoin(
        PARTIES, (PARTIES.c.register == CONTACTS.c.register) & (PARTIES.c.code == LETTERS.c.party)
    )
)  # fmt: skip
