"""Letters that no event of a case has written: letters that came back, the heads of the record."""

import logging
from collections.abc import Sequence
from datetime import datetime
from html import escape
from typing import Any

from sqlalchemy import Row, and_, or_, select
from sqlalchemy.orm import Session

from notifications import render
from workflow import house, i18n, models, outbox
from workflow.config import Settings
from workflow.contacts import Recipient, next_contact
from workflow.outbox import Claim
from workflow.queries import CASES, PARTIES, table

log = logging.getLogger(__name__)

_STAFF, _CONTACTS = table(models.Staff), table(models.Contact)


def queue_heads(session: Session, lines: str, settings: Settings, now: datetime) -> int:
    """Write the daily letter that carries the heads of the record out of this installation.

    lines    as `record.heads` gives them
    Returns  1, or 0 when there is no outside address or today's letter is written already
    """
    address, day = settings.installation.outside_head_address, now.date().isoformat()
    if not address:
        return 0
    subject = f"Heads of the record, {day}"
    page = f'<html lang="en"><title>{subject}</title><body><pre>{escape(lines)}</pre></body></html>\n'
    return outbox.queue(
        session,
        [
            {
                "message_id": outbox.message_id(
                    outbox.mail_domain(settings),
                    email=address,
                    purpose="notice",
                    template="heads",
                    occurrence=day,
                ),
                "email": address,
                "purpose": "notice",
                "occurrence": day,
                "template": "heads",
                "version": "",
                "language": "en",
                "subject": subject,
                "text": lines,
                "html": page,
                "created_at": now,
            }
        ],
    )


def tell_officers(
    session: Session, letter: Claim, reason: str, now: datetime, written_to: Recipient | None = None
) -> None:
    """Tell the officer of the case that a letter did not arrive, and who may be written to instead.

    The alert belongs to no event, so it names the case only in its words.
    written_to   who has been written to instead already
    """
    # An alert about a lost alert would be lost too, and so on for ever.
    if letter.purpose == "alert" or letter.case_id is None:
        log.error("letter %s (%s) was set aside: %s", letter.id, letter.template, reason)
        return
    case = session.execute(select(CASES).where(CASES.c.id == letter.case_id)).one()
    officers = _officers(session, case.officer)
    if not officers:
        log.error("letter %s of %s was set aside, with no officer to tell", letter.id, letter.reference)
    instead, names = _stand_in(session, letter, now)
    settings = house.of(session).settings
    rows = []
    for officer in officers:
        language = i18n.negotiated(officer.language, settings.languages.default)
        written = render(
            "bounced",
            language,
            {
                "case": {
                    "reference": case.reference,
                    "title": case.title,
                    "partner": str(case.partner.get("name") or ""),
                },
                "office": {"name": settings.secretariat.name},
                "number": "",
                "dated": i18n.day(now.date(), language, weekday=False),
                "to": {"name": officer.full_name, "title": "", "party": ""},
                "what": {
                    "recipient": f"{letter.name} <{letter.email}>".strip(),
                    "party": names[i18n.LANGUAGES.index(language)] if names else letter.party,
                    "reason": reason,
                    "next_contact": _named(instead),
                    "written_to": _named(written_to),
                },
            },
        )
        occurrence = f"letter {letter.id}"
        rows.append(
            {
                "message_id": outbox.message_id(
                    outbox.mail_domain(settings),
                    email=officer.email,
                    purpose="alert",
                    template="bounced",
                    occurrence=occurrence,
                ),
                "name": officer.full_name,
                "email": officer.email,
                "purpose": "alert",
                "occurrence": occurrence,
                "template": "bounced",
                "version": written.version,
                "language": language,
                "subject": written.subject,
                "text": written.text,
                "html": written.html,
                "created_at": now,
            }
        )
    outbox.queue(session, rows)


def _named(recipient: Recipient | None) -> str:
    return f"{recipient.name} <{recipient.email}>".strip() if recipient is not None else ""


def _officers(session: Session, in_charge: str) -> Sequence[Row[Any]]:
    """The officer in charge of the case; where it has none, every officer of the Secretariat."""
    rows = session.execute(
        select(_STAFF)
        .where(or_(_STAFF.c.name == in_charge, _STAFF.c.role == "officer"))
        .order_by(_STAFF.c.name)
    ).all()
    return [row for row in rows if row.name == in_charge] or rows


def _stand_in(
    session: Session, letter: Claim, now: datetime
) -> tuple[Recipient | None, tuple[str, str, str] | None]:
    """Who may be written to instead, and what the Party is called in English, French and Spanish."""
    if letter.contact_id is None:
        return None, None
    party = session.execute(
        select(PARTIES)
        .join(
            _CONTACTS, and_(_CONTACTS.c.register == PARTIES.c.register, _CONTACTS.c.party == PARTIES.c.code)
        )
        .where(_CONTACTS.c.id == letter.contact_id)
    ).one()
    instead = next_contact(session, party.register, party.code, {letter.contact_id}, now.date())
    return instead, (party.name_en, party.name_fr, party.name_es)
