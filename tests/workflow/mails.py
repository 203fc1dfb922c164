"""Letters of a case as somebody has received them, and mail about them through the doors of the house."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Engine, Row, select, update

from tests import build
from tests.notifications import corpus
from tests.notifications.corpus import Sent
from workflow import db, inbox, links
from workflow.config import Settings
from workflow.inbox.filing import reference_of
from workflow.inbox.keeping import MAIL, READINGS
from workflow.queries import ANSWERS, LETTERS

DOMAIN = "cases.example"
#: The server whose word on a sender is believed (tests/notifications/corpus/letter.py).
SETTINGS = Settings(
    mail={"from_address": "assent@secretariat.example"},
    mailbox={"trusted_server": "mx.secretariat.example"},
    installation={"case_mail_domain": DOMAIN},
)
NOW = build.at("2024-06-12 10:00")


def notified(on: Engine, settings: Settings = SETTINGS) -> int:
    """A case whose notification has reached all Parties; its id."""
    build.world(on)
    build.settle(on, settings)
    case_id = build.in_notification(on)
    with db.transaction(on) as session:
        session.execute(update(LETTERS).values(status="sent", sent_at=NOW))
    return case_id


def letter_to(on: Engine, case_id: int, party: str, purpose: str = "request") -> Row[Any]:
    """The newest letter of that purpose to a Party."""
    wanted = select(LETTERS).where(
        LETTERS.c.case_id == case_id, LETTERS.c.party == party, LETTERS.c.purpose == purpose
    )
    with db.reading(on) as session:
        return session.execute(wanted.order_by(LETTERS.c.id.desc())).first()


def sent(on: Engine, case_id: int, party: str = "NO") -> Sent:
    """That letter as its recipient has it."""
    row = letter_to(on, case_id, party)
    with db.reading(on) as session:
        reference = reference_of(session, case_id)
    return Sent(
        address=links.answer_address(build.SECRET, reference, row.id, DOMAIN),
        bounce_to=links.bounce_address(build.SECRET, row.id, DOMAIN),
        message_id=row.message_id,
        subject=row.subject,
        text=row.text,
        html=row.html,
        recipient=row.email,
        sender=SETTINGS.mail.from_address,
    )


def made(name: str, letter: Sent, **head: str) -> bytes:
    """A message of the corpus about that letter."""
    maker = corpus.MAKERS[name]
    return maker(letter, **head) if head else maker(letter)


def arrive(on: Engine, raw: bytes, now: datetime = NOW, **more: Any) -> int:
    """Let a message come in and be filed; its number."""
    with db.transaction(on) as session:
        kept = inbox.keep(session, raw, more.pop("door", "pipe"), now, **more)
    inbox.file_new(on, lambda: now)
    return kept.id


def read_as(on: Engine, mail_id: int, *columns: str) -> Any:
    """These columns of what was made of a message; one alone as it is."""
    with db.reading(on) as session:
        row = session.execute(
            select(*(READINGS.c[name] for name in columns)).where(READINGS.c.mail_id == mail_id)
        ).one()
    return row[0] if len(columns) == 1 else tuple(row)


def answers(on: Engine, case_id: int) -> list[tuple[str, str, str]]:
    """(member, voice, word) of every answer of the newest round, in order."""
    with db.reading(on) as session:
        rows = session.execute(
            select(ANSWERS.c.member, ANSWERS.c.voice, ANSWERS.c.word)
            .where(ANSWERS.c.case_id == case_id, ANSWERS.c.round == 3)
            .order_by(ANSWERS.c.no)
        )
        return [tuple(row) for row in rows]


def count_of_mail(on: Engine) -> int:
    """How many messages are kept."""
    with db.reading(on) as session:
        return len(session.scalars(select(MAIL.c.id)).all())
