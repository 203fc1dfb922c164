"""What an officer decides about a message that waits: whose answer it is, to which case it belongs, or none.

* MailRefused   not done; the text says why and what to do
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select, update
from sqlalchemy.orm import Session

from states.commands import CLOCK, Actor, Command
from states.objections import WITHDRAWAL
from states.periods import local_day
from states.procedure import Procedure
from states.reasons import Refused
from states.zones import zone_of
from workflow import engine, house
from workflow.engine import Outcome
from workflow.inbox import filing, matching, reading
from workflow.inbox.keeping import MAIL, READINGS
from workflow.inbox.matching import Match
from workflow.queries import CASES

#: Kinds of the events in a case that tell what was decided about a message.
MAIL_CLOSED, MAIL_MOVED = "mail_closed", "mail_moved"


class MailRefused(Exception):
    """This message does not wait any more: somebody has dealt with it. Reload the page and look again."""

    def __init__(self, message: str = "") -> None:
        super().__init__(message or " ".join((type(self).__doc__ or "").split()))


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as an officer reads it in a message."""

    #: "party:FR/nfp", "seat:CA".
    voice: str
    word: str
    conditions: str = ""
    reasons: str = ""


def accept(
    session: Session, mail_id: int, answer: Answer, actor: Actor, now: datetime, *, key: str = ""
) -> Outcome | Refused:
    """Record the answer that a message gives, received when the message was.

    Raises   MailRefused: it does not wait, or belongs to no case yet
    """
    row, mail = _held(session, mail_id)
    law = _law_of(session, row, now)
    action = next((a for same in law.actions.values() for a in same if a.does == "record_reply"), None)
    if action is None:
        raise MailRefused("The law of this case lets no reply be recorded on behalf. Answer on paper.")
    given: dict[str, Any] = {
        "party": answer.voice,
        "answer": answer.word,
        "channel": filing.CHANNEL,
        "text": row.text,
        "received_at": mail.received_at,
        "conditions": answer.conditions,
        "reasons": answer.reasons,
    }
    if answer.word == WITHDRAWAL:
        # A withdrawal has a text and no reasons or conditions of its own.
        given = {name: value for name, value in given.items() if name not in ("conditions", "reasons")}
    given["scan"] = filing.name_in_case(mail, row.attachments)
    details = {name: value for name, value in given.items() if value}
    command = Command(action.name, actor, details, key=key or f"mail {mail_id} accepted")
    outcome = engine.perform(session, row.case_id, command, now)
    if isinstance(outcome, Outcome):
        if given["scan"]:
            engine.attach(session, row.case_id, given["scan"], mail.raw, filing.ACCESS, CLOCK, now)
        _close(session, [mail_id], "filed", "accepted", actor, now)
    return outcome


def move(session: Session, mail_id: int, case_id: int, actor: Actor, now: datetime) -> None:
    """File a message with another case, or with one at all; what it answers there is for an officer to say.

    Raises   MailRefused: it does not wait
    """
    row, mail = _held(session, mail_id)
    incoming = reading.read_mail(mail, house.of(session).settings)
    found = engine.facts_of(session, case_id, now)
    if found is None:
        raise MailRefused("There is no such case. Check its reference.")
    law, facts = found
    on = local_day(mail.received_at, zone_of(law.timezone))
    matched = Match(case_id, "somebody")
    who = matching.speaker(session, law, facts.case, matched, row.from_email, on)
    read, said = reading.answer_in(incoming, *filing.answers_of(who.ask, facts.case))
    told = {
        "case_id": case_id,
        "matched_by": matched.by,
        "letter_id": None,
        "voice": who.voice.words if who.voice is not None else "",
        "is_known": who.is_known,
        "guesses": [],
        **said,
    }
    if row.seq is not None and row.case_id not in (None, case_id):
        to = filing.reference_of(session, case_id)
        engine.note(session, row.case_id, MAIL_MOVED, {"mail": mail_id, "to_case": to}, actor, now)
    columns = {"verdict": row.verdict, "text": row.text}
    told["seq"] = engine.note(
        session, case_id, filing.MAIL_RECEIVED, filing.event_of(mail, columns, told), actor, now
    )
    # Whoever files it by hand has said where it belongs, and not yet what it answers.
    reason = filing.waits_for({"is_authentic": row.is_authentic}, told, read, who)
    session.execute(
        update(READINGS).where(READINGS.c.mail_id == mail_id).values(status="waiting", reason=reason, **told)
    )


def close(session: Session, mail_ids: Sequence[int], actor: Actor, now: datetime) -> int:
    """Say that messages need nothing further; how many of them had waited.

    A message of a case stays with it, and the record says who has looked at it.
    """
    rows = session.execute(
        select(READINGS.c.mail_id, READINGS.c.case_id, READINGS.c.seq)
        .where(READINGS.c.mail_id.in_(mail_ids), READINGS.c.status == "waiting")
        .order_by(READINGS.c.mail_id)
        .with_for_update()
    ).all()
    for row in rows:
        if row.seq is not None:
            engine.note(session, row.case_id, MAIL_CLOSED, {"mail": row.mail_id}, actor, now)
    _close(session, [row.mail_id for row in rows if row.seq is not None], "filed", "looked_at", actor, now)
    _close(session, [row.mail_id for row in rows if row.seq is None], "dropped", "looked_at", actor, now)
    return len(rows)


def _held(session: Session, mail_id: int) -> tuple[Row[Any], Row[Any]]:
    """A message that waits, for this transaction alone."""
    waits = (READINGS.c.mail_id == mail_id, READINGS.c.status == "waiting")
    row = session.execute(select(READINGS).where(*waits).with_for_update()).first()
    if row is None:
        raise MailRefused
    return row, session.execute(select(MAIL).where(MAIL.c.id == mail_id)).one()


def _law_of(session: Session, row: Row[Any], now: datetime) -> Procedure:
    if row.case_id is None or row.matched_by in ("", "guess"):
        raise MailRefused("This message belongs to no case yet. Say first to which it belongs.")
    found = engine.facts_of(session, row.case_id, now)
    assert found is not None
    return found[0]


def _close(
    session: Session, mail_ids: Sequence[int], status: str, reason: str, actor: Actor, now: datetime
) -> None:
    if mail_ids:
        session.execute(
            update(READINGS)
            .where(READINGS.c.mail_id.in_(mail_ids))
            .values(status=status, reason=reason, closed_by=actor.hand or actor.role, closed_at=now)
        )


def case_of(session: Session, reference: str) -> int | None:
    """The number of a case by its reference, however it was typed."""
    return session.scalar(select(CASES.c.id).where(CASES.c.reference == reference.strip().upper()))
