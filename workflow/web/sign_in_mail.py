"""The letter with a link that signs somebody in. The link is put in at sending: no table holds it."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert
from sqlalchemy.orm import Session

from notifications import REPLY_LINK, render
from workflow import i18n, links, outbox
from workflow.config import Settings
from workflow.covers import SIGN_IN_LETTER
from workflow.web.people import LINK_LASTS, LINKS


def queue(session: Session, staff: Row[Any], settings: Settings, secret: bytes, now: datetime) -> None:
    """Write the letter to the outbox; from then on its link signs in, once, for half an hour.

    staff   their row: name, full_name, email, language
    """
    # Kept with the letter, and of no use without the secret: the token is made of both.
    occurrence = secrets.token_hex(16)
    message_id = outbox.message_id(
        outbox.mail_domain(settings),
        email=staff.email,
        purpose="notice",
        template=SIGN_IN_LETTER,
        occurrence=occurrence,
    )
    token_hash = links.token_hash(links.sign_in_token(secret, message_id))
    session.execute(insert(LINKS).values(token_hash=token_hash, staff=staff.name, ends_at=now + LINK_LASTS))
    language = i18n.negotiated(staff.language, settings.languages.default)
    written = render(
        SIGN_IN_LETTER,
        language,
        {
            "case": {"reference": ""},
            "office": {"name": settings.secretariat.name},
            "number": "",
            "dated": i18n.day(now.date(), language, weekday=False),
            "to": {"name": staff.full_name, "title": "", "party": ""},
            "ask": {"link": REPLY_LINK},
            "what": {"name": staff.name, "minutes": int(LINK_LASTS.total_seconds() // 60)},
        },
    )
    outbox.queue(
        session,
        [
            {
                "message_id": message_id,
                "name": staff.full_name,
                "email": staff.email,
                "purpose": "notice",
                "occurrence": occurrence,
                "template": SIGN_IN_LETTER,
                "version": written.version,
                "language": language,
                "subject": written.subject,
                "text": written.text,
                "html": written.html,
                "token_hash": token_hash,
                "created_at": now,
            }
        ],
    )
