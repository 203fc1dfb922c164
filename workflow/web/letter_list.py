"""Letters as a page tells them: the queue, what became of each, and what to do, in plain words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, func, literal_column, select, text, union_all
from sqlalchemy.orm import Session

from workflow import models, outbox
from workflow.outbox import DELIVERIES, QUEUE
from workflow.queries import CASES, LETTERS, PARTIES, table
from workflow.rewriting import SET_ASIDE

REVOKED = table(models.RevokedLink)
PAGE = 50

# The conditions of partial indexes, word for word: only then are those used.
_WAITS = LETTERS.c.status == literal_column("'waiting'")
_SENDING = LETTERS.c.status == literal_column("'sending'")
_ASIDE = text("letters.status IN ('refused', 'given_up')")
# And in the order of the index: otherwise SQLite would rather look at every letter there is.
_WAITING_IDS = select(LETTERS.c.id).where(_WAITS).order_by(LETTERS.c.next_try_at).limit(10**9)
_SENDING_IDS = select(LETTERS.c.id).where(_SENDING).order_by(LETTERS.c.lease_until).limit(10**9)
_ASIDE_IDS = (
    select(LETTERS.c.id)
    # That every letter has an address is asked so that no index alone can answer: the small one is taken.
    .where(_ASIDE, LETTERS.c.email != "")
    .order_by(LETTERS.c.case_id)
    .limit(10**9)
)

#: Which letters -> what they are called.
WHICH: Mapping[str, str] = {
    "": "All",
    "waiting": "Waiting",
    "sent": "Sent",
    "twice": "Possibly twice",
    "aside": "Set aside",
    "bounced": "Came back",
    "withheld": "Withheld",
}
#: Status of a letter -> its colour, its word, and what it means.
STATUSES: Mapping[str, tuple[str, str, str]] = {
    "waiting": ("note", "waiting", "It leaves as soon as the queue comes to it."),
    "sending": ("note", "being sent", "It is being handed to the mail server just now."),
    "sent": ("good", "sent", "The mail server took it over."),
    "refused": ("bad", "refused", "This recipient cannot be reached at this address. It is not tried again."),
    "given_up": ("bad", "given up", "It was put off for days and never taken. It is not tried any more."),
    "withheld": ("warn", "withheld", "A trial run may not write to this address."),
}
#: What came of an attempt -> how it is told.
OUTCOMES: Mapping[str, str] = {
    "delivered": "The mail server took it over",
    "retry": "Put off: the mail server could not take it now; it is tried again by itself",
    "refused": "Refused for good",
    "unknown": "The line broke while it was handed over: it may have arrived, and is tried again",
    "withheld": "Held back: this installation is a trial run",
    "lease_ended": "Whoever was sending it did not finish: it may have arrived",
    "tried_again": "Somebody has had it tried again",
    "came_back": "It came back for now: it is sent again later",
    "delayed": "The receiving side has not delivered it yet, and keeps trying",
}
#: SMTP code -> what it says, where a page can say it better.
CODES: Mapping[int, str] = {
    450: "the mailbox is busy",
    451: "the server has a fault of its own, or wants to be asked a second time",
    452: "the mailbox or the server is full",
    550: "there is no such mailbox, or it takes no letters from us",
    551: "the mailbox has moved elsewhere",
    552: "the mailbox is full",
    553: "the address is not one",
    554: "the server does not accept the letter",
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which letters somebody asks for."""

    #: A key of WHICH.
    which: str = ""
    #: Reference of a case, or "".
    case: str = ""
    #: Code of a Party, or "".
    party: str = ""
    #: Only letters with a smaller number: the next page.
    before: int = 0


@dataclass(frozen=True, slots=True)
class Queue:
    """How the queue stands."""

    paused_at: datetime | None
    reason: str
    remedy: str
    waiting: int
    #: When the next one that waits may be tried; None: none waits.
    next_at: datetime | None
    sending: int
    aside: int


def queue(session: Session) -> Queue:
    """How the queue stands now."""
    paused = session.execute(select(QUEUE).where(QUEUE.c.id == outbox.THE_QUEUE)).one_or_none()
    at = paused.paused_at if paused else None
    reason, remedy = (paused.reason, paused.remedy) if paused and at else ("", "")
    next_at = session.scalar(
        select(LETTERS.c.next_try_at).where(_WAITS).order_by(LETTERS.c.next_try_at).limit(1)
    )
    waiting, sending, aside = (
        session.scalar(select(func.count()).select_from(each.subquery())) or 0
        for each in (_WAITING_IDS, _SENDING_IDS, _ASIDE_IDS)
    )
    return Queue(at, reason, remedy, waiting, next_at, sending, aside)


def letters(session: Session, wanted: Wanted) -> tuple[list[Row[Any]], bool]:
    """One page of letters, the newest first, without their words; and whether more follow."""
    names = [name for name in LETTERS.c.keys() if name not in ("text", "html", "what")]  # noqa: SIM118
    asked = select(*(LETTERS.c[name] for name in names), CASES.c.reference).outerjoin(
        CASES, CASES.c.id == LETTERS.c.case_id
    )
    rows = session.execute(_chosen(asked, wanted).order_by(LETTERS.c.id.desc()).limit(PAGE + 1)).all()
    return list(rows[:PAGE]), len(rows) > PAGE


def _chosen(asked: Select[Any], wanted: Wanted) -> Select[Any]:
    if wanted.which == "waiting":
        halves = [select(each.subquery().c.id) for each in (_WAITING_IDS, _SENDING_IDS)]
        asked = asked.where(LETTERS.c.id.in_(union_all(*halves)))
    elif wanted.which == "aside":
        asked = asked.where(LETTERS.c.id.in_(select(_ASIDE_IDS.subquery().c.id)))
    elif wanted.which == "bounced":
        asked = asked.where(
            LETTERS.c.id.in_(select(_ASIDE_IDS.subquery().c.id)), LETTERS.c.sent_at.is_not(None)
        )
    elif wanted.which == "twice":
        asked = asked.where(text("letters.possibly_twice"))
    elif wanted.which:
        asked = asked.where(LETTERS.c.status == wanted.which)
    if wanted.case:
        of_case = select(CASES.c.id).where(CASES.c.reference == wanted.case).scalar_subquery()
        asked = asked.where(LETTERS.c.case_id == of_case)
    if wanted.party:
        asked = asked.where(LETTERS.c.party == wanted.party)
    return asked.where(LETTERS.c.id < wanted.before) if wanted.before else asked


def letter(session: Session, letter_id: int) -> Row[Any] | None:
    """One letter with its case and its words; None: there is none."""
    return session.execute(
        select(LETTERS, CASES.c.reference, CASES.c.title)
        .outerjoin(CASES, CASES.c.id == LETTERS.c.case_id)
        .where(LETTERS.c.id == letter_id)
    ).one_or_none()


def deliveries(session: Session, letter_id: int) -> list[Row[Any]]:
    """Every attempt to hand it over, the oldest first."""
    asked = select(DELIVERIES).where(DELIVERIES.c.letter_id == letter_id).order_by(DELIVERIES.c.id)
    return list(session.execute(asked))


def is_revoked(session: Session, token_hash: str) -> bool:
    """Whether a letter's reply link opens nothing any more."""
    return session.execute(select(REVOKED.c.at).where(REVOKED.c.token_hash == token_hash)).first() is not None


def has_come_back(row: Row[Any]) -> bool:
    """Whether a letter was sent and came back for good."""
    return row.status == "refused" and row.sent_at is not None


def is_set_aside(row: Row[Any]) -> bool:
    """Whether nobody tries it any more."""
    return row.status in SET_ASIDE


def party_codes(session: Session) -> list[tuple[str, str, str, str]]:
    """Every Party of every register: code and names in English, French and Spanish."""
    rows = session.execute(
        select(PARTIES.c.code, PARTIES.c.name_en, PARTIES.c.name_fr, PARTIES.c.name_es).distinct()
    )
    return [(row.code, row.name_en, row.name_fr, row.name_es) for row in rows]
