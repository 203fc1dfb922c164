"""Mail that is kept is read, matched to its case, and filed there; what it answers is counted or put to an
officer.

Each message in a transaction of its own: whatever happens to one, those behind it are read. A process that
is killed between keeping and filing leaves a message that is simply still new.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Engine, Row, Update, bindparam, func, select, update
from sqlalchemy.orm import Session

from notifications.incoming import Incoming, Reading, read_answer
from states.commands import CLOCK, Command
from states.facts import Case
from states.objections import WITHDRAWAL
from states.periods import local_day
from states.procedure import Ask
from states.reasons import Refused
from states.zones import zone_of
from workflow import db, engine, files, house, models
from workflow.inbox import guesses, matching, reading, returned
from workflow.inbox.keeping import MAIL, READINGS
from workflow.inbox.matching import Match, Speaker
from workflow.queries import CASES

log = logging.getLogger(__name__)

#: Kind of the event in a case that tells of a message.
MAIL_RECEIVED = "mail_received"
#: How an answer by mail came in, for the record.
CHANNEL = "email"
#: By which an answer may count at once: a guess, or the address of a case, does not do.
CERTAIN = ("token", "reference")
#: Who may see a mail in a case.
ACCESS = "secretariat"


@dataclass(frozen=True, slots=True)
class Filed:
    """What was done with new mail."""

    #: Messages that were read.
    read: int = 0
    #: Answers that counted at once.
    answers: int = 0
    #: Messages that wait for somebody.
    waiting: int = 0
    #: Letters that came back.
    returned: int = 0

    def __add__(self, other: Filed) -> Filed:
        return Filed(
            self.read + other.read,
            self.answers + other.answers,
            self.waiting + other.waiting,
            self.returned + other.returned,
        )


def file_new(on: Engine, now_of: Callable[[], datetime], limit: int | None = None) -> Filed:
    """Read and file all mail that is new, the oldest first; any number of processes may do so at once."""
    done = Filed()
    while limit is None or done.read < limit:
        with db.reading(on) as session:
            ids = session.scalars(_NEW).all()
        filed = Filed()
        for mail_id in ids[: None if limit is None else limit - done.read]:
            filed += _file_safely(on, mail_id, now_of)
        done += filed
        if not filed.read:
            return done
    return done


_NEW = select(READINGS.c.mail_id).where(models.IS_UNREAD).order_by(READINGS.c.mail_id).limit(100)


# Statements are built once: building these four costs as much as running them.
_HELD = (
    select(READINGS.c.mail_id)
    .where(READINGS.c.mail_id == bindparam("id"), READINGS.c.status == "new")
    .with_for_update(skip_locked=True)
)
_MESSAGE = select(MAIL).where(MAIL.c.id == bindparam("id"))
_FIRST_OF_KIND = select(func.min(READINGS.c.mail_id)).where(
    READINGS.c.digest == bindparam("digest"),
    READINGS.c.mail_id != bindparam("id"),
    READINGS.c.status != "copy",
)


@cache
def _writing(names: tuple[str, ...]) -> Update:
    written: dict[str, Any] = {name: bindparam(name) for name in names}
    return update(READINGS).where(READINGS.c.mail_id == bindparam("id")).values(written)


def _file_safely(on: Engine, mail_id: int, now_of: Callable[[], datetime]) -> Filed:
    try:
        with db.transaction(on) as session:
            return file_one(session, mail_id, now_of())
    except db.DatabaseError:
        raise
    except Exception as error:
        # A message that nobody can file must not hold up those behind it: a person looks at it.
        log.exception("mail %s could not be filed", mail_id)
        with db.transaction(on) as session:
            words = f"{type(error).__name__}: {error}"[:500]
            faults = [{"kind": "unreadable", "where": "", "words": words}]
            _write(
                session,
                mail_id,
                {"status": "waiting", "reason": "fault", "faults": faults, "read_at": now_of()},
            )
        return Filed(read=1, waiting=1)


def file_one(session: Session, mail_id: int, now: datetime) -> Filed:
    """Read and file one message, if it is new and no other process has it."""
    connection = session.connection()
    if connection.execute(_HELD, {"id": mail_id}).first() is None:
        return Filed()
    row = connection.execute(_MESSAGE, {"id": mail_id}).one()
    at = house.of(session)
    incoming = reading.read_mail(row, at.settings)
    columns = reading.columns_of(incoming, at.settings, now)
    columns |= _filed(session, row, incoming, columns, now)
    if columns["status"] != "waiting":
        columns |= {"closed_by": "clock", "closed_at": now}
    _write(session, mail_id, columns)
    return Filed(
        read=1,
        answers=int(columns.get("reason") == "counted"),
        waiting=int(columns["status"] == "waiting"),
        returned=int(columns.get("reason") in ("hard", "soft")),
    )


def _filed(
    session: Session, row: Row[Any], incoming: Incoming, columns: dict[str, Any], now: datetime
) -> dict[str, Any]:
    """Where a message goes, as columns of its row."""
    first = _first_of_kind(session, row.id, columns)
    if first is not None:
        return {"status": "copy", "reason": "copy", "copy_of": first}
    kind = incoming.verdict.kind
    if kind in ("bounce", "delay"):
        return _returned(session, incoming, now)
    if kind == "receipt":
        return {"status": "filed", "reason": "receipt"}
    at = house.of(session)
    matched = matching.match(session, incoming, at.secret, now.date())
    if matched is None:
        return _unmatched(session, incoming)
    return of_case(session, row, incoming, columns, matched, now)


def _first_of_kind(session: Session, mail_id: int, columns: dict[str, Any]) -> int | None:
    """The message of which this is a second copy, come by another road; None: it is the first."""
    sought = {"digest": columns["digest"], "id": mail_id}
    first: int | None = session.connection().scalar(_FIRST_OF_KIND, sought)
    return first


def _returned(session: Session, incoming: Incoming, now: datetime) -> dict[str, Any]:
    at = house.of(session)
    letter_id = returned.letter_that_came_back(session, incoming, at.secret)
    if letter_id is None or not incoming.failures:
        return {"status": "waiting", "reason": "return_of_unknown"}
    letter = matching.letter_of(session, letter_id)
    assert letter is not None
    # Reports about several recipients are of letters to several: each of ours goes to one.
    failure = next(
        (f for f in incoming.failures if f.recipient == letter.email.lower()), incoming.failures[0]
    )
    came_to = returned.note_return(session, letter_id, failure, at.settings, now)
    return {
        "status": "filed",
        "reason": came_to,
        "letter_id": letter_id,
        "case_id": letter.case_id,
        "matched_by": "token",
    }


def _unmatched(session: Session, incoming: Incoming) -> dict[str, Any]:
    if incoming.verdict.kind == "automatic":
        return {"status": "filed", "reason": "automatic"}
    found = guesses.guesses(session, incoming)
    _, said = reading.answer_in(incoming, ())
    told = {"guesses": [asdict(each) for each in found], "matched_by": "guess" if found else ""}
    return {
        "status": "waiting",
        "reason": "unmatched",
        "case_id": found[0].case_id if found else None,
        **told,
        **said,
    }


def of_case(
    session: Session,
    row: Row[Any],
    incoming: Incoming,
    columns: dict[str, Any],
    matched: Match,
    now: datetime,
) -> dict[str, Any]:
    """File a message with its case: tell it in the record, and count its answer or put it to an officer."""
    held = engine.Held(session, matched.case_id, now)
    law, case = held.law, held.case
    on = local_day(row.received_at, zone_of(law.timezone))
    who = matching.speaker(session, law, case, matched, incoming.head.sender.email, on)
    answers, conditional = answers_of(who.ask, case)
    read, said = reading.answer_in(incoming, answers, conditional)
    told = {
        "case_id": matched.case_id,
        "matched_by": matched.by,
        "letter_id": matched.letter.id if matched.letter is not None else None,
        "voice": who.voice.words if who.voice is not None else "",
        "is_known": who.is_known,
        **said,
    }
    told["seq"] = held.note(MAIL_RECEIVED, event_of(row, columns, told), CLOCK)
    told |= _decided(row, columns, told, read, answers, who, held)
    held.write()
    return told


def answers_of(ask: Ask | None, case: Case) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The words that may be answered to a question, and those of them that set conditions."""
    if ask is None:
        return (), ()
    withdrawal = (WITHDRAWAL,) if ask.objections_stand and case.standing else ()
    return (*ask.answers, *withdrawal), ask.conditions


def _decided(
    row: Row[Any],
    columns: dict[str, Any],
    told: dict[str, Any],
    read: Reading,
    answers: Sequence[str],
    who: Speaker,
    held: engine.Held,
) -> dict[str, Any]:
    """Whether its answer counts at once, waits for an officer, or there is none."""
    if columns["verdict"] == "automatic":
        # An absence may come with words that read like an answer; so may a person's mail through a list.
        if read_answer(columns["text"], answers).word:
            return {"status": "waiting", "reason": "automatic_answer"}
        return {"status": "filed", "reason": "automatic"}
    why = waits_for(columns, told, read, who)
    if why:
        return {"status": "waiting", "reason": why}
    outcome = _perform(row, columns, read, who, held)
    if isinstance(outcome, Refused):
        marks = [*told["marks"], {"kind": "refused", "words": str(outcome)[:1000]}]
        return {"status": "waiting", "reason": "refused", "marks": marks}
    return {"status": "filed", "reason": "counted"}


def waits_for(columns: dict[str, Any], told: dict[str, Any], read: Reading, who: Speaker) -> str:
    """Why a message must be looked at by an officer first; "" if its answer counts at once."""
    if read.certainty == "none":
        return "to_read"
    if read.certainty != "clear" or not read.word:
        return "unclear"
    if who.ask is None or who.round is None or who.voice is None:
        return "not_asked"
    if not who.is_known:
        return "unknown_sender"
    is_proved = columns["is_authentic"] and told["matched_by"] in CERTAIN
    if read.word == WITHDRAWAL or who.ask.by_mail != "at once" or not is_proved:
        return "objection" if read.word in who.ask.against else "to_confirm"
    return ""


def _perform(
    row: Row[Any], columns: dict[str, Any], read: Reading, who: Speaker, held: engine.Held
) -> engine.Outcome | Refused:
    assert who.voice is not None and who.ask is not None
    given = details_of(columns, read.word, who.ask)
    name = name_in_case(row, columns["attachments"])
    if name:
        given["scan"] = name
    command = Command(read.word, who.voice, given, received_at=row.received_at, key=f"mail {row.id}")
    outcome = held.perform(command)
    if name and isinstance(outcome, engine.Outcome):
        held.attach(name, row.raw, ACCESS, CLOCK)
    return outcome


def details_of(columns: dict[str, Any], word: str, ask: Ask) -> dict[str, Any]:
    """What an answer by mail comes with: the writer's own words, as reasons where it needs them."""
    given = {"channel": CHANNEL, "text": columns["text"]}
    if word in ask.reasons:
        given["reasons"] = columns["text"]
    return given


def name_in_case(row: Row[Any], attachments: Sequence[Mapping[str, Any]]) -> str:
    """What a message is called among the documents of a case.

    "" for one that is too large to be there, or with something that may do harm: it stays among the mail
    alone, and the event names its digest.
    """
    is_small = 0 < row.size <= files.SIZE_MAX_BYTES and not any(each["warning"] for each in attachments)
    return files.clean_name(f"Mail {row.id} {row.received_at:%Y-%m-%d}.eml") if is_small else ""


def event_of(row: Row[Any], columns: dict[str, Any], told: dict[str, Any]) -> dict[str, Any]:
    """What the record says of a message: no address and no words of anybody."""
    return {
        "mail": row.id,
        "sha256": row.sha256,
        "verdict": columns["verdict"],
        "matched_by": told["matched_by"],
        "received": row.received_at,
        "from_voice": told["voice"] if told["is_known"] else "",
        "proposed": told["word"],
        "certainty": told["certainty"],
    }


def _write(session: Session, mail_id: int, columns: dict[str, Any]) -> None:
    session.connection().execute(_writing(tuple(sorted(columns))), {"id": mail_id, **columns})


def reference_of(session: Session, case_id: int | None) -> str:
    """The reference of a case, or ""."""
    return (session.scalar(select(CASES.c.reference).where(CASES.c.id == case_id)) or "") if case_id else ""
