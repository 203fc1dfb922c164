"""Mail is kept first, as it came, and read afterwards: whatever a reader misunderstands can be read again."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from workflow import models
from workflow.queries import table

MAIL, READINGS = table(models.Mail), table(models.MailReading)
DOORS = ("imap", "lmtp", "pipe")


@dataclass(frozen=True, slots=True)
class Kept:
    """A message that is kept."""

    id: int
    #: False where the same bytes were there already.
    is_new: bool


def keep(
    session: Session,
    raw: bytes,
    door: str,
    now: datetime,
    *,
    received_at: datetime | None = None,
    sender: str = "",
    recipients: Sequence[str] = (),
) -> Kept:
    """Keep a message; the same bytes a second time are the same message.

    door          one of DOORS
    received_at   when it reached the mailbox, where that is known; else it is now. Never later than now
    """
    connection = session.connection()
    digest = hashlib.sha256(raw).hexdigest()
    row = {
        "sha256": digest,
        "raw": raw,
        "size": len(raw),
        "received_at": min(received_at or now, now),
        "stored_at": now,
        "door": door,
        "sender": sender.strip("<> ").lower(),
        "recipients": [each.lower() for each in recipients],
    }
    mail_id = connection.scalar(_KEEPING[connection.dialect.name], row)
    if mail_id is None:
        found = connection.scalar(select(MAIL.c.id).where(MAIL.c.sha256 == digest))
        assert found is not None
        return Kept(found, is_new=False)
    # In the same transaction: mail without its row here would never be read.
    connection.execute(_UNREAD_TOO, {"mail_id": mail_id, "status": "new", **_UNREAD})
    return Kept(mail_id, is_new=True)


_KEEPING = {
    dialect.dialect.name: dialect.insert(MAIL)
    .on_conflict_do_nothing(index_elements=["sha256"])
    .returning(MAIL.c.id)
    for dialect in (postgresql, sqlite)
}
_UNREAD_TOO = insert(READINGS)


def raw_of(session: Session, mail_id: int) -> bytes | None:
    """A message as it came; None: there is none of that number."""
    return session.scalar(select(MAIL.c.raw).where(MAIL.c.id == mail_id))


#: Columns of a message that nobody has read.
_UNREAD = {
    "reason": "",
    "verdict": "",
    "from_name": "",
    "from_email": "",
    "subject": "",
    "message_id": "",
    "is_authentic": False,
    "text": "",
    "digest": "",
    "matched_by": "",
    "voice": "",
    "is_known": False,
    "word": "",
    "certainty": "none",
    "sentence": "",
    "closed_by": "",
    **{name: [] for name in ("evidence", "faults", "attachments", "guesses", "marks")},
}
