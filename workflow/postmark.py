"""What became of each letter, written down: sent, put off, refused, given up, come back."""

import hashlib
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import bindparam, func, insert, select, update
from sqlalchemy.orm import Session

from notifications import Delivered, Outcome, Refused, Retry, Unknown
from workflow import models, outbox
from workflow.outbox import DELIVERIES, Claim
from workflow.queries import LETTERS, table

AfterRefusal = Callable[[Session, Claim, str, datetime], None]
"""Called in the transaction that sets a letter aside: session, letter, why, now. It tells the officers."""

AfterDelay = Callable[[Session, Claim, datetime], None]
"""Called in the transaction that marks a request as sent, if it was long under way: session, letter, now."""

#: A request that arrives later than this was delayed: within it, mail is ordinarily under way.
DELAYED = timedelta(hours=1)
#: First and longest pause before a letter that was put off is tried again.
FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=2)
#: Each further try of a letter that may have arrived may be one more copy in somebody's mailbox: the pauses
#: grow without limit, and before it is given up there are nine of them.
FIRST_PAUSE_IN_DOUBT = timedelta(minutes=15)
#: Outcome of what is no attempt: somebody has asked for a letter that was set aside to be tried again.
AGAIN = "tried_again"

log = logging.getLogger(__name__)

_CONTACTS = table(models.Contact)


@dataclass(frozen=True, slots=True)
class Withheld:
    """Not sent: this installation is being tried out and may not write to this recipient."""

    reason: str


@dataclass(frozen=True, slots=True)
class Postmark:
    """What is written about one attempt."""

    #: sent, waiting, refused, given_up or withheld.
    status: str
    #: delivered, retry, refused, unknown or withheld.
    outcome: str
    #: When it is tried again (UTC); None: never.
    next_try_at: datetime | None = None
    possibly_twice: bool = False
    code: int = 0
    #: The mail server's words, or ours.
    detail: str = ""


def mark(
    session: Session,
    results: Sequence[tuple[Claim, Outcome | Withheld]],
    now: datetime,
    give_up_after: timedelta,
    after_refusal: AfterRefusal,
    after_delay: AfterDelay | None = None,
) -> list[Postmark]:
    """Write down what became of letters that were claimed; the marks in the order of `results`.

    A letter that somebody else has claimed since is left to them, but for one thing: if it did arrive and
    only waits for another try, it is sent.
    """
    if not results:
        return []
    tried = _tried_since(session, [claim for claim, _ in results], now - give_up_after)
    marks = [postmark(claim, outcome, now, give_up_after, tried.get(claim.id)) for claim, outcome in results]
    claims = [claim for claim, _ in results]
    pairs = list(zip(claims, marks, strict=True))
    marked = outbox.count(
        session.connection().execute(_MARK, [_row(claim, mark, now) for claim, mark in pairs])
    )
    if marked < len(pairs):
        arrived = [{"b_id": claim.id, "b_at": now} for claim, mark in pairs if mark.status == "sent"]
        if arrived:
            session.execute(_ARRIVED_AFTER_ALL, arrived)
    session.connection().execute(_TRIED, [_attempt(claim.id, mark, now) for claim, mark in pairs])
    for claim, made in pairs:
        if made.status in ("refused", "given_up"):
            _set_aside(session, claim, made, now, after_refusal)
        elif after_delay is not None and made.status == "sent" and _was_delayed(claim, now):
            _apart(session, claim, made, partial(after_delay, session, claim, now))
    return marks


def _was_delayed(claim: Claim, now: datetime) -> bool:
    return claim.purpose == "request" and now - claim.created_at > DELAYED


def postmark(
    claim: Claim,
    outcome: Outcome | Withheld,
    now: datetime,
    give_up_after: timedelta,
    tried_since: datetime | None = None,
) -> Postmark:
    """What an outcome means for the letter.

    tried_since   when it was first tried, if that is long ago: a letter that waited while nothing ran at all
                  has not been tried for days
    """
    is_doubtful = claim.possibly_twice
    if isinstance(outcome, Delivered):
        return Postmark("sent", "delivered", None, is_doubtful, 0, outcome.detail)
    if isinstance(outcome, Refused):
        return Postmark("refused", "refused", None, is_doubtful, outcome.code, outcome.reason)
    if isinstance(outcome, Withheld):
        return Postmark("withheld", "withheld", None, is_doubtful, 0, outcome.reason)
    status = "given_up" if tried_since is not None and now - tried_since >= give_up_after else "waiting"
    if isinstance(outcome, Unknown):
        later = now + pause_before_next(claim, FIRST_PAUSE_IN_DOUBT, give_up_after)
        return Postmark(status, "unknown", later, True, 0, outcome.reason)
    assert isinstance(outcome, Retry), f"{outcome} is not the fate of one letter"
    later = now + pause_before_next(claim, FIRST_PAUSE, LONGEST_PAUSE)
    return Postmark(status, "retry", later, is_doubtful, outcome.code, outcome.reason)


def _tried_since(session: Session, claims: Sequence[Claim], before: datetime) -> dict[int, datetime]:
    """When letters were first tried that are older than `before`; of a younger one it does not matter."""
    old = [claim.id for claim in claims if claim.created_at <= before and claim.attempts > 1]
    if not old:
        return {}
    anew = DELIVERIES.alias("anew")
    told_again = select(func.coalesce(func.max(anew.c.id), 0)).where(
        anew.c.letter_id == DELIVERIES.c.letter_id, anew.c.outcome == AGAIN
    )
    first = select(DELIVERIES.c.letter_id, func.min(DELIVERIES.c.at)).where(
        DELIVERIES.c.letter_id.in_(old), DELIVERIES.c.id > told_again.scalar_subquery()
    )
    return {row[0]: row[1] for row in session.execute(first.group_by(DELIVERIES.c.letter_id))}


def pause_before_next(claim: Claim, first: timedelta, longest: timedelta) -> timedelta:
    """How long a letter waits for its next try: twice as long each time, give or take a quarter.

    The quarter depends on the letter alone: what was put off together does not come back together, and a
    rehearsal comes out the same each time.
    """
    doubled: timedelta = min(first * 2 ** min(claim.attempts - 1, 20), longest)
    draw = hashlib.sha256(f"{claim.id}/{claim.attempts}".encode()).digest()[0]
    return doubled * (0.75 + draw / 510)


def note_bounce(
    session: Session, letter_id: int, reason: str, now: datetime, after_refusal: AfterRefusal
) -> bool:
    """Set a letter aside that was sent and came back for good.

    reason   in the words of whoever returned it
    Returns  False if there is no such letter, or it was set aside before: a bounce may be told twice
    """
    claim = outbox.look_up(session, letter_id)
    if claim is None:
        return False
    mine = (LETTERS.c.id == letter_id) & LETTERS.c.status.in_(["sent", "sending", "waiting"])
    bounced = session.execute(update(LETTERS).where(mine).values(status="refused", lease_until=None))
    if outbox.count(bounced) == 0:
        return False
    made = Postmark("refused", "refused", detail=reason)
    session.execute(_TRIED, [_attempt(letter_id, made, now)])
    _set_aside(session, claim, made, now, after_refusal)
    return True


def _set_aside(
    session: Session, claim: Claim, made: Postmark, now: datetime, after_refusal: AfterRefusal
) -> None:
    if made.status == "refused" and claim.contact_id is not None:
        session.execute(
            update(_CONTACTS)
            .where(_CONTACTS.c.id == claim.contact_id)
            .values(failed_at=func.coalesce(_CONTACTS.c.failed_at, now), failed_why=made.detail)
        )
    _apart(session, claim, made, partial(after_refusal, session, claim, made.detail, now))


def _apart(session: Session, claim: Claim, made: Postmark, follow_up: Callable[[], None]) -> None:
    """What a mark brings about, apart from the mark.

    If it fails, what became of the letters must still be written, or they are all sent again when their
    lease ends.
    """
    try:
        with session.begin_nested():
            follow_up()
    except Exception:
        log.exception("letter %s is marked (%s), and what follows from it has failed", claim.id, made.status)


_MARK = (
    update(LETTERS)
    .where(outbox.IS_MINE)
    .values(
        status=bindparam("b_status"),
        next_try_at=bindparam("b_next"),
        lease_until=None,
        possibly_twice=bindparam("b_twice"),
        sent_at=bindparam("b_sent"),
    )
)
_TRIED = insert(DELIVERIES)
_ARRIVED_AFTER_ALL = (
    update(LETTERS)
    .where(LETTERS.c.id == bindparam("b_id"), LETTERS.c.status == "waiting")
    .values(status="sent", sent_at=bindparam("b_at"), possibly_twice=True)
)


def _row(claim: Claim, made: Postmark, now: datetime) -> dict[str, Any]:
    return {
        "b_id": claim.id,
        "b_attempts": claim.attempts,
        "b_status": made.status,
        "b_next": made.next_try_at or now,
        "b_twice": made.possibly_twice,
        "b_sent": now if made.status == "sent" else None,
    }


def _attempt(letter_id: int, made: Postmark, now: datetime) -> dict[str, Any]:
    return {
        "letter_id": letter_id,
        "at": now,
        "outcome": made.outcome,
        "code": made.code,
        "detail": made.detail,
    }
