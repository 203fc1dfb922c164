"""What waits for somebody: messages that nobody has read, the oldest first, and by when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, ScalarSelect, Select, func, select
from sqlalchemy.orm import Session

from workflow import models
from workflow.inbox.keeping import MAIL, READINGS
from workflow.queries import CASES, ROUNDS

PAGE = 50
#: Within so many days of its arrival somebody looks at a message: nothing waits without a date.
LOOK_WITHIN = timedelta(days=2)

#: Why a message waits -> in plain words.
WAITS: Mapping[str, str] = {
    "unmatched": "It is not known to which case it belongs.",
    "to_read": "It gives no answer that is known as one: somebody has to read it.",
    "unclear": "It seems to give an answer, with something that only a person can weigh.",
    "not_asked": "It gives an answer, and nothing was asked of its sender.",
    "unknown_sender": "It gives an answer, and its sender is no contact on file.",
    "to_confirm": "It gives a clear answer, which an officer confirms.",
    "objection": "It objects. The objection counts as received when the mail was; an officer confirms it.",
    "automatic_answer": "A program sent it, and its words read like an answer.",
    "return_of_unknown": "A letter came back, and it cannot be told which.",
    "refused": "It gives a clear answer, which the law did not take.",
    "fault": "It could not be filed.",
}
#: How a message came to its case -> in plain words.
MATCHED: Mapping[str, str] = {
    "token": "It was sent to the sealed address of our letter.",
    "reference": "It answers our letter, by its reference.",
    "tag": "Its subject carries the seal of our letter, and its sender is known.",
    "address": "It was sent to the address of the case.",
    "somebody": "Somebody has filed it there.",
    "guess": "A guess: nothing proves it.",
}
#: Of a message that belongs to its case for certain: a guess is nobody's mail.
_CERTAIN = READINGS.c.matched_by.not_in(["", "guess"])


@dataclass(frozen=True, slots=True)
class Pile:
    """Messages of one case that wait, or of none."""

    #: None: not known.
    case_id: int | None
    count: int
    #: By when somebody must have looked at the oldest: in two days, and before the window of its case ends.
    due: date


def waiting(session: Session, *, returns: bool = False, after: int = 0) -> tuple[list[Row[Any]], bool]:
    """One page of messages that wait, those of open windows and the oldest first; and whether more follow.

    returns   letters that came back instead of everything else
    after     number of the last message of the page before
    """
    is_return = READINGS.c.reason == "return_of_unknown"
    wanted = _MESSAGES.where(models.IS_WAITING, is_return if returns else ~is_return, MAIL.c.id > after)
    rows = session.execute(wanted.order_by(MAIL.c.id).limit(PAGE + 1)).all()
    return list(rows[:PAGE]), len(rows) > PAGE


def message(session: Session, mail_id: int) -> Row[Any] | None:
    """One message with what was made of it; None: there is none."""
    return session.execute(_MESSAGES.where(MAIL.c.id == mail_id)).first()


def of_case(session: Session, case_id: int) -> list[Row[Any]]:
    """Every message of a case, the newest first."""
    return list(
        session.execute(_MESSAGES.where(READINGS.c.case_id == case_id, _CERTAIN).order_by(MAIL.c.id.desc()))
    )


def count_of_case(*, waits: bool = False) -> ScalarSelect[int]:
    """How many messages the case of the row around it has, for a query over cases; or those that wait."""
    wanted = select(func.count()).where(READINGS.c.case_id == CASES.c.id, _CERTAIN)
    return (wanted.where(models.IS_WAITING) if waits else wanted).scalar_subquery()


def counts(session: Session) -> dict[str, int]:
    """How many messages wait, by why."""
    rows = session.execute(
        select(READINGS.c.reason, func.count()).where(models.IS_WAITING).group_by(READINGS.c.reason)
    )
    return {row[0]: row[1] for row in rows}


def piles(session: Session, mine: ColumnElement[bool]) -> list[Pile]:
    """Messages that wait in some cases, and those of no case.

    mine   which cases: a condition on their rows
    """
    # A guess counts for whose case it may be: nobody's mail would wait without end.
    counted = (
        select(
            READINGS.c.case_id,
            func.count(),
            func.min(MAIL.c.received_at, type_=MAIL.c.received_at.type),
            _open_until(),
        )
        .join(MAIL, MAIL.c.id == READINGS.c.mail_id)
        .outerjoin(CASES, CASES.c.id == READINGS.c.case_id)
        .where(models.IS_WAITING, READINGS.c.case_id.is_(None) | mine)
        .group_by(READINGS.c.case_id)
        .order_by(READINGS.c.case_id)
    )
    return [
        Pile(case_id, count, min(oldest.date() + LOOK_WITHIN, until or date.max))
        for case_id, count, oldest, until in session.execute(counted)
    ]


def _open_until() -> Any:
    return (
        select(func.min(ROUNDS.c.reply_by, type_=ROUNDS.c.reply_by.type))
        .where(ROUNDS.c.case_id == READINGS.c.case_id, ROUNDS.c.closed_at.is_(None))
        .scalar_subquery()
    )


_COLUMNS: Sequence[Any] = (
    *(MAIL.c[name] for name in ("id", "sha256", "size", "received_at", "stored_at", "door", "sender")),
    *(column for column in READINGS.c if column.name != "mail_id"),
    CASES.c.reference,
    CASES.c.title.label("case_title"),
    CASES.c.officer,
    _open_until().label("due"),
)
_MESSAGES: Select[Any] = (
    select(*_COLUMNS)
    .join(READINGS, READINGS.c.mail_id == MAIL.c.id)
    .outerjoin(CASES, CASES.c.id == READINGS.c.case_id)
)
