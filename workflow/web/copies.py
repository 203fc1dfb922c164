"""Test copies: the letters of an action, one in each language, to the address of whoever looks at them."""

from __future__ import annotations

import secrets
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from notifications import Letter, fill_link
from workflow import models, outbox
from workflow.preview import Preview
from workflow.queries import table
from workflow.web.people import STAFF
from workflow.web.site import Site

QUEUE = table(models.Queue)

#: Stands before the subject, in every language.
MARK = "TEST COPY"


def queue(session: Session, found: Preview, name: str, site: Site) -> tuple[str, int]:
    """Write the copies to the outbox; the address they go to, and how many they are.

    They belong to no case and to no round: none is ever counted as sent to a Party. Their link opens nothing.
    name   sign-in name of whoever gets them
    """
    who = session.execute(select(STAFF).where(STAFF.c.name == name)).one()
    link = f"{site.house.settings.installation.base_url}/r/test-copy"
    occurrence, now = f"test copy {secrets.token_hex(8)}", site.now()
    rows: list[dict[str, Any]] = []
    for number, sample in enumerate(sample for mailing in found.mailings for sample in mailing.samples()):
        written = Letter(
            subject=sample["subject"],
            text=sample["text"],
            html=sample["html"],
            language=sample["language"],
            template=sample["template"],
            version=sample["version"],
        )
        letter = fill_link(written, link)
        rows.append(
            {
                "message_id": outbox.message_id(
                    outbox.mail_domain(site.house.settings),
                    email=who.email,
                    purpose="notice",
                    template=letter.template,
                    occurrence=f"{occurrence} {number}",
                ),
                "name": who.full_name,
                "email": who.email,
                "purpose": "notice",
                "occurrence": occurrence,
                "template": letter.template,
                "version": letter.version,
                "language": letter.language,
                "subject": f"{MARK} – {letter.subject}",
                "text": letter.text,
                "html": letter.html,
                "created_at": now,
            }
        )
    return who.email, outbox.queue(session, rows)


def paused(session: Session) -> Row[Any] | None:
    """Why the queue is paused; None: it runs."""
    return session.execute(select(QUEUE).where(QUEUE.c.paused_at.is_not(None))).one_or_none()
