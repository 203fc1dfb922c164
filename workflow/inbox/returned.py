"""Letters that came back: which letter, for good or for now, and what follows.

For good: the letter is set aside and its contact marked, as if the mail server had refused it at once. For
now (a full mailbox): it is sent again after some time, and so many times count as once for good. A delay
changes nothing: the server that tells of it is still trying.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from notifications.incoming import Failure, Incoming
from workflow import links, outbox, postmark, sending
from workflow.config import Settings
from workflow.inbox.matching import letter_of, nearest
from workflow.outbox import DELIVERIES
from workflow.queries import LETTERS

#: Outcomes of deliveries that a report has told of.
CAME_BACK, DELAYED = "came_back", "delayed"


def letter_that_came_back(session: Session, incoming: Incoming, secret: bytes) -> int | None:
    """The letter that a report is about; None: it cannot be told.

    By the sealed address to which the report came. A Message-ID alone can be copied from the letter, so it
    counts only where the report names the very address to which that letter went.
    """
    for address in (*incoming.head.reached, *incoming.origin.senders):
        letter = letter_of(session, links.letter_of_bounce(secret, address))
        if letter is not None:
            return int(letter.id)
    letter = nearest(session, incoming.origin.message_ids)
    if letter is None:
        return None
    named = {failure.recipient for failure in incoming.failures}
    return int(letter.id) if letter.email.lower() in named else None


def note_return(session: Session, letter_id: int, failure: Failure, settings: Settings, now: datetime) -> str:
    """Note what a report says of a letter; what it came to: hard, soft, delay, or known (told before)."""
    if failure.is_delay:
        _tried(session, letter_id, DELAYED, failure.words, now)
        return "delay"
    if not failure.is_hard and _soft_so_far(session, letter_id) + 1 < settings.mailbox.soft_bounces:
        return "soft" if _send_again(session, letter_id, failure, settings, now) else "known"
    is_new = postmark.note_bounce(session, letter_id, failure.words, now, sending.came_back)
    return "hard" if is_new else "known"


def _send_again(
    session: Session, letter_id: int, failure: Failure, settings: Settings, now: datetime
) -> bool:
    later = now + timedelta(hours=settings.mailbox.retry_after_hours)
    waits = session.execute(
        update(LETTERS)
        .where(LETTERS.c.id == letter_id, LETTERS.c.status == "sent")
        .values(status="waiting", next_try_at=later, lease_until=None)
    )
    if outbox.count(waits) == 0:
        return False
    _tried(session, letter_id, CAME_BACK, failure.words, now)
    return True


def _soft_so_far(session: Session, letter_id: int) -> int:
    wanted = select(func.count()).where(
        DELIVERIES.c.letter_id == letter_id, DELIVERIES.c.outcome == CAME_BACK
    )
    return session.scalar(wanted) or 0


def _tried(session: Session, letter_id: int, outcome: str, words: str, now: datetime) -> None:
    row = {"letter_id": letter_id, "at": now, "outcome": outcome, "code": 0, "detail": words}
    session.execute(insert(DELIVERIES), row)
