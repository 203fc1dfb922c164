"""The outbox: letters are queued in the transaction that causes them, claimed for a time, sent, and marked.

    queue -> waiting -> claim -> sending -> mark -> sent
                ^                   |         -> refused     this recipient, never
                +-- put off --------+         -> given_up    put off for days
                +-- lease ended ----+         -> withheld    a trial run may not write to it

A letter is sent at least once. Where a crash or a silent server leaves its fate unknown it is sent again
with the same Message-ID and marked `possibly_twice`.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from functools import cache
from typing import Any, cast

from sqlalchemy import (
    ColumnElement,
    CursorResult,
    Result,
    Select,
    Table,
    and_,
    bindparam,
    exists,
    func,
    insert,
    literal_column,
    or_,
    select,
    union_all,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from notifications import REPLY_LINK
from workflow import models, queries
from workflow.config import Settings
from workflow.queries import CASES, LETTERS

DELIVERIES, QUEUE = map(queries.table, (models.Delivery, models.Queue))

#: The one row of the table `queue`.
THE_QUEUE = 1

# Written out, not bound: SQLite uses a partial index only if it sees its condition in the statement.
_WAITING: ColumnElement[str] = literal_column("'waiting'")
_SENDING: ColumnElement[str] = literal_column("'sending'")

_DEFAULTS: dict[str, Any] = {
    "case_id": None,
    "seq": 0,
    "round": 0,
    "member": "",
    "party": "",
    "contact_id": None,
    "name": "",
    "occurrence": "",
    "number": "",
    "what": {},
    "token_hash": "",
    "status": "waiting",
    "lease_until": None,
    "attempts": 0,
    "possibly_twice": False,
    "sent_at": None,
}


@dataclass(frozen=True, slots=True)
class Claim:
    """A letter that one process has for itself until its lease ends: what must be known to send it."""

    id: int
    #: None: about no case.
    case_id: int | None
    seq: int
    round: int
    #: Code of the member asked, or "".
    member: str
    #: Party of the contact, or "".
    party: str
    contact_id: int | None
    name: str
    email: str
    purpose: str
    template: str
    version: str
    language: str
    #: Kept out of repr, like what follows: a repr ends up in logs.
    subject: str = field(repr=False)
    text: str = field(repr=False)
    html: str = field(repr=False)
    message_id: str
    #: "" if there is no reply link to put in.
    token_hash: str = field(repr=False)
    #: Which attempt this is, from 1. Whoever marks the letter must still be at the same attempt.
    attempts: int
    possibly_twice: bool
    created_at: datetime
    #: Reference of the case, or "".
    reference: str


_REFERENCE = func.coalesce(CASES.c.reference, "").label("reference")
_COLUMNS = [LETTERS.c.get(each.name, _REFERENCE) for each in fields(Claim)]


def queue(session: Session, rows: Sequence[dict[str, Any]]) -> int:
    """Write letters to the outbox; one that is there already stays as it is.

    rows     columns of models.Letter; what is left out takes its default, `next_try_at` being `created_at`
    Returns  how many are new
    Raises   ValueError for a letter with a place for a reply link but no token: it could not be answered
    """
    if not rows:
        return 0
    for row in rows:
        if not row.get("token_hash") and (REPLY_LINK in row["text"] or REPLY_LINK in row["html"]):
            raise ValueError(
                f"The letter '{row['template']}' to {row['email']} has a place for a reply link and no token."
                " Give token_hash (links.token_hash), or write the letter without the link."
            )
    full = [_DEFAULTS | {"next_try_at": row["created_at"]} | row for row in rows]
    # The ids, because PostgreSQL's driver does not count what it inserts in bulk.
    connection = session.connection()
    return len(connection.scalars(_queueing(connection.dialect.name), full).all())


def message_id(
    domain: str,
    *,
    email: str,
    purpose: str,
    template: str,
    occurrence: str = "",
    case: str = "",
    seq: int = 0,
    round_no: int = 0,
    contact_id: int | None = None,
) -> str:
    """The Message-ID of a letter: the same for the same letter, another one for any other.

    case        its reference; "" without one
    occurrence  of a letter without a case, for instance the day: else it is written once for all time
    """
    # In a round a letter is the same whichever event wrote it: a reminder decided twice is written once.
    event = "" if round_no else str(seq)
    who = str(contact_id) if round_no and contact_id is not None else email
    parts = (case, str(round_no), event, purpose, occurrence, who, template)
    return f"<{hashlib.sha256(chr(0).join(parts).encode()).hexdigest()[:32]}@{domain}>"


def keep_order(session: Session) -> None:
    """Let no letter be due before an earlier one of its case to the same recipient that was put off.

    Looked at once before sending begins, not at each claim: it takes a look at everything that waits.
    """
    later = [{"b_id": letter_id, "b_next": at} for letter_id, at in session.execute(_OUT_OF_ORDER)]
    if later:
        session.execute(_PUT_OFF, later)


def claim(session: Session, now: datetime, limit: int, lease_s: float) -> list[Claim]:
    """Take letters that are due, to be sent by the caller alone until the lease ends.

    Nothing is taken while the queue is paused. A letter waits as long as an earlier one of its case to the
    same recipient is put off or on its way: a corrigendum must not arrive before what it corrects. (Two
    processes that claim at the same instant may still send two such letters side by side.)
    """
    connection = session.connection()
    lapsed = connection.execute(_LAPSED, {"now": now, "limit": limit}).all()
    # One letter a recipient: the next one of the same case follows with a later claim.
    due: dict[tuple[int, str], Any] = {}
    if len(lapsed) < limit:
        for row in connection.execute(_DUE, {"now": now, "limit": limit - len(lapsed)}):
            due.setdefault((row.case_id or -row.id, row.email), row)
    claims = [Claim(*row) for row in (*lapsed, *due.values())]
    if not claims:
        return []
    until = now + timedelta(seconds=lease_s)
    connection.execute(_TAKE, {"ids": [claim.id for claim in claims], "until": until})
    if lapsed:
        _note_lapse(session, [row.id for row in lapsed], now)
    return claims


def look_up(session: Session, letter_id: int) -> Claim | None:
    """One letter, whatever its status; nothing is claimed."""
    row = session.execute(_ONE, {"id": letter_id}).one_or_none()
    return Claim(*row) if row else None


def renew(session: Session, claims: Sequence[Claim], now: datetime, lease_s: float) -> None:
    """Keep letters that take longer than a lease, so that no other process sends them too."""
    if claims:
        until = now + timedelta(seconds=lease_s)
        session.execute(_RENEW, [_mine(claim) | {"b_until": until} for claim in claims])


def give_back(session: Session, claims: Sequence[Claim]) -> None:
    """Return letters that were claimed and not tried: they wait as before, and the attempt is not counted."""
    if claims:
        session.execute(_GIVE_BACK, [_mine(claim) for claim in claims])


def pause(session: Session, reason: str, remedy: str, now: datetime) -> bool:
    """Stop the whole queue. Returns whether it was running before: only then is there something to tell."""
    session.execute(
        _insert(session, QUEUE).on_conflict_do_nothing(),
        {"id": THE_QUEUE, "paused_at": None, "reason": "", "remedy": ""},
    )
    stopped = session.execute(
        update(QUEUE)
        .where(QUEUE.c.id == THE_QUEUE, QUEUE.c.paused_at.is_(None))
        .values(paused_at=now, reason=reason, remedy=remedy)
    )
    return count(stopped) > 0


def resume(session: Session) -> bool:
    """Let the queue run again; what waits is sent. Returns whether it was paused."""
    started = session.execute(
        update(QUEUE)
        .where(QUEUE.c.id == THE_QUEUE, QUEUE.c.paused_at.is_not(None))
        .values(paused_at=None, reason="", remedy="")
    )
    return count(started) > 0


def mail_domain(settings: Settings) -> str:
    """The domain from which letters are sent; Message-IDs end with it."""
    return settings.mail.from_address.rpartition("@")[2]


def count(result: Result[Any]) -> int:
    """How many rows a statement has changed."""
    return cast("CursorResult[Any]", result).rowcount


def _claimable() -> tuple[Select[Any], Select[Any]]:
    """Up to `limit` letters whose lease has ended at `now`, and that may be sent, locked for the caller."""
    now = bindparam("now", type_=LETTERS.c.next_try_at.type)
    is_running = ~exists().where(QUEUE.c.id == THE_QUEUE, QUEUE.c.paused_at.is_not(None))
    changed = {
        "attempts": LETTERS.c.attempts + 1,
        # A lease that ended leaves open whether the letter had left.
        "possibly_twice": or_(LETTERS.c.possibly_twice, LETTERS.c.status == _SENDING),
    }
    claimable = (
        select(*(changed.get(column.name, column) for column in _COLUMNS))
        .outerjoin(CASES, CASES.c.id == LETTERS.c.case_id)
        .where(is_running)
        .order_by(LETTERS.c.next_try_at, LETTERS.c.id)
        .limit(bindparam("limit"))
        .with_for_update(skip_locked=True, of=LETTERS)
    )
    lapsed = claimable.where(LETTERS.c.status == _SENDING, LETTERS.c.lease_until <= now)

    who = (LETTERS.c.id, LETTERS.c.case_id, LETTERS.c.email)
    ahead = union_all(
        select(*who).where(LETTERS.c.status == _SENDING),
        select(*who).where(LETTERS.c.status == _WAITING, LETTERS.c.next_try_at > now),
    ).cte("ahead")
    is_behind = and_(
        ahead.c.case_id == LETTERS.c.case_id, ahead.c.email == LETTERS.c.email, ahead.c.id < LETTERS.c.id
    )
    due = claimable.outerjoin(ahead, is_behind).where(
        LETTERS.c.status == _WAITING, LETTERS.c.next_try_at <= now, ahead.c.id.is_(None)
    )
    return lapsed, due


def _out_of_order() -> Select[Any]:
    """Letters that wait and are due before an earlier one is, each with when that one is due."""
    # What waits is gathered first, by its own index: joined directly, every letter ever sent is looked at.
    columns = (LETTERS.c.id, LETTERS.c.case_id, LETTERS.c.email, LETTERS.c.next_try_at)
    waiting = select(*columns).where(LETTERS.c.status == _WAITING).cte("waiting")
    earlier = waiting.alias("earlier")
    return (
        select(waiting.c.id, func.max(earlier.c.next_try_at, type_=LETTERS.c.next_try_at.type))
        .join(
            earlier,
            and_(
                earlier.c.case_id == waiting.c.case_id,
                earlier.c.email == waiting.c.email,
                earlier.c.id < waiting.c.id,
                earlier.c.next_try_at > waiting.c.next_try_at,
            ),
        )
        .group_by(waiting.c.id)
    )


_LAPSED, _DUE = _claimable()
_TAKE = (
    update(LETTERS)
    .where(LETTERS.c.id.in_(bindparam("ids", expanding=True)))
    .values(status="sending", lease_until=bindparam("until"), attempts=LETTERS.c.attempts + 1)
)
_OUT_OF_ORDER = _out_of_order()
_PUT_OFF = (
    update(LETTERS)
    .where(LETTERS.c.id == bindparam("b_id"), LETTERS.c.status == _WAITING)
    .values(next_try_at=bindparam("b_next"))
)
_ONE = (
    select(*_COLUMNS).outerjoin(CASES, CASES.c.id == LETTERS.c.case_id).where(LETTERS.c.id == bindparam("id"))
)

#: A process that was away longer than its lease must not overwrite what another has done since.
IS_MINE = and_(
    LETTERS.c.id == bindparam("b_id"),
    LETTERS.c.status == _SENDING,
    LETTERS.c.attempts == bindparam("b_attempts"),
)
_RENEW = update(LETTERS).where(IS_MINE).values(lease_until=bindparam("b_until"))
_GIVE_BACK = (
    update(LETTERS).where(IS_MINE).values(status="waiting", lease_until=None, attempts=LETTERS.c.attempts - 1)
)


def _mine(claim: Claim) -> dict[str, Any]:
    return {"b_id": claim.id, "b_attempts": claim.attempts}


def _note_lapse(session: Session, ids: Sequence[int], now: datetime) -> None:
    """Whoever had these letters is gone: whether they left is not known, so they may arrive twice."""
    session.execute(update(LETTERS).where(LETTERS.c.id.in_(ids)).values(possibly_twice=True))
    detail = "Whoever was sending it did not finish in time: it may have been delivered"
    session.execute(
        insert(DELIVERIES),
        [{"letter_id": i, "at": now, "outcome": "lease_ended", "code": 0, "detail": detail} for i in ids],
    )


def _insert(session: Session, table: Table) -> Any:
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    return dialect.insert(table)


@cache
def _queueing(dialect: str) -> Any:
    return (
        {"postgresql": postgresql, "sqlite": sqlite}[dialect]
        .insert(LETTERS)
        .on_conflict_do_nothing()
        .returning(LETTERS.c.id)
    )
