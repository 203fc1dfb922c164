"""Letters to send, and mail servers that run while a test goes on."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import AbstractAsyncContextManager, contextmanager
from datetime import UTC, date, datetime
from typing import Any, TypeVar

from sqlalchemy import Engine, insert, select
from sqlalchemy.orm import Session

from notifications import REPLY_LINK, Courier, MailSettings
from tests import build
from tests.notifications.servers import HOST
from workflow import db, links, models, outbox
from workflow.config import Settings
from workflow.queries import CASES, LETTERS, table

NOON = datetime(2024, 1, 8, 12, tzinfo=UTC)
DOMAIN = "secretariat.example"
CONTACTS, PARTIES, STAFF, HEARTBEATS = map(
    table, (models.Contact, models.Party, models.Staff, models.Heartbeat)
)
Made = TypeVar("Made")


@contextmanager
def running(server: AbstractAsyncContextManager[Made]) -> Iterator[Made]:
    """A mail server of tests/notifications/servers.py in a thread of its own, until the end of the block."""
    loop = asyncio.new_event_loop()
    made = loop.run_until_complete(server.__aenter__())
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield made
    finally:
        asyncio.run_coroutine_threadsafe(server.__aexit__(None, None, None), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def settings(port: int = 1, *, installation: dict[str, Any] | None = None, **mail: Any) -> Settings:
    """One connection and little patience, so that the order of events is fixed and tests are quick."""
    common = {"host": HOST, "port": port, "tls": "none", "connections": 1, "timeout_s": 1}
    return Settings(
        mail=common | {"from_name": "Secretariat", "from_address": f"office@{DOMAIN}"} | mail,
        installation={"base_url": "https://assent.example"} | (installation or {}),
    )


def courier(chosen: Settings) -> Courier:
    mail = chosen.mail
    return Courier(
        MailSettings(
            host=mail.host,
            port=mail.port,
            username=mail.username,
            password=mail.password,
            tls=mail.tls,
            connections=mail.connections,
            timeout_s=mail.timeout_s,
            hello="us.test",
        )
    )


def case(session: Session, case_id: int = 1) -> str:
    """A case to write about; its reference."""
    reference = f"RAM-2024-{case_id:03}"
    session.execute(
        insert(CASES),
        {
            "id": case_id,
            "reference": reference,
            "procedure": "ramsar-private",
            "edition": "2026",
            "law_digest": "",
            "state": "notification",
            "since": NOON,
            "opened_at": NOON,
            "title": "Evian Project",
            "partner": {"name": "Danone Group"},
            "territory": ["FR"],
            "marks": [],
            "items": [],
            "conditions": [],
            "decisions": [],
        },
    )
    return reference


def contacts(session: Session, *emails: str, party: str = "FR") -> list[int]:
    """Contacts of one Party with these addresses, its Head first; their ids."""
    day = date(1986, 12, 1)
    names = {"name_en": "France", "name_fr": "France", "name_es": "Francia"}
    session.execute(
        insert(PARTIES),
        {"register": "ramsar", "code": party, "language": "fr", "timezone": "Europe/Paris", "joins": day}
        | names,
    )
    roles = ("head", "nfp", "mission", "ministry", "other")
    session.execute(
        insert(CONTACTS),
        [
            {"register": "ramsar", "party": party, "role": role, "name": f"{role} of {party}", "email": email}
            for role, email in zip(roles, emails, strict=False)
        ],
    )
    return list(session.scalars(select(CONTACTS.c.id).order_by(CONTACTS.c.id)))


def letter(number: int, **changes: Any) -> dict[str, Any]:
    """The row of a letter about no case; `number` tells it from the others."""
    row = {
        "seq": number,
        "name": f"Office {number}",
        "email": f"p{number}@ministry.example",
        "purpose": "notice",
        "template": "notification",
        "version": "0123456789ab",
        "language": "en",
        "subject": f"Letter {number}",
        "text": f"Letter {number}.\n",
        "html": f'<html lang="en"><body><p>Letter {number}.</p></body></html>\n',
        "message_id": f"<{number}@{DOMAIN}>",
        "created_at": NOON,
    }
    return row | changes


def request(number: int, contact_id: int | None = None, **changes: Any) -> dict[str, Any]:
    """The row of a letter that asks a Party of case 1 in its first round, with a place for its reply link."""
    token = links.token_for(build.SECRET, 1, 1, "FR", contact_id)
    return letter(
        number,
        **{
            "case_id": 1,
            "round": 1,
            "member": "FR",
            "party": "FR",
            "contact_id": contact_id,
            "purpose": "request",
            "text": f"Please reply: {REPLY_LINK}\n",
            "html": f'<html lang="en"><body><a href="{REPLY_LINK}">Reply</a></body></html>\n',
            "token_hash": links.token_hash(token),
        }
        | changes,
    )


def queue(engine: Engine, *rows: dict[str, Any]) -> None:
    with db.transaction(engine) as session:
        assert outbox.queue(session, rows) == len(rows)


def letters(engine: Engine, *columns: str) -> list[Any]:
    """These columns of all letters, in the order in which they were written; one column alone as it is."""
    with db.reading(engine) as session:
        rows = session.execute(select(*(LETTERS.c[name] for name in columns)).order_by(LETTERS.c.id)).all()
    return [row[0] if len(columns) == 1 else tuple(row) for row in rows]


def attempts(engine: Engine) -> list[tuple[int, str, int]]:
    """(letter, outcome, code) of every attempt, in order."""
    kept = outbox.DELIVERIES
    with db.reading(engine) as session:
        rows = session.execute(select(kept.c.letter_id, kept.c.outcome, kept.c.code).order_by(kept.c.id))
        return [tuple(row) for row in rows]
